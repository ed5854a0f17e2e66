#!/usr/bin/env python3
"""The five protocols against botocore's serializers and parsers: every operation of content/apis, with values made for its shapes.

    python3 tests/protocols.py [SEED]

Requests: method, path, query, headers and body are the same. Replies: what a service would send (wire_values.py writes it) is read to
the same members. Refusals of each protocol have botocore's code. Pages go on where botocore's paginators do. Whatever else arrives is an error
by name and never the end of the program.
"""

import base64
import collections
import datetime
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import time
import urllib.parse

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]
import mapping_sources  # noqa: E402
from lib_reeve import REEVE, Checks  # noqa: E402
from make_apis import RAW  # noqa: E402
from wire_values import Values, Wire  # noqa: E402

WIRE = REEVE.parent / "aws_wire"
PROTOCOLS = ("query", "ec2", "json", "rest-json", "rest-xml")


def as_json(value):
    """As the AWS CLI prints what botocore parsed."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def for_input(value):
    """As JSON; a time as RFC 3339 in milliseconds."""
    if isinstance(value, dict):
        return {key: for_input(item) for key, item in value.items()}
    if isinstance(value, list):
        return [for_input(item) for item in value]
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S") + (f".{value.microsecond // 1000:03}" if value.microsecond else "") + "Z"
    return value


class Operation:
    def __init__(self, service, protocol, model):
        self.service, self.protocol, self.model, self.call = service, protocol, model, f"{service}:{model.name}"


def operations():
    import botocore.loaders
    from botocore.model import ServiceModel
    loader = botocore.loaders.Loader()
    for file in sorted((ROOT / "content" / "apis").glob("*.json")):
        service = json.loads(file.read_text())
        model = ServiceModel(loader.load_service_model(file.stem, "service-2"), file.stem)
        try:
            paginators = loader.load_service_model(file.stem, "paginators-1")["pagination"]
        except Exception:  # a service without
            paginators = {}
        for name, described in service["operations"].items():
            one = Operation(file.stem, service["protocol"], model.operation_model(name))
            one.paginator, one.described = paginators.get(name), described
            yield one


class Session:
    """Everything to be asked of the program, in one run of it."""

    def __init__(self):
        self.asked, self.then = [], []

    def ask(self, document, then):
        self.asked.append(json.dumps(document))
        self.then.append(then)

    def run(self, checks):
        done = subprocess.run([str(WIRE)], input="\n".join(self.asked) + "\n", capture_output=True, text=True, timeout=120)
        lines = done.stdout.splitlines()
        if not checks.check(done.returncode == 0 and len(lines) == len(self.asked), "the program answers every line",
                            f"status {done.returncode}, {len(lines)} of {len(self.asked)} lines; {done.stderr[-300:]}"):
            at = min(len(lines), len(self.asked) - 1)
            print("the first without an answer:", self.asked[at][:600])
            return
        for line, then in zip(lines, self.then):
            then(json.loads(line))


def difference(ours, theirs, at="$"):
    """Where two values differ first, for people; None if they are equal."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in {**theirs, **ours}:
            if (key in ours) != (key in theirs):
                return f"{at}.{key}: " + ("not read" if key in theirs else "not there")
            found = difference(ours[key], theirs[key], f"{at}.{key}")
            if found:
                return found
        return None
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return next((found for i, pair in enumerate(zip(ours, theirs)) if (found := difference(*pair, f"{at}[{i}]"))), None)
    same = ours == theirs and isinstance(ours, bool) == isinstance(theirs, bool)
    return None if same else f"{at}: {str(ours)[:120]!r}, botocore has {str(theirs)[:120]!r}"


# --- Requests.


def botocore_request(operation, value):
    import botocore.handlers
    from botocore.serialize import create_serializer
    value = json.loads(json.dumps(for_input(value)))
    if operation.service == "route53":
        botocore.handlers.fix_route53_ids(value, operation.model)
    made = create_serializer(operation.protocol, include_validation=False).serialize_to_request(value, operation.model)
    if operation.service == "apigateway":
        botocore.handlers.add_accept_header(operation.model, made)
    path, _, fixed = made["url_path"].partition("?")
    query = [tuple((pair + "=").split("=")[:2]) for pair in fixed.split("&") if pair]
    for name, item in (made["query_string"] or {}).items():
        query += [(name, str(one)) for one in (item if isinstance(item, list) else [item])]
    body = made["body"]
    if isinstance(body, dict):
        # botocore writes the microseconds of a time, AWS keeps milliseconds.
        body = {name: re.sub(r"(T\d\d:\d\d:\d\d\.\d{3})000Z$", r"\1Z", str(item)) for name, item in body.items()}
    else:
        body = json.loads(body) if body else None
    headers = {name.lower(): str(item) for name, item in made["headers"].items()}
    return {"method": made["method"], "path": path, "query": sorted(query), "headers": headers, "body": body,
            "host_prefix": made.get("host_prefix", "")}


def our_request(operation, line):
    body = line["body"]
    if operation.protocol in ("query", "ec2"):
        pairs = urllib.parse.parse_qsl(body, keep_blank_values=True, strict_parsing=True)
        assert len(dict(pairs)) == len(pairs), "a parameter stands twice"
        body = dict(pairs)
    else:
        body = json.loads(body) if body else None
    return {"method": line["method"], "path": line["path"], "query": sorted(map(tuple, line["query"])),
            "headers": {name.lower(): item for name, item in line["headers"]}, "body": body, "host_prefix": line["host_prefix"]}


def requests(checks, session, every, seed):
    for operation in every:
        shape = operation.model.input_shape
        for number, full in enumerate([True, True, False, False]):
            value = Values(f"{seed}{operation.call}{number}", full).structure(shape, 0, ()) if shape else {}
            if operation.service == "route53" and "Id" in value:
                value["Id"] = "/hostedzone/" + value["Id"].replace("/", "")
            wanted = botocore_request(operation, value)

            def then(line, operation=operation, wanted=wanted, value=value):
                what = "error" in line and line["error"] or difference(our_request(operation, line), wanted)
                checks.check(not what, f"request of {operation.call}", f"{what}; input {str(for_input(value))[:200]}")

            session.ask({"call": operation.call, "input": for_input(value)}, then)


REFUSED_INPUT = [
    ("s3:GetBucketPolicy", {}, "GetBucketPolicy cannot be asked without `Bucket`"),
    ("s3:GetBucketPolicy", {"Bucket": ""}, "`Bucket` of GetBucketPolicy is empty; expected a text"),
    ("s3:GetBucketPolicy", {"Bucket": ["b"]}, "`Bucket` of GetBucketPolicy is of another kind; expected a text"),
    ("iam:ListRoles", {"PathPrefx": "/"}, "ListRoles has no `PathPrefx`; did you mean `PathPrefix`?"),
    ("iam:ListRoles", {"MaxItems": "many"}, "`MaxItems` of ListRoles is of another kind; expected a whole number"),
    ("iam:ListRoles", [], "the input of ListRoles is no map; expected a map"),
    ("ec2:DescribeInstances", {"Filters": {"Name": "x"}}, "`Filters` of DescribeInstances is of another kind; expected a list"),
    ("ec2:DescribeInstances", {"Filters": [{"Nme": "x"}]}, "DescribeInstances has no `Filters[].Nme`; did you mean `Name`?"),
    ("ec2:DescribeInstances", {"DryRun": "perhaps"}, "`DryRun` of DescribeInstances is of another kind; expected true or false"),
    ("s3control:GetPublicAccessBlock", {"AccountId": "1.2/evil"}, "`AccountId` of GetPublicAccessBlock cannot stand in a host's name; expected letters, digits, `-` and `.`"),
    ("organizations:DescribeOrganization", {"Any": 1}, "DescribeOrganization has no `Any`"),
]


def refused_inputs(checks, session):
    for call, value, says in REFUSED_INPUT:
        session.ask({"call": call, "input": value}, lambda line, call=call, says=says: checks.check(line.get("error") == says, f"{call} refuses its input", str(line)))
    # Numbers and booleans may be given as text, as files and command lines have them.
    session.ask({"call": "ec2:DescribeInstances", "input": {"MaxResults": "5", "DryRun": "True"}},
                lambda line: checks.check(line["body"].endswith("&DryRun=true&MaxResults=5"), "numbers and booleans as text", str(line)))


# --- Replies.


def response_of(status, headers, body):
    return {"status": status, "headers": list(headers.items()), "body": base64.b64encode(body).decode()}


def botocore_reply(operation, status, headers, body):
    import botocore.handlers
    from botocore.awsrequest import HeadersDict
    from botocore.parsers import create_parser
    # A body that streams is handed on, not read.
    content = bytearray(body) if operation.model.has_streaming_output else body
    parsed = create_parser(operation.protocol).parse({"status_code": status, "headers": HeadersDict(headers), "body": content, "context": {}},
                                                     operation.model.output_shape)
    if operation.service == "iam":
        botocore.handlers.json_decode_policies(parsed, operation.model)
    if operation.call == "s3:GetBucketLocation":
        botocore.handlers.parse_get_bucket_location(parsed, type("Response", (), {"raw": b"", "content": body}))
    parsed.pop("ResponseMetadata", None)
    if raw := RAW.get((operation.service, operation.model.name)):
        parsed = {name: value for name, value in parsed.items() if name in raw and name != "Body"}
    return as_json(parsed)


def replies(checks, session, every, seed):
    bodies = collections.defaultdict(list)
    leaves = 0
    for operation in every:
        shape = operation.model.output_shape
        for number, full in enumerate([True, True, False, False]):
            values = Values(f"{seed}reply{operation.call}{number}", full)
            value = values.structure(shape, 0, ()) if shape else {}
            if operation.service == "iam":
                value = with_policies(shape, value, values)
            status, headers, body = Wire(operation.protocol, f"{seed}{number}{operation.call}").response(operation.model, value)
            if operation.call == "s3:GetBucketLocation":
                inside = ["", "EU", "eu-north-1", "ap-east-1"][number]
                body = f'<?xml version="1.0"?><LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{inside}</LocationConstraint>'.encode()
            wanted = botocore_reply(operation, status, headers, body)
            leaves += str(wanted).count(":")
            bodies[operation.protocol].append((operation, status, headers, body))

            def then(line, operation=operation, wanted=wanted, body=body):
                what = difference(json.loads(line["reply"]), wanted) if line["ok"] else f"{line['code']} {line['message']}"
                checks.check(not what, f"reply of {operation.call}", f"{what}; body {body[:200]}")
                checks.check(not line["ok"] or line["request_id"] == "r-1", f"request id of {operation.call}", line["request_id"])

            if shape and shape.members and not wanted and full:
                checks.check(False, f"reply of {operation.call} has members")
            session.ask({"call": operation.call, "response": response_of(status, headers, body)}, then)
    checks.check(leaves > 20000, "the replies hold a good deal", str(leaves))
    return bodies


def with_policies(shape, value, values):
    """Policy documents as IAM sends them: JSON, percent-encoded; now and then something else."""
    policies = ['{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/ü"}]}', '{"a": [1, 2.5, null, true]}', "no JSON %"]

    def of(one, item):
        if one.type_name == "structure":
            return {name: of(one.members[name], inner) for name, inner in item.items()}
        if one.type_name == "list":
            return [of(one.member, inner) for inner in item]
        return urllib.parse.quote(values.random.choice(policies), safe="") if one.name == "policyDocumentType" else item

    return of(shape, value) if shape else value


# Forms that the writer does not make: protocol, operation, status, headers, body → the reply, or the code of the refusal.
FORMS = [
    ("iam:ListAccountAliases", 200, {}, "<ListAccountAliasesResponse><ListAccountAliasesResult><AccountAliases/><IsTruncated>false</IsTruncated></ListAccountAliasesResult></ListAccountAliasesResponse>",
     {"AccountAliases": [], "IsTruncated": False}),
    ("iam:ListAccountAliases", 200, {}, "<x:ListAccountAliasesResponse xmlns:x='u'><x:ListAccountAliasesResult><x:AccountAliases><x:member>a</x:member></x:AccountAliases></x:ListAccountAliasesResult></x:ListAccountAliasesResponse>",
     {"AccountAliases": ["a"]}),
    ("iam:ListAccountAliases", 200, {}, "<ListAccountAliasesResponse><ListAccountAliasesResult><IsTruncated>1</IsTruncated></ListAccountAliasesResult></ListAccountAliasesResponse>",
     {"IsTruncated": False}),
    ("iam:GetAccountSummary", 200, {}, "<GetAccountSummaryResponse><GetAccountSummaryResult><SummaryMap><entry><key>Users</key><value>3</value></entry></SummaryMap></GetAccountSummaryResult></GetAccountSummaryResponse>",
     {"SummaryMap": {"Users": 3}}),
    ("s3:ListBuckets", 200, {}, "<ListAllMyBucketsResult><Buckets><Bucket><Name>b</Name><CreationDate>2020-01-02T03:04:05.006Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>",
     {"Buckets": [{"Name": "b", "CreationDate": "2020-01-02T03:04:05.006000+00:00"}]}),
    ("s3:GetBucketVersioning", 200, {}, "<VersioningConfiguration xmlns='u'/>", {}),
    ("s3:GetBucketPolicy", 200, {}, '{"Statement": []}', {"Policy": '{"Statement": []}'}),
    ("kms:DescribeKey", 200, {}, '{"KeyMetadata": {"KeyId": "k", "CreationDate": 1.5e9, "Enabled": null}}', {"KeyMetadata": {"KeyId": "k", "CreationDate": "2017-07-14T02:40:00+00:00"}}),
    ("kms:DescribeKey", 200, {}, '{"KeyMetadata": {"KeyId": "k", "CreationDate": "soon"}}', {"KeyMetadata": {"KeyId": "k", "CreationDate": "soon"}}),
    ("kms:DescribeKey", 200, {}, "{}", {}),
    # An answer that is none of its operation is not taken for an empty one.
    ("iam:ListAccountAliases", 200, {}, "<ListUsersResponse/>", "UnreadableReply"),
    ("iam:ListAccountAliases", 200, {}, "<ListAccountAliasesResponse/>", "UnreadableReply"),
    ("iam:ListAccountAliases", 200, {}, "<html><body>Sign in</body></html>", "UnreadableReply"),
    ("iam:GetAccountSummary", 200, {}, "<GetAccountSummaryResponse><GetAccountSummaryResult><SummaryMap><entry><key>Users</key><value>many</value></entry></SummaryMap></GetAccountSummaryResult></GetAccountSummaryResponse>", "UnreadableReply"),
    ("ec2:DescribeInstances", 200, {}, "", "UnreadableReply"),
    ("s3:ListBuckets", 200, {}, "", "UnreadableReply"),
    ("s3:ListBuckets", 200, {}, "<html><head/></html>", "UnreadableReply"),
    ("s3:ListBuckets", 200, {}, "<Error><Code>InternalError</Code><Message>m</Message></Error>", "InternalError"),
    ("s3:GetBucketVersioning", 200, {}, "<Other><Thing/></Other>", "UnreadableReply"),
    ("s3:GetBucketEncryption", 200, {}, "<ServerSideEncryptionConfiguration", "UnreadableReply"),
    ("kms:DescribeKey", 200, {}, "", "UnreadableReply"),
    ("kms:DescribeKey", 200, {}, "[]", "UnreadableReply"),
    ("kms:DescribeKey", 200, {}, "<html/>", "UnreadableReply"),
    ("kms:DescribeKey", 200, {}, '{"KeyMetadata": []}', "UnreadableReply"),
    ("kms:DescribeKey", 200, {}, '{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}', "UnreadableReply"),
    ("lambda:ListFunctions", 200, {}, "null", "UnreadableReply"),
    ("lambda:ListFunctions", 200, {}, '{"Functions": [{"MemorySize": "lots"}]}', "UnreadableReply"),
    # Refusals that are none of the service's own.
    ("kms:DescribeKey", 404, {}, '{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}', "UnknownOperationException"),
    ("kms:DescribeKey", 403, {}, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>", "AccessDenied"),
    ("iam:ListRoles", 404, {}, "<UnknownOperationException/>", "UnknownOperationException"),
    ("iam:ListRoles", 503, {}, "<html><body><b>Http/1.1 Service Unavailable</b></body> </html>", "HTTP 503"),
    ("iam:ListRoles", 404, {}, "page not found", "HTTP 404"),
    ("s3:ListBuckets", 500, {}, "", "HTTP 500"),
    ("s3:GetBucketPolicy", 301, {}, "<Error><Code>PermanentRedirect</Code><Message>m</Message></Error>", "PermanentRedirect"),
    ("sso:GetRoleCredentials", 401, {}, '{"message":"Session token not found or invalid","__type":"com.amazonaws.switchboard.portal#UnauthorizedException"}', "UnauthorizedException"),
    ("sso-oidc:CreateToken", 400, {}, '{"error":"invalid_grant","error_description":"d"}', "invalid_grant"),
    ("sqs:ListQueues", 400, {"x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender"}, '{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"m"}', "AWS.SimpleQueueService.NonExistentQueue"),
]


def forms(checks, session):
    for call, status, headers, body, wanted in FORMS:
        def then(line, call=call, body=body, wanted=wanted):
            got = json.loads(line["reply"]) if line["ok"] else line["code"]
            checks.check(got == wanted, f"{call} with {body[:80]!r}", f"{got!r}, expected {wanted!r}")
        session.ask({"call": call, "response": response_of(status, headers, body.encode())}, then)

    signed = "The request signature we calculated does not match the signature you provided."
    echo = signed + "\n\nThe Canonical String for this request should have been\n'GET\n/\n\nx-amz-security-token:SECRETTOKEN\n'"
    for body in (f"<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>{echo}</Message></Error></ErrorResponse>",
                 json.dumps({"__type": "InvalidSignatureException", "message": echo})):
        session.ask({"call": "iam:ListRoles", "response": response_of(403, {}, body.encode())},
                    lambda line: checks.check(line["message"] == signed, "no refusal repeats what was signed", line["message"]))


# protocol → bodies and headers of refusals, each with the same code, message and request id.
REFUSALS = {
    "query": [({}, "<ErrorResponse xmlns='u'><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>")],
    "ec2": [({}, "<?xml version='1.0'?><Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors><RequestID>r</RequestID></Response>")],
    "json": [({"x-amzn-RequestId": "r"}, '{{"__type": "{code}", "message": "{message}"}}'),
             ({"x-amzn-RequestId": "r"}, '{{"__type": "com.amazonaws.v1#{code}", "Message": "{message}"}}'),
             ({"x-amzn-RequestId": "r"}, '{{"__type": "{code}:http://internal/", "message": "{message}"}}')],
    "rest-json": [({"x-amzn-RequestId": "r", "x-amzn-ErrorType": "{code}:http://internal/x"}, '{{"message": "{message}"}}'),
                  ({"x-amzn-RequestId": "r"}, '{{"code": "{code}", "message": "{message}"}}'),
                  ({"x-amzn-RequestId": "r"}, '{{"__type": "{code}", "Message": "{message}"}}')],
    "rest-xml": [({}, "<ErrorResponse xmlns='u'><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"),
                 ({"x-amz-request-id": "r"}, "<?xml version='1.0'?>\n<Error><Code>{code}</Code><Message>{message}</Message><BucketName>b</BucketName><RequestId>r</RequestId></Error>")],
}


def refusals(checks, session, every):
    from botocore.awsrequest import HeadersDict
    from botocore.parsers import create_parser
    first = {operation.protocol: operation for operation in reversed(every)}
    for protocol, all_forms in REFUSALS.items():
        for headers, body in all_forms:
            for status, code, message in [(403, "AccessDeniedException", "no ü"), (400, "Throttling", ""), (500, "InternalFailure", "a &amp; b" if "xml" in protocol else "a b")]:
                made = {name: item.format(code=code) for name, item in headers.items()}
                text = body.format(code=code, message=message).encode()
                parsed = create_parser(protocol).parse({"status_code": status, "headers": HeadersDict(made), "body": text, "context": {}}, None)
                wanted = (False, parsed["Error"]["Code"], parsed["Error"]["Message"] or "", parsed["ResponseMetadata"].get("RequestId"))
                checks.check(wanted[1:] == (code, message.replace("&amp;", "&"), "r"), f"botocore reads the form of {protocol}", str(wanted))

                def then(line, wanted=wanted, protocol=protocol, text=text):
                    got = (line["ok"], line["code"], line["message"], line["request_id"])
                    checks.check(got == wanted, f"refusal of {protocol} in {text[:60]}", f"{got}, botocore has {wanted}")
                session.ask({"call": first[protocol].call, "response": response_of(status, made, text)}, then)


def garbage(checks, session, bodies, seed):
    """Answers cut, mixed up and made up: each gives a reply that is JSON or a refusal with a code."""
    chance = random.Random(f"{seed}garbage")
    count = 0
    for protocol in PROTOCOLS:
        for operation, status, headers, body in chance.sample(bodies[protocol], min(60, len(bodies[protocol]))):
            if len(body) > 20000:
                continue
            cut = body[:chance.randint(0, len(body))]
            flipped = bytearray(body)
            for _ in range(3 if flipped else 0):
                flipped[chance.randrange(len(flipped))] = chance.randrange(256)
            twisted = body[len(body) // 2:] + body[:len(body) // 2]
            deep = (b"<a>" * 20000, b"[" * 20000, b'{"a":' * 20000)[chance.randrange(3)]
            for other in (cut, bytes(flipped), twisted, deep, chance.randbytes(50), chance.choice(bodies[chance.choice(PROTOCOLS)])[3][:20000]):
                for code in (200, 400):
                    count += 1

                    def then(line, operation=operation, other=other):
                        fits = isinstance(json.loads(line["reply"]), dict) and not line["code"] if line["ok"] else bool(line["code"]) and not line["reply"]
                        checks.check(fits, f"{operation.call} with garbage", f"{line} for {other[:100]}")
                    session.ask({"call": operation.call, "response": response_of(code, headers, other)}, then)
    checks.check(count > 1000, "there was garbage", str(count))


# --- Pages.


def pages(checks, session, every, seed):
    from botocore.paginate import Paginator
    paged = 0
    for operation in every:
        rule = operation.described.get("pages")
        if not rule:
            continue
        paged += 1
        given = {name: "before" for name in rule["in"]}
        more = {}
        for path in rule["out"]:
            put(more, path.split("||")[0].strip(), "after")
        if "more" in rule:
            put(more, rule["more"], True)
        shape = operation.model.input_shape
        other = next((name for name, member in shape.members.items() if member.type_name == "string" and name not in given), None)
        if other:
            given[other] = "kept"
        wanted = {**given, **{name: "after" for name in rule["in"]}}
        if operation.paginator:
            iterator = Paginator(lambda **_: None, operation.paginator, operation.model).paginate()
            told = iterator._get_next_token(more)
            checks.check(told == {name: "after" for name in rule["in"]}, f"botocore goes on with {operation.call}", str(told))
            checks.check(not any(iterator._get_next_token({}).values()), f"botocore ends {operation.call}")

        def ask(reply, says, what, operation=operation, given=given):
            session.ask({"call": operation.call, "input": given, "reply": reply},
                        lambda line: checks.check(says(line), f"{operation.call}: {what}", str(line)))
        ask(more, lambda line, wanted=wanted: line.get("next") == wanted, "the next page")
        ask({}, lambda line: "next" in line and line["next"] is None, "the last page")
        stuck = json.loads(json.dumps(more).replace('"after"', '"before"'))
        ask(stuck, lambda line: "has given already" in line.get("error", ""), "a token that repeats itself")
        if "more" in rule:
            ended = json.loads(json.dumps(more))
            put(ended, rule["more"], False)
            ask(ended, lambda line: "next" in line and line["next"] is None, "a flag that says no beats a token")
            lost = {}
            put(lost, rule["more"], True)
            ask(lost, lambda line: "not where it goes on" in line.get("error", ""), "more without a token")
    checks.check(paged > 150, "operations have pages", str(paged))


def put(into, path, value):
    *above, last = path.split(".")
    for name in above:
        into = into.setdefault(name, {})
    if last.endswith("[-1]"):
        into[last[:-4]] = ["first", value]
    else:
        into[last] = value


def main():
    checks = Checks()
    seed = sys.argv[1] if len(sys.argv) > 1 else "1"
    os.environ["TZ"] = "UTC"  # botocore gives times in the machine's zone
    time.tzset()
    site, why = mapping_sources.packages()
    if not site:
        checks.skip("everything", why, "the protocols against botocore's")
    elif not WIRE.exists():
        checks.skip("everything", f"{WIRE} is not built", "the protocols against botocore's")
    else:
        sys.path.insert(0, site)
        every = list(operations())
        checks.check({operation.protocol for operation in every} == set(PROTOCOLS) and len(every) > 300, "every protocol is there", str(len(every)))
        session = Session()
        requests(checks, session, every, seed)
        refused_inputs(checks, session)
        bodies = replies(checks, session, every, seed)
        forms(checks, session)
        refusals(checks, session, every)
        pages(checks, session, every, seed)
        garbage(checks, session, bodies, seed)
        session.run(checks)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
