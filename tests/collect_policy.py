#!/usr/bin/env python3
"""The policy that `reeve collect --print-policy` prints is enough, and nothing of it is too much: the AWS double enforces it.

With the whole policy no call is denied, and every call of the plan is made. Then actions are taken out of it: all at once, which denies the
calls that nothing leads to; those put back, the calls behind them, and so on until every action was missed by a call, by name. Whether the
double denies a call hangs on that call's own actions alone, and with more allowed no fewer calls are made: so what is denied here is denied
too where its action alone is missing. A few actions, drawn anew each time, are taken out alone all the same (`--each`: all of them, a minute).

The double does not know content/actions. An operation needs the action of its name, of the service that its requests are signed for, but for
the few that AWS's own pages name otherwise (OTHERWISE).

    collect_policy.py [--each] [--seed N]
"""

import argparse
import copy
import json
import pathlib
import random
import subprocess
import sys
import tempfile

from lib_double import PROGRAM, Double
from lib_reeve import NORTHFIELD, REEVE, ROOT, Checks

# https://docs.aws.amazon.com/AmazonS3/latest/API: "Permissions" of each operation; the service authorization reference for the rest.
OTHERWISE = {
    "s3:ListBuckets": ["s3:ListAllMyBuckets"],
    "s3:GetBucketEncryption": ["s3:GetEncryptionConfiguration"],
    "s3:GetBucketLifecycleConfiguration": ["s3:GetLifecycleConfiguration"],
    "s3:GetBucketReplication": ["s3:GetReplicationConfiguration"],
    "s3:GetObjectLockConfiguration": ["s3:GetBucketObjectLockConfiguration"],
    "s3:GetPublicAccessBlock": ["s3:GetBucketPublicAccessBlock"],
    "s3control:GetPublicAccessBlock": ["s3:GetAccountPublicAccessBlock"],
    "sts:GetCallerIdentity": [],
}
SIGNED_OTHERWISE = {"cloudwatch": "cloudwatch"}  # whose requests are signed for `monitoring`
HTTP_METHODS = {"apigateway", "apigatewayv2"}    # whose actions are methods


def needed_actions():
    """call → the actions that it needs, for every operation that the double knows."""
    out = {}
    for file in sorted((ROOT / "content" / "apis").glob("*.json")):
        api = json.loads(file.read_text())
        service = api["service"]
        prefix = SIGNED_OTHERWISE.get(service, api["signing_name"])
        for name, operation in api["operations"].items():
            action = operation.get("method", "POST") if service in HTTP_METHODS else name
            out[f"{service}:{name}"] = OTHERWISE.get(f"{service}:{name}", [f"{prefix}:{action}"])
    return out


class World:
    """One thing to collect from: a double, and how it is asked."""

    def __init__(self, work, name, double, *words):
        self.folder, self.name, self.double, self.words, self.runs = work, name, double, words, 0

    def collect(self, policy, needed):
        self.double.enforce(policy, needed)
        self.runs += 1
        out = self.folder / f"{self.name}-{self.runs}"
        done = subprocess.run([str(REEVE), "collect", "--out", str(out), "--endpoint-url", self.double.endpoint, *self.words], cwd=ROOT,
                              env=self.double.environment(), capture_output=True, text=True, timeout=120)
        if not (out / "summary.json").exists():
            raise RuntimeError(f"{self.name}: no summary, exit {done.returncode}: {done.stderr[-500:]}")
        summary = json.loads((out / "summary.json").read_text())
        # The double tells an operation of Neptune or DocumentDB from one of RDS by its name alone, as AWS does.
        return {one["operation"]: one for one in summary["denied"]}


def without(policy, actions, resource=None):
    """The policy without these actions; with `resource`, only without that one of theirs."""
    out = copy.deepcopy(policy)
    for statement in out["Statement"]:
        if resource is None:
            statement["Action"] = [action for action in statement["Action"] if action not in actions]
        elif set(statement["Action"]) & set(actions):
            statement["Resource"] = [one for one in statement["Resource"] if one != resource]
    out["Statement"] = [one for one in out["Statement"] if one["Action"] and one["Resource"]]
    return out


def missed(worlds, policy, removed, needed):
    """action of `removed` → a call that was denied for want of it."""
    out = {}
    for world in worlds:
        for call, one in world.collect(without(policy, removed), needed).items():
            for action in needed[call]:
                if action in removed and action in one["message"]:
                    out.setdefault(action, call)
    return out


def enough(checks, worlds, policy, needed, planned):
    asked = set()
    for world in worlds:
        denied = world.collect(policy, needed)
        checks.check(not denied, f"{world.name}: with the whole policy no call is denied", str(sorted(denied))[:500])
        asked |= {action for call in world.double.counts()["calls"] for action in needed.get(call, [])}
    unasked = [call for call in planned if not set(needed[call]) <= asked]
    checks.check(not unasked, f"all {len(planned)} calls of the plan are made", str(unasked)[:500])


def minimal(checks, worlds, policy, needed, actions):
    left, rounds = set(actions), 0
    while left:
        found = missed(worlds, policy, left, needed)
        rounds += 1
        if not found:
            break
        left -= set(found)
    checks.check(not left, f"each of {len(actions)} actions is missed by a call", str(sorted(left))[:500])
    print(f"{len(actions) - len(left)} of {len(actions)} actions are missed by a call, found in {rounds} rounds")


def alone(checks, worlds, policy, needed, some):
    for action in some:
        found = next((call for world in worlds for call in [missed([world], policy, {action}, needed).get(action)] if call), None)
        checks.check(found, f"without {action} alone a call is denied")


def resources(checks, world, policy, needed):
    """What a statement names as its resources is needed too, each of them."""
    named = [(statement["Action"], one) for statement in policy["Statement"] if statement["Resource"] != "*" for one in statement["Resource"]]
    checks.check(len(named) >= 5, "API Gateway is read by its paths", str(named))
    for actions, resource in named:
        denied = world.collect(without(policy, actions, resource), needed)
        checks.check(denied, f"without {resource} a call is denied")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--each", action="store_true", help="take every action out alone")
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    checks = Checks()
    for program in (REEVE, PROGRAM):
        if not pathlib.Path(program).exists():
            checks.skip("everything", f"{program} is not built", "that the printed policy is enough and not too much")
            return checks.end()
    policy = json.loads(subprocess.run([str(REEVE), "collect", "--print-policy"], cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    plan = json.loads(subprocess.run([str(REEVE), "collect", "--plan", "--format", "json"], cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    planned = sorted({one["call"] for one in plan["calls"] if "told_by" not in one})
    actions = sorted({action for statement in policy["Statement"] for action in statement["Action"]})
    needed = needed_actions()
    with tempfile.TemporaryDirectory(prefix="policy-") as folder:
        work = pathlib.Path(folder)
        subprocess.run([str(REEVE), "init", str(work / "workspace")], cwd=ROOT, capture_output=True, check=True)
        (work / "workspace" / "quotas").mkdir()
        (work / "workspace" / "quotas" / "api_rates.yaml").write_text("as_of: 2026-11-29\nshare: 1\ndefault: {per_s: 10000, burst: 10000}\nservices: {}\n")
        fast = ["--workspace", str(work / "workspace"), "--regions"]
        # Every operation answers in the first; in the second buckets say where they are, and servers that they are managed.
        more = work / "more" / "444455556666" / "global"
        more.mkdir(parents=True)
        (more / "cloudfront-list-distributions.json").write_text(json.dumps({"DistributionList": {"Items": [{"Id": "E1EXAMPLE", "ARN":
            "arn:aws:cloudfront::444455556666:distribution/E1EXAMPLE", "Status": "Deployed", "DomainName": "d1.cloudfront.net"}]}}))
        with (Double("--synthetic", "1x1", "--items", "1") as made,
              Double("--replay", NORTHFIELD / "cli", "--replay", work / "more", account="444455556666") as replayed):
            worlds = [World(work, "made", made, *fast, "us-east-1"),
                      World(work, "northfield", replayed, *fast, "eu-west-1", "--services", "s3,s3control,cloudfront,ec2,ssm,rds")]
            enough(checks, worlds, policy, needed, planned)
            minimal(checks, worlds, policy, needed, actions)
            seed = random.randrange(2**32) if options.seed is None else options.seed
            print(f"seed {seed}")
            alone(checks, worlds, policy, needed, actions if options.each else random.Random(seed).sample(actions, 6))
            resources(checks, worlds[0], policy, needed)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
