#!/usr/bin/env python3
"""The plan: what the roadmap promises comes true, who looks after what, the standing challenges, and what `explain` says of them.

    python3 tests/plan.py [--reeve PROGRAM]

Levels and scores are redone by the rules of levels.py. Promises are kept for real: properties of the example estate are mended (the
changes of break_one.csv, taken back) and claims are attested in a workspace, and the new assessment must say what the plan said.
"""

import argparse
import csv
import json
import pathlib
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from break_one import change  # noqa: E402
from levels import level_of, near, score_of, status_of  # noqa: E402
from lib_reeve import NORTHFIELD, ROOT, Checks, assess, built, controls_of, reeve  # noqa: E402

# Broken one by one; all else passes or fails as it did, so that mending it is the only difference between two estates.
MENDED = ["table-recoverable", "key-not-public", "log-services-protected", "trail-log-file-validation", "user-with-password-has-mfa", "landing-zone-healthy"]

INSTANCE = {"InstanceId": "i-0a", "State": {"Name": "running"}, "InstanceType": "m7g.large", "SecurityGroups": [{"GroupId": "sg-0a", "GroupName": "db"}], "Tags": []}
GROUP = {"GroupId": "sg-0a", "GroupName": "db", "OwnerId": "123456789012", "VpcId": "vpc-0a", "IpPermissionsEgress": [],
         "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 6379, "ToPort": 6379, "IpRanges": [{"CidrIp": "10.0.0.0/8"}], "UserIdGroupPairs": [], "Ipv6Ranges": [], "PrefixListIds": []}]}
FUNCTION = {"FunctionName": "f", "FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:f", "Runtime": "python3.13", "PackageType": "Zip", "Role": "arn:aws:iam::123456789012:role/f"}


def mended(controls, ids):
    """The controls of a report with those of `ids` passing throughout."""
    out = {}
    for id, control in controls.items():
        n = dict(control["resources"])
        if id in ids:
            n.update({"pass": n["pass"] + n["fail"] + n["unknown"], "fail": 0, "unknown": 0})
        out[id] = dict(control, resources=n, status=status_of(n))
    return out


def stands(report, controls):
    """Level and score of the whole, by the rules, from controls."""
    levels = [level_of([controls[c["id"]] for c in p["controls"]]) for p in report["practices"]]
    return min(levels), score_of(list(controls.values()))


def promises(check, folder):
    whole = assess(NORTHFIELD).report
    rows = {r["control"]: r for r in csv.DictReader(open(ROOT / "tests" / "break_one.csv"))}
    kept = 0
    for id in MENDED:
        row = rows[id]
        estate = folder / "broken"
        shutil.rmtree(estate, ignore_errors=True)
        for part in ("cli", "config", "templates"):
            shutil.copytree(NORTHFIELD / part, estate / part)
        if row["without"].strip():
            continue
        change(estate, row)
        broken = assess(estate).report
        before, after = controls_of(broken), controls_of(whole)
        differ = {c for c in before if before[c]["resources"] != after[c]["resources"]}
        if differ != {id}:
            continue
        if after[id]["resources"]["fail"] > before[id]["resources"]["fail"]:  # the row mends instead of breaking
            before, after, worse, better = after, before, whole, broken
        else:
            worse, better = broken, whole
        # What was broken is what the step would mend; the rest of the control stays as it was.
        state = dict(before, **{id: dict(before[id], resources=after[id]["resources"], status=after[id]["status"])})
        level, score = stands(worse, state)
        check(better["level"] == level and near(better["score"], score), f"{id}: mended, the estate stands where the rules say", f"{better['score']} {score}")
        step = next((r for r in worse["roadmap"] if r["control"] == id), None)
        check(step and step["resources"] > 0 and step["kind"] == "mend", f"{id}: broken, it is a step")
        if after[id]["status"] == "pass":
            check(not any(r["control"] == id for r in better["roadmap"]), f"{id}: mended, it is none")
            check(near(better["score"], stands(worse, mended(before, {id}))[1]), f"{id}: its step's promise is kept")
        kept += 1
    check(kept >= 3, "enough is broken and mended alone", kept)


def attestations(check, folder):
    """All that only a person can say is said: the estate stands where the steps said it would."""
    work = folder / "work"
    check(reeve("init", work, "--organization", "Northfield Group").status == 0, "a workspace")
    before = assess(NORTHFIELD, more=["--workspace", work]).report
    steps = [r["control"] for r in before["roadmap"] if r["kind"] == "attest"]
    check(len(steps) >= 5, "the example leaves claims to attest", steps)
    for id in steps:
        (work / "attestations" / f"{id}.yaml").write_text(f"control: {id}\nanswer: yes\nowner: j.okafor\napprover: a.rossi\ngiven: 2026-11-01\nexpires: 2027-02-01\nevidence: [minutes of 1 Nov 2026]\n")
    after = assess(NORTHFIELD, more=["--workspace", work]).report
    promised = mended(controls_of(before), set(steps))
    now = controls_of(after)
    others = {c for c in now if c not in steps and now[c]["resources"] != controls_of(before)[c]["resources"]}
    # Controls that ask what the others came to change with them.
    for id in others:
        promised[id] = dict(promised[id], resources=now[id]["resources"], status=now[id]["status"])
    level, score = stands(before, promised)
    check(all(now[id]["status"] == "pass" for id in steps), "what was attested passes", [id for id in steps if now[id]["status"] != "pass"])
    check(after["level"] == level and near(after["score"], score), "attested, the estate stands where the plan said", f"{after['score']} {score}")
    check(not [r for r in after["roadmap"] if r["control"] in steps], "what was attested is no step any more")
    return work


def dependencies(check, report):
    """Nobody is sent to a control before what it comes after."""
    rank = {r["control"]: r["rank"] for r in report["roadmap"] if r["kind"] != "later"}
    pairs = 0
    for file in sorted((ROOT / "content" / "controls").glob("*/control.yaml")):
        after = re.search(r"^after: *\[(.*)\]", file.read_text(), re.M)
        for id in re.findall(r"[\w-]+", after[1]) if after else []:
            pairs += 1
            if file.parent.name in rank and id in rank:
                check(rank[id] < rank[file.parent.name], f"{id} before {file.parent.name}")
    check(pairs >= 20, "controls say what they come after", pairs)


def estate(folder, instances, functions, database=True):
    place = folder / "123456789012" / "eu-west-1"
    place.mkdir(parents=True, exist_ok=True)
    group = GROUP if database else dict(GROUP, IpPermissions=[])
    (place / "ec2-describe-instances.json").write_text(json.dumps({"Reservations": [{"OwnerId": "123456789012", "Instances": instances}]}))
    (place / "ec2-describe-security-groups.json").write_text(json.dumps({"SecurityGroups": [group]}))
    (place / "lambda-list-functions.json").write_text(json.dumps({"Functions": functions}))
    return folder


def responsibility(check, folder):
    # Every type that can be read is described, and nothing is described that cannot be.
    types = {re.search(r"^type: *(\S+)", f.read_text(), re.M)[1] for f in (ROOT / "content" / "resources").glob("*.yaml")}
    described = [t for f in (ROOT / "content" / "responsibility").glob("*.yaml") for t in re.findall(r"^  ((?:AWS|Reeve)::[\w:]+):", f.read_text(), re.M)]
    check(sorted(described) == sorted(types), "each resource type stands once in content/responsibility", sorted(types ^ set(described)))

    gone = dict(INSTANCE, InstanceId="i-0c", State={"Name": "terminated"})
    image = dict(FUNCTION, FunctionName="g", FunctionArn=FUNCTION["FunctionArn"] + "g", PackageType="Image")
    image.pop("Runtime")
    source = estate(folder / "small", [INSTANCE, dict(INSTANCE, InstanceId="i-0b"), gone], [FUNCTION, image, dict(FUNCTION, FunctionName="h", FunctionArn=FUNCTION["FunctionArn"] + "h")])
    report = assess(source).report
    rows = {(t["type"], t.get("used")): t for s in report["responsibility"] for t in s["types"]}
    services = {s["service"]: s for s in report["responsibility"]}
    for key, resources, management, engine in (
            (("AWS::EC2::Instance", None), 2, "self-managed", "customer"),  # the terminated one runs nothing
            (("AWS::Lambda::Function", "from a container image"), 1, "serverless", "customer"),
            (("AWS::Lambda::Function", "with a runtime of AWS"), 2, "serverless", "shared"),
            (("AWS::EC2::SecurityGroup", None), 1, "setting", "aws")):
        row = rows.get(key)
        check(row and (row["resources"], row["management"], row["duties"]["engine"]) == (resources, management, engine), f"who looks after {key}", row)
        check(row and row["duties"]["facilities"] == "aws" and len(row["duties"]) == len(report["responsibility_summary"]["duties"]), f"every duty of {key} has a holder")
    summary = report["responsibility_summary"]
    check((summary["self_managed"], summary["managed"], summary["serverless"], summary["self_managed_share"]) == (2, 0, 3, 40), "two of five that run are self-managed", summary)
    check((services["ec2"]["self_managed_share"], services["lambda"]["self_managed_share"], services["vpc"]["self_managed_share"]) == (100, 0, None), "shares by service")
    options = {a["to"]: a for a in rows["AWS::EC2::Instance", None]["managed_alternatives"]}
    check(set(options) == {"Amazon ElastiCache or MemoryDB", "AWS Lambda, or AWS Fargate for containers"}, "what could take the instances' place", list(options))
    check(options["Amazon ElastiCache or MemoryDB"]["resources"] == 2 and options["Amazon ElastiCache or MemoryDB"]["found_by"] == "instance-serves-no-database", "found by the open port")
    without = assess(estate(folder / "plain", [INSTANCE], [], database=False)).report
    check([a["to"] for s in without["responsibility"] for t in s["types"] if t["type"] == "AWS::EC2::Instance" for a in t["managed_alternatives"]] ==
          ["AWS Lambda, or AWS Fargate for containers"], "no database, no managed database")
    text = reeve("assess", source, "--as-of", lib_reeve.AS_OF).out
    check("Self-managed: 2 of 5 resources that run (40 %), most of them Amazon EC2" in text, "the terminal says so in one line")


def challenges(check, report):
    controls, ranks = controls_of(report), {r["control"]: r["rank"] for r in report["roadmap"]}
    check([c["id"] for c in report["challenges"]] == ["account-sprawl", "root-user-management", "control-consistency", "threat-model-maintenance", "operations-at-scale"],
          "five standing challenges, in order")
    for c in report["challenges"]:
        own = [controls[x["id"]] for x in c["controls"]]
        check(len(own) >= 5, f"{c['id']} stands on controls")
        for verdict in c["verdicts"]:
            check(c["verdicts"][verdict] == sum(x["resources"][verdict] for x in own), f"{c['id']}: {verdict}")
        check(c["status"] == status_of(c["verdicts"]) and near(c["score"], score_of(own)), f"{c['id']}: status and score")
        check(c["steps"] == sorted(ranks[x["id"]] for x in own if x["id"] in ranks), f"{c['id']}: what to do")
        check(all(f["value"] is not None for f in c["figures"]), f"{c['id']}: figures", c["figures"])


def broken_content(check, folder):
    """What is wrong is named by place; the rest is judged."""
    def written(name, text):
        path = folder / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    duties = "{facilities: aws, os: aws, engine: aws, code: nobody, availability: aws, backup: nobody, network: nobody, identity: customer, encryption: nobody, configuration: customer, logging: shared, data: nobody}"
    good = f"title: T\nduties: {duties}\ntypes:\n  AWS::SNS::Topic: {{management: serverless}}\n"
    cases = (
        ("responsibility/sns.yaml", good.replace("engine: aws", "engin: aws"), "`engin` is no duty"),
        ("responsibility/sns.yaml", good.replace("engine: aws, ", ""), "nobody is said to have the duty `engine`"),
        ("responsibility/sns.yaml", good.replace("os: aws", "os: everybody"), "`os` is `everybody`"),
        ("responsibility/sns.yaml", good.replace("serverless}", "serverles}"), "`management` is `serverles`"),
        ("responsibility/sns.yaml", good + "  AWS::SQS::Queue: {management: serverless}\n", "responsibility/sns.yaml too; expected each type once"),
        ("responsibility/sns.yaml", good.replace("{management: serverless}", "\n    - {management: managed}\n    - {management: serverless}"), "a way without `where` takes all"),
        ("responsibility/sns.yaml", good.replace("{management: serverless}", "{management: managed, alternatives: [{to: x, why: y, control: root-mfa-enable}]}"), "there is no control `root-mfa-enable`"),
        ("responsibility/sns.yaml", good.replace("{management: serverless}", '{management: managed, where: "no_such = 1"}'), "no_such"),
        ("challenges/account-sprawl.yaml", "title: T\nquestion: Q\norder: 1\ncontrols: [root-mfa-enable]\n", "there is no control `root-mfa-enable`"),
        ("challenges/account-sprawl.yaml", "title: T\nquestion: Q\norder: 1\ncontrols: [root-mfa-enabled]\nfigures: [{name: n, sql: SELECT no_such FROM accounts}]\n", "no_such"),
        ("challenges/account-sprawl.yaml", "title: T\nquestion: Q\norder: one\ncontrols: [root-mfa-enabled]\n", "`order` is `one`"),
    )
    source = NORTHFIELD / "cli" / "444455556666" / "eu-west-1" / "sns-list-topics.json"
    for name, text, said in cases:
        shutil.rmtree(folder / "content", ignore_errors=True)
        written(name, text)
        run = reeve("assess", NORTHFIELD if "no_such" in said else source, "--content", folder / "content", "--as-of", lib_reeve.AS_OF, "--fail-on", "never")
        check(run.status == 3 and said in run.err and name in run.err, f"{name}: {said}", f"{run.status} {run.err[-400:]}")
    for id, after, said in (("guardduty-on", "[guardduty-onn]", "`after` names `guardduty-onn`, which is no control"),
                            ("account-in-organization", "[region-deny-in-force]", "`after` leads in a circle: ")):
        shutil.rmtree(folder / "content", ignore_errors=True)
        shutil.copytree(ROOT / "content" / "controls" / id, folder / "content" / "controls" / id)
        file = folder / "content" / "controls" / id / "control.yaml"
        file.write_text(re.sub(r"^after:.*\n", "", file.read_text(), flags=re.M) + f"after: {after}\n")
        run = reeve("assess", NORTHFIELD, "--content", folder / "content", "--as-of", lib_reeve.AS_OF, "--fail-on", "never", "--format", "json")
        check(run.status == 3 and said in run.err and run.report["roadmap"], f"{id} after {after}", f"{run.status} {run.err[-400:]}")


def whole(score):
    """JSON rounds a score to a tenth, text to a whole; what is half by the first may be less by itself."""
    return {int(score + 0.45), int(score + 0.55)}


def explained(check, folder, work):
    report = assess(NORTHFIELD, more=["--workspace", work]).report

    def said(*words):
        run = reeve("explain", *words, "--workspace", work, env={"COLUMNS": "110"})
        check(run.status == 0 and not run.err, f"explain {words[0]}", f"{run.status} {run.err[-300:]}")
        return run.out

    for status in range(5):
        check(said(str(status)).startswith(f"exit status {status}: "), f"exit status {status} is explained")
    text = said("SEC01")
    check(any(f"Level {report['level']} of 4, score {n}" in text for n in whole(report["score"])), "explain SEC01: level and score", text[-300:])
    for p in report["practices"]:
        line = next((l for l in text.split("\n") if p["id"] in l), "")
        figures = f"{p['level']} {p['level_name']}", f" {p['verdicts']['fail']:,} ", f" {p['verdicts']['unknown']:,} "
        check(all(f in line + " " for f in figures), f"explain SEC01: {p['slug']}", line)
        for words in (p["slug"], p["id"], p["id"].rsplit("-", 1)[1], p["id"].rsplit("-", 1)[1].lower()):
            own = said(words)
            lines = [f"Level {p['level']} {p['level_name']}, score {n}, {p['verdicts']['fail']:,} fail, {p['verdicts']['unknown']:,} unknown" for n in whole(p["score"])]
            check(any(line in own for line in lines), f"explain {words}: where it stands", own[:600])
            check(not p["blockers"] or f"Blocks level {p['level'] + 1}:" in own and p["blockers"][0]["control"] in own, f"explain {words}: what blocks it")
        for c in p["controls"]:
            check(re.search(rf"^ *{c['level']} \w+ +{c['id']} +{c['status']} ", own, re.M), f"explain {p['slug']}: {c['id']} is {c['status']}")
    # A resource: what fails, what passes; nothing of another one.
    findings, uids = {}, {}
    for f in report["findings"]:
        findings.setdefault(f["resource"]["uid"], {})[f["control"]] = f["status"]
    for uid in sorted(u for u, v in findings.items() if "fail" in v.values() and "pass" in v.values() and u.startswith("arn:"))[:12]:
        text = said(uid)
        for control, status in findings[uid].items():
            line = rf"^   {status}  {control}  " if status != "pass" else rf"(?s)Passes \d+ controls?\n.*\b{control}\b"
            check(re.search(line, text, re.M), f"explain {uid}: {control} {status}", text[:800])
        named = set(re.findall(r"^   (?:fail|unknown|excepted)  ([\w-]+)  ", text, re.M))
        check(named == {c for c, s in findings[uid].items() if s != "pass"}, f"explain {uid}: no more than that", named)
    run = reeve("explain", "arn:aws:s3:::nobody-has-this", "--workspace", work)
    check(run.status == 2 and "nothing is called `arn:aws:s3:::nobody-has-this`" in run.err, "a resource that nobody knows", run.err)
    run = reeve("explain", "SEC01", cwd=folder)
    check(run.status == 0 and "Not assessed in a workspace yet" in run.out, "explain SEC01 without a workspace", run.out[-200:])


def regions(check):
    for words, said in (("eu-west-9", "Region `eu-west-9` is asked for and not in the input"), ("eu-wset-1", "did you mean `eu-west-1`?")):
        run = assess(NORTHFIELD, more=["--regions", f"{words},eu-west-1", "--fail-on", "never"])
        check(run.status == 2 and said in run.err and not run.out, f"--regions {words} is named", f"{run.status} {run.err[-300:]}")
    check(assess(NORTHFIELD, more=["--regions", "Ireland"]).status == 2, "what is no Region is refused at once")
    run = assess(NORTHFIELD, more=["--regions", "eu-west-1", "--fail-on", "never"])
    check(run.status == 0, "--regions of the input is fine", run.err[-300:])


def terminal(check, report):
    """The first steps with id, what they close, points, effort; wide also owner and where one stands then."""
    steps = [r for r in report["roadmap"] if r["kind"] != "later"]
    for columns in (80, 125):
        text = reeve("assess", NORTHFIELD, "--as-of", lib_reeve.AS_OF, "--fail-on", "never", env={"COLUMNS": str(columns)}).out
        block = text[text.index("Do first"):text.index("Not known")]
        for r in steps[:6]:
            line = next((l for l in block.split("\n") if re.match(rf" *{r['rank']}  {r['control']} ", l)), "")
            points = f"{r['risk_removed_points']:,.0f} points" if r["kind"] == "mend" else f"{r['points_in_doubt']:,.0f} in doubt"
            check(points in line, f"{columns} columns: {r['control']} with its points", line or block)
            check((r["owner"] in line.split("  ")[-2:] or f"  {r['owner']} " in line) == (columns > 90), f"{columns} columns: owner", line)
            check(any(f"then level {r['so_far']['level']}, score {n}" in line for n in whole(r["so_far"]["score"])) == (columns > 110), f"{columns} columns: where one stands", line)
        last = steps[5]["so_far"]
        of = f"{last['points']:,.0f} of {report['roadmap_summary']['points']:,.0f} points"
        check(any(f"After these 6: level {last['level']}, score {n}, {of}" in block for n in whole(last["score"])), f"{columns} columns: after these six", block)
        summary = report["roadmap_summary"]
        check(any(f"After all {len(steps)}: level {summary['level']}, score {n}" in block for n in whole(summary["score"])), f"{columns} columns: after all")
        check("Quick wins: " + next(r["control"] for r in steps if r["quick_win"]) in block, f"{columns} columns: quick wins")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    lib_reeve.REEVE = pathlib.Path(parser.parse_args().reeve).resolve()
    checks = Checks()
    if not built(checks, "whether the plan keeps its promises"):
        return checks.end()
    check = checks.check
    report = assess(NORTHFIELD).report
    dependencies(check, report)
    challenges(check, report)
    terminal(check, report)
    regions(check)
    with tempfile.TemporaryDirectory(prefix="reeve-plan-") as name:
        folder = pathlib.Path(name)
        responsibility(check, folder)
        promises(check, folder)
        work = attestations(check, folder)
        explained(check, folder, work)
        broken_content(check, folder)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
