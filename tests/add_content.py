#!/usr/bin/env python3
"""Executes the worked examples of CONTRIBUTING.md: a control, a resource type, an edition, each added to a copy of content/.

    python3 tests/add_content.py [--reeve PROGRAM]

A block whose fence names a file (```yaml content/…) is that file; `+= KEY` after the name adds it to the end of the map KEY of the file
that is there. What is counted: the files touched (one folder for a control, one file for a type, one for an edition, nothing outside
content/), that the whole content still holds, and that what was added works on real input: the control's verdicts are those that
the exported files give when read by hand, the type's resources appear, the edition's numbers stand in the report.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
NORTHFIELD = ROOT / "examples" / "northfield"
BLOCK = re.compile(r"^```\w+ (content/\S+)(?: \+= (\w+))?\n(.*?)^```$", re.M | re.S)


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, what, holds, detail=""):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAIL {what}\n       " + str(detail).strip().replace("\n", "\n       "))


def sections(text):
    """{heading: [(path, key added to, content)]}"""
    parts = re.split(r"^## (.*)$", text, flags=re.M)
    return {heading: BLOCK.findall(body) for heading, body in zip(parts[1::2], parts[2::2])}


def add(folder, blocks):
    """Writes the blocks below `folder`; gives the paths touched, and those of them that were there already."""
    touched, changed = set(), set()
    for path, key, content in blocks:
        full = folder / path
        if key:
            text = full.read_text()
            if not re.search(rf"^{key}:$", text, re.M):
                raise ValueError(f"{path} has no map `{key}` at its top")
            # The end of that map: the next line at the margin that is no comment, or the file's end.
            begin = re.search(rf"^{key}:\n", text, re.M).end()
            after = re.search(r"^[^\s#]", text[begin:], re.M)
            end = begin + after.start() if after else len(text)
            full.write_text(text[:end] + content + text[end:])
            changed.add(path)
        else:
            if full.exists():
                changed.add(path)
            full.parent.mkdir(parents=True, exist_ok=True)
            full.write_text(content)
        touched.add(path)
    return touched, changed


def run(reeve, *words, cwd):
    return subprocess.run([reeve, *words], cwd=cwd, capture_output=True, text=True)


def assess(checks, reeve, folder, *words):
    done = run(reeve, "assess", *words, "--content", "content", "--format", "json", "--all", cwd=folder)
    checks.check(f"assess {' '.join(words)} ends with 0 or 1", done.returncode in (0, 1), f"{done.returncode}\n{done.stderr[-1500:]}")
    return json.loads(done.stdout) if done.returncode in (0, 1) else None


def log_groups_by_hand():
    """{uid: pass | fail} of the log groups that the AWS CLI exported, from the files themselves."""
    out = {}
    for path in NORTHFIELD.glob("cli/*/*/logs-describe-log-groups.json"):
        for group in json.loads(path.read_text()).get("logGroups", []):
            out[group.get("logGroupArn") or group["arn"].removesuffix(":*")] = "pass" if "retentionInDays" in group else "fail"
    return out


def add_a_control(checks, reeve, folder, blocks):
    touched, changed = add(folder, blocks)
    objectives = {path for path in touched if path.startswith("content/objectives/")}
    folders = {"/".join(path.split("/")[:3]) for path in touched - objectives}
    checks.check("a control is one new folder, and one file if its objective is new",
                 len(folders) == 1 and len(objectives) == 1 and not changed and all(path.startswith("content/controls/") for path in touched - objectives), sorted(touched))
    name = folders.pop().split("/")[-1]
    slug = pathlib.PurePath(objectives.pop()).stem
    checks.check("the example's control is not in the content already", not (ROOT / "content" / "controls" / name).exists(), f"{name}: choose another example")
    done = run(reeve, "content", "test", "--content", "content", name, cwd=folder)
    wanted = sum("/examples/" in path for path in touched)
    checks.check("its examples are judged as they say", done.returncode == 0 and f"{wanted} example verdicts, 0 wrong" in done.stdout, done.stdout + done.stderr)
    report = assess(checks, reeve, folder, str(NORTHFIELD))
    if report:
        got = {f["resource"]["uid"]: f["status"] for f in report["findings"] if f["control"] == name}
        by_hand = log_groups_by_hand()
        checks.check("real input holds a pass and a fail", {"pass", "fail"} <= set(by_hand.values()), by_hand)
        wrong = {uid: (verdict, got.get(uid)) for uid, verdict in by_hand.items() if got.get(uid) != verdict}
        checks.check("it judges real input as the files say", not wrong, wrong)
        measured = {o["id"]: o["controls"] for o in report["objectives"]}
        checks.check("its objective is measured by it", measured.get(slug) == [name], measured.get(slug))
    # An objective that is described nowhere is a slip, named where it stands.
    described = folder / "content" / "objectives" / f"{slug}.yaml"
    text = described.read_text()
    described.unlink()
    done = run(reeve, "content", "list", "--content", "content", cwd=folder)
    checks.check("without its file the control is named", f"controls/{name}/control.yaml" in done.stderr and f"`{slug}`" in done.stderr, done.stderr)
    described.write_text(text)
    # The examples are no ornament: with its check turned round, they say so.
    check = folder / "content" / "controls" / name / "check.guard"
    check.write_text(check.read_text().replace(" exists", " !exists"))
    done = run(reeve, "content", "test", "--content", "content", name, cwd=folder)
    checks.check("its examples notice a check that is turned round", done.returncode == 1 and "0 wrong" not in done.stdout, done.stdout + done.stderr)


def add_a_resource_type(checks, reeve, folder, blocks):
    touched, changed = add(folder, blocks)
    checks.check("a resource type is one new file", len(touched) == 1 and not changed and all(path.startswith("content/resources/") for path in touched), sorted(touched))
    where = folder / "estate" / "123456789012" / "eu-west-1"
    (where / "athena-get-data-catalog").mkdir(parents=True)
    (where / "athena-list-data-catalogs.json").write_text(json.dumps({"DataCatalogsSummary": [{"CatalogName": "sales", "Type": "GLUE"}, {"CatalogName": "analysts", "Type": "HIVE"}]}))
    (where / "athena-get-data-catalog" / "sales").write_text(json.dumps({"DataCatalog": {"Name": "sales", "Type": "GLUE", "Parameters": {"owner": "data"}}}))
    # A control of the user's own asks for what the new file maps.
    control = folder / "content" / "controls" / "catalog-owned"
    shutil.copytree(ROOT / "content" / "controls" / "bucket-versioned", control)
    shutil.rmtree(control / "examples")
    (control / "examples").mkdir()
    (control / "check.guard").write_text("AWS::Athena::DataCatalog {\n  Properties.Parameters.owner == 'data'\n}\n")
    for verdict, value in (("pass", "data"), ("fail", "nobody"), ("unknown", '!unknown "AccessDenied"'), ("odd-absent", None)):
        inner = "{}" if value is None else f"{{owner: {value}}}"
        (control / "examples" / f"{verdict}.yaml").write_text(
            f"resources:\n  - {{Type: 'AWS::Athena::DataCatalog', id: w, Properties: {{Parameters: {inner}}}}}\nexpect:\n  w: {'fail' if value is None else verdict}\n")
    report = assess(checks, reeve, folder, "estate")
    if report:
        got = {f["resource"]["uid"]: f["status"] for f in report["findings"] if f["control"] == "catalog-owned"}
        base = "arn:aws:athena:eu-west-1:123456789012:datacatalog/"
        checks.check("its resources are read and judged", got == {base + "sales": "pass", base + "analysts": "unknown"}, got)
        checks.check("no reply is left without a type", all(s["status"] == "read" for s in report["sources"]), report["sources"])
    done = run(reeve, "content", "test", "--content", "content", "catalog-owned", cwd=folder)
    checks.check("examples may use it", done.returncode == 0, done.stdout + done.stderr)


def add_an_edition(checks, reeve, folder, blocks):
    touched, changed = add(folder, blocks)
    checks.check("an edition is one entry in one file", len(touched) == 1 and changed == touched, sorted(touched))
    edition = re.search(r'^  "([^"]+)":$', blocks[0][2], re.M).group(1)
    numbers = dict(re.findall(r"^      (\w+): (SEC01-BP\d+)$", blocks[0][2], re.M))
    (folder / "work").mkdir()
    (folder / "work" / "reeve.yaml").write_text(f'organization: Northfield Group\nedition: "{edition}"\n')
    report = assess(checks, reeve, folder, str(NORTHFIELD), "--workspace", "work")
    if report:
        got = {p["slug"]: p["id"] for p in report["practices"]}
        same = {slug: (number, got.get(slug)) for slug, number in numbers.items() if got.get(slug) not in (number, number.removeprefix("SEC01-"))}
        checks.check("the report numbers the practices by it", len(numbers) == 8 and not same and report["framework"]["edition"] == edition, same)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(ROOT / "build" / "reeve"))
    options = parser.parse_args()
    if not pathlib.Path(options.reeve).exists():
        print(f"SKIPPED: {options.reeve} is not built; whether the worked examples work is not shown\n0 passed, 0 failed, 1 skipped")
        return 0
    reeve = str(pathlib.Path(options.reeve).resolve())
    checks = Checks()
    found = sections((ROOT / "CONTRIBUTING.md").read_text())
    steps = {"Add a control": add_a_control, "Add a resource type": add_a_resource_type, "Add an edition of the framework": add_an_edition}
    for heading, step in steps.items():
        checks.check(f"CONTRIBUTING.md shows: {heading}", bool(found.get(heading)))
        if not found.get(heading):
            continue
        with tempfile.TemporaryDirectory(prefix="reeve-add-") as name:
            folder = pathlib.Path(name)
            shutil.copytree(ROOT / "content", folder / "content")
            step(checks, reeve, folder, found[heading])
            done = run(reeve, "content", "test", "--content", "content", cwd=folder) if step is not add_a_control else None
            if done:
                checks.check(f"{heading}: the whole content holds", done.returncode == 0, "\n".join((done.stdout + done.stderr).splitlines()[-10:]))
    print(f"{checks.passed} passed, {checks.failed} failed, 0 skipped")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
