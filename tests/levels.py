#!/usr/bin/env python3
"""Recomputes from the findings what `reeve assess --format json` says in sum: counts, statuses, levels, scores, blockers, coverage.

    python3 tests/levels.py [--reeve PROGRAM]

The rules are those of docs/design and the report's own formula, written anew here. Inputs: the example estate, a real account and one reply.
"""

import argparse
import collections
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_reeve import AUTHORIZATION, CLOUDMAPPER, NORTHFIELD, ROOT, Checks, assess, built, controls_of  # noqa: E402

WEIGHT = {"informational": 0, "low": 1, "medium": 2, "high": 4, "critical": 8}
LEVELS = ["None", "Basic", "Managed", "Optimized", "Innovative"]


def status_of(counts):
    for status in ("fail", "unknown", "pass", "excepted"):
        if counts[status]:
            return status
    return "not_applicable"


def level_of(controls):
    level = 0
    for step in (1, 2, 3, 4):
        statuses = [c["status"] for c in controls if c["level"] == step]
        if "pass" not in statuses or "fail" in statuses or "unknown" in statuses:
            break
        level = step
    return level


def level_by_facts(controls):
    """An attested pass fills nothing; an attested fail or unknown stands in the way all the same."""
    return level_of([c for c in controls if not (c["attested"] and c["status"] == "pass")])


def score_of(controls):
    held = whole = 0.0
    for c in controls:
        n = c["resources"]
        judged = n["pass"] + n["fail"] + n["unknown"]
        if judged:
            held += WEIGHT[c["severity"]] * n["pass"] / judged
            whole += WEIGHT[c["severity"]]
    return None if whole == 0 else 100 * held / whole


def near(said, wanted):
    return said == wanted if said is None or wanted is None else abs(said - wanted) <= 0.051


def judge(checks, name, report):
    def check(holds, what, detail=""):
        return checks.check(holds, f"{name}: {what}", detail)

    controls = controls_of(report)
    check(len(controls) == sum(len(p["controls"]) for p in report["practices"]), "each control stands in one practice")
    check(len(report["practices"]) == 8, "eight practices")
    counted = collections.Counter((f["control"], f["status"]) for f in report["findings"] if not f.get("not_rejudged"))
    twice = [k for k, n in collections.Counter((f["control"], f["resource"]["uid"]) for f in report["findings"]).items() if n > 1]
    check(not twice, "one finding for each control and resource", str(twice[:5]))
    ids = collections.Counter(f["id"] for f in report["findings"])
    check(max(ids.values()) == 1, "ids are unique", str([i for i, n in ids.items() if n > 1][:5]))
    for id, c in controls.items():
        n = c["resources"]
        for status in ("pass", "fail", "unknown", "excepted"):
            check(counted[(id, status)] == n[status], f"{id}: as many findings {status} as counted", f"{counted[(id, status)]} and {n[status]}")
        check(c["status"] == status_of(n), f"{id}: status follows from counts", f"{c['status']}, {n}")
        check(c["title"] and c["resource_types"] and all(re.fullmatch(r"\w+(::\w+)+", t) for t in c["resource_types"]), f"{id}: title and resource types", str(c["resource_types"]))
        check(len(c["evidence"]) <= 3, f"{id}: at most three samples")
        if c["status"] in ("fail", "unknown"):
            check(c.get("reason") and c["evidence"], f"{id}: {c['status']} has a reason and evidence")
        if c["status"] == "pass":
            check(c["evidence"], f"{id}: pass has a sample")
    for finding in report["findings"]:
        check(finding["control"] in controls, "every finding is of a control", finding["control"])
        if finding["status"] in ("fail", "unknown", "excepted"):
            check(len(finding.get("reason", "")) > 3, f"{finding['control']}: reason", str(finding)[:200])
        types = controls[finding["control"]]["resource_types"]
        check(finding["resource"]["type"] in types, f"{finding['control']}: the finding's type is one of the control's", f"{finding['resource']['type']} {types}")

    total = collections.Counter()
    for p in report["practices"]:
        own = collections.Counter()
        for c in p["controls"]:
            own.update(c["resources"])
        total.update(own)
        check(dict(+own) == dict(+collections.Counter(p["verdicts"])), f"{p['slug']}: verdicts add up", f"{own} {p['verdicts']}")
        check(p["level"] == level_of(p["controls"]), f"{p['slug']}: level", f"{p['level']}, by the rule {level_of(p['controls'])}")
        check(p["level_name"] == LEVELS[p["level"]], f"{p['slug']}: name of the level", p["level_name"])
        facts = level_by_facts(p["controls"])
        check(p["level_without_attested"] == facts, f"{p['slug']}: level by facts alone", f"{p['level_without_attested']}, by the rule {facts}")
        check(near(p["score"], score_of(p["controls"])), f"{p['slug']}: score", f"{p['score']}, by the formula {score_of(p['controls'])}")
        check({c["level"] for c in p["controls"]} == {1, 2, 3, 4}, f"{p['slug']}: a control at each level")
        next_level = p["level"] + 1
        blocking = {c["id"] for c in p["controls"] if c["level"] == next_level and c["status"] in ("fail", "unknown")}
        named = {b["control"] for b in p["blockers"] if b.get("control")}
        check(named == blocking, f"{p['slug']}: blockers are what fails or is unknown at the next level", f"{named ^ blocking}")
        check(p["level"] == 4 or p["blockers"], f"{p['slug']}: something blocks the next level")
        for b in p["blockers"]:
            check(b["why"], f"{p['slug']}: a blocker says why")
    check(report["level"] == min(p["level"] for p in report["practices"]), "level is the lowest practice's")
    check(near(report["score"], score_of(controls.values())), "score", f"{report['score']}, by the formula {score_of(controls.values())}")
    check(dict(+total) == dict(+collections.Counter(report["verdicts"])), "verdicts add up", f"{total} {report['verdicts']}")
    v = report["verdicts"]
    check(report["estate"]["applicable_pairs"] == v["pass"] + v["fail"] + v["unknown"] + v["excepted"], "pass + fail + unknown + excepted is all that applies")
    unknown = report["coverage"]["facts_unknown"]
    check(sum(c["verdicts"] for c in unknown) == v["unknown"], "the causes account for every unknown", f"{sum(c['verdicts'] for c in unknown)} of {v['unknown']}")
    check(all(c["cause"] for c in unknown), "every cause has a name")
    areas = {a["area"]: a for a in report["layers"]}
    check(sum(a["controls"] for a in areas.values()) == len(controls), "every control stands in one area of one layer")
    for id, c in controls.items():
        check(c["area"] in areas, f"{id}: area is one of the layers'", c["area"])
    roadmap(check, report, controls)


def roadmap(check, report, controls):
    """Every step once, nothing before what it needs, and after each what the rules say of the same controls with those steps done."""
    open_now = {id for id, c in controls.items() if c["resources"]["fail"] or c["resources"]["unknown"]}
    check({r["control"] for r in report["roadmap"]} == open_now and len(report["roadmap"]) == len(open_now), "the roadmap holds what fails or is unknown, each once")
    state = {id: dict(c, resources=dict(c["resources"])) for id, c in controls.items()}
    by_practice = {p["slug"]: [c["id"] for c in p["controls"]] for p in report["practices"]}
    done, calls, points, minutes, last = set(), set(), 0, 0, (1, 0, -1.0, False)
    judged = [c["resources"] for c in controls.values()]
    for n, r in enumerate(report["roadmap"], 1):
        id, before, so_far = r["control"], state[r["control"]]["resources"], r["so_far"]
        later = r["kind"] == "later"
        check(r["rank"] == n and (later or not last[3] and r["phase"] >= last[0]), f"roadmap: {id} in its place")
        check(later == bool(r.get("parts")) and not (later and (before["fail"] or r["effort_minutes"])), f"roadmap: whether anybody can do {id}")
        check((r["resources"], r["unknown"]) == (before["fail"], before["unknown"]) and r["fix"], f"roadmap: what {id} closes")
        check(all(a in done for a in r["after"]), f"roadmap: {id} after {r['after']}")
        check(len(r["first_resources"]) == min(3, before["fail"] or before["unknown"]), f"roadmap: which resources of {id}", r["first_resources"])
        check(not calls & set(r.get("reads", [])) and calls >= set(r.get("shared_reads", [])), f"roadmap: {id} pays for no call twice")
        weight = WEIGHT[controls[id]["severity"]]
        check(r["risk_removed_points"] == weight * before["fail"] and r["points_in_doubt"] == weight * before["unknown"], f"roadmap: points of {id}")
        check(r["quick_win"] == (before["fail"] > 0 and r["effort_minutes"] <= 60 and r["risk_removed_points"] >= 4 and not r["after"]), f"roadmap: quick win {id}")
        done.add(id)
        calls |= set(r.get("reads", []))
        points += r["risk_removed_points"]
        minutes += r["effort_minutes"]
        before.update({"pass": before["pass"] + before["fail"] + before["unknown"], "fail": 0, "unknown": 0})
        state[id]["status"] = status_of(before)
        levels = {slug: level_of([state[i] for i in ids]) for slug, ids in by_practice.items()}
        check(so_far["level"] == min(levels.values()) and so_far["practice_level"] == levels[r["practice"]], f"roadmap: levels after {id}", f"{so_far}")
        check(near(so_far["score"], score_of(list(state.values()))), f"roadmap: score after {id}", f"{so_far['score']}")
        check(near(so_far["practice_score"], score_of([state[i] for i in by_practice[r["practice"]]])), f"roadmap: score of the practice after {id}")
        check(so_far["points"] == points and so_far["effort_minutes"] == minutes, f"roadmap: sums up to {id}")
        check(so_far["level"] >= last[1] and so_far["score"] >= last[2], f"roadmap: nothing falls by {id}")
        last = (r["phase"], so_far["level"], so_far["score"], later)
    summary = report["roadmap_summary"]
    check(summary["points"] == points and summary["effort_minutes"] == minutes and summary["steps"] + summary["later"] == len(done), "the roadmap's sums")
    check(near(summary["unknown_share"], 100 * sum(c["fail"] for c in judged) / max(1, sum(c["fail"] + c["pass"] for c in judged))), "what an unknown counts")
    for phase in summary["phases"]:
        own = [r for r in report["roadmap"] if r["phase"] == phase["phase"] and r["kind"] != "later"]
        check((phase["steps"], phase["points"], phase["quick_wins"]) == (len(own), sum(r["risk_removed_points"] for r in own), sum(r["quick_win"] for r in own)), f"phase {phase['phase']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    lib_reeve.REEVE = pathlib.Path(parser.parse_args().reeve).resolve()
    checks = Checks()
    if not built(checks, "whether sums, levels and scores follow from the findings"):
        return checks.end()
    for name, path in (("northfield", NORTHFIELD), ("cloudmapper", CLOUDMAPPER), ("authorization details", AUTHORIZATION)):
        if not path.exists():
            checks.skip(name, f"no {path}", "sums, levels and scores of that input")
            continue
        judge(checks, name, assess(path).report)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
