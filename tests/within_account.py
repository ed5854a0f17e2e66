#!/usr/bin/env python3
"""A control that looks at one account at a time says the same as if it were asked of the whole record.

    python3 tests/within_account.py [--reeve PROGRAM]

`within: account` only moves the question to where the account is in memory. So the content with every such line taken away must give the
same findings, counts and evidence, and what needs more than the account must be refused there by name.
"""

import argparse
import json
import pathlib
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_reeve import CLOUDMAPPER, NORTHFIELD, ROOT, Checks, assess, reeve  # noqa: E402

LINE = re.compile(r"^within: account\n", re.M)
CONTROLS = ROOT / "content" / "controls"


def own_copy(control, folder):
    """The control's folder copied into content of its own at `folder`, which lies over the built-in content and replaces that one item."""
    return pathlib.Path(shutil.copytree(CONTROLS / control, folder / "controls" / control))


def facts_of(report):
    """Findings by id without what a report says of the content; controls with their counts, statuses and levels."""
    findings = {f["id"]: {k: v for k, v in f.items() if k != "first_seen"} for f in report["findings"]}
    controls = {}
    for practice in report["practices"]:
        for control in practice["controls"]:
            controls[control["id"]] = {k: v for k, v in control.items() if k != "evidence"}
            if control["status"] != "pass":  # of passes any three are shown
                controls[control["id"]]["evidence"] = control.get("evidence")
    return findings, controls


def shared_vpcs(checks, folder):
    """VPCs that their owner shares are listed by the participants too. Each is judged once, and a change of one teller changes no more."""
    estate = folder / "estate"
    shutil.copytree(NORTHFIELD, estate)
    lists = {p.parent.parent.name: p for p in sorted(estate.rglob("eu-west-1/ec2-describe-vpcs.json"))}
    owner = "444455556666"
    tellers = [a for a in ("111122223333", "666677778888") if a in lists]
    if not checks.check(owner in lists and len(tellers) == 2, "the example lists VPCs", str(sorted(lists))):
        return
    own = json.loads(lists[owner].read_text())
    for account in tellers:
        reply = json.loads(lists[account].read_text())
        reply["Vpcs"] += own["Vpcs"]
        lists[account].write_text(json.dumps(reply))

    def judged(*more):
        run = assess(estate, more=more)
        counts = {c["id"]: c["resources"] for p in run.report["practices"] for c in p["controls"]}["vpc-has-a-flow-log"]
        open_ones = {f["resource"]["uid"]: f["status"] for f in run.report["findings"] if f["control"] == "vpc-has-a-flow-log" and not f.get("not_rejudged")}
        return counts, open_ones

    work = folder / "work"
    work.mkdir()
    (work / "reeve.yaml").write_text("organization: Northfield\n")
    whole = {c["id"]: c["resources"] for p in assess(NORTHFIELD).report["practices"] for c in p["controls"]}["vpc-has-a-flow-log"]
    for step in ("all three tell", "a teller's own VPC changes", "a teller tells no more", "the owner is not read"):
        if step == "a teller's own VPC changes":
            lists[tellers[0]].write_text(lists[tellers[0]].read_text().replace("10.", "11.", 1))
        elif step == "a teller tells no more":
            reply = json.loads(lists[tellers[0]].read_text())
            reply["Vpcs"] = [v for v in reply["Vpcs"] if v not in own["Vpcs"]]
            lists[tellers[0]].write_text(json.dumps(reply))
        elif step == "the owner is not read":
            for path in estate.rglob(f"*{owner}*"):
                if path.is_dir() and path.exists():
                    shutil.rmtree(path)
        fresh, kept = judged(), judged("--workspace", work)
        checks.check(fresh == kept, f"shared VPCs, {step}: an incremental run says what a fresh one says", f"{kept} not {fresh}")
        counts, findings = fresh
        for status in ("fail", "unknown"):
            checks.check(counts[status] == list(findings.values()).count(status), f"shared VPCs, {step}: every {status} is one finding", f"{counts} {findings}")
        if step == "all three tell":
            checks.check(counts == whole, "shared VPCs: their owner's word counts", f"{counts} not {whole}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reeve", type=pathlib.Path, default=lib_reeve.REEVE)
    lib_reeve.REEVE = parser.parse_args().reeve.resolve()
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        whole = pathlib.Path(folder) / "content"
        within = [file.parent.name for file in sorted(CONTROLS.glob("*/control.yaml")) if LINE.search(file.read_text())]
        for name in within:
            file = own_copy(name, whole) / "control.yaml"
            file.write_text(LINE.sub("", file.read_text()))
        checks.check(len(within) >= 15, "many controls look at one account", f"{len(within)}")

        for source in (NORTHFIELD, CLOUDMAPPER):
            if not source.exists():
                checks.skip(source.name, "not there", "that a real account gets the same answers either way")
                continue
            here = assess(source, more=("--content", ROOT / "content"))
            there = assess(source, more=("--content", whole))
            if not checks.check(here.status in (0, 1) and there.status in (0, 1), f"{source.name} is judged", here.err + there.err):
                continue
            (findings, controls), (findings_whole, controls_whole) = facts_of(here.report), facts_of(there.report)
            for control in within:
                mine = {i: f for i, f in findings.items() if f["control"] == control}
                theirs = {i: f for i, f in findings_whole.items() if f["control"] == control}
                checks.check(mine == theirs, f"{source.name} {control}: the same findings", f"{mine} not {theirs}"[:600])
                checks.check(controls[control] == controls_whole[control], f"{source.name} {control}: the same counts", f"{controls[control]} not {controls_whole[control]}"[:600])

        # What one account cannot know is not there to be asked, and a query that asks it is named; its candidates are unknown.
        asks = {"accounts": "SELECT a.account FROM accounts a", "edges": "SELECT source FROM edges", "days_since": "SELECT days_since('2026-01-01')", "as_of": "SELECT as_of()",
                "scp_denies": "SELECT scp_denies('1', 'a:B', 'any')", "attestations": "SELECT owner FROM attestations"}
        control = CONTROLS / "role-not-assumable-by-anyone"
        for name, asked in asks.items():
            broken = pathlib.Path(folder) / name
            check = own_copy(control.name, broken) / "check.sql"
            check.write_text(f"SELECT uid, iif(({asked}) IS NULL, 'pass', 'fail'), NULL, '', '' FROM aws_iam_role\n")
            run = assess(NORTHFIELD, more=("--content", broken))
            counts = {c["id"]: c["resources"] for p in run.report["practices"] for c in p["controls"]}[control.name]
            checks.check(name in run.err and run.err.count(f"{control.name}/check.sql") == 1, f"{name}: named once", run.err[:400])
            checks.check(counts["pass"] == counts["fail"] == 0 < counts["unknown"], f"{name}: its candidates are unknown", str(counts))
            shutil.rmtree(broken)

        # A query or a filter that is wrong leaves every candidate unknown, and says so once.
        filtered = CONTROLS / "instance-serves-no-database"
        wrongs = {"query": ("check.sql", lambda text: "SELECT nonsense FROM nowhere\n"), "where": ("control.yaml", lambda text: text + "where: nonsense = 1\n"),
                  "where that fails late": ("control.yaml", lambda text: text + "where: \"json_extract('{', '$.a') IS NULL\"\n")}
        for name, (file, change) in wrongs.items():
            for word in ("within: account\n", ""):
                broken = pathlib.Path(folder) / "broken"
                yaml = own_copy(filtered.name, broken) / "control.yaml"
                yaml.write_text(re.sub(r"^(within|where): .*\n", "", yaml.read_text(), flags=re.M) + word)
                (broken / "controls" / filtered.name / file).write_text(change((broken / "controls" / filtered.name / file).read_text()))
                run = assess(NORTHFIELD, more=("--content", broken))
                what = f"wrong {name}{', within an account' if word else ''}"
                if checks.check(run.status in (0, 1, 3) and run.out, f"{what}: the rest is judged", f"{run.status} {run.err[-300:]}"):
                    counts = {c["id"]: c["resources"] for p in run.report["practices"] for c in p["controls"]}[filtered.name]
                    checks.check(counts["pass"] == counts["fail"] == 0 < counts["unknown"], f"{what}: its candidates are unknown", str(counts))
                    checks.check(run.err.count(f"{filtered.name}/check.sql") == 1, f"{what}: named once", run.err[:400])
                shutil.rmtree(broken)

        # Of what the organization tells an account has nothing, and an empty answer must not be taken for one.
        asks = pathlib.Path(folder) / "organization"
        (own_copy(control.name, asks) / "check.sql").write_text(
            "SELECT uid, iif(EXISTS (SELECT 1 FROM aws_organizations_account), 'fail', 'pass'), NULL, '', '' FROM aws_iam_role\n")
        run = assess(NORTHFIELD, more=("--content", asks))
        counts = {c["id"]: c["resources"] for p in run.report["practices"] for c in p["controls"]}[control.name]
        checks.check("aws_organizations_account" in run.err and counts["pass"] == 0 < counts["unknown"], "the organization's views are not there", run.err[:300] + str(counts))

        shared_vpcs(checks, pathlib.Path(folder))

        # The day of the run is not the account's to know: `now` is NULL.
        clock = pathlib.Path(folder) / "clock"
        (own_copy(control.name, clock) / "check.sql").write_text(
            "SELECT uid, CASE WHEN date('now') IS NULL THEN 'unknown' ELSE 'pass' END, NULL, 'a clock', 'no clock' FROM aws_iam_role\n")
        run = assess(NORTHFIELD, more=("--content", clock))
        counts = {c["id"]: c["resources"] for p in run.report["practices"] for c in p["controls"]}[control.name]
        checks.check(counts["pass"] == 0 < counts["unknown"], "now is NULL within an account", str(counts))

        run = reeve("content", "test", "--content", whole)
        checks.check(run.status == 0 and ", 0 wrong, 0 not run" in run.out, "every example holds either way", run.out[-400:] + run.err[-400:])
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
