#!/usr/bin/env python3
"""The AWS double itself (tests/double), asked by botocore: an independent client signs, sends and reads every recorded reply of
examples/northfield, and must be given what the file says. Then its faults, one by one.

    build/.venv/bin/python tests/aws_double.py
"""

import base64
import datetime
import http.client
import io
import json
import os
import pathlib
import re
import socket
import sys
import time
import urllib.parse

from lib_double import PROGRAM, Double
from lib_reeve import NORTHFIELD, ROOT, Checks

try:
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials
    import botocore.parsers
    import botocore.serialize
    import botocore.session
    import yaml
    SESSION = botocore.session.Session()
except ImportError:
    botocore = None

CLI = NORTHFIELD / "cli"
MANAGEMENT = "111122223333"


def plain(value):
    """As the AWS CLI prints it: times as text, bytes as base64 (here: their text)."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).isoformat()
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items() if key != "ResponseMetadata"}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


class Refused(Exception):
    def __init__(self, code, message=""):
        super().__init__(f"{code}: {message}")
        self.code = code


class Client:
    """botocore's serializers, signers and parsers, without the retries and caches around them."""
    models = {}

    def __init__(self, double, key=None, secret=None, token=None):
        self.double, self.address = double, double.endpoint.removeprefix("http://")
        self.credentials = botocore.credentials.Credentials(key or double.access_key_id, secret or double.secret, token)
        self.connection = None

    @classmethod
    def model(cls, service):
        if service not in cls.models:
            cls.models[service] = SESSION.get_service_model(service)
            # Of the protocols that a service speaks the one that the project asks it in.
            cls.models[service].spoken = json.loads((ROOT / "content" / "apis" / f"{service}.json").read_text())["protocol"].replace("_", "-")
        return cls.models[service]

    def call(self, service, operation_name, region="us-east-1", **parameters):
        model = self.model(service)
        operation = model.operation_model(operation_name)
        request = botocore.serialize.create_serializer(model.spoken).serialize_to_request(parameters, operation)
        request.pop("host_prefix", None)
        botocore.awsrequest.prepare_request_dict(request, self.double.endpoint, user_agent="test")
        request = botocore.awsrequest.create_request_object(request)
        signer = botocore.auth.S3SigV4Auth if model.signing_name == "s3" else botocore.auth.SigV4Auth
        signer(self.credentials, model.signing_name, region).add_auth(request)
        prepared = request.prepare()
        self.connection = self.connection or http.client.HTTPConnection(self.address, timeout=10)
        try:
            body = prepared.body if isinstance(prepared.body, (bytes, str, type(None))) else prepared.body.read()
            self.connection.request(prepared.method, prepared.url.removeprefix(self.double.endpoint), body, dict(prepared.headers))
            answer = self.connection.getresponse()
            body = answer.read()
        except (http.client.HTTPException, OSError) as error:
            self.connection = None
            raise Refused(type(error).__name__) from None
        self.headers = {name.lower(): value for name, value in answer.getheaders()}
        if operation_name == "GetBucketLocation" and answer.status == 200:  # botocore reads this one outside of its parsers
            return {"LocationConstraint": re.search(rb">([^<]*)</LocationConstraint>", body)[1].decode() or None}
        answer = {"status_code": answer.status, "headers": botocore.awsrequest.HeadersDict(answer.getheaders()), "body": body, "context": {}}
        if operation.has_streaming_output:
            answer["body"] = io.BytesIO(body)
        reply = botocore.parsers.create_parser(model.spoken).parse(answer, operation.output_shape)
        if answer["status_code"] >= 300:
            raise Refused(reply["Error"]["Code"], reply["Error"]["Message"])
        return plain(reply)

    def assume(self, account, **more):
        answer = self.call("sts", "AssumeRole", RoleArn=f"arn:aws:iam::{account}:role/audit", RoleSessionName="test", **more)["Credentials"]
        return Client(self.double, answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])


def code_of(call):
    try:
        call()
        return ""
    except Refused as error:
        return error.code


def same(recorded, answered):
    """Whether the answer has what the file says; times by the moment they mean, and numbers by value."""
    if isinstance(recorded, dict):
        if not isinstance(answered, dict):
            return isinstance(answered, str) and answered[:1] in "{%" and same(recorded, json.loads(urllib.parse.unquote(answered)))
        return all(same(one, answered.get(key)) for key, one in recorded.items() if one is not None)
    if isinstance(recorded, list):
        return isinstance(answered, list) and len(recorded) == len(answered) and all(map(same, recorded, answered))
    if isinstance(recorded, str) and isinstance(answered, str) and recorded != answered:
        try:
            moments = [datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) for text in (recorded, answered)]
            return moments[0] == moments[1]
        except ValueError:
            return False
    return recorded == answered or (isinstance(recorded, (int, float)) and isinstance(answered, str) and str(recorded) == answered)


def operations():
    """`s3-list-buckets` → service, operation, required input members."""
    found = {}
    for file in sorted((ROOT / "content" / "apis").glob("*.json")):
        document = json.loads(file.read_text())
        service = document["service"]
        for operation in document["operations"]:
            name = botocore.xform_name(operation, "-")
            found[f"{service}-{name}"] = (service, operation)
    return found


def reads():
    """`s3:GetBucketPolicy` → the parameter names that content has for what stands in a file's name, and fixed ones."""
    found = {}
    for file in (ROOT / "content" / "resources").glob("*.yaml"):
        for read in yaml.safe_load(file.read_text()).get("reads") or []:
            names = read.get("parameter") or []
            known = found.setdefault(read["call"], ([names] if isinstance(names, str) else names, {}))[1]
            for name, value in (read.get("with") or {}).items():
                known.setdefault(name, []).extend(value if isinstance(value, list) else [value])
    return found


def parameters_of(model, names, fixed, values):
    """What to ask so that these values are given; None if content says too little."""
    given = dict(zip(names, values))
    for name, value in fixed.items():
        said = [one for one in values if one in map(str, value)]
        given[name] = said[0] if said else value[0]
    members = model.input_shape.members if model.input_shape else {}
    if len(values) > len(given):
        return None
    for name, value in list(given.items()):
        if name not in members:
            return None
        if members[name].type_name == "list":
            given[name] = value if isinstance(value, list) else [value]
        elif members[name].type_name in ("integer", "long"):
            given[name] = int(value)
        elif members[name].type_name == "boolean":
            given[name] = str(value).lower() == "true"
    if model.input_shape:
        for name in model.input_shape.required_members:
            if name == "AccountId":
                given.setdefault(name, values[0] if values else MANAGEMENT)
            elif name in ("MaxResults", "maxResults"):
                given.setdefault(name, 100)
    return given


def replays(checks, double):
    known, names_of = operations(), reads()
    management = Client(double)
    clients = {MANAGEMENT: management}
    asked = told = 0
    wrong = []
    for file in sorted(path for path in CLI.rglob("*") if path.is_file()):
        account, region, name, *rest = file.relative_to(CLI).parts
        name = name.removesuffix(".json")
        if name not in known:
            continue
        service, operation = known[name]
        if service == "sts":
            continue
        client = clients.get(account) or clients.setdefault(account, management.assume(account))
        model = client.model(service).operation_model(operation)
        names, fixed = names_of.get(f"{service}:{operation}", ([], {}))
        values = [urllib.parse.unquote(part.removesuffix(".json")) for part in rest]
        given = parameters_of(model, names, fixed, values)
        if given is None or (model.input_shape and not set(model.input_shape.required_members) <= set(given)):
            continue
        text = file.read_text()
        try:
            recorded = json.loads(text)
        except ValueError:
            recorded = None
        refusal = None
        if recorded is None:
            refusal = text[text.index("(") + 1:text.index(")")]
        elif "Error" in recorded and "Code" in recorded["Error"]:
            refusal = recorded["Error"]["Code"]
        asked += 1
        try:
            answer = client.call(service, operation, region, **given)
            if refusal or not same(recorded, answer):
                wrong.append(f"{file.relative_to(CLI)} {given}: {str(recorded)[:300]} became {str(answer)[:300]}")
            told += 1
        except Refused as error:
            if error.code != refusal:
                wrong.append(f"{file.relative_to(CLI)} {given}: {error}")
    checks.check(asked > 400, "most recorded files can be asked for", f"{asked} of {sum(1 for p in CLI.rglob('*') if p.is_file())}")
    for one in wrong[:20]:
        checks.check(False, "a recorded reply comes back as it stands", one)
    checks.check(not wrong, f"all {asked} replies come back as the files have them", f"{len(wrong)} do not")
    return told


def refusals(checks, double):
    """Who is refused, and how each protocol says what goes wrong."""
    client = Client(double)
    wrong_secret = Client(double, secret="0" * 40)
    nobody = Client(double, key="AKIA000000000000USER")
    cases = [
        ("a wrong secret", {}, lambda: wrong_secret.call("iam", "ListRoles"), "SignatureDoesNotMatch"),
        ("an account that nobody knows", {}, lambda: nobody.call("sts", "GetCallerIdentity"), "SignatureDoesNotMatch"),
        ("an account without the role", {"no_role": ["333344445555"]}, lambda: client.assume("333344445555"), "AccessDenied"),
        ("another account beside it", {"no_role": ["333344445555"]}, lambda: client.assume("444455556666"), ""),
        ("no external id", {"external_id": "x-1"}, lambda: client.assume("444455556666"), "AccessDenied"),
        ("the external id", {"external_id": "x-1"}, lambda: client.assume("444455556666", ExternalId="x-1"), ""),
        ("a clock that is an hour off", {"skew_s": 3600}, lambda: client.call("s3", "ListBuckets"), "RequestTimeTooSkewed"),
        ("a Region that is off, ec2", {"regions_off": {"*": ["us-east-1"]}}, lambda: client.call("ec2", "DescribeVolumes"), "AuthFailure"),
        ("a Region that is off, json", {"regions_off": {MANAGEMENT: ["us-east-1"]}}, lambda: client.call("kms", "ListKeys"), "UnrecognizedClientException"),
        ("a Region where nothing was recorded", {}, lambda: client.call("kms", "ListKeys", "ap-south-1"), "UnrecognizedClientException"),
        ("a call that was not recorded, json", {}, lambda: client.call("kms", "DescribeKey", KeyId="k"), "UnknownOperationException"),
        ("a call that was not recorded, query", {}, lambda: client.call("iam", "ListRoles"), "InvalidAction"),
    ]
    throttled = [("ec2", "DescribeVolumes", "RequestLimitExceeded"), ("s3", "ListBuckets", "SlowDown"), ("iam", "GetAccountSummary", "Throttling"),
                 ("kms", "ListKeys", "ThrottlingException"), ("lambda", "ListFunctions", "TooManyRequestsException")]
    cases += [(f"throttled, {service}", {"rules": [{"do": "throttle", "call": f"{service}:*"}]}, lambda s=service, o=operation: client.call(s, o), code)
              for service, operation, code in throttled]
    denied = [("ec2", "DescribeVolumes", "UnauthorizedOperation"), ("s3", "ListBuckets", "AccessDenied"), ("kms", "ListKeys", "AccessDeniedException"),
              ("lambda", "ListFunctions", "AccessDeniedException"), ("sns", "ListTopics", "AccessDenied")]
    cases += [(f"denied, {service}", {"rules": [{"do": "deny", "call": f"{service}:{operation}", "account": MANAGEMENT}]},
               lambda s=service, o=operation: client.call(s, o), code) for service, operation, code in denied]
    cases += [("denied elsewhere", {"rules": [{"do": "deny", "account": "222233334444"}]}, lambda: client.call("kms", "ListKeys"), ""),
              ("cut within", {"rules": [{"do": "cut"}]}, lambda: client.call("kms", "ListKeys"), "IncompleteRead"),
              ("cut before", {"rules": [{"do": "cut_before"}]}, lambda: client.call("kms", "ListKeys"), "RemoteDisconnected"),
              ("the first two only", {"rules": [{"do": "error", "status": 500, "code": "InternalFailure", "times": 2}]},
               lambda: [code_of(lambda: client.call("kms", "ListKeys")) for _ in range(2)] and client.call("kms", "ListKeys"), "")]
    for what, faults, call, code in cases:
        double.set_faults(faults)
        found = code_of(call)
        checks.check(found == code, what, f"`{found}` and not `{code}`")
    double.set_faults({"session_s": 60})
    session = client.assume("444455556666")
    checks.check(code_of(lambda: session.call("kms", "ListKeys")) == "", "a session is good until it ends")
    double.set_faults({"skew_s": 61})
    checks.check(code_of(lambda: session.call("kms", "ListKeys")) == "ExpiredTokenException", "and not after")
    checks.check(code_of(lambda: session.call("sns", "ListTopics")) == "ExpiredToken", "and not after, as query says it")
    double.set_faults({})
    second = client.assume("444455556666")
    double.set_faults({"rules": [{"do": "end_sessions", "call": "kms:*", "times": 1}]})
    checks.check(code_of(lambda: second.call("kms", "ListKeys")) == "ExpiredTokenException", "all sessions end at once")
    checks.check(code_of(lambda: second.call("sns", "ListTopics")) == "ExpiredToken", "and stay so")
    checks.check(code_of(lambda: client.assume("444455556666").call("kms", "ListKeys")) == "", "but for new ones")
    double.set_faults({"rules": [{"do": "late", "delay_ms": 300}]})
    start = time.monotonic()
    client.call("kms", "ListKeys")
    checks.check(0.29 < time.monotonic() - start < 5, "an answer that is late", str(time.monotonic() - start))
    double.set_faults({"seed": 5, "rules": [{"do": "throttle", "share": 0.25}]})
    codes = [code_of(lambda: client.call("kms", "ListKeys")) for _ in range(200)]
    checks.check(25 < codes.count("ThrottlingException") < 75 and set(codes) == {"", "ThrottlingException"}, "a quarter is throttled", str(codes.count("")))
    double.set_faults({"buckets": [{"calls": ["kms:*"], "rate": 0.01, "burst": 3}]})
    codes = [code_of(lambda: client.call("kms", "ListKeys")) for _ in range(5)]
    checks.check(codes == ["", "", "", "ThrottlingException", "ThrottlingException"], "a bucket gives what it holds", str(codes))
    exceeded = double.counts()["exceeded"]
    checks.check(exceeded == {f"{MANAGEMENT} us-east-1 kms": {"requests": 2, "refused": 2}}, "and says what was over", str(exceeded))
    checks.check(any(one["call"] == "kms:ListKeys" and one["answered"] > 1 for one in double.counts()["asked_again"]), "what is asked again is named")
    double.set_faults({})


def paging(checks, double):
    client = Client(double)
    whole = client.call("organizations", "ListAccounts")["Accounts"]
    checks.check(len(whole) == 8, "the organization has its accounts", str(len(whole)))
    for what, rule, pages in [("two a page", {"items": 2}, 4), ("one a page, empty ones between", {"items": 1, "empty_pages": True}, 16)]:
        double.set_faults({"paging": [dict(rule, call="organizations:*")]})
        found, count, token = [], 0, {}
        while count < 50:
            reply = client.call("organizations", "ListAccounts", **token)
            found += reply["Accounts"]
            count += 1
            if not reply.get("NextToken"):
                break
            token = {"NextToken": reply["NextToken"]}
        checks.check(found == whole and count == pages, what, f"{count} pages, {len(found)} accounts")
    double.set_faults({"paging": [{"call": "*", "items": 3}]})
    found, marker = [], {}
    while True:
        reply = client.call("iam", "GetAccountAuthorizationDetails", **marker)
        found += [one["Arn"] for key in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies") for one in reply.get(key, [])]
        checks.check(reply["IsTruncated"] == ("Marker" in reply), "a flag and a token go together")
        if not reply["IsTruncated"]:
            break
        marker = {"Marker": reply["Marker"]}
    recorded = json.loads((CLI / MANAGEMENT / "us-east-1" / "iam-get-account-authorization-details.json").read_text())
    wanted = [one["Arn"] for key, value in recorded.items() if isinstance(value, list) for one in value]
    checks.check(sorted(found) == sorted(wanted), "four lists in one reply are paged as one", f"{len(found)} of {len(wanted)}")
    double.set_faults({"paging": [{"call": "*", "items": 2, "repeat_token": True}]})
    token = client.call("organizations", "ListAccounts")["NextToken"]
    checks.check(client.call("organizations", "ListAccounts", NextToken=token)["NextToken"] == token, "a token that repeats itself")
    double.set_faults({})
    checks.check(code_of(lambda: client.call("organizations", "ListAccounts", NextToken="mine")) == "InvalidNextToken", "a token of somebody else's")


def enforcement(checks):
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:ListAllMyBuckets", "kms:List*"], "Resource": "*"},
                                                     {"Effect": "Deny", "Action": "kms:ListAliases", "Resource": "*"}]}
    with Double("--replay", CLI, account=MANAGEMENT, enforce=policy, actions={"s3:ListBuckets": ["s3:ListAllMyBuckets"]}) as double:
        client = Client(double)
        for service, operation, code in [("s3", "ListBuckets", ""), ("kms", "ListKeys", ""), ("sns", "ListTopics", "AccessDenied"),
                                         ("ec2", "DescribeVolumes", "UnauthorizedOperation"), ("sts", "GetCallerIdentity", "")]:
            found = code_of(lambda: client.call(service, operation))
            checks.check(found == code, f"enforced: {service}:{operation}", f"`{found}` and not `{code}`")
    try:
        policy["Statement"][0]["Condition"] = {"Bool": {"aws:SecureTransport": "true"}}
        Double("--replay", CLI, account=MANAGEMENT, enforce=policy).stop()
        checks.check(False, "a policy that the double cannot enforce is refused")
    except RuntimeError as error:
        checks.check("Condition" in str(error), "a policy that the double cannot enforce is refused by name", str(error))


def synthetic(checks):
    with Double("--synthetic", "45x3", "--items", "1") as double:
        client = Client(double)
        accounts, token = [], {}
        while True:
            reply = client.call("organizations", "ListAccounts", **token)
            accounts += [one["Id"] for one in reply["Accounts"]]
            if "NextToken" not in reply:
                break
            token = {"NextToken": reply["NextToken"]}
        checks.check(len(set(accounts)) == 45 and double.account in accounts, "as many accounts as wanted", str(len(accounts)))
        regions = [one["RegionName"] for one in client.call("ec2", "DescribeRegions")["Regions"]]
        checks.check(len(regions) == 3, "as many Regions as wanted", str(regions))
        asked, wrong = 0, []
        for service, operation in operations().values():
            model = Client.model(service).operation_model(operation)
            if model.input_shape and model.input_shape.required_members or service == "sts":
                continue
            asked += 1
            try:
                client.call(service, operation)
            except (Refused, botocore.parsers.ResponseParserError) as error:
                wrong.append(f"{service}:{operation} {error}")
        checks.check(asked > 150 and not wrong, f"{asked} operations are answered from their shapes alone", "; ".join(wrong[:5]))
        speed(checks, double, client)


def speed(checks, double, client):
    """Requests in each second of the double's own processor time, which a busy machine does not change much."""
    signed = []
    send = http.client.HTTPConnection.send
    try:
        http.client.HTTPConnection.send = lambda self, data: signed.append(data) or send(self, data)
        client.connection = None
        client.call("kms", "ListKeys")
    finally:
        http.client.HTTPConnection.send = send
    request = b"".join(signed)

    def cpu():
        fields = pathlib.Path(f"/proc/{double.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    host, port = double.endpoint.removeprefix("http://").split(":")
    before, count = cpu(), 10000
    with socket.create_connection((host, int(port))) as wire:
        answered = 0
        for _ in range(count // 100):
            wire.sendall(request * 100)
            line, want, tail = b"HTTP/1.1 200 OK", 100, b""  # heads of the answers; bodies hold no such line
            while want:
                came = tail + wire.recv(1 << 20)
                found = came.count(line)
                tail = came[came.rfind(line) + len(line):][1 - len(line):] if found else came[1 - len(line):]
                want -= found
                answered += found
    took = max(cpu() - before, 1e-3)
    print(f"{count / took:.0f} signed requests in a second of one processor")
    checks.check(answered == count and count / took > 10000, "at least 10,000 requests a second", f"{answered} answered, {count / took:.0f} a second")


def main():
    checks = Checks()
    if not PROGRAM.exists():
        checks.skip("everything", f"{PROGRAM} is not built", "that the double speaks as AWS does")
        return checks.end()
    if botocore is None:
        checks.skip("everything", "botocore is not installed", "that the double speaks as AWS does")
        return checks.end()
    with Double("--replay", CLI, account=MANAGEMENT) as double:
        told = replays(checks, double)
        counts = double.counts()
        checks.check(counts["answered"] >= told, "the double counts what it answers", str(counts["answered"]))
        checks.check("SignatureDoesNotMatch" not in counts["refused"], "every signature of botocore holds", str(counts["refused"]))
        refusals(checks, double)
        paging(checks, double)
    enforcement(checks)
    synthetic(checks)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
