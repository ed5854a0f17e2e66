#!/usr/bin/env python3
"""`reeve access scp-impact`: single events with their answers, counts against deciding each event alone, forms of logs, samples of policies.

    python3 tests/access_scp_impact.py
"""

import collections
import gzip
import json
import pathlib
import random
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lib_reeve import ROOT, SHARED, Checks, built, reeve  # noqa: E402

ACCOUNT, OTHER, MANAGEMENT = "111122223333", "444455556666", "999988887777"
BREAK_GLASS = f"arn:aws:iam::{ACCOUNT}:role/break-glass"


def role(name="app", account=ACCOUNT, session="s1", **more):
    return {"type": "AssumedRole", "principalId": f"AROAEXAMPLE:{session}", "arn": f"arn:aws:sts::{account}:assumed-role/{name.split('/')[-1]}/{session}",
            "accountId": account, "sessionContext": {"sessionIssuer": {"type": "Role", "arn": f"arn:aws:iam::{account}:role/{name}"},
                                                     "attributes": {"mfaAuthenticated": "false", "creationDate": "2026-11-01T00:00:00Z"}}, **more}


def user(name="ana", account=ACCOUNT, **more):
    return {"type": "IAMUser", "principalId": "AIDAEXAMPLE", "arn": f"arn:aws:iam::{account}:user/{name}", "accountId": account, "userName": name, **more}


def event(what, who=None, **more):
    source, name = what.split(":")
    return {"eventVersion": "1.09", "userIdentity": who or role(), "eventTime": "2026-11-02T03:04:05Z", "eventSource": source + ".amazonaws.com", "eventName": name,
            "awsRegion": "eu-west-1", "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli/2", "eventType": "AwsApiCall", "eventID": "e1",
            "recipientAccountId": (who or {}).get("accountId", ACCOUNT), **more}


def deny(action, condition=None, resource="*", **more):
    statement = {"Sid": "S", "Effect": "Deny", "Resource": resource, **({"Action": action} if action else {}), **more}
    if condition:
        statement["Condition"] = condition
    return {"Version": "2012-10-17", "Statement": [statement]}


REGIONS = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}}
# policy, event, result (denied, may_be_denied, none, or why it is not reached), what would decide
ONE = [
    (deny("s3:DeleteBucket"), event("s3:DeleteBucket"), "denied", []),
    (deny("s3:deletebucket"), event("s3:DeleteBucket"), "denied", []),
    (deny("s3:DeleteBucket"), event("s3:GetBucketAcl"), "none", []),
    (deny("*", REGIONS), event("ec2:RunInstances", awsRegion="us-east-1"), "denied", []),
    (deny("*", REGIONS), event("ec2:RunInstances"), "none", []),
    (deny(None, REGIONS, NotAction=["iam:*"]), event("iam:CreateRole", awsRegion="us-east-1"), "none", []),
    (deny(None, REGIONS, NotAction=["iam:*"]), event("sqs:CreateQueue", awsRegion="us-east-1"), "denied", []),
    # names that IAM does not share with the log
    (deny("s3:ListAllMyBuckets"), event("s3:ListBuckets"), "denied", []),
    (deny("s3:GetObject"), event("s3:HeadObject"), "denied", []),
    (deny("s3:PutObject"), event("s3:CopyObject"), "denied", []),
    (deny("s3:PutEncryptionConfiguration"), event("s3:DeleteBucketEncryption"), "denied", []),
    (deny("lambda:UpdateFunctionCode"), event("lambda:UpdateFunctionCode20150331v2"), "denied", []),
    (deny("lambda:InvokeFunction"), event("lambda:Invoke"), "denied", []),
    (deny("cloudwatch:DeleteAlarms"), event("monitoring:DeleteAlarms"), "denied", []),
    (deny("apigateway:POST"), event("apigateway:CreateRestApi"), "denied", []),
    (deny("kms:ReEncryptTo"), event("kms:ReEncrypt"), "denied", []),
    (deny("*"), event("sts:GetCallerIdentity"), "no request", []),
    (deny("*"), event("signin:ConsoleLogin", eventType="AwsConsoleSignIn"), "no request", []),
    (deny("*"), event("ec2:SomethingServiceMade", eventType="AwsServiceEvent"), "no request", []),
    (deny("ec2:Delete*"), event("ec2:BrandNewCall"), "may_be_denied", ["action"]),
    (deny("ec2:*"), event("ec2:BrandNewCall"), "denied", []),
    (deny("s3:*"), event("ec2:BrandNewCall"), "none", []),
    # who
    (deny("*", {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin/*"}}), event("ec2:RunInstances", role("admin/ops")), "none", []),
    (deny("*", {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin/*"}}), event("ec2:RunInstances", role("app")), "denied", []),
    (deny("*", {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}), event("ec2:RunInstances", {"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root", "accountId": ACCOUNT, "principalId": ACCOUNT}), "denied", []),
    (deny("*", {"StringEquals": {"aws:PrincipalTag/team": "x"}}), event("ec2:RunInstances"), "may_be_denied", ["aws:PrincipalTag/team"]),
    (deny("*", {"StringEquals": {"aws:username": "ana"}}), event("ec2:RunInstances", user("ana")), "denied", []),
    (deny("*", {"StringEquals": {"aws:username": "ana"}}), event("ec2:RunInstances", role("ana")), "none", []),
    (deny("*", {"StringLike": {"aws:userid": "*:mallory"}}), event("ec2:RunInstances", role(session="mallory")), "denied", []),
    (deny("*", {"StringLike": {"aws:userid": "*:mallory"}}), event("ec2:RunInstances", role(session="alice")), "none", []),
    (deny("*"), event("ec2:CreateNetworkInterface", role("aws-service-role/lambda.amazonaws.com/AWSServiceRoleForLambda")), "service-linked role", []),
    (deny("*"), event("kms:Decrypt", {"type": "AWSService", "invokedBy": "s3.amazonaws.com"}), "AWS service", []),
    (deny("*"), event("s3:GetObject", {"type": "AWSAccount", "accountId": "ANONYMOUS_PRINCIPAL", "principalId": "anonymous"}), "caller without AWS credentials", []),
    (deny("*"), event("ec2:RunInstances", role(account=MANAGEMENT)), "management account", []),
    # MFA
    (deny("*", {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}), event("ec2:StopInstances", user()), "denied", []),
    (deny("*", {"Bool": {"aws:MultiFactorAuthPresent": "false"}}), event("ec2:StopInstances", user()), "none", []),
    (deny("*", {"Bool": {"aws:MultiFactorAuthPresent": "false"}}), event("ec2:StopInstances", role()), "denied", []),
    # by which way
    (deny("*", {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), event("ec2:StopInstances"), "denied", []),
    (deny("*", {"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}}), event("ec2:StopInstances"), "none", []),
    (deny("*", {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), event("ec2:StopInstances", sourceIPAddress="cloudformation.amazonaws.com"), "may_be_denied", ["aws:SourceIp"]),
    (deny("*", {"NotIpAddressIfExists": {"aws:SourceIp": "203.0.113.0/24"}, "StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}), event("s3:GetObject", vpcEndpointId="vpce-1", sourceIPAddress="10.0.0.1"), "none", []),
    (deny("*", {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}), event("s3:GetObject", vpcEndpointId="vpce-2"), "denied", []),
    (deny("*", {"Bool": {"aws:ViaAWSService": "false"}}), event("kms:Decrypt", user(invokedBy="s3.amazonaws.com")), "none", []),
    (deny("*", {"Bool": {"aws:ViaAWSService": "false"}}), event("kms:Decrypt", role(invokedBy="s3.amazonaws.com")), "may_be_denied", ["aws:ViaAWSService"]),
    (deny("*", {"Bool": {"aws:SecureTransport": "false"}}), event("s3:GetObject", tlsDetails={"tlsVersion": "TLSv1.3"}), "none", []),
    (deny("*", {"NumericLessThan": {"s3:TlsVersion": "1.2"}}), event("s3:GetObject", tlsDetails={"tlsVersion": "TLSv1.1"}), "denied", []),
    # what was asked for
    (deny("ec2:RunInstances", {"StringNotLike": {"ec2:InstanceType": "t3.*"}}, "arn:aws:ec2:*:*:instance/*"), event("ec2:RunInstances", requestParameters={"instanceType": "p5.48xlarge"}), "denied", []),
    (deny("ec2:RunInstances", {"StringNotLike": {"ec2:InstanceType": "t3.*"}}, "arn:aws:ec2:*:*:instance/*"), event("ec2:RunInstances", requestParameters={"instanceType": "t3.micro"}), "none", []),
    (deny("ec2:RunInstances", {"StringNotLike": {"ec2:InstanceType": "t3.*"}}, "arn:aws:ec2:*:*:instance/*"), event("ec2:RunInstances", requestParameters={}), "may_be_denied", ["ec2:InstanceType"]),
    (deny("s3:PutObject", {"Null": {"s3:x-amz-server-side-encryption": "true"}}), event("s3:PutObject", requestParameters={"bucketName": "b", "key": "k"}), "denied", []),
    (deny("sqs:CreateQueue", {"Null": {"aws:RequestTag/team": "true"}}), event("sqs:CreateQueue", requestParameters={"queueName": "q", "tags": {"team": "x"}}), "none", []),
    (deny("sqs:CreateQueue", {"Null": {"aws:RequestTag/team": "true"}}), event("sqs:CreateQueue", requestParameters={"queueName": "q"}), "denied", []),
    (deny("ec2:CreateVolume", {"Null": {"aws:RequestTag/Team": "true"}}), event("ec2:CreateVolume", requestParameters={"tagSpecificationSet": {"items": [{"resourceType": "volume", "tags": [{"key": "team", "value": "x"}]}]}}), "none", []),
    # resources
    (deny("s3:DeleteObject", None, "arn:aws:s3:::logs/*"), event("s3:DeleteObject", resources=[{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::logs/a"}, {"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::logs", "accountId": ACCOUNT}]), "denied", []),
    (deny("s3:DeleteObject", None, "arn:aws:s3:::logs/*"), event("s3:DeleteObject", resources=[{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::data/a"}]), "none", []),
    (deny("s3:DeleteObject", None, "arn:aws:s3:::logs/*"), event("s3:DeleteObject", requestParameters={"bucketName": "logs", "key": "a"}), "denied", []),
    (deny("iam:DeleteRole", None, "arn:aws:iam::*:role/audit"), event("iam:DeleteRole", requestParameters={"roleName": "app"}), "none", []),
    (deny("iam:DeleteRole", None, "arn:aws:iam::*:role/audit/*"), event("iam:DeleteRole", requestParameters={"roleName": "app"}), "may_be_denied", ["resource"]),
    (deny("iam:DeleteRole", None, "arn:aws:iam::*:role/*"), event("iam:DeleteRole", requestParameters={"roleName": "app"}), "denied", []),
    (deny("ec2:TerminateInstances", None, "arn:aws:ec2:*:*:instance/i-1"), event("ec2:TerminateInstances", requestParameters={}), "may_be_denied", ["resource"]),
    (deny("s3:ListAllMyBuckets", None, "arn:aws:s3:::*"), event("s3:ListBuckets"), "none", []),
]
RCP = [
    (deny("s3:*", {"StringNotEqualsIfExists": {"aws:PrincipalAccount": ACCOUNT}}, Principal="*"), event("s3:GetObject", role(account=OTHER), recipientAccountId=ACCOUNT), "denied", []),
    (deny("s3:*", {"StringNotEqualsIfExists": {"aws:PrincipalAccount": ACCOUNT}}, Principal="*"), event("s3:GetObject"), "none", []),
    (deny("ec2:*", None, Principal="*"), event("ec2:StopInstances"), "service that resource control policies do not reach", []),
    (deny("s3:*", {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}, Principal="*"), event("s3:GetObject"), "may_be_denied", ["aws:PrincipalOrgID"]),
]


def run(folder, policy, events, *more):
    (folder / "policy.json").write_text(json.dumps(policy))
    log = folder / "log.json"
    log.write_text(json.dumps({"Records": events}))
    done = reeve("access", "scp-impact", folder / "policy.json", "--events", log, "--management-account", MANAGEMENT, "--format", "ndjson", *more)
    lines = [json.loads(line) for line in done.out.splitlines()]
    return done, lines[:-1], lines[-1] if lines else {}


def single(checks, folder):
    for policy, one, expected, unknown in ONE + RCP:
        done, rows, total = run(folder, policy, [one])
        what = f"{json.dumps(policy['Statement'][0])} on {one['eventSource']} {one['eventName']}"
        if not checks.check(done.status == 0 and total, f"{what} is decided", done.err):
            continue
        got = rows[0]["result"] if rows else "no request" if total["no_requests"] else next(iter(total["not_reached"]), "none")
        checks.check(got == expected, f"{what}: {expected}", f"{got} {rows}")
        if rows:
            checks.check(rows[0]["unknown"] == unknown, f"{what} hangs on {unknown}", str(rows))
        seen = total["denied"] + total["may_be_denied"] + total["not_denied"] + total["no_requests"] + sum(total["not_reached"].values())
        checks.check(seen == total["events"] == 1, f"{what}: every event is counted once", str(total))


def row_of(checks, folder):
    """What a row says beside its verdict."""
    events = [event("s3:DeleteBucket", role(session=f"s{i}"), eventTime=f"2026-11-{i + 10}T00:00:00Z", errorCode="AccessDenied" if i == 2 else None) for i in range(5)]
    _, rows, total = run(folder, deny("s3:Delete*"), events)
    checks.check(len(rows) == 1, "the sessions of one role are one row", str(rows))
    row = rows[0]
    expected = {"result": "denied", "account": ACCOUNT, "principal": f"arn:aws:iam::{ACCOUNT}:role/app", "event": "s3:DeleteBucket", "actions": ["s3:DeleteBucket"],
                "count": 5, "already_failed": 1, "first": "2026-11-10T00:00:00Z", "last": "2026-11-14T00:00:00Z"}
    checks.check({key: row.get(key) for key in expected} == expected, "a row tells who, what, how often and when", str(row))
    checks.check(row["statement"]["sid"] == "S" and row["statement"]["path"] == "$.Statement[0]", "and by which statement", str(row))
    federated = [{"type": "FederatedUser", "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/{name}", "principalId": f"{ACCOUNT}:{name}", "accountId": ACCOUNT,
                  "sessionContext": {"sessionIssuer": {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/broker"}}} for name in ("ana", "bo")]
    _, rows, _ = run(folder, deny("s3:Delete*"), [event("s3:DeleteBucket", one) for one in federated])
    checks.check(sorted(row["principal"] for row in rows) == [one["arn"] for one in federated], "two federated users of one broker are two rows", str(rows))
    _, _, total = run(folder, deny(["iam:PassRole", "ec2:RunInstances"]), [event("ec2:NewCall")])
    checks.check("iam:PassRole" in total["unseen"] and total["unmapped"] == {"ec2:NewCall": 1}, "what no event can tell is named", str(total))
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["ec2:*"], "Resource": "*"}]}
    two = [event("ec2:StopInstances"), event("sqs:CreateQueue")]
    checks.check(run(folder, allow, two)[2]["denied"] == 0, "beside FullAWSAccess an Allow changes nothing")
    checks.check([row["event"] for row in run(folder, allow, two, "--alone")[1]] == ["sqs:CreateQueue"], "alone it denies what it does not allow")


def organization(checks, folder):
    """By unit, and only those under the target; an account of which the organization does not tell may be a member."""
    source = ROOT / "examples" / "northfield" / "cli"
    parents = {}
    for kind, member in (("accounts", "Accounts"), ("organizational-units", "OrganizationalUnits")):
        for path in source.rglob(f"organizations-list-{kind}-for-parent/*"):
            parents.update({one["Id"]: path.name.removesuffix(".json") for one in json.loads(path.read_text())[member]})

    def way(one):
        return way(parents[one]) + [one] if one in parents else [one]
    manager, bare = "111122223333", "888899990000"  # bare: the export holds nothing of it beside its place in the organization, which is enough
    members = sorted(one for one in parents if one.isdigit() and one != manager)
    checks.check(bare in members and not any(source.glob(f"{bare}/*")), "the example has an account of which only the organization tells", str(members))
    units = {one for one in parents if one.startswith("ou-")}
    checks.check(any(len(way(one)) > 3 for one in members), "the example has units in units", str(parents))
    events = [event("s3:DeleteBucket", role(account=one)) for one in [*members, manager, "999900001111"]]
    _, rows, total = run(folder, deny("s3:Delete*"), events, "--organization", source)
    checks.check(sorted(row["account"] for row in rows if row["result"] == "denied") == members, "members are denied", str(rows))
    checks.check([(row["account"], row["unknown"]) for row in rows if row["result"] != "denied"] == [("999900001111", ["account"])], "an account that is not told of may be", str(rows))
    checks.check(total["not_reached"] == {"management account": 1}, "the account that manages is not reached", str(total))
    told = {row["account"]: row["organizational_unit"] for row in rows if row["result"] == "denied"}
    checks.check(told == {one: "/".join(way(one)[:-1]) for one in members}, "each with its unit", f"{told} {parents}")
    for unit in sorted(units):
        _, rows, total = run(folder, deny("s3:Delete*"), events, "--organization", source, "--target", unit)
        got = {row["account"] for row in rows if row["result"] == "denied"}
        expected = {one for one in members if unit in way(one)}
        checks.check(got == expected and total["denied"] == len(expected), f"under {unit}: its accounts alone", f"{got} {expected} {total}")
    _, rows, total = run(folder, deny("s3:Delete*"), events, "--organization", source, "--target", members[0])
    checks.check([row["account"] for row in rows if row["result"] == "denied"] == members[:1], "an account as a target", f"{rows} {total}")
    done = run(folder, deny("s3:Delete*"), events, "--target", members[0])[0]
    checks.check(done.status == 2 and "--organization" in done.err, "a target without an organization is no question", f"{done.status} {done.err}")


def many(count, seed):
    r = random.Random(seed)
    calls = ["s3:GetObject", "s3:ListBuckets", "ec2:RunInstances", "ec2:BrandNew", "iam:DeleteRole", "sts:GetCallerIdentity", "kms:Decrypt", "monitoring:PutMetricData", "sqs:CreateQueue"]
    for i in range(count):
        account = r.choice([ACCOUNT, OTHER, MANAGEMENT])
        who = r.choice([role(r.choice(["app", "team/ops", "break-glass", "aws-service-role/x.amazonaws.com/AWSServiceRoleForX"]), account, f"s{r.randrange(99)}"),
                        user(r.choice(["ana", "bo"]), account), {"type": "AWSService", "invokedBy": "s3.amazonaws.com"}])
        more = {}
        if r.random() < 0.1:
            more["vpcEndpointId"] = "vpce-1"
        if r.random() < 0.2:
            more["sourceIPAddress"] = "cloudformation.amazonaws.com"
        yield event(r.choice(calls), who, awsRegion=r.choice(["eu-west-1", "us-east-1"]), eventID=f"e{i}", eventTime=f"2026-11-{r.randrange(1, 29):02}T00:00:{r.randrange(60):02}Z",
                    requestParameters=r.choice([None, {"roleName": r.choice(["app", "audit"]), "queueName": "q", "tags": {"team": "x"}}, {"bucketName": "logs", "key": "é\"\\u00e9"}]),
                    errorCode=r.choice([None, "Client.UnauthorizedOperation"]), **more)


POLICY = {"Version": "2012-10-17", "Statement": [
    {"Sid": "Regions", "Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}, "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/break-glass"}}},
    {"Sid": "Audit", "Effect": "Deny", "Action": "iam:*", "Resource": "arn:aws:iam::*:role/audit"},
    {"Sid": "Network", "Effect": "Deny", "Action": ["kms:*", "s3:*"], "Resource": "*", "Condition": {"NotIpAddressIfExists": {"aws:SourceIp": "203.0.113.0/24"}, "StringLike": {"aws:userid": "*:s1*"}}},
    {"Sid": "Tags", "Effect": "Deny", "Action": "sqs:CreateQueue", "Resource": "*", "Condition": {"Null": {"aws:RequestTag/team": "true"}}}]}


def alone(checks, folder):
    """Counts are those of deciding each event by itself, whatever the form of the log and the number of threads."""
    events = list(many(4000, 7))
    (folder / "policy.json").write_text(json.dumps(POLICY))
    forms = folder / "forms"
    forms.mkdir()
    (forms / "a.ndjson").write_text("".join(json.dumps(one) + "\n" for one in events))
    (forms / "b.json").write_text(json.dumps({"Records": events}, indent=1))
    (forms / "d.json.gz").write_bytes(gzip.compress(json.dumps(events).encode()))
    (forms / "c.json.gz").write_bytes(gzip.compress(json.dumps({"Records": events}).encode()))
    (forms / "README.md").write_text("no log")
    told = {}
    for path in sorted(forms.glob("[a-d].*")) + [forms]:
        for threads in "12":
            done = reeve("access", "scp-impact", folder / "policy.json", "--events", path, "--management-account", MANAGEMENT, "--format", "ndjson", env={"REEVE_THREADS": threads})
            checks.check(done.status == 0, f"{path.name} is read", done.err)
            told[path.name, threads] = [json.loads(line) for line in done.out.splitlines()]
    first = told["a.ndjson", "1"]
    for (name, threads), lines in told.items():
        if name == "forms":
            checks.check(lines[-1]["events"] == 4 * len(events) and lines[-1]["denied"] == 4 * first[-1]["denied"], "a folder is all of its logs", str(lines[-1]))
        else:
            checks.check(lines == first, f"{name} with {threads} threads gives what the others give")
    done = reeve("access", "scp-impact", folder / "policy.json", "--events", forms / "a.ndjson", "--management-account", MANAGEMENT, "--format", "ndjson", "--each")
    each = [json.loads(line) for line in done.out.splitlines()]
    def key(row):
        return (row["result"], row["account"], row["principal"], row["event"], row["statement"].get("index"), tuple(row["unknown"]))
    counted = collections.Counter(key(row) for row in each[:-1])
    checks.check(counted == {key(row): row["count"] for row in first[:-1]}, "groups count what each event alone is", f"{len(counted)} {len(first)}")
    checks.check(len(counted) > 20 and each[-1] == first[-1], "and the totals are the same", f"{each[-1]} {first[-1]}")
    ids = [row["event_id"] for row in each[:-1]]
    checks.check(len(ids) == len(set(ids)) == first[-1]["denied"] + first[-1]["may_be_denied"], "each event is told once")


def hard(checks, folder):
    good = json.dumps(event("s3:DeleteBucket"))
    (folder / "policy.json").write_text(json.dumps(deny("s3:DeleteBucket")))
    rows = [("cut.json", '{"Records": [' + good + ", {\"eventName\": "), ("lines.ndjson", good + "\n{oops}\n" + good + "\n"), ("no.gz", gzip.compress(good.encode())[:-20]), ("text.json", "hello")]
    for name, text in rows:
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        done = reeve("access", "scp-impact", folder / "policy.json", "--events", folder / name, "--format", "ndjson")
        checks.check(done.status == 3 and name in done.err, f"{name} is named, status 3", f"{done.status} {done.err}")
    checks.check(json.loads(reeve("access", "scp-impact", folder / "policy.json", "--events", folder / "lines.ndjson", "--format", "ndjson").out.splitlines()[-1])["denied"] == 2, "the lines around a broken one count")
    done = reeve("access", "scp-impact", folder / "policy.json", "--events", folder / "lines.ndjson", "--format", "ndjson")
    checks.check("lines.ndjson:2:" in done.err, "with its line", done.err)
    odd = [{"eventName": "x"}, {"eventSource": 5, "eventName": ["a"]}, {"userIdentity": "text", "eventSource": "s3.amazonaws.com", "eventName": "DeleteBucket"}]
    done, rows, total = run(folder, deny("s3:DeleteBucket"), odd)
    checks.check(done.status == 0 and total["events"] == 3 and rows and rows[0]["result"] == "may_be_denied", "an event that does not tell its caller may be denied", f"{done.err} {rows} {total}")


def lockout(checks, folder):
    table = [
        (deny("*", {"ArnNotEquals": {"aws:PrincipalArn": BREAK_GLASS}}), BREAK_GLASS, 0),
        (deny("*", {"ArnNotEquals": {"aws:PrincipalArn": BREAK_GLASS}}), f"arn:aws:iam::{ACCOUNT}:role/deploy", 1),
        (deny("*", {"StringNotEquals": {"aws:PrincipalArn": BREAK_GLASS}, **REGIONS_ELSE}), BREAK_GLASS, 0),
        (deny("*", REGIONS), BREAK_GLASS, 1),
        (deny("cloudtrail:StopLogging"), BREAK_GLASS, 1),
        (deny("*", {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}), BREAK_GLASS, 0),
        (deny("*", {"StringEquals": {"aws:PrincipalTag/kind": "guest"}}), BREAK_GLASS, 1),
        (deny("*"), f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", 0),
        (deny("*"), "arn:aws:s3:::bucket", 2),
    ]
    for policy, arn, status in table:
        (folder / "policy.json").write_text(json.dumps(policy))
        done = reeve("access", "scp-impact", folder / "policy.json", "--protect", arn, "--format", "ndjson")
        checks.check(done.status == status, f"{json.dumps(policy['Statement'][0])} and {arn}: status {status}", f"{done.status} {done.out} {done.err}")
        if status == 1:
            line = json.loads(done.out.splitlines()[0])
            checks.check(line["result"] == "lockout" and line["actions"] and line["statement"]["sid"] == "S", "the actions and the statement are named", done.out)


REGIONS_ELSE = {"StringNotEqualsIfExists": {"aws:RequestedRegion": "eu-west-1"}}


def samples(checks, folder):
    where = SHARED / "corpora" / "iam"
    if not where.is_dir():
        checks.skip("policy samples", f"{where} is not there", "that published samples are read")
        return
    (folder / "log.json").write_text(json.dumps({"Records": [event("s3:GetObject"), event("ec2:RunInstances", awsRegion="us-east-1")]}))
    count = collections.Counter()
    for name, expected in (("service-control-policies", 57), ("data-perimeter", 29), ("resource-control-policies", 23)):
        files = sorted((where / name).rglob("*.json"))
        checks.check(len(files) == expected, f"{name} has {expected} policies", str(len(files)))
        for path in files:
            done = reeve("access", "scp-impact", path, "--events", folder / "log.json", "--format", "ndjson")
            total = json.loads(done.out.splitlines()[-1]) if done.out else {}
            named = path.name in done.err
            count["named" if named else "read"] += 1
            checks.check((done.status == 0 and not named and total.get("events") == 2) or (done.status == 3 and named), f"{path.name} is read, or named and why", f"{done.status} {done.err[:300]}")
    checks.check(count["read"] >= 85, "most are policies of the kinds that are asked for", str(count))


def main():
    checks = Checks()
    if not built(checks, "what guardrails would have denied"):
        return checks.end()
    for part in (single, row_of, organization, alone, hard, lockout, samples):
        with tempfile.TemporaryDirectory() as name:
            part(checks, pathlib.Path(name))
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
