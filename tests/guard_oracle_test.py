#!/usr/bin/env python3
"""Holds Reeve's Guard evaluator against the oracle, a naive one that shares nothing with it (guard_oracle.py).

Rule files and documents are made up from a seed (guard_oracle_made.py); every file is judged over every document under the three
semantics by one run of `reeve check --format verdicts` for each, and each pair's verdicts must be the oracle's. A pair is one rule file
over one document. The same seed names the same pairs.

    guard_oracle_test.py --reeve PATH [--pairs 100000] [--seed N] [--keep FOLDER]

`--keep` writes what disagreed, for a table of the unit tests.
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.setrecursionlimit(10000)
import guard_oracle  # noqa: E402
import guard_oracle_made  # noqa: E402
from guard_oracle_parse import parse  # noqa: E402

SEMANTICS = ("reeve", "3.2.0", "3.2.1")
SIDE = 100  # a batch is so many rule files over so many documents at most


def of_reeve(program, folder, semantics):
    """{(rule file, document): [(rule, status), …]}, and what it said on standard error."""
    done = subprocess.run([program, "check", os.path.join(folder, "data"), "--rules", os.path.join(folder, "rules"), "--format", "verdicts",
                           "--guard-semantics", semantics, "--fail-on", "never"], capture_output=True, text=True)
    out = collections.defaultdict(list)
    for line in done.stdout.splitlines():
        verdict = json.loads(line)
        out[verdict["rules_file"], verdict["data"]].append((verdict["rule"], verdict["status"]))
    return out, done.stderr, done.returncode


def lines(verdicts):
    """A rule's blocks in any order, as `verdicts` may give them."""
    return sorted({(rule, status) for rule, status in verdicts if status is not None})


def batch(program, seed, files, documents, keep, tally):
    with tempfile.TemporaryDirectory(prefix="guard_oracle_") as folder:
        rules, data = {}, {}
        for kind in ("rules", "data"):
            os.mkdir(os.path.join(folder, kind))
        for i in range(files):
            text = guard_oracle_made.rules(f"{seed}.{i}")
            rules[f"{i:03}.guard"] = text, parse(text)
            pathlib.Path(folder, "rules", f"{i:03}.guard").write_text(text)
        for i in range(documents):
            data[f"{i:03}.json"] = guard_oracle_made.document(f"{seed}.{i}")
            pathlib.Path(folder, "data", f"{i:03}.json").write_text(json.dumps(data[f"{i:03}.json"], ensure_ascii=False))
        answers, said, unanswered = {}, {}, collections.Counter()
        for semantics in SEMANTICS:
            answers[semantics], errors, status = of_reeve(program, folder, semantics)
            said[semantics] = status, errors
        refused = {file for file, (_, tree) in rules.items() if guard_oracle.refused(tree)}
        tally["refused"] += len(refused)
        unanswered["reeve"] += len(refused)  # each is named once
        for file, (text, tree) in rules.items():
            for name, document in data.items():
                wrong = []
                for semantics in SEMANTICS:
                    verdicts = [] if semantics == "reeve" and file in refused else guard_oracle.verdicts(tree, document, semantics)
                    unanswered[semantics] += sum(status is None for _, status in verdicts)
                    wanted = lines(verdicts)
                    got = lines(answers[semantics].get((file, name), []))
                    tally.update(status for _, status in wanted)
                    if got != wanted:
                        wrong.append((semantics, sorted(set(wanted) - set(got)), sorted(set(got) - set(wanted))))
                tally["alike" if not wrong else "different"] += 1
                if wrong and tally["different"] <= 10:
                    print(f"FAILED seed {seed}, {file} over {name}: " + "; ".join(f"{s}: oracle {w}, reeve {g}" for s, w, g in wrong))
                if wrong and keep:
                    os.makedirs(keep, exist_ok=True)
                    pathlib.Path(keep, f"{seed}-{file}").write_text(text)
                    pathlib.Path(keep, f"{seed}-{file}-{name}").write_text(json.dumps(document))
                    with open(os.path.join(keep, "wrong.txt"), "a") as log:
                        log.write(f"{seed}-{file} {seed}-{file}-{name} {wrong}\n")
        for semantics, (status, errors) in said.items():  # a rule that cannot be evaluated is named, and makes the status 3
            if (status == 3) != (unanswered[semantics] > 0) or status not in (0, 1, 3) or len(errors.splitlines()) != unanswered[semantics]:
                tally["broken"] += 1
                print(f"FAILED batch {seed} under {semantics}: status {status}, {unanswered[semantics]} rules without a verdict or files refused, "
                      f"{len(errors.splitlines())} lines on standard error: {errors[:300]}")
            tally["unanswered"] += unanswered[semantics]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reeve", required=True)
    parser.add_argument("--pairs", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep")
    options = parser.parse_args()
    tally, left, seed = collections.Counter(), options.pairs, options.seed
    while left > 0:
        files = min(SIDE, max(1, left // 40))
        documents = min(SIDE, (left + files - 1) // files)
        batch(options.reeve, seed, files, documents, options.keep, tally)
        left, seed = left - files * documents, seed + 1
    print(f"{tally['alike'] + tally['different']} pairs under {len(SEMANTICS)} semantics: {tally['PASS']} PASS, {tally['FAIL']} FAIL, {tally['SKIP']} SKIP, "
          f"{tally['refused']} rule files with a name that stands for nothing")
    failed = tally["different"] + tally["broken"]
    if not all(tally[status] > tally["alike"] / 20 for status in ("PASS", "FAIL", "SKIP")):
        failed += 1
        print("FAILED the pairs do not see every status often enough to show anything")
    print(f"{tally['alike']} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
