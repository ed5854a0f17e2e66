"""Checks a report against the planted truth of bench_make_config, and gives the figures of one row of the table.

    python3 bench/check_assess.py TRUTH_FOLDER REPORT.json

Each control that a planted kind names must fail on exactly the resources planted for it. Prints
`resources<TAB>controls<TAB>applicable pairs<TAB>findings<TAB>planted found`, or names what differs and exits 1.
"""

import collections
import csv
import json
import pathlib
import sys


def main():
    folder, report = pathlib.Path(sys.argv[1]), json.loads(pathlib.Path(sys.argv[2]).read_bytes())
    truth = json.loads((folder / "truth.json").read_text())
    planted = collections.defaultdict(set)
    with (folder / "truth.csv").open() as lines:
        for row in csv.DictReader(lines):
            for control in truth["kinds"][row["kind"]]["controls"]:
                planted[control].add(row["resource"])
    controls = {c["id"]: c for p in report["practices"] for c in p["controls"]}
    found = collections.defaultdict(set)
    for finding in report["findings"]:
        if finding["status"] == "fail":
            found[finding["control"]].add(finding["resource"]["uid"])
    wrong = 0
    for control in sorted({c for kind in truth["kinds"].values() for c in kind["controls"]}):
        if control not in controls:
            print(f"{control}: content has no such control; its planted faults cannot be found", file=sys.stderr)
            wrong += 1
            continue
        missed, invented = planted[control] - found[control], found[control] - planted[control]
        for word, some in (("not found", missed), ("invented", invented)):
            if some:
                wrong += 1
                print(f"{control}: {len(some)} {word}, such as {sorted(some)[0]}", file=sys.stderr)
        counted = controls[control]["resources"]["fail"]
        if counted != len(planted[control]):
            wrong += 1
            print(f"{control}: resources.fail says {counted}, {len(planted[control])} were planted", file=sys.stderr)
    pairs = sum(sum(c["resources"].get(k, 0) for k in ("pass", "fail", "unknown", "excepted")) for c in controls.values())
    print(f"{truth['resources']}\t{len(controls)}\t{pairs}\t{len(report['findings'])}\t{sum(map(len, planted.values()))}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
