#!/usr/bin/env python3
"""Breaks one property of the example estate at a time: its verdict changes, and no verdict that does not read it.

    python3 tests/break_one.py [--seed 1] [--sample N] [--reeve PROGRAM]

break_one.csv names for each control that is not only attested one property of Northfield (file, path in it, new value; an empty value
removes the member) and the resource property it becomes (`TYPE PROPERTY`, `*` where the resource itself comes or goes). Most rows
break what passes; where nothing in the estate passes, or can be made to fail by one property, they repair what fails. `without`
takes files or folders out of the estate first, where several replies tell the same fact or several accounts decide together.
A row without a path is a reply (or a template) that arrives: the file is new, the value all it says, and what it tells of must fail.
After the change at least one verdict of the row's control must be another one. Every verdict that changed must belong to a control
that reads the property: a Guard rule that has a block for the type and mentions the property, or a query over the type's view that
mentions its column (queries about the organization's policies read them through scp_verdict). Controls without a row are failures.

Paths: `a.b[0].c`; `>` goes on inside JSON text; in a credential report `Content>ROW.COLUMN`; `config:ACCOUNT:REGION:RESOURCE` is
that resource's item in the account's Config snapshot. The order is drawn from the seed; --sample N takes only the first N.
"""

import argparse
import base64
import csv
import json
import pathlib
import random
import re
import shutil
import sys
import tempfile

import yaml

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from estate_changes import NORTHFIELD, ROOT, Failed, assess, is_built, load, store  # noqa: E402

CONTROLS, RESOURCES = ROOT / "content" / "controls", ROOT / "content" / "resources"


def keys_of(path):
    """`a.b[0].c:d` → a, b, 0, c:d"""
    return [int(k[1:-1]) if k.startswith("[") else k for k in re.findall(r"\[\d+\]|[^.\[\]]+", path)]


def put(document, path, value):
    """Sets (or, without a value, removes) what stands at `path`; the old value comes back."""
    outer, _, inner = path.partition(">")
    keys = keys_of(outer)
    holder = document
    for key in keys[:-1]:
        holder = holder[key]
    last = keys[-1]
    if not inner:
        old = holder.get(last) if isinstance(holder, dict) else holder[last]
        if value == "":
            del holder[last]
        else:
            holder[last] = json.loads(value)
        return old
    if re.fullmatch(r"\d+\.\d+", inner):  # a credential report: rows of CSV in base64
        row, column = (int(n) for n in inner.split("."))
        rows = base64.b64decode(holder[last]).decode().split("\n")
        cells = rows[row].split(",")
        old, cells[column] = cells[column], json.loads(value)
        rows[row] = ",".join(cells)
        holder[last] = base64.b64encode("\n".join(rows).encode()).decode()
        return old
    nested = json.loads(holder[last])
    old = put(nested, inner, value)
    holder[last] = json.dumps(nested, separators=(",", ":"))
    return old


def change(estate, row):
    """Makes the change of a row; gives the file that was changed."""
    if not row["path"]:
        path = estate / row["file"]
        if path.exists():
            raise Failed(f"{row['file']} is in the estate already; the row gives no path in it")
        store(path, json.loads(row["value"]))
        return path
    if not row["file"].startswith("config:"):
        path, inner = estate / row["file"], row["path"]
        document = load(path)
    else:
        _, account, region, resource = row["file"].split(":")
        path = next((estate / "config" / "AWSLogs" / account / "Config" / region).rglob("*.json.gz"))
        document = load(path)
        numbers = [i for i, item in enumerate(document["configurationItems"]) if resource in (item["resourceId"], item.get("resourceName"))]
        inner = f"configurationItems[{numbers[0]}].{row['path']}"
    old = put(document, inner, row["value"])
    if row["value"] and old == json.loads(row["value"]):
        raise Failed(f"{row['file']}: {row['path']} is {row['value']} already; the row changes nothing")
    store(path, document)
    return path


def lay_out(estate, without):
    """A fresh copy of the estate, less the files and folders named."""
    shutil.rmtree(estate, ignore_errors=True)
    for part in ("cli", "config", "templates"):
        shutil.copytree(NORTHFIELD / part, estate / part)
    for name in without.split():
        gone = estate / name
        shutil.rmtree(gone) if gone.is_dir() else gone.unlink()


class Reads:
    """What each control reads, told from its own text."""

    def __init__(self):
        self.guard, self.sql, self.columns, self.parts = {}, {}, {}, {}
        for folder in sorted(CONTROLS.iterdir()):
            needs = re.search(r"^needs: *\[(.*)\]", (folder / "control.yaml").read_text(), re.M)
            self.parts[folder.name] = re.findall(r"reeve:\w+", needs.group(1) if needs else "")
            for name, into in (("check.guard", self.guard), ("check.sql", self.sql)):
                if (folder / name).exists():
                    into[folder.name] = re.sub(r"(?m)^\s*(--|#).*$", "", (folder / name).read_text())
        for file in RESOURCES.glob("*.yaml"):
            described = yaml.safe_load(file.read_text())
            self.columns[described["type"]] = described.get("columns", {})

    def controls(self):
        """Those that the estate's files decide: not what another part of Reeve tells, nor what asks the other controls."""
        return sorted(c for c in {*self.guard, *self.sql} if not self.parts[c])

    def reads(self, control, resource_type, name):
        if "reeve:assess" in self.parts[control]:  # it asks what all the others came to
            return True
        if "reeve:access" in self.parts[control] and resource_type.startswith(("AWS::IAM::", "AWS::Organizations::", "AWS::EC2::")):
            return True  # policies, what binds them and what holds roles, of whomever
        if control in self.guard:
            text = self.guard[control]
            return resource_type in text and (name == "*" or name in text)
        text = self.sql.get(control, "")
        view = resource_type.lower().replace("::", "_")
        if re.search(r"\b[sr]cp_\w+\(|\bpolicy_outside\b", text) and resource_type.startswith(("AWS::Organizations::", "Reeve::Organization")):
            return True
        if re.search(r"\bpolicy_", text) and resource_type == "AWS::Organizations::Account":  # which accounts are the organization's own
            return True
        if re.search(r"\baccounts\b", text) and resource_type in ("AWS::Organizations::Account", "Reeve::Organization"):
            return True
        if re.search(r"\bresources\b", text) and name in ("*", "Tags"):
            return True
        if not re.search(rf"\b{view}\b", text):
            return False
        columns = [c for c, path in self.columns[resource_type].items() if name in path.split(".")]
        return name == "*" or (name == "Tags" and "tags" in text) or any(re.search(rf"\b{c}\b", text) for c in columns)


def verdicts(report):
    out = {}
    for f in report["findings"]:
        out.setdefault((f["control"], f["resource"]["uid"]), set()).add(f["status"])
    return out


def judge(row, before, after, reads):
    changed = {k for k in before.keys() | after.keys() if before.get(k) != after.get(k)}
    if not any(control == row["control"] for control, _ in changed):
        return "no verdict of the control changed"
    if not row["path"] and not any("fail" in after[k] for k in changed if k[0] == row["control"] and k in after):
        return "what arrived does not fail"
    targets = [t.split(" ") for t in row["target"].split(";")]
    strangers = sorted({c for c, _ in changed if not any(reads.reads(c, kind, name) for kind, name in targets)})
    # A resource that came or went takes all its verdicts with it.
    if any(name == "*" for _, name in targets):
        strangers = [c for c in strangers if any(before.get((c, u)) and after.get((c, u)) for k, u in changed if k == c)]
    return f"{', '.join(strangers)} changed too, and do not read it" if strangers else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(ROOT / "build" / "reeve"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--only", help="rows of this control")
    options = parser.parse_args()
    if not is_built(options.reeve, "that verdicts stand on the properties that they read"):
        return 0
    reeve = str(pathlib.Path(options.reeve).resolve())
    rows = list(csv.DictReader((ROOT / "tests" / "break_one.csv").open()))
    reads = Reads()
    passed, failures = 0, []
    failures += [f"{c}: break_one.csv has no row for it" for c in reads.controls() if c not in {r["control"] for r in rows} and not options.only]
    failures += [f"{r['control']}: break_one.csv names it, content/ has no such control" for r in rows if r["control"] not in reads.controls()]
    random.Random(options.seed).shuffle(rows)
    rows = [r for r in rows if not options.only or r["control"] == options.only][: options.sample or None]
    rows.sort(key=lambda r: r["without"])  # stable: one estate at a time, the seed's order within it
    with tempfile.TemporaryDirectory(prefix="reeve-break-one-") as folder:
        estate, standing, before = pathlib.Path(folder) / "estate", None, {}
        for row in rows:
            try:
                if row["without"] != standing:
                    lay_out(estate, row["without"])
                    standing, before = row["without"], verdicts(assess(reeve, "estate", folder, more=["--all"]))
                path = change(estate, row)
                problem = judge(row, before, verdicts(assess(reeve, "estate", folder, more=["--all"])), reads)
                original = NORTHFIELD / path.relative_to(estate)
                shutil.copyfile(original, path) if original.exists() else path.unlink()
            except (Failed, KeyError, IndexError, StopIteration, OSError) as error:
                problem = f"{type(error).__name__}: {error}"
            if problem:
                failures.append(f"{row['control']}: {row['file']}: {row['path']} = {row['value'] or 'removed'}: {problem}")
            else:
                passed += 1
    for failure in failures:
        print("FAILED", failure)
    print(f"{passed} passed, {len(failures)} failed, 0 skipped")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
