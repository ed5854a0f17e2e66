#!/usr/bin/env python3
"""Holds `reeve content coverage` against the tree: 131 facts asked, which of them have a control, and where controls are thin.

    python3 tests/coverage.py

What is still missing stands here by name, so that the list can only shrink: a fact that gained its control must be taken off.
"""

import collections
import json
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lib_reeve import ROOT, SHARED, Checks, built, reeve  # noqa: E402

FACTS = 131
MISSING = []
# Practice and level, operations area and practice, with a single control, each with the reason why a second would say nothing more.
THIN_LEVELS = []
THIN_AREAS = {
    "access control / implement_services_features": "access lists of buckets are the one way of access that AWS has superseded and still offers",
    "access control / reduce_management_scope": "a password that AWS keeps is the one access that a managed database takes over",
    "access control / threat_model": "who reaches what is critical is proven once, for all that is modelled",
    "automated remediation / aws_account": "root use is the one event of this practice that a machine can answer",
    "automated remediation / control_objectives": "mending by machine is asked once, of the rules that find",
    "automated remediation / multi_accounts": "a change to a guardrail is the one event of this practice that a machine can answer",
    "automated remediation / updated_threats": "whatever detection finds comes by one way, and one rule sends it to a machine",
    "communication / updated_threats": "AWS tells of threats to an account by one way",
    "configuration management / control_objectives": "the objectives' own tools are configured in one place",
    "configuration management / threat_model": "a model needs to know whose a resource is, and nothing else of its configuration",
    "data protection / threat_model": "a model needs to know what data is worth, and nothing else of its protection",
    "incident response / aws_account": "misuse of a root user is the one incident of this practice",
    "security metrics / aws_account": "root users are counted by when they were last used, and by nothing else",
    "threat detection / implement_services_features": "what is new in detection arrives by one setting",
}


def controls():
    """{id: (practice, level, area, judge, facts)} read from the files themselves."""
    out = {}
    for path in sorted((ROOT / "content" / "controls").glob("*/control.yaml")):
        text = path.read_text()
        value = lambda key: re.search(rf"^{key}: *([^#\n]*)", text, re.M)  # noqa: E731
        facts = value("facts")
        judge = next(kind for kind, file in (("guard", "check.guard"), ("sql", "check.sql"), ("attested", "attest.yaml")) if (path.parent / file).exists())
        out[path.parent.name] = (value("practice").group(1).strip(), int(value("level").group(1)), value("area").group(1).strip(), judge,
                                 re.findall(r"\d\d\.\d\d", facts.group(1)) if facts else [])
    return out


def table():
    """{fact: (level, told by)} of the research, where it is at hand."""
    page = SHARED / "research" / "assess-and-collect.md"
    if not page.exists():
        return None
    rows = re.findall(r"^\| (\d\d\.\d\d) \|.*\| ([PDRG]) \| (\d) \| (\w+) \|$", page.read_text(), re.M)
    told = {"f": "file", "l": "log"}
    does = {"P": "prevent", "D": "detect", "R": "respond", "G": "govern"}
    return {fact: (does[kind], int(level), told.get(rig, "api")) for fact, kind, level, rig in rows}


def main():
    checks = Checks()
    if not built(checks, "131 facts have their controls"):
        return checks.end()
    done = reeve("content", "coverage", "--content", ROOT / "content", "--format", "json")
    if not checks.check(done.status in (0, 1) and not done.err, "the coverage is told", done.err[-1500:]):
        return checks.end()
    told, own = json.loads(done.out), controls()
    checks.check(len(told["facts"]) == FACTS == told["facts_asked"], f"{FACTS} facts are asked", len(told["facts"]))
    by_fact = collections.defaultdict(list)
    for name, (_, _, _, judge, facts) in own.items():
        for fact in facts:
            by_fact[fact].append((name, judge))
    known = {fact["id"] for fact in told["facts"]}
    for fact in told["facts"]:
        got = [(c["id"], c["judge"]) for c in fact["controls"]]
        checks.check(got == by_fact.get(fact["id"], []), f"{fact['id']} lists the controls that name it", got)
        checks.check(bool(got) != (fact["id"] in MISSING), f"{fact['id']} {'has no control' if not got else 'is on the list of what is missing, and has one'}")
        for control in fact["controls"]:
            kinds = {re.match(r"examples/(pass|fail|unknown|odd)", e).group(1) for e in control["examples"] if e != "examples/requests.yaml"}
            checks.check(kinds == {"pass", "fail", "unknown", "odd"}, f"{fact['id']} {control['id']} shows all four verdicts", kinds)
    checks.check(set(by_fact) <= known, "no control names a fact that nobody asks for", set(by_fact) - known)
    checks.check(told["missing"] == sorted(MISSING), "what is missing is what is listed here", sorted(set(told["missing"]) ^ set(MISSING)))
    research = table()
    if research is None:
        checks.skip("the facts equal the research's table", f"{SHARED} is not there", "that no fact was left out")
    else:
        wrong = {f["id"]: research.get(f["id"]) for f in told["facts"] if (f["does"], f["level"], f["told_by"]) != research.get(f["id"])}
        checks.check(len(research) == FACTS and not wrong, "the facts equal the research's table", wrong)

    levels = collections.Counter((practice, level) for practice, level, _, _, _ in own.values())
    checks.check({(row["practice"], row["level"]): row["controls"] for row in told["levels"]} == {key: levels[key] for key in
                 [(row["practice"], row["level"]) for row in told["levels"]]} and len(told["levels"]) == 32, "controls by practice and level are counted right")
    thin = sorted(f"{row['practice']} {row['level']}" for row in told["levels"] if row["controls"] < 2)
    checks.check(thin == sorted(THIN_LEVELS), "each practice has two controls at each level", thin)
    areas = collections.Counter((area, practice) for practice, _, area, _, _ in own.values())
    checks.check({(row["area"], row["practice"]): row["controls"] for row in told["areas"]} == dict(areas), "controls by area and practice are counted right")
    thin = sorted(f"{area} / {practice}" for (area, practice), n in areas.items() if n < 2)
    checks.check(thin == sorted(THIN_AREAS), "an area that a practice has at all has two controls in it", thin)
    attested = sorted(name for name, one in own.items() if one[3] == "attested")
    checks.check((told["controls"], told["attested"]) == (len(own), len(attested)) and len(attested) * 4 <= len(own), "at most a quarter is attested", (len(attested), len(own)))
    checks.check(not told["attested_needlessly"], "attested is only what no API tells", told["attested_needlessly"])
    checks.check(done.status == (1 if MISSING or THIN_LEVELS else 0), "the exit status says whether something is missing", done.status)
    text = reeve("content", "coverage", "--content", ROOT / "content").out
    checks.check(f"{told['facts_answered']} of {FACTS} facts answered" in text, "the table for people says the same", text[-400:])
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
