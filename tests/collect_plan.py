#!/usr/bin/env python3
"""What `reeve collect` would ask, before it asks anybody: everything that controls need, nothing that writes, and of the calls of a survey of
what tools in this field read (tests/collect_breadth.csv) those that are not asked, each with its reason. The policy and the role's template are
what the calls need, no more.

    python3 tests/collect_plan.py
"""

import csv
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from lib_reeve import Checks, built, reeve  # noqa: E402


def equal(checks, found, wanted, what):
    return checks.check(found == wanted, what, f"{str(found)[:600]} instead of {str(wanted)[:600]}")


def needs():
    """call → controls that need it, from content/controls."""
    out = {}
    for file in sorted((ROOT / "content" / "controls").glob("*/control.yaml")):
        text = file.read_text()
        block = re.search(r"(?m)^needs:\s*(\[[^\]]*\]|(?:\n\s*-\s*.+)+)", text)
        for call in re.findall(r"[a-z0-9-]+:[A-Z]\w+", block.group(1) if block else ""):
            out.setdefault(call, []).append(file.parent.name)
    return out


def of_plan(checks, plan):
    calls = {one["call"] for one in plan["calls"]}
    asked = {one["call"] for one in plan["calls"] if "told_by" not in one}
    content = {one["call"] for one in json.loads(reeve("content", "calls", "--format", "json").out)}
    checks.check(calls == content, "every call of content is in the plan", str(sorted(calls ^ content)))
    wanted = needs()
    checks.check(len(wanted) > 4, "controls name what they need", str(len(wanted)))
    for call, controls in sorted(wanted.items()):
        checks.check(call in asked, f"{call}, which {controls[0]} needs, is asked")
    for one in plan["calls"]:
        feeds = set(one["after"])
        checks.check(feeds <= calls, f"{one['call']} hangs on calls of the plan", str(feeds - calls))
        checks.check(not one["parameters"] or feeds, f"{one['call']}: its parameters come from a reply")
        if "told_by" not in one and one["parameters"]:
            checks.check(feeds & asked, f"{one['call']} hangs on a call that is made", str(feeds))
    counts = plan["counts"]
    for scope in ("organization", "account", "region"):
        of_scope = [one for one in plan["calls"] if one["scope"] == scope]
        known = sum(1 for one in of_scope if "told_by" not in one and not one["parameters"])
        equal(checks, counts[scope]["known"], known, f"{scope}: calls that are known before any is made")
        equal(checks, sum(counts[scope].values()), len(of_scope), f"{scope}: all are counted")
    once = {one["call"]: one for one in plan["calls"]}
    checks.check("told_by" not in once["iam:GetAccountAuthorizationDetails"], "one call tells of users, groups, roles and policies")
    for call in ("iam:ListUsers", "iam:GetUser", "iam:GetRole", "iam:ListAttachedRolePolicies", "iam:ListGroups", "iam:ListPolicies"):
        checks.check("iam:GetAccountAuthorizationDetails" in once[call].get("told_by", []), f"{call} is left out, since that one tells the same")
    equal(checks, once["iam:GetCredentialReport"]["after"], ["iam:GenerateCredentialReport"], "the credential report is made before it is read")
    for call, batch in (("ecs:DescribeServices", 10), ("codebuild:BatchGetProjects", 100), ("config:DescribeRemediationConfigurations", 25)):
        equal(checks, once[call].get("batch"), batch, f"{call} is asked about many at once")


def breadth(checks, plan):
    calls = {one["call"] for one in plan["calls"]}
    services = {call.split(":")[0] for call in calls}
    checks.check(len(calls) >= 264 and len(services) >= 73, "at least 264 operations over 73 services", f"{len(calls)} over {len(services)}")
    with open(ROOT / "tests" / "collect_breadth.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        checks.check(row["call"] not in calls, f"{row['call']} stands among those that are not asked")
        checks.check(len(row["why not asked"]) > 10, f"{row['call']}: why it is not asked")


def actions_of(policy):
    return [action for one in policy["Statement"] for action in one["Action"]]


def permissions(checks, plan):
    run = reeve("collect", "--print-policy")
    policy = json.loads(run.out)
    actions = actions_of(policy)
    equal(checks, run.status, 0, "the policy is printed")
    equal(checks, len(actions), len(set(actions)), "no action stands twice")
    checks.check(not any("*" in action for action in actions), "no action is a pattern")
    checks.check(all(one["Effect"] == "Allow" and one["Sid"] for one in policy["Statement"]), "it only allows")
    checks.check(all(len(json.dumps({"Version": "", "Statement": [one]}, separators=(",", ":"))) < 6144 for one in policy["Statement"]),
                 "each statement fits into a managed policy")
    table = json.loads((ROOT / "content" / "actions" / "iam.json").read_text())["services"]
    for action in actions:
        service, name = action.split(":")
        entry = table.get(service, {}).get("actions", {}).get(name)
        checks.check(entry and set(entry[0]) <= {"L", "R"}, f"IAM has {action}, and it only reads", str(entry))
    only = json.loads(reeve("collect", "--print-policy", "--services", "kms").out)
    equal(checks, sorted({action.split(":")[0] for action in actions_of(only)}), ["kms"], "the policy of one service's calls")
    limited = [one for one in policy["Statement"] if one["Resource"] != "*"]
    equal(checks, [one["Action"] for one in limited], [["apigateway:GET"]], "API Gateway's GET reads APIs and stages, no keys")
    return actions


def role(checks, actions):
    template = reeve("collect", "--print-role-template", "--role-name", "audit")
    equal(checks, template.status, 0, "the role's template is printed")
    checks.check("create-stack-set" in template.out and "Default: audit" in template.out, "it says how a StackSet brings it, and the role's name")
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "role.yaml"
        file.write_text(template.out)
        checked = reeve("check", file, "--format", "json")
        equal(checks, checked.status, 0, "`reeve check` finds nothing in it")
        try:
            import cfnlint.api
            found = cfnlint.api.lint(template.out, regions=["us-east-1"])  # nothing in it hangs on a Region
            equal(checks, [str(one) for one in found], [], "cfn-lint finds nothing in it")
        except ImportError:
            checks.skip("cfn-lint", "cfn-lint is not installed (tests/requirements.txt)", "collect_plan")
    listed = re.findall(r"(?m)^              - ([a-z0-9-]+:\w+)$", template.out)
    equal(checks, sorted(listed), sorted(actions), "it allows what the policy allows")
    parts = re.split(r"(?m)^  Policy\d+:$", template.out)[1:]
    checks.check(all(len(re.sub(r"\s", "", part)) < 6144 for part in parts), "each managed policy is short enough", str([len(re.sub(r"\s", "", part)) for part in parts]))


def usage(checks):
    both = reeve("collect", "--plan", "--print-policy")
    equal(checks, both.status, 2, "one of the three is printed at a time")
    text = reeve("collect", "--plan").out
    checks.check("In each Region of each account: " in text and "Once, in the management account" in text, "the plan for people, by scope")
    checks.check("ec2:DescribeInstances" in reeve("collect", "--plan", "--services", "ec2").out, "the plan of one service")


def a_write_is_refused(checks):
    """An operation that changes something, planted in content, fails the build's check of it."""
    tool = ROOT / "build" / "tools" / "reeve_check_content"
    if not tool.exists():
        return checks.skip("a planted write", "build/tools/reeve_check_content is not built", "collect_plan")
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder) / "content"
        tree.mkdir()
        for part in (ROOT / "content").iterdir():
            if part.name != "resources":
                (tree / part.name).symlink_to(part)
        shutil.copytree(ROOT / "content" / "resources", tree / "resources")
        queue = tree / "resources" / "aws-sqs-queue.yaml"
        queue.write_text(queue.read_text().replace("\nreads:\n", "\nreads:\n  - call: sqs:PurgeQueue\n    parameter: QueueUrl\n    match: Properties.QueueUrl\n", 1))
        done = subprocess.run([str(tool), str(tree)], capture_output=True, text=True)
        checks.check(done.returncode == 1 and "`sqs:PurgeQueue` does more than read" in done.stderr, "a planted write fails the build", done.stderr[-400:])


def main():
    checks = Checks()
    if not built(checks, "collect_plan"):
        return checks.end()
    run = reeve("collect", "--plan", "--format", "json")
    if not checks.check(run.status == 0 and not run.err, "the plan holds", run.err[-2000:]):
        return checks.end()
    plan = json.loads(run.out)
    of_plan(checks, plan)
    breadth(checks, plan)
    role(checks, permissions(checks, plan))
    usage(checks)
    a_write_is_refused(checks)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
