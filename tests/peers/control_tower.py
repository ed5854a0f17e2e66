#!/usr/bin/env python3
"""AWS Control Tower's 237 rules: every one compiles, and each says of its own scenarios what the scenario says.

The rules come by name from npm (@cdklabs/cdk-validator-cfnguard). Each states scenarios in its head; control_tower_scenarios.py makes
documents of those it understands, and tests/control_tower/*.jsonl adds some by hand. A document counts as a case where cfn-guard 3.2.0
gives the status that the scenario states, so a scenario that was misread is no case; which status is expected never comes from Reeve.
Reeve must give it too under its own semantics and under 3.2.0, and under 3.2.1 what cfn-guard 3.2.1 gives.

    control_tower.py --reeve PATH [--update]     # take tests/control_tower/uncovered.txt anew: the scenarios without a case, by number
"""

import argparse
import collections
import concurrent.futures
import glob
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import control_tower_scenarios as scenarios  # noqa: E402
import guard_peer  # noqa: E402

RULES, CASES = 237, 400
COVERED = {"PASS": 95, "FAIL": 165, "SKIP": 235}  # rules seen with that status; a fall is a loss of coverage


def by_hand(folder):
    """{rule file: [(scenario, form, document)]} of the JSON lines in tests/control_tower: a resource's properties, as template and hook."""
    out = collections.defaultdict(list)
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text().splitlines():
            if line.strip():
                case = json.loads(line)
                body = case["properties"]
                out[case["rule"]].append((case["scenario"], "template", {"Resources": {"Subject": {"Type": case["type"], "Properties": body}}}))
                out[case["rule"]].append((case["scenario"], "hook", {case["type"]: {"resourceProperties": body}}))
    return out


def of_reeve(program, semantics, rule, paths):
    run = subprocess.run([program, "check", *paths, "--rules", rule, "--format", "verdicts", "--guard-semantics", semantics, "--fail-on", "never"],
                         capture_output=True, text=True)
    out = collections.defaultdict(set)
    for line in run.stdout.splitlines():
        verdict = json.loads(line)
        out[verdict["data"], verdict["rule"]].add(verdict["status"])
    return out, run.stderr


def of_original(binary, rule, paths):
    out = guard_peer.theirs(binary, [rule], paths) or {}
    return {(os.path.basename(path), name): statuses for (path, name), statuses in out.items()}


def status(told, name, rule):
    """A rule has a block for templates and one for hooks; the one that is not for this document skips."""
    statuses = told.get((name, rule), set())
    return (sorted(statuses - {"SKIP"}) or sorted(statuses) or ["nothing"])[0]


def judged(rule, program, before, new, hand, folder):
    """(rule, [(scenario, form, expected, problem or None)], [scenario without a case])"""
    with open(rule) as file:
        text = file.read()
    name, stem = scenarios.rule_name(text), os.path.basename(rule)[:-len(".guard")]
    wanted, numbers = {}, []
    for number, clauses, then in scenarios.scenarios(text):
        numbers.append(number)
        try:
            made = scenarios.documents(clauses, scenarios.types(text))
        except scenarios.NotUnderstood:
            made = []
        made = made + [(form, document) for scenario, form, document in hand.get(stem, []) if scenario == number]
        for i, (form, document) in enumerate(made):
            path = os.path.join(folder, f"{stem}-{number}-{i}.json")
            with open(path, "w") as file:
                json.dump(document, file)
            wanted[path] = number, form, then
    if not wanted:
        return stem, [], numbers
    paths = list(wanted)
    reference = of_original(before, rule, paths), of_original(new, rule, paths)
    told = {semantics: of_reeve(program, semantics, rule, paths) for semantics in ("reeve", "3.2.0", "3.2.1")}
    cases = []
    for path, (number, form, then) in wanted.items():
        file = os.path.basename(path)
        if status(reference[0], file, name) != then:
            continue  # misread, or the rule does not do what its scenario says
        got = {semantics: status(answer, file, name) for semantics, (answer, _) in told.items()}
        expected = {"reeve": then, "3.2.0": then, "3.2.1": status(reference[1], file, name)}
        problem = None if got == expected else f"expected {expected}, got {got}"
        cases.append((number, form, then, problem))
    seen = {number for number, _, _, _ in cases}
    return stem, cases, [number for number in numbers if number not in seen]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reeve", required=True)
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    package, before, new = guard_peer.npm_package(), guard_peer.crate(guard_peer.BEFORE)[0], guard_peer.crate(guard_peer.VERSION)[0]
    if not (package and before and new):
        print(f"SKIPPED: {guard_peer.PACKAGE} and cfn-guard {guard_peer.BEFORE} and {guard_peer.VERSION} could not be installed")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    rules = sorted(glob.glob(os.path.join(package, "rules", "control-tower", "cfn-guard", "**", "*.guard"), recursive=True))
    passed = failed = 0

    def check(holds, what):
        nonlocal passed, failed
        passed, failed = passed + bool(holds), failed + (not holds)
        if not holds:
            print("FAILED " + what)

    with tempfile.TemporaryDirectory(prefix="control_tower_") as folder:
        empty = os.path.join(folder, "empty.json")
        pathlib.Path(empty).write_text('{"Resources": {}}')
        for rule in rules:
            told, errors = of_reeve(options.reeve, "reeve", rule, [empty])
            check(told and not errors, f"{os.path.basename(rule)} compiles and says something: {errors.strip()}")
        hand = by_hand(HERE.parent / "control_tower")
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = list(pool.map(lambda rule: judged(rule, options.reeve, before, new, hand, folder), rules))
    check(len(rules) == RULES, f"{len(rules)} rules, not {RULES}")
    seen, uncovered, count = collections.defaultdict(set), 0, 0
    for stem, cases, left in results:
        for number, form, then, problem in cases:
            count += 1
            seen[then].add(stem)
            check(problem is None, f"{stem} scenario {number} ({form}): {problem}")
        uncovered += len(left)
    listing = "".join(f"{stem}: {', '.join(map(str, left))}\n" for stem, _, left in results if left)
    listed = HERE.parent / "control_tower" / "uncovered.txt"
    if options.update:
        listed.write_text(listing)
    check(listing == listed.read_text(), f"the scenarios without a case are not those of {listed.name}; --update takes them anew, `git diff` says which")
    check(count >= CASES, f"{count} cases, fewer than {CASES}")
    for one, least in COVERED.items():
        check(len(seen[one]) >= least, f"{len(seen[one])} rules were seen to {one}, fewer than {least}")
    unused = set(hand) - {stem for stem, _, _ in results}
    check(not unused, f"cases by hand for rules that are not there: {sorted(unused)}")
    print(f"{len(rules)} rules, {count} cases; seen to " + ", ".join(f"{one} {len(seen[one])}" for one in COVERED)
          + f"; {uncovered} scenarios without a case (tests/control_tower/uncovered.txt)")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
