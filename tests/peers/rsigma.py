#!/usr/bin/env python3
"""The given rules on the given events, judged by rsigma: every verdict of the matcher is the same, but where an object is matched as its text.

    tests/peers/rsigma.py [--reeve PROGRAM]

rsigma is a crate, built by name into a cache folder; its program is asked for the rule and the event of each match. The differences that may
be, each counted, are a closed list (CLASSES); any other fails, and so does a class that does not occur.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent.parent)]
import lib_reeve  # noqa: E402
from lib_detect import PLACEHOLDERS, SIGMA, CLOUDTRAIL, detect_input, given_events, given_rules, verdicts, verdicts_tool  # noqa: E402
from lib_reeve import SHARED, Checks, built  # noqa: E402
from lib_sigma_peers import VERSION, rsigma  # noqa: E402

CLASSES = {
    "object as text": "the rule's field holds an object, which Reeve matches as its text unless --strict-scalar says otherwise, and rsigma never",
}


def key(event):
    return json.dumps(event, sort_keys=True)


def matches(program, folder, rules, events):
    """Pairs of rule and event, an event being known by its content, as often as they came."""
    pipeline = folder / "placeholders.yml"
    pipeline.write_text(json.dumps({"name": "placeholders", "priority": 1, "vars": PLACEHOLDERS, "transformations": [{"type": "value_placeholders"}]}))
    done = subprocess.run([str(program), "--output-format", "ndjson", "--quiet", "engine", "eval", "--rules", str(rules), "--input-format", "json", "--pipeline", str(pipeline), "--include-event"],
                          input="".join(event + "\n" for event in events), capture_output=True, text=True, cwd=folder, timeout=600)
    found = collections.Counter()
    for line in done.stdout.splitlines():
        hit = json.loads(line)
        found[hit["rule_id"], key(hit["event"])] += 1
    return found, done


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve")
    options = parser.parse_args()
    if options.reeve:
        lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    shown = "that another implementation of Sigma says the same"
    if not built(checks, shown):
        return checks.end()
    if not verdicts_tool().exists():
        checks.skip("rsigma", f"{verdicts_tool()} is not built", shown)
        return checks.end()
    if not SIGMA.exists() or not CLOUDTRAIL.exists():
        checks.skip("rsigma", f"{SHARED} has no corpora of sigma and cloudtrail", shown)
        return checks.end()
    program = rsigma()
    if program is None:
        checks.skip("rsigma", f"crate rsigma {VERSION} could not be built", shown)
        return checks.end()
    events, rules = given_events(), given_rules()
    said, ours = verdicts(rules, events)
    titles = {line["rule"]: line["title"] for line in said if "rule" in line}
    strict = verdicts(rules, events, "--strict")[1]
    checks.check(len(titles) == 58 and len(events) >= 400 and len(ours) == len(events), "58 rules are judged on the given events", f"{len(titles)} rules, {len(ours)} of {len(events)} events")
    with tempfile.TemporaryDirectory() as work:
        theirs, done = matches(program, pathlib.Path(work), SIGMA / "sigmahq", events)
    checks.check(done.returncode == 0, "rsigma ends in good order", f"{done.returncode} {done.stderr[-300:]}")

    mine, plain = collections.Counter(), collections.Counter()
    for text, loose, tight in zip(events, ours, strict):
        event = key(json.loads(text))
        mine.update((rule, event) for rule in loose)
        plain.update((rule, event) for rule in tight)
    explained, unexplained = collections.Counter(), []
    for pair in sorted(set(mine) | set(theirs)):
        more = mine[pair] - theirs[pair]
        if more > 0 and mine[pair] - plain[pair] == more:
            explained["object as text", titles[pair[0]]] += more
        elif more:
            unexplained.append(f"`{titles.get(pair[0], pair[0])}`: Reeve {mine[pair]}, rsigma {theirs[pair]} times on {pair[1][:300]}")
    checks.check(not unexplained, f"{len(titles)} rules x {len(events)} events: every verdict is rsigma's", f"{len(unexplained)} differ: " + " | ".join(unexplained[:3]))
    checks.check(plain == theirs, "with --strict-scalar there is no difference at all", str(list((plain - theirs) + (theirs - plain))[:2])[:400])
    checks.check(sum(theirs.values()) > 100, "rsigma matches something", sum(theirs.values()))
    checks.check({name for name, _ in explained} == set(CLASSES), "each class of differences occurs", sorted(explained))
    for (name, title), count in sorted(explained.items()):
        print(f"{name}: {count} hits of `{title}`: {CLASSES[name]}")
    print(f"rsigma {VERSION}: {len(titles)} rules x {len(events)} events, {sum(theirs.values())} hits of {len({rule for rule, _ in theirs})} rules; Reeve {sum(mine.values())}")

    # The program itself, not only its matcher. Reeve tells an event once, and by its id: those of ids that several events have are left out.
    ids = collections.Counter(identity for text in {key(json.loads(one)): one for one in events}.values() if (identity := json.loads(text).get("eventID")))
    told = {(alert["rule_id"], alert["event_id"]) for alert in
            detect_input("".join(event + "\n" for event in events).encode(), "--strict-scalar", *[word for rule in rules for word in ("--rules", rule)]).alerts}
    wanted = {(rule, json.loads(event).get("eventID")) for rule, event in theirs if "expand" not in pathlib_text(rule, rules)}
    one = {pair for pair in told if ids[pair[1]] == 1}
    checks.check(one == {pair for pair in wanted if ids[pair[1]] == 1} and one, "`reeve detect --strict-scalar` tells them", f"{len(one)} told")
    return checks.end()


def pathlib_text(rule, files):
    """The file of a rule."""
    return next((text for text in map(pathlib.Path.read_text, files) if f"id: {rule}" in text), "")


if __name__ == "__main__":
    sys.exit(main())
