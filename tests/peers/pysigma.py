#!/usr/bin/env python3
"""The given rules on the given events, judged by SQLite on what pySigma's backend makes of the rules: a second opinion.

    tests/peers/pysigma.py [--reeve PROGRAM]

pySigma and its SQLite backend come by name from PyPI. Events are laid out as the backend expects: a row each, a column for each field that a
rule names, a nested one by its dotted path, NULL where there is none. What such a table cannot hold is a closed list of classes (CLASSES): a
verdict that differs is told which one explains it from the event alone, and counted; any other fails, and so does a class that does not occur.
"""

import argparse
import collections
import json
import pathlib
import re
import sqlite3
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent.parent)]
import lib_reeve  # noqa: E402
from lib_detect import CLOUDTRAIL, PLACEHOLDERS, SIGMA, given_events, given_rules, verdicts, verdicts_tool  # noqa: E402
from lib_reeve import SHARED, Checks, built  # noqa: E402
from lib_sigma_peers import PACKAGES, pysigma  # noqa: E402

CLASSES = {
    "object as text": "the field holds an object, which has no column; Reeve matches it as its text unless --strict-scalar says otherwise",
    "list": "the field is a list or stands in one, and a column holds one value; Reeve asks each item",
}
# Run by the Python that has the packages: for each file its rule's id, the fields it names and its query, or why there is none.
CONVERT = """
import json, sys
from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import ValueListPlaceholderTransformation
values = json.loads(sys.argv[1])
for path in sys.argv[2:]:
    backend = sqliteBackend(ProcessingPipeline(vars=values, items=[ProcessingItem(ValueListPlaceholderTransformation())]), collate_nocase=True)
    rules = SigmaCollection.from_yaml(open(path, encoding="utf-8").read())
    said = {"id": str(rules.rules[0].id), "title": rules.rules[0].title}
    try:
        said.update(query=backend.convert(rules)[0], fields=backend.required_fields(rules.rules[0]))
    except Exception as error:
        said["refused"] = f"{type(error).__name__}: {error}"
    print(json.dumps(said))
"""


def column(event, path):
    """(the field's one value, what else stood there: "", "list" or "object")"""
    value, rest = event, path
    while rest:
        if isinstance(value, list):
            return None, "list"
        if not isinstance(value, dict):
            return None, ""
        if rest in value:
            value, rest = value[rest], ""
        else:
            name, _, rest = rest.partition(".")
            if name not in value or not rest:
                return None, ""
            value = value[name]
    if isinstance(value, (list, dict)):
        return None, "list" if isinstance(value, list) else "object"
    if isinstance(value, bool):
        return ("true" if value else "false"), ""
    return value, ""


def table(events, fields):
    """The events as rows; how each field that is no single value stands in which row."""
    base, special = sqlite3.connect(":memory:"), collections.defaultdict(dict)
    base.create_function("REGEXP", 2, lambda pattern, text: text is not None and re.search(pattern, str(text)) is not None)
    names = ", ".join('"' + field.replace('"', '""') + '"' for field in fields)
    base.execute(f"CREATE TABLE logs (row INTEGER PRIMARY KEY, {names})")
    for row, event in enumerate(events):
        cells = [column(event, field) for field in fields]
        for field, (_, kind) in zip(fields, cells):
            if kind:
                special[row][field] = kind
        base.execute(f"INSERT INTO logs VALUES (?{', ?' * len(fields)})", [row, *(value for value, _ in cells)])
    return base, special


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve")
    options = parser.parse_args()
    if options.reeve:
        lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    shown = "what a third implementation of Sigma says"
    if not built(checks, shown):
        return checks.end()
    if not verdicts_tool().exists():
        checks.skip("pySigma", f"{verdicts_tool()} is not built", shown)
        return checks.end()
    if not SIGMA.exists() or not CLOUDTRAIL.exists():
        checks.skip("pySigma", f"{SHARED} has no corpora of sigma and cloudtrail", shown)
        return checks.end()
    python = pysigma(lib_reeve.ROOT / "build")
    if python is None:
        checks.skip("pySigma", f"{' '.join(PACKAGES)} could not be installed", shown)
        return checks.end()
    texts, files = given_events(), given_rules()
    done = subprocess.run([str(python), "-c", CONVERT, json.dumps(PLACEHOLDERS), *map(str, files)], capture_output=True, text=True, timeout=600)
    rules = [json.loads(line) for line in done.stdout.splitlines()]
    checks.check(len(rules) == len(files) == 58, "pySigma reads the given rules", f"{len(rules)} of {len(files)} {done.stderr[-300:]}")
    refused = [f"{rule['title']}: {rule['refused']}" for rule in rules if "refused" in rule]
    checks.check(not refused, "its backend expresses each of them", "; ".join(refused))
    rules = [rule for rule in rules if "query" in rule]
    ours, strict = verdicts(files, texts)[1], verdicts(files, texts, "--strict")[1]
    base, special = table([json.loads(text) for text in texts], sorted({field for rule in rules for field in rule["fields"]}))
    explained, unexplained, hits, firing = collections.Counter(), [], 0, 0
    for rule in rules:
        theirs = {row[0] for row in base.execute(rule["query"])}
        hits, firing = hits + len(theirs), firing + bool(theirs)
        for row in range(len(texts)):
            mine = rule["id"] in ours[row]
            if mine == (row in theirs):
                continue
            kinds = {special[row].get(field) for field in rule["fields"]}
            if mine and rule["id"] not in strict[row] and "object" in kinds:
                explained["object as text", rule["title"]] += 1
            elif "list" in kinds:
                explained["list", rule["title"]] += 1
            else:
                unexplained.append(f"`{rule['title']}`: Reeve {mine}, pySigma {not mine} on {texts[row][:300]}")
    checks.check(not unexplained, f"{len(rules)} rules x {len(texts)} events: every verdict is that of pySigma's query", f"{len(unexplained)} differ: " + " | ".join(unexplained[:3]))
    checks.check(hits > 100, "the queries match something", hits)
    checks.check({name for name, _ in explained} == set(CLASSES), "each class of differences occurs", sorted(explained))
    for (name, title), count in sorted(explained.items()):
        print(f"{name}: {count} verdicts of `{title}`: {CLASSES[name]}")
    print(f"{' '.join(PACKAGES)}: {len(rules)} rules x {len(texts)} events, {hits} hits of {firing} rules; Reeve {sum(map(len, ours))}")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
