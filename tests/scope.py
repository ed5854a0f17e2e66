#!/usr/bin/env python3
"""`--accounts`, `--regions` and `--controls` choose what is judged, not what is known: the verdicts in scope are those of the whole run.

    python3 tests/scope.py

A trail in another Region still covers this one, and a delegated administrator in another account is still there.
"""

import json
import pathlib
import sqlite3
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lib_reeve import NORTHFIELD, ROOT, Checks, assess, built, reeve, verdicts_of  # noqa: E402
from record_views import OWN, content_with  # noqa: E402


def is_in(resource, accounts, regions):
    """What has no account or no Region, or is the organization's, is in every scope."""
    region, account = resource.get("region", ""), resource.get("account", "")
    organizations = resource["type"].startswith("AWS::Organizations::") or resource["type"] == "Reeve::Organization"
    return (not regions or "-" not in region or region in regions) and (not accounts or not account or organizations or account in accounts)


# What is said of the whole assessment follows what was judged.
ABOUT_THE_ASSESSMENT = {path.parent.name for path in (ROOT / "content" / "controls").glob("*/control.yaml") if "reeve:assess" in path.read_text()}


def compare(checks, what, scoped, whole, accounts=(), regions=()):
    of = {key: (f["status"], f.get("reason", "")) for key, f in verdicts_of(scoped).items()}
    expected = {key: (f["status"], f.get("reason", "")) for key, f in verdicts_of(whole).items() if is_in(f["resource"], accounts, regions)}
    checks.check(len(expected) > 50, f"{what}: enough to compare", str(len(expected)))
    for key in sorted(set(of) | set(expected)):
        if key[0] not in ABOUT_THE_ASSESSMENT:
            checks.check(of.get(key) == expected.get(key), f"{what}: {key[0]} {key[1]}", f"{of.get(key)} instead of {expected.get(key)}")


def by_controls(checks, whole):
    """Some controls say what they say in a run of all, and a record hears nothing of the others: they neither close nor open."""
    some = sorted({f["control"] for f in whole["findings"]} - ABOUT_THE_ASSESSMENT)[::7]
    part = assess(NORTHFIELD, more=["--controls", ",".join(some[1:]), "--controls", some[0]])
    of = {key: (f["status"], f.get("reason", "")) for key, f in verdicts_of(part.report).items()}
    expected = {key: (f["status"], f.get("reason", "")) for key, f in verdicts_of(whole).items() if key[0] in some}
    checks.check(of == expected and len(of) > 50, "--controls: the verdicts of a run of all", sorted(set(of.items()) ^ set(expected.items()))[:4])
    left_out = len(list((ROOT / "content" / "controls").iterdir())) - len(some)
    checks.check(part.report["estate"]["controls_left_out"] == left_out, "--controls: how many are left out", part.report["estate"])
    checks.check(f"{len(some)} of {len(some) + left_out} controls are judged, as asked" in part.err, "--controls: said to who runs it", part.err[-300:])
    checks.check("controls_left_out" not in whole["estate"], "a run of all leaves out none", whole["estate"])
    checks.check(part.report["level"] == part.report["level_without_attested"] == 0 and {p["level"] for p in part.report["practices"]} == {0}, "--controls: no level, whatever passes", part.report["level"])
    asked = {c["id"]: c["status"] for p in part.report["practices"] for c in p["controls"]}
    blocking = [b["control"] for p in part.report["practices"] for b in p["blockers"]]
    checks.check(set(asked) == set(some) and sorted(blocking) == sorted(c for c, status in asked.items() if status in ("fail", "unknown")), "--controls: all that is open blocks, at whatever level it stands",
                 sorted(set(blocking) ^ {c for c, status in asked.items() if status in ("fail", "unknown")}))
    passing = assess(NORTHFIELD, more=["--controls", "scp-type-enabled"]).report
    checks.check(passing["verdicts"]["fail"] == 0 and passing["verdicts"]["pass"] > 0 and passing["level"] == 0, "--controls: one that passes makes no level", passing["verdicts"])
    about = sorted(ABOUT_THE_ASSESSMENT)[0]
    both = assess(NORTHFIELD, more=["--controls", f"{about},{some[0]}"])
    checks.check({f["control"] for f in both.report["findings"]} == {some[0]} and f"`{about}` speaks of what all controls come to: left out too" in both.err,
                 "--controls: what speaks of all is not judged by some", both.err[-300:])
    alone = assess(NORTHFIELD, more=["--controls", about])
    checks.check(alone.status == 2 and "cannot be judged by some alone" in alone.err, "--controls: and not alone", alone.err)
    checks.check(not both.report["objectives"] and not both.report["frameworks"] and not both.report["depth"], "--controls: objectives and frameworks are not told", "")
    every = ",".join(sorted(path.name for path in (ROOT / "content" / "controls").iterdir()))
    checks.check(assess(NORTHFIELD, more=["--controls", every]).report["findings"] == whole["findings"], "--controls: all of them are no narrowing")
    for form, said in (("text", "controls, no level"), ("markdown", "controls, no level"), ("html", "controls, no level"), ("oscal", "controls-left-out")):
        out = reeve("assess", NORTHFIELD, "--format", form, "--controls", some[0]).out
        checks.check(said in out and "of 4" not in (out if form != "html" else out[out.find("<h1"):out.find("</h1>")]), f"--controls: {form} tells no level", out[:300])
    slip = assess(NORTHFIELD, more=["--controls", "bucket-not-publc"])
    checks.check(slip.status == 2 and "did you mean `bucket-not-public`?" in slip.err, "--controls: a control that is not there is named", slip.err)
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder) / "work"
        work.mkdir()
        (work / "reeve.yaml").write_text("organization: Northfield\n")
        runs = [assess(NORTHFIELD, as_of=f"2027-01-0{day}T00:00:00Z", more=["--workspace", work, *words]).report for day, words in enumerate(([], ["--controls", some[0]], []), 1)]
        checks.check({f["control"] for f in runs[1]["findings"]} == {some[0]}, "--controls: findings of others are not listed", len(runs[1]["findings"]))
        first, last = ({f["id"]: f for f in run["findings"] if f["status"] != "pass"} for run in (runs[0], runs[2]))
        since = [last[i].get("first_seen", "")[:10] for i in first if i in last]
        checks.check(len(since) > len(first) * 9 // 10 and set(since) == {"2027-01-01"}, "--controls: findings of others stay open since they were first seen", (len(since), len(first), sorted(set(since))))
        trend = json.loads(reeve("history", "--workspace", work, "--format", "json").out)["runs"]
        checks.check([run.get("partial", False) for run in trend] == [False, True, False] and trend[1]["events"][-1] == "scope changed: all before, all by 1 control now",
                     "--controls: such a run is a part", [(run.get("partial"), run["events"]) for run in trend])


def in_history(checks, account, region):
    """A narrow run says so in the trend, and nothing takes it for the whole."""
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder) / "work"
        work.mkdir()
        (work / "reeve.yaml").write_text("organization: Northfield\n")
        content = content_with(pathlib.Path(folder) / "own", {
            "tells-history": (OWN, "SELECT o.uid, 'fail', NULL, 'e', 'runs ' || coalesce((SELECT group_concat(run, ' ') FROM (SELECT DISTINCT run FROM "
                                   "control_history ORDER BY run)), 'none') || '.' FROM reeve_organization o")})
        told, resources = [], []
        runs = ([], ["--accounts", account, "--regions", region], ["--accounts", account], [])
        for day, words in enumerate(runs, 1):
            run = assess(NORTHFIELD, as_of=f"2027-01-0{day}T00:00:00Z", more=["--workspace", work, "--content", content, *words])
            told += [f["reason"].split(".")[0] for f in run.report["findings"] if f["control"] == "tells-history"]
            resources.append(run.report["estate"]["resources"])
        checks.check(told == ["runs none", "runs 1", "runs 1", "runs 1"], "control_history holds whole runs only", told)

        def history(*words):
            done = reeve("history", "--workspace", work, "--content", content, "--format", "json", *words)
            checks.check(done.status == 0, f"history {' '.join(words)}", done.err[-300:])
            return json.loads(done.out)

        trend = history()["runs"]
        events = [[e for e in run["events"] if e.startswith("scope")] for run in trend]
        checks.check(events == [[], ["scope changed: all before, 1 account in 1 Region now"], ["scope changed: 1 account in 1 Region before, 1 account now"],
                                ["scope changed: 1 account before, all now"]], "each change of scope is an event", events)
        checks.check([run.get("partial", False) for run in trend] == [False, True, True, False], "what is partial is said", trend)
        checks.check([run["resources"] for run in trend] == resources and resources[1] < resources[2] < resources[0], "the trend counts resources in scope", ([run["resources"] for run in trend], resources))
        period = history("--since", "2027-01-01", "--until", "2027-01-05")
        checks.check([run["run"] for run in period["runs"]] == [1, 4], "a period is told by whole runs", period["runs"])
        checks.check(len([n for n in period["notes"] if "judged only a part" in n]) == 2 and not [n for n in period["notes"] if "scope changed" in n], "and names those left out", period["notes"])
        checks.check(history("--at", "2027-01-03")["run"]["run"] == 1, "a day is told by a whole run")
        checks.check(any("run 2 judged only a part" in n for n in history("1", "2")["notes"]), "the difference to a part says so")

        # A workspace that is about one account is whole in itself.
        (work / "reeve.yaml").write_text(f"organization: Northfield\nscope: {{accounts: ['{account}']}}\n")
        assess(NORTHFIELD, as_of="2027-01-06T00:00:00Z", more=["--workspace", work, "--content", content])
        last = history()["runs"][-1]
        checks.check("scope changed: all before, 1 account now" in last["events"] and not last.get("partial"), "the workspace's own scope changed, and is whole", last["events"])

        # Runs of programs before version 4 of the store kept nothing of each control.
        with sqlite3.connect(next((work / ".reeve").glob("*.db"))) as db:
            db.execute("DELETE FROM run_control WHERE run=1")
        db.close()
        both = history("1", "4")
        checks.check(both["controls"] == [] and any("run 1 did not keep" in n for n in both["notes"]), "controls are not compared with what was not kept", (len(both["controls"]), both["notes"]))


def main():
    checks = Checks()
    if not built(checks, "scope"):
        return checks.end()
    whole = assess(NORTHFIELD).report
    resources = [f["resource"] for f in whole["findings"]]
    accounts = sorted({r["account"] for r in resources if r.get("account", "").isdigit()})
    regions = sorted({r["region"] for r in resources if "-" in r.get("region", "")})
    checks.check(len(accounts) > 3 and len(regions) > 1, "the example has several accounts and Regions", f"{accounts} {regions}")
    for region in regions:
        scoped = assess(NORTHFIELD, more=["--regions", region]).report
        compare(checks, f"--regions {region}", scoped, whole, regions=[region])
        checks.check(scoped["estate"]["regions"] == 1, f"--regions {region}: one Region counts", str(scoped["estate"]))
        checks.check(scoped["estate"]["resources"] < whole["estate"]["resources"], f"--regions {region}: fewer resources count", str(scoped["estate"]))
    for some in (accounts[:1], accounts[1:3], accounts[-1:]):
        scoped = assess(NORTHFIELD, more=["--accounts", ",".join(some)]).report
        compare(checks, f"--accounts {','.join(some)}", scoped, whole, accounts=some)
        checks.check(scoped["estate"]["accounts"] == len(some), f"--accounts {','.join(some)}: so many count", str(scoped["estate"]))

    # A narrow run in between closes nothing, and the next whole run finds all as it was.
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "reeve.yaml").write_text("organization: Northfield\n")

        def seen(more=()):
            run = assess(NORTHFIELD, more=["--workspace", folder, *more])
            checks.check(run.status in (0, 1), f"a run {' '.join(more)} of the workspace", run.err[-300:])
            judged = [f for f in run.report["findings"] if f["status"] != "pass" and not f.get("not_rejudged")]
            return {f["id"]: (f["status"], f.get("first_seen")) for f in judged}

        first = seen()
        for words in (["--regions", regions[0]], ["--accounts", accounts[0]], ["--regions", regions[-1], "--accounts", accounts[1]], ["--controls", "bucket-not-public,key-not-public"]):
            narrow = seen(words)
            checks.check(0 < len(narrow) < len(first), f"{' '.join(words)} judges a part", f"{len(narrow)} of {len(first)}")
            checks.check(seen() == first, f"a run with {' '.join(words)} in between changes nothing that is open")
    in_history(checks, accounts[0], regions[0])
    by_controls(checks, whole)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
