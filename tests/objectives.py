#!/usr/bin/env python3
"""Recomputes objectives, depth, frameworks and the attested share from the statuses and findings of the same report.

    python3 tests/objectives.py

The rules are those of docs/formats/objectives.md and frameworks.md, written anew here. Inputs: the example estate, and a workspace in which days
pass so that fails become overdue and evidence grows old.
"""

import json
import pathlib
import re
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lib_reeve import NORTHFIELD, ROOT, Checks, assess, built, controls_of  # noqa: E402

WEIGHT = {"informational": 0, "low": 1, "medium": 2, "high": 4, "critical": 8}
STATUSES = ["fail", "unknown", "pass", "excepted", "not_applicable"]
LAYERS = {"preventive": "prevent", "detective": "detect", "responsive": "respond"}


def fold(counts):
    return next((s for s in STATUSES if counts.get(s)), "not_applicable")


def tally(statuses):
    return {s: sum(one == s for one in statuses) for s in STATUSES}


def state(counts):
    good, bad = counts["pass"], counts["fail"] + counts["unknown"]
    if not good and not bad:
        return "none"
    if not good:
        return "fails" if counts["fail"] else "unknown"
    return "partly" if bad else "works"


def files(checks, kind):
    """{slug: {key: text}} of the plain `key: value` lines of content/KIND/*.yaml."""
    out = {}
    for path in sorted((ROOT / "content" / kind).glob("*.yaml")):
        out[path.stem] = dict(re.findall(r"^ *(\w+): *([^\n]*)$", path.read_text(), re.M))
    checks.check(out, f"content/{kind} has files")
    return out


def objectives(checks, report):
    controls = controls_of(report)
    described = files(checks, "objectives")
    checks.check([o["id"] for o in report["objectives"]] == sorted(described), "every objective that is described is answered, by slug")
    area_layer = {layer["area"]: LAYERS[layer["layer"]] for layer in report["layers"]}
    depth = {row["objective"]: row for row in report["depth"]}
    checks.check(sorted(depth) == sorted(described), "every objective has a row of depth")
    ranks = [(-row["rank_points"], row["objective"]) for row in report["depth"]]
    checks.check(ranks == sorted(ranks), "the worst gap comes first, equals by slug")
    for o in report["objectives"]:
        name = o["id"]
        own = {i: c for i, c in controls.items() if c["objective"] == name}
        checks.check(o["controls"] == sorted(own) and own, f"{name} lists its controls", o["controls"])
        checks.check(o["counts"] == tally([c["status"] for c in own.values()]) and o["status"] == fold(o["counts"]), f"{name} folds their statuses", o["counts"])
        sums = {s: sum(c["resources"][s] for c in own.values()) for s in STATUSES}
        checks.check(o["resources"] == sums, f"{name} sums their verdicts", (o["resources"], sums))
        allowed = int(described[name]["failing_percent"])
        checks.check(o["appetite"]["failing_percent"] == allowed and o["evidence"]["max_age_days"] == int(described[name]["evidence_max_age_days"]), f"{name} has the appetite of its file")
        over, maybe, failing = False, False, False
        for c in own.values():
            n = c["resources"]
            judged = n["pass"] + n["fail"] + n["unknown"]
            over |= judged and n["fail"] * 100 > judged * allowed
            maybe |= judged and (n["fail"] + n["unknown"]) * 100 > judged * allowed
            failing |= n["fail"] > 0
        if over:
            checks.check(o["within_appetite"] == "no" and any(f"{allowed} % allowed" in why for why in o["why"]), f"{name} is over its appetite and says so", o["why"])
        elif maybe or failing:
            checks.check(o["within_appetite"] != "yes" and o["why"], f"{name} is not shown to be within its appetite", (o["within_appetite"], o["why"]))
        elif o["counts"]["pass"]:
            checks.check(o["within_appetite"] == "yes" and not o["why"] or o["evidence"]["fresh"] == "no", f"{name} is within its appetite", (o["within_appetite"], o["why"]))
        row = depth[name]
        standing = 0
        for layer in ("prevent", "detect", "respond"):
            there = sorted(i for i, c in own.items() if area_layer[c["area"]] == layer)
            cell = row[layer]
            checks.check(cell["controls"] == there and cell["counts"] == tally([own[i]["status"] for i in there]), f"{name} {layer} counts its controls", cell)
            checks.check(cell["state"] == state(cell["counts"]), f"{name} {layer} is called {cell['state']}", cell["counts"])
            standing += cell["counts"]["pass"] > 0
            kinds = {"prevent": "prevent.*", "detect": None, "respond": "respond.*"}[layer]
            brought = sorted(i for i in own if kinds and list((ROOT / "content" / "controls" / i).glob(kinds)))
            checks.check(cell["ready"] == brought, f"{name} {layer} offers what its controls bring", (cell["ready"], brought))
        worst = max(WEIGHT[c["severity"]] for c in own.values())
        checks.check(row["layers_standing"] == standing and row["rank_points"] == worst * (3 - standing) and row["single_layer"] == (standing <= 1),
                     f"{name} ranks by severity × missing layers", row["rank_points"])


def attested(checks, report):
    controls = controls_of(report).values()
    applicable = lambda c: sum(c["resources"][s] for s in STATUSES if s != "not_applicable")  # noqa: E731
    want = {"controls": sum(c["attested"] for c in controls), "of_controls": len(controls),
            "passing": sum(c["attested"] and c["status"] == "pass" for c in controls), "of_passing": sum(c["status"] == "pass" for c in controls),
            "verdicts": sum(applicable(c) for c in controls if c["attested"]), "of_verdicts": sum(map(applicable, controls))}
    checks.check(report["attested"] == want, "the share reached by attestation alone", (report["attested"], want))


def frameworks(checks, report):
    controls = controls_of(report)
    described = sorted(p.stem for p in (ROOT / "content" / "frameworks").glob("*.yaml") if p.stem != "sec01")
    checks.check([f["id"] for f in report["frameworks"]] == described, "every framework that is described is answered", described)
    for f in report["frameworks"]:
        text = (ROOT / "content" / "frameworks" / f"{f['id']}.yaml").read_text().split("requirements:\n")[1]
        lines = re.findall(r'^  "?([^":\n]+)"?: \[([^\]]*)\]', text, re.M)
        checks.check([(page["id"], page["controls"]) for page in f["pages"]] == [(i, sorted(filter(None, re.split(r",\s*", c.strip())))) for i, c in lines],
                     f"{f['id']} has every requirement of its file, in order")
        checks.check(len(f["pages"]) == f["requirements"] == f["covered"] + f["not_covered"] == sum(f["counts"].values()) + f["not_covered"], f"{f['id']} adds up", f["counts"])
        for page in f["pages"]:
            want = fold(tally([controls[c]["status"] for c in page["controls"]])) if page["controls"] else "not_covered"
            checks.check(page["status"] == want, f"{f['id']} {page['id']} is {want}", page)
        checks.check(f["counts"] == tally([page["status"] for page in f["pages"]]), f"{f['id']} counts its pages")


def days_pass(checks):
    """A bucket is public on the first day and stays so: the appetite's days run out; facts that nobody read again grow old."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "reeve.yaml").write_text("organization: T\n")
        (folder / "objectives").mkdir()
        (folder / "objectives" / "data-is-encrypted-at-rest.yaml").write_text(
            "title: Encrypted\nstatement: Stored data is encrypted.\nowner: data\npractices: [automate_security_controls]\nevidence_max_age_days: 10\n"
            "appetite:\n  failing_percent: 60\n  mend_within_days: {critical: 1, high: 3, medium: 30, low: 90}\n")
        estate = folder / "estate"
        estate.mkdir()

        def config(captured):
            volumes = [{"configurationItemVersion": "1.3", "configurationItemCaptureTime": captured, "configurationItemStatus": "OK", "awsAccountId": "111122223333",
                        "ARN": f"arn:aws:ec2:eu-west-1:111122223333:volume/vol-{i}", "resourceType": "AWS::EC2::Volume", "resourceId": f"vol-{i}", "awsRegion": "eu-west-1",
                        "tags": {}, "relationships": [], "configuration": {"volumeId": f"vol-{i}", "encrypted": i > 0}, "supplementaryConfiguration": {}} for i in range(2)]
            (estate / "snapshot.json").write_text(json.dumps({"fileVersion": "1.0", "configSnapshotId": "s", "configurationItems": volumes}))

        def on(day, captured):
            config(f"2026-11-{captured:02}T00:00:00.000Z")
            report = assess(str(estate), as_of=f"2026-11-{day:02}T00:00:00Z", more=("--workspace", str(folder))).report
            return next(o for o in report["objectives"] if o["id"] == "data-is-encrypted-at-rest")

        # day judged, day of the facts → overdue, oldest fail in days, within the failing share of half and three days, evidence's age and freshness
        table = [(1, 1, 0, 0, "yes", 0, "yes"), (4, 4, 0, 3, "yes", 0, "yes"), (5, 5, 1, 4, "no", 0, "yes"), (19, 8, 1, 18, "no", 11, "no")]
        for day, captured, overdue, oldest, within, age, fresh in table:
            o = on(day, captured)
            got = (o["overdue"], o.get("oldest_fail_days"), o["within_appetite"], o["evidence"].get("age_days"), o["evidence"]["fresh"])
            # Other controls of the objective may be unknown in so small an estate; what they add to `why` is theirs.
            about = [why for why in o["why"] if why.startswith("volume-encrypted") or why.startswith("its evidence")]
            checks.check(got[:2] == (overdue, oldest) and got[3:] == (age, fresh), f"day {day}: overdue and age", (got, o["why"]))
            checks.check(("no" in (got[2],)) == (within == "no"), f"day {day}: within its appetite: {within}", (got, o["why"]))
            checks.check(bool([w for w in about if "has failed for" in w]) == (overdue > 0), f"day {day}: says how long", about)
            checks.check(bool([w for w in about if "days old" in w]) == (fresh == "no"), f"day {day}: says how old", about)
        # Without a workspace nobody knows since when.
        alone = assess(str(estate), as_of="2026-11-19T00:00:00Z").report
        o = next(o for o in alone["objectives"] if o["id"] == "data-is-encrypted-at-rest")
        checks.check("oldest_fail_days" not in o and o["overdue"] == 0, "without history no day is claimed", o)


def main():
    checks = Checks()
    if not built(checks, "objectives, depth and frameworks equal what their pages say"):
        return checks.end()
    run = assess(str(NORTHFIELD))
    if checks.check(run.status in (0, 1), "the example estate is assessed", run.err[-500:]):
        objectives(checks, run.report)
        attested(checks, run.report)
        frameworks(checks, run.report)
    days_pass(checks)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
