#!/usr/bin/env python3
"""AWS Control Tower's 237 rules: every one compiles, and each says of its own scenarios what the scenario says.

The rules come by name from npm (@cdklabs/cdk-validator-cfnguard). Each states scenarios in its head; control_tower_scenarios.py makes
documents of those it understands, and control_tower_cases.py of the cases written by hand in tests/control_tower. What is expected is
what the scenario says, and never comes from Reeve: cfn-guard 3.2.0 must say it too. A document made from a scenario's words that it judges
otherwise was misread and is no case; a case by hand that it judges otherwise is one only where the case says so, and why. Reeve must give
the same under its own semantics and under 3.2.0, and under 3.2.1 what cfn-guard 3.2.1 gives. Where it resolves the template first
(`--resolve on`, which `reeve check` does unless it is asked for verdicts) the verdict is the same too; only what refers to something may
become UNKNOWN instead, and never the opposite.

Three lists beside the cases are held exact, so that nothing thins out unseen:

    uncovered.txt   scenarios without a case, by number
    differs.txt     scenarios that say SKIP or PASS where cfn-guard 3.2.1 says FAIL: there a call that skips fails what it stands in
    unseen.txt      rules that are not seen to PASS, FAIL and SKIP, with the reason

    control_tower.py --reeve PATH [--update]     # takes the first two lists anew; `git diff` says what changed
"""

import argparse
import collections
import concurrent.futures
import glob
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import control_tower_cases as by_hand  # noqa: E402
import control_tower_scenarios as scenarios  # noqa: E402
import guard_peer  # noqa: E402

FOLDER = HERE.parent / "control_tower"
RULES, CASES, STATUSES = 237, 3900, ("PASS", "FAIL", "SKIP")
HEADS = {
    "uncovered.txt": "# The scenarios without a case, by rule and number. Taken by tests/peers/control_tower.py --update.\n",
    "differs.txt": "# The scenarios that say SKIP or PASS where cfn-guard 3.2.1 says FAIL: since that version a call of a rule with parameters that\n"
                   "# skips fails what it stands in; 3.2.0 and reeve let it skip. Taken by tests/peers/control_tower.py --update.\n"}
Case = collections.namedtuple("Case", "scenario form then original later problem")  # later: what cfn-guard 3.2.1 gives


def of_reeve(program, semantics, rule, paths, *words):
    run = subprocess.run([program, "check", *paths, "--rules", rule, "--format", "verdicts", "--guard-semantics", semantics, "--fail-on", "never", *words],
                         capture_output=True, text=True)
    out = collections.defaultdict(set)
    for line in run.stdout.splitlines():
        verdict = json.loads(line)
        out[verdict["data"], verdict["rule"]].add(verdict["status"])
    return out, run.stderr


def of_original(binary, rule, paths):
    """A document that it cannot judge ends its run, so then each is judged alone."""
    out = guard_peer.theirs(binary, [rule], paths)
    if out is None and len(paths) > 1:
        return {key: statuses for path in paths for key, statuses in of_original(binary, rule, [path]).items()}
    return {(os.path.basename(path), name): statuses for (path, name), statuses in (out or {}).items()}


def status(told, name, rule):
    """A rule has a block for templates and one for hooks; the one that is not for this document skips."""
    statuses = told.get((name, rule), set())
    return (sorted(statuses - {"SKIP"}) or sorted(statuses) or ["nothing"])[0]


def refers(path):
    """Whether a template has something in it that is not known before it is deployed."""
    return any(word in pathlib.Path(path).read_text() for word in ('"Ref"', '"Fn::', "{{resolve:"))


def written(folder, stem, text, hand):
    """{path: (scenario, form, what the scenario says, options of a case by hand or None)}, and all scenarios' numbers."""
    wanted, numbers = {}, []
    for number, clauses, then in scenarios.scenarios(text):
        numbers.append(number)
        try:
            made = [(form, document, None) for form, document in scenarios.documents(clauses, scenarios.types(text))]
        except scenarios.NotUnderstood:
            made = []
        made += [(form, document, options) for scenario, form, document, options in hand if scenario == number]
        for i, (form, document, options) in enumerate(made):
            path = os.path.join(folder, f"{stem}-{number}-{i}.json")
            with open(path, "w") as file:
                json.dump(document, file)
            wanted[path] = number, form, then, options
    return wanted, numbers


def judged(rule, program, before, new, hand, folder):
    """(rule, its cases, [scenario without a case])"""
    with open(rule) as file:
        text = file.read()
    name, stem = scenarios.rule_name(text), os.path.basename(rule)[:-len(".guard")]
    wanted, numbers = written(folder, stem, text, hand.get(stem, []))
    lost = {scenario for scenario, *_ in hand.get(stem, [])} - set(numbers)
    cases = [Case(scenario, "-", None, None, None, "the rule has no such scenario") for scenario in sorted(lost)]
    if not wanted:
        return stem, cases, numbers
    paths = list(wanted)
    reference = of_original(before, rule, paths), of_original(new, rule, paths)
    told = {semantics: of_reeve(program, semantics, rule, paths)[0] for semantics in ("reeve", guard_peer.BEFORE, guard_peer.VERSION)}
    templates = [path for path, (_, form, _, options) in wanted.items() if form == "template" and options is not None]
    resolved = of_reeve(program, "reeve", rule, templates, "--resolve", "on")[0] if templates else {}
    for path, (number, form, then, options) in wanted.items():
        file = os.path.basename(path)
        original, later = (status(answer, file, name) for answer in reference)
        if options is None and original != then:
            continue  # misread, or the rule does not do what its scenario says
        known = {guard_peer.BEFORE: then, guard_peer.VERSION: "FAIL" if later == "FAIL" else then, **(options or {}).get("original", {})}
        expected = {"reeve": known[guard_peer.BEFORE], **known}
        got = {semantics: status(answer, file, name) for semantics, answer in told.items()}
        problem = None
        if known != {guard_peer.BEFORE: original, guard_peer.VERSION: later}:
            problem = f"the scenario says {then}, cfn-guard {guard_peer.BEFORE} {original} and {guard_peer.VERSION} {later}; the case does not say why"
        elif (options or {}).get("original") and not options.get("why"):
            problem = "a case against its scenario says why"
        elif got != expected:
            problem = f"expected {expected}, got {got}"
        elif path in templates and (told_resolved := status(resolved, file, name)) not in (original, refers(path) and "UNKNOWN"):
            problem = f"resolved first it is {told_resolved}, as written {original}"
        cases.append(Case(number, form, then, original, later, problem))
    seen = {case.scenario for case in cases}
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
        hand = by_hand.read(FOLDER)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = list(pool.map(lambda rule: judged(rule, options.reeve, before, new, hand, folder), rules))
    check(len(rules) == RULES, f"{len(rules)} rules, not {RULES}")
    seen, count = {stem: set() for stem, _, _ in results}, 0
    lists = dict(HEADS)
    for stem, cases, left in results:
        for case in cases:
            count += 1
            seen[stem].add(case.original)
            check(case.problem is None, f"{stem} scenario {case.scenario} ({case.form}): {case.problem}")
        differs = [f"{number} {then}" for number, then in sorted({(case.scenario, case.then) for case in cases
                                                                  if case.original == case.then and case.later != case.then})]
        for name, numbers in zip(lists, (left, differs)):
            lists[name] += f"{stem}: {', '.join(map(str, numbers))}\n" if numbers else ""
    for name, text in lists.items():
        if options.update:
            (FOLDER / name).write_text(text)
        check(text == (FOLDER / name).read_text(), f"{name} is not what the cases say; --update takes it anew, `git diff` says what changed")
    check(count >= CASES, f"{count} cases, fewer than {CASES}")
    excused = dict(re.findall(r"^(ct-[\w-]+ (?:PASS|FAIL|SKIP)): (\S.*)$", (FOLDER / "unseen.txt").read_text(), re.M))
    unseen = {f"{stem} {one}" for stem, statuses in seen.items() for one in STATUSES if one not in statuses}
    for each in sorted(unseen - set(excused)):
        check(False, f"{each} was not seen, and unseen.txt does not say why")
    for each in sorted(set(excused) - unseen):
        check(False, f"{each} was seen, and unseen.txt says that it cannot be")
    check(True, "every rule is seen to PASS, FAIL and SKIP, but for those of unseen.txt")
    check(not set(hand) - set(seen), f"cases by hand for rules that are not there: {sorted(set(hand) - set(seen))}")
    print(f"{len(rules)} rules, {count} cases; seen to " + ", ".join(f"{one} {sum(one in statuses for statuses in seen.values())}" for one in STATUSES)
          + f"; {sum(len(left) for _, _, left in results)} scenarios without a case (tests/control_tower/uncovered.txt)")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
