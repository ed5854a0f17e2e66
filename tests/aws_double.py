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
import re
import sys
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
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
