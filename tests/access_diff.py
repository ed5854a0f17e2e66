#!/usr/bin/env python3
"""`reeve access diff`: pairs of policies with what differs, each request found held against the naive evaluator.

    python3 tests/access_diff.py
"""

import json
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from access_oracle import answer  # noqa: E402
from lib_reeve import Checks, built, reeve  # noqa: E402


def allow(action, resource="*", condition=None, effect="Allow"):
    return {"Effect": effect, "Action": action, "Resource": resource, **({"Condition": condition} if condition else {})}


def deny(action, resource="*", condition=None):
    return allow(action, resource, condition, "Deny")


IP, WIDE, HALF = ({"IpAddress": {"aws:SourceIp": one}} for one in ("10.0.0.0/8", ["10.0.0.0/9", "10.128.0.0/9"], "10.0.0.0/9"))
# a, b, does b allow more, does it allow less
PAIRS = [
    ([allow("s3:Get*")], [allow("s3:Get*")], "no", "no"),
    ([allow("s3:Get*")], [allow("s3:GetObject"), allow("s3:G*t*")], "no", "no"),
    ([allow("s3:GetObject")], [allow("s3:Get*")], "yes", "no"),
    ([allow("s3:*")], [allow("s3:*"), deny("s3:DeleteBucket")], "no", "yes"),
    ([allow("s3:GetObject", "arn:aws:s3:::a*")], [allow("s3:GetObject", ["arn:aws:s3:::a/*", "arn:aws:s3:::ab*"])], "no", "yes"),
    ([allow("s3:GetObject", "arn:aws:s3:::a*b/*")], [allow("s3:GetObject", "arn:aws:s3:::a*/*")], "yes", "no"),
    ([allow("sqs:*", condition=IP)], [allow("sqs:*", condition=WIDE)], "no", "no"),
    ([allow("sqs:*", condition=IP)], [allow("sqs:*", condition=HALF)], "no", "yes"),
    ([allow("sqs:*", condition={"StringEquals": {"aws:PrincipalTag/t": "x"}})], [allow("sqs:*", condition={"StringLike": {"aws:PrincipalTag/t": "x"}})], "no", "no"),
    ([allow("sqs:*", condition={"StringLike": {"aws:PrincipalTag/t": "x*"}})], [allow("sqs:*", condition={"StringLike": {"aws:PrincipalTag/t": "?*"}})], "yes", "no"),
    ([allow("sqs:*", condition={"Bool": {"aws:SecureTransport": "true"}})], [allow("sqs:*"), deny("*", condition={"Bool": {"aws:SecureTransport": "false"}})], "yes", "no"),
    ([allow("sqs:*", condition={"NumericLessThan": {"sts:DurationSeconds": "10"}})], [deny("sqs:*")], "no", "no"),
    ([allow("iam:*", "arn:aws:iam::*:user/${aws:username}")], [allow("iam:*", "arn:aws:iam::*:user/${aws:username}")], "no", "no"),
    ([allow("iam:*", "arn:aws:iam::*:user/${aws:username}")], [allow("iam:*", "arn:aws:iam::*:user/*")], "yes", "unknown"),
]


def allowed(statements, witness):
    context = {key: value for key, value in witness["context"].items() if value is not None}
    document = {"request": {"principal": "arn:aws:iam::111122223333:user/zqxjkv", "action": witness["action"],
                            "resource": {"resource": witness["resource"], "accountId": "111122223333"}, "contextVariables": {"aws:username": "zqxjkv", **context}},
                "identityPolicies": [{"name": "p", "policy": {"Version": "2012-10-17", "Statement": statements}}]}
    return answer(document).result == "Allowed"


def main():
    checks = Checks()
    if not built(checks, "what policies differ in"):
        return checks.end()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for a, b, more, less in PAIRS:
            for file, statements in (("a.json", a), ("b.json", b)):
                (folder / file).write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}))
            done = reeve("access", "diff", folder / "a.json", folder / "b.json", "--format", "ndjson")
            lines = {line["direction"]: line for line in map(json.loads, done.out.splitlines())}
            what = f"{json.dumps(a)} and {json.dumps(b)}"
            checks.check(done.status == 0 and (lines["more"]["differs"], lines["less"]["differs"]) == (more, less), f"{what}: more {more}, less {less}", done.out + done.err)
            checks.check(lines["both"]["equivalent"] == ("no" if "yes" in (more, less) else "unknown" if "unknown" in (more, less) else "yes"), f"{what}: equivalent or not", done.out)
            for direction, here, there in (("more", b, a), ("less", a, b)):
                if lines[direction]["differs"] == "yes":
                    witness = lines[direction]["witness"]
                    checks.check(allowed(here, witness) and not allowed(there, witness), f"{what}: the request tells them apart", json.dumps(witness))
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
