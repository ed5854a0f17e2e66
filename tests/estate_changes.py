"""Seeded changes to a copy of the example estate, shared by the property tests (incremental.py, kill9.py).

A change is what happens to an export between two runs: a fact changes, a member goes, a call is denied or not made at all, a file
arrives cut off, an earlier state comes back. All randomness comes from one `random.Random`, and lists are sorted before anything
is drawn from them, so a seed names one sequence of estates.
"""

import gzip
import json
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
NORTHFIELD = ROOT / "examples" / "northfield"


def load(path):
    data = path.read_bytes()
    return json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)


def store(path, document):
    data = (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data, 6, mtime=0) if path.suffix == ".gz" else data)


def places(value, at=()):
    """Every (path, value) below the root, maps and lists included."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield at + (key,), inner
        yield from places(inner, at + (key,))


def parent_of(document, path):
    for key in path[:-1]:
        document = document[key]
    return document


def text_form(path):
    return "".join(f"[{k}]" if isinstance(k, int) else f".{k}" for k in path).lstrip(".")


class Estate:
    """A working copy below `folder`, with the originals to go back to."""

    def __init__(self, folder, rng, source=NORTHFIELD):
        self.folder, self.rng = pathlib.Path(folder), rng
        for part in ("cli", "config", "templates"):
            shutil.copytree(source / part, self.folder / part)
        self.source = source
        self.names = sorted(str(p.relative_to(self.folder)) for p in self.folder.rglob("*") if p.is_file())
        self.changed = set()

    def readable(self):
        return [n for n in self.names if not n.endswith(".yaml") and (self.folder / n).exists()]

    def change(self):
        """Makes one change and says in words what it was."""
        kinds = [self.edit] * 10 + [self.drop_member, self.drop_element, self.remove, self.deny, self.restore, self.restore, self.cut, self.edit_policy]
        for _ in range(50):
            said = self.rng.choice(kinds)()
            if said:
                return said
        raise AssertionError("no change could be made")

    def _document(self):
        name = self.rng.choice(self.readable())
        try:
            return name, load(self.folder / name)
        except (ValueError, OSError, EOFError):
            return name, None  # cut off earlier

    def _keep(self, name, document, said):
        store(self.folder / name, document)
        self.changed.add(name)
        return f"{name}: {said}"

    def edit(self):
        name, document = self._document()
        leaves = [(p, v) for p, v in places(document) if not isinstance(v, (dict, list))] if document else []
        if not leaves:
            return None
        # Flags decide more verdicts than names do.
        flags = [(p, v) for p, v in leaves if isinstance(v, bool) or v in ("true", "false", "ENABLED", "DISABLED", "required", "optional")]
        path, value = self.rng.choice(flags if flags and self.rng.random() < 0.5 else leaves)
        parent_of(document, path)[path[-1]] = new = self._other(value)
        return self._keep(name, document, f"{text_form(path)} = {json.dumps(new)[:60]}")

    def _other(self, value):
        swaps = {"true": "false", "false": "true", "ENABLED": "DISABLED", "DISABLED": "ENABLED", "required": "optional", "optional": "required"}
        if isinstance(value, bool):
            return not value
        if isinstance(value, (int, float)):
            return value + self.rng.choice([-1, 1, 22, 100])
        if value is None:
            return self.rng.choice([True, 0, "something"])
        if value in swaps:
            return swaps[value]
        return self.rng.choice([value + "-x", "", "*", None])

    def edit_policy(self):
        name, document = self._document()
        texts = [(p, v) for p, v in places(document) if isinstance(v, str) and v.startswith('{"') and "Statement" in v] if document else []
        if not texts:
            return None
        path, value = self.rng.choice(texts)
        try:
            policy = json.loads(value)
        except ValueError:
            return None
        statement = self.rng.choice(policy["Statement"]) if isinstance(policy["Statement"], list) and policy["Statement"] else None
        if not isinstance(statement, dict):
            return None
        what = self.rng.choice(["Condition", "Effect", "Principal"])
        if what == "Condition":
            statement.pop("Condition", None)
        elif what == "Effect":
            statement["Effect"] = "Deny" if statement.get("Effect") == "Allow" else "Allow"
        else:
            statement["Principal"] = "*"
        parent_of(document, path)[path[-1]] = json.dumps(policy, separators=(",", ":"))
        return self._keep(name, document, f"{text_form(path)}: {what} of a statement changed")

    def drop_member(self):
        name, document = self._document()
        members = [p for p, _ in places(document) if isinstance(p[-1], str)] if document else []
        if not members:
            return None
        path = self.rng.choice(members)
        del parent_of(document, path)[path[-1]]
        return self._keep(name, document, f"{text_form(path)} dropped")

    def drop_element(self):
        name, document = self._document()
        elements = [p for p, v in places(document) if isinstance(p[-1], int) and isinstance(v, dict)] if document else []
        if not elements:
            return None
        path = self.rng.choice(elements)
        del parent_of(document, path)[path[-1]]
        return self._keep(name, document, f"{text_form(path)} dropped")

    def remove(self):
        names = self.readable()
        if len(names) < len(self.names) * 0.8:  # leave something to judge
            return None
        name = self.rng.choice(names)
        (self.folder / name).unlink()
        self.changed.add(name)
        return f"{name}: removed"

    def deny(self):
        name = self.rng.choice([n for n in self.readable() if n.startswith("cli/")])
        return self._keep(name, {"Error": {"Code": "AccessDenied", "Message": "User is not authorized to perform this call"}}, "denied")

    def cut(self):
        name = self.rng.choice(self.readable())
        data = (self.folder / name).read_bytes()
        (self.folder / name).write_bytes(data[: self.rng.randrange(1, max(2, len(data)))])
        self.changed.add(name)
        return f"{name}: cut off"

    def restore(self):
        if not self.changed:
            return None
        name = self.rng.choice(sorted(self.changed))
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.source / name, self.folder / name)
        self.changed.discard(name)
        return f"{name}: as it was"


class Failed(Exception):
    pass


def assess(reeve, source, cwd, workspace=None, more=()):
    """The report of one run. The source is named relative to `cwd`, so that paths in it do not depend on where the copy lies."""
    command = [reeve, "assess", source, "--format", "json", *more]
    if workspace:
        command += ["--workspace", workspace]
    run = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if run.returncode not in (0, 1, 3):
        raise Failed(f"exit status {run.returncode}: {' '.join(command)}\n{run.stderr[-1500:]}")
    try:
        return json.loads(run.stdout)
    except ValueError as error:
        raise Failed(f"no JSON came back: {error}: {' '.join(command)}\n{run.stdout[:300]}\n{run.stderr[-1500:]}") from error


# What a run in a workspace may know beyond a fresh one: the name in its reeve.yaml, when a finding was first seen, what changed since the last run, and findings
# of things that are no longer in the input, which stay as they were and say so.
HISTORY = {"first_seen", "opened", "changes", "history", "imported_summary", "workspace", "organization", "reused", "openings", "attestations", "drills", "exceptions", "imported"}
# Of an objective: since when its controls fail, and so whether that is within its appetite.
SINCE_WHEN = {"oldest_fail_days", "overdue", "within_appetite", "why"}


def without_history(report):
    out = {k: v for k, v in report.items() if k not in HISTORY}
    out["objectives"] = [{k: v for k, v in o.items() if k not in SINCE_WHEN} for o in report["objectives"]]
    out["findings"] = [{k: v for k, v in f.items() if k not in HISTORY} for f in report["findings"] if not f.get("not_rejudged")]
    return out


def first_difference(one, other, at="$"):
    if type(one) is not type(other):
        return f"{at}: {json.dumps(one)[:160]} against {json.dumps(other)[:160]}"
    if isinstance(one, dict):
        for key in sorted(set(one) | set(other)):
            if key not in one or key not in other:
                return f"{at}.{key}: only in the {'second' if key not in one else 'first'}"
            found = first_difference(one[key], other[key], f"{at}.{key}")
            if found:
                return found
    elif isinstance(one, list):
        for i, (a, b) in enumerate(zip(one, other)):
            found = first_difference(a, b, f"{at}[{i}]")
            if found:
                return found
        if len(one) != len(other):
            longer = one if len(one) > len(other) else other
            return f"{at}: {len(one)} against {len(other)} items; first surplus {json.dumps(longer[min(len(one), len(other))])[:200]}"
    elif one != other:
        return f"{at}: {json.dumps(one)[:160]} against {json.dumps(other)[:160]}"
    return None


def is_built(reeve, what):
    if pathlib.Path(reeve).exists():
        return True
    print(f"SKIPPED: {reeve} is not built; {what} is not shown")
    print("0 passed, 0 failed, 1 skipped")
    return False
