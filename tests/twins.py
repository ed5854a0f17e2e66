#!/usr/bin/env python3
"""Refuses two controls that judge the same property the same way: each judges the other's examples, and they never differ.

    python3 tests/twins.py

Pairs that could be twins ask about the same resource type (Guard) or the same candidates over the same views (SQL). For each control a folder is
made that has its own check and the others' examples; one run of `reeve content test` judges them all. Every control has an example that passes,
one that fails, one that is unknown and an odd one, so agreement on all of both sides' examples is no accident. The search is first tried on
a twin that is planted: other words, same verdicts.
"""

import collections
import itertools
import json
import pathlib
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lib_reeve import ROOT, Checks, built, reeve  # noqa: E402

CONTROLS = ROOT / "content" / "controls"


def key(folder):
    """What two controls must share to be compared; None: not compared (attested ones ask people, each its own question)."""
    if (folder / "check.guard").exists():
        return "types", frozenset(re.findall(r"\b(?:AWS|Reeve)::\w+(?:::\w+)?", re.sub(r"#.*", "", (folder / "check.guard").read_text())))
    if (folder / "check.sql").exists():
        text = re.sub(r"--.*", "", (folder / "check.sql").read_text())
        each = re.search(r"^for_each: *(\S+)", (folder / "control.yaml").read_text(), re.M).group(1)
        named = re.findall(r"\b(?:FROM|JOIN|,)\s+([a-z][a-z0-9_]*)", text)
        own = set(re.findall(r"\b([a-z][a-z0-9_]*)\s*(?:\([a-z0-9_, ]*\))?\s+AS\s*(?:NOT\s+MATERIALIZED\s*|MATERIALIZED\s*)?\(", text))
        asked = frozenset(re.findall(r"'([a-z0-9-]+:[A-Za-z*]+)'", text))  # actions and calls asked for tell questions apart
        return "sql", each, frozenset(n for n in named if n not in own), asked
    return None


def pairs(controls):
    """Unordered pairs of folders that could be twins."""
    groups = collections.defaultdict(list)
    for folder in controls:
        if key(folder):
            groups[key(folder)].append(folder)
    for group in groups.values():
        yield from itertools.combinations(group, 2)


def agreement(checks, controls, tree):
    """{(control, other)}: `control` judges all examples of `other` as they expect."""
    asked = collections.defaultdict(set)
    for a, b in pairs(controls):
        asked[a].add(b)
        asked[b].add(a)
    for control, others in asked.items():
        folder = tree / "controls" / control.name
        folder.mkdir(parents=True)
        for path in control.iterdir():
            if path.is_file() and not path.name.startswith("prevent."):
                shutil.copy(path, folder / path.name)
        (folder / "examples").mkdir()
        for path in (control / "examples").glob("*.yaml"):
            if path.name not in ("requests.yaml", "forms.yaml"):
                shutil.copy(path, folder / "examples" / path.name)
        for other in others:
            for path in (other / "examples").glob("*.yaml"):
                if path.name not in ("requests.yaml", "forms.yaml"):
                    shutil.copy(path, folder / "examples" / f"odd-of--{other.name}--{path.name}")
    done = reeve("content", "test", "--content", tree, "--format", "json", *sorted(control.name for control in asked))
    checks.check(done.status in (0, 1, 3) and done.out, "the examples are judged", done.err[-800:])
    wrong, seen = set(), set()
    for line in done.out.splitlines():
        result = json.loads(line)
        match = re.search(r"odd-of--(.+?)--", result["file"])
        if match:
            seen.add((result["control"], match.group(1)))
            if not result["ok"]:
                wrong.add((result["control"], match.group(1)))
    # An example that cannot be run by the other control (a resource that it does not have) tells them apart too.
    for match in re.finditer(r"controls/([a-z0-9-]+)/examples/odd-of--(.+?)--", done.err):
        wrong.add(match.groups())
    return seen - wrong, len(seen)


def twins(checks, controls):
    with tempfile.TemporaryDirectory() as name:
        agrees, asked = agreement(checks, controls, pathlib.Path(name))
    return sorted((a, b) for a, b in agrees if a < b and (b, a) in agrees), asked


def planted(checks):
    with tempfile.TemporaryDirectory() as name:
        original = CONTROLS / "bucket-versioned"
        twin = pathlib.Path(name) / "controls" / "bucket-keeps-versions"
        shutil.copytree(original, twin)
        (twin / "check.guard").write_text((original / "check.guard").read_text().replace("AWS::S3::Bucket {", "AWS::S3::Bucket {\n  Properties exists or Properties !exists", 1))
        found, _ = twins(checks, [original, twin])
        checks.check(found == [("bucket-keeps-versions", "bucket-versioned")], "a twin in other words is found", found)
        check = twin / "check.guard"
        check.write_text(check.read_text().replace("Enabled", "Suspended"))
        found, _ = twins(checks, [original, twin])
        checks.check(found == [], "one that judges otherwise is none", found)


def main():
    checks = Checks()
    if not built(checks, "no two controls judge the same property the same way"):
        return checks.end()
    planted(checks)
    controls = sorted(path for path in CONTROLS.iterdir() if (path / "control.yaml").exists())
    found, asked = twins(checks, controls)
    checks.check(asked > 50, "there are pairs to compare", asked)
    checks.check(not found, "no two controls judge the same property the same way", found)
    for folder in controls:
        checks.passed += 1 if not any(folder.name in pair for pair in found) else 0
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
