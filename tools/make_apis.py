#!/usr/bin/env python3
"""Writes content/apis from botocore's service models: of each service that content asks, the operations it asks with, nothing else.

    python3 tools/make_apis.py           write the files
    python3 tools/make_apis.py --check   exit 1, naming each difference, unless the committed files are current

Reads the botocore that tests/requirements.txt pins, from build/.venv (`./dev test` makes it) or the folder REEVE_PYTHON_PACKAGES.
Which operations: every `call` of content/resources, and OWN below. What an operation needs and this tool cannot write down is an error,
so that nobody finds out by a wrong request. docs/formats/apis.md describes the files.
"""

import argparse
import collections
import glob
import json
import os
import pathlib
import re
import sys

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "content" / "apis"

# What credentials, the collector and `reeve detect` ask besides. `!` before a name: it changes something, and is asked only by what says so.
OWN = {
    "account": ["ListRegions"],
    "cloudtrail": ["ListPublicKeys"],
    "config": ["SelectAggregateResourceConfig"],
    "ec2": ["DescribeRegions"],
    "iam": ["GenerateCredentialReport"],
    "organizations": ["DescribeOrganization", "ListAccounts", "ListAccountsForParent", "ListOrganizationalUnitsForParent",
                      "ListParents", "ListRoots"],
    "s3": ["GetObject", "HeadObject", "ListObjectsV2"],
    "sns": ["!Publish"],
    "sqs": ["!ReceiveMessage", "!DeleteMessageBatch", "!ChangeMessageVisibilityBatch"],
    "signin": ["!CreateOAuth2Token"],
    "sso": ["GetRoleCredentials"],
    "sso-oidc": ["!CreateToken"],
    "sts": ["AssumeRole", "AssumeRoleWithWebIdentity", "GetCallerIdentity"],
}

# Where botocore does by hand what no model says (its handlers.py): headers that a service wants with every request.
HEADERS = {"apigateway": {"Accept": "application/json"}}
# Ids that the service's replies give with a path before them (`/hostedzone/Z1`), while its URIs want the last part alone.
LAST_PART = {("route53", shape) for shape in ("ResourceId", "DelegationSetId", "ChangeId")}
# Text that is a JSON document, percent-encoded: the CLI prints the document.
POLICIES = {("iam", "policyDocumentType")}
# A reply whose one member is the text of the root element.
ROOT_TEXT = {("s3", "GetBucketLocation"): "LocationConstraint"}
# Replies whose body is whatever it is, and of which nothing but these headers is wanted: a header that is of no use cannot make them unreadable.
RAW = {("s3", "GetObject"): ["Body", "ETag", "Metadata"], ("s3", "HeadObject"): ["ContentLength", "ETag", "Metadata"]}
# Requests that are not signed, where the model does not say so.
UNSIGNED = {("sts", "AssumeRoleWithWebIdentity")}

KINDS = {"string": "string", "character": "string", "integer": "integer", "long": "integer", "float": "number", "double": "number",
         "boolean": "boolean", "timestamp": "timestamp", "blob": "blob"}
WHERE = {"uri": "uri", "querystring": "query", "header": "header", "headers": "headers", "statusCode": "status"}
PROTOCOLS = {"query", "ec2", "json", "rest-json", "rest-xml"}
FORMATS = {"iso8601": "iso8601", "unixtimestamp": "unixTimestamp", "rfc822": "rfc822"}
# Tokens of operations for which botocore has no paginator: input member → output members that it may continue from.
TOKENS = {"NextToken": ["NextToken"], "nextToken": ["nextToken"], "Marker": ["NextMarker", "Marker"], "NextMarker": ["NextMarker"],
          "marker": ["nextMarker", "marker"], "position": ["position"], "PageToken": ["NextPageToken"], "pageToken": ["nextPageToken"]}
# Those whose pages go on behind the last item, of which no token tells.
PAGES = {("firehose", "ListDeliveryStreams"): {"in": ["ExclusiveStartDeliveryStreamName"], "out": ["DeliveryStreamNames[-1]"],
                                               "more": "HasMoreDeliveryStreams", "limit": "Limit", "lists": ["DeliveryStreamNames"]}}
LIMITS = ["MaxResults", "maxResults", "MaxRecords", "MaxItems", "Limit", "limit", "PageSize"]


def packages():
    given = os.environ.get("REEVE_PYTHON_PACKAGES")
    found = [given] if given else glob.glob(str(ROOT / "build" / ".venv" / "lib" / "python3*" / "site-packages"))
    if not found or not os.path.isdir(os.path.join(found[0], "botocore")):
        sys.exit("there is no botocore in build/.venv: run `./dev test mapping` once, or set REEVE_PYTHON_PACKAGES")
    return found[0]


def asked():
    """service → operation → whether it only reads."""
    calls = collections.defaultdict(dict)
    for file in sorted((ROOT / "content" / "resources").glob("*.yaml")):
        for service, operation in re.findall(r"\bcall:\s*['\"]?([a-z0-9-]+):([A-Za-z0-9]+)", file.read_text()):
            calls[service][operation] = True
    for service, operations in OWN.items():
        for operation in operations:
            calls[service].setdefault(operation.lstrip("!"), not operation.startswith("!"))
    return calls


class Hosts:
    """Where a service answers, by what its endpoint rules say of every Region and of one that is yet to be opened: the pattern is what they
    say of the latter, and only what differs from it, or it from PREFIX.REGION.SUFFIX, is kept. An empty host: there is none."""

    VARIANTS = [("", False, False), (" dualstack", False, True), (" fips", True, False), (" fips dualstack", True, True)]
    TO_BE_OPENED = {"aws": "eu-new-9", "aws-cn": "cn-new-9", "aws-eusc": "eusc-de-new-9", "aws-iso": "us-iso-new-9", "aws-iso-b": "us-isob-new-9",
                    "aws-iso-e": "eu-isoe-new-9", "aws-iso-f": "us-isof-new-9", "aws-us-gov": "us-gov-new-9"}

    def __init__(self, loader):
        self.loader, self.partitions = loader, loader.load_data("partitions")

    def of(self, name, prefix, static):
        from botocore.endpoint_provider import EndpointProvider
        from botocore.exceptions import EndpointProviderError
        rules = self.loader.load_service_model(name, "endpoint-rule-set-1")
        provider = EndpointProvider(rules, self.partitions)
        hosts, single = {}, {}
        for partition in self.partitions["partitions"]:
            new = self.TO_BE_OPENED[partition["id"]]
            regions = sorted(r for r in partition["regions"] if not r.endswith("-global"))
            for variant, fips, dualstack in self.VARIANTS:
                wanted = {"UseFIPS": fips, "UseDualStack": dualstack, "UseGlobalEndpoint": False, "AccountId": "0" * 12, **static}
                found = {}
                for region in [new, *regions]:
                    try:
                        endpoint = provider.resolve_endpoint(
                            **{k: v for k, v in {**wanted, "Region": region}.items() if k in rules["parameters"]})
                    except EndpointProviderError:
                        found[region] = ("", region)
                        continue
                    host = endpoint.url.removeprefix("https://").removeprefix("0" * 12 + ".")
                    signing = [a["signingRegion"] for a in endpoint.properties.get("authSchemes", []) if a.get("signingRegion")]
                    found[region] = (host, signing[0] if signing else region)
                self.keep(partition, variant, fips, dualstack, prefix, new, found, hosts, single)
        return hosts, single

    def keep(self, partition, variant, fips, dualstack, prefix, new, found, hosts, single):
        name, outputs = partition["id"], partition["outputs"]
        host, signing = found.pop(new)
        common = host.replace(new, "{region}")
        usual = prefix + ("-fips" if fips else "") + ".{region}." + outputs["dualStackDnsSuffix" if dualstack else "dnsSuffix"]
        if host and common == host and not variant:
            single[name] = {"region": signing, "host": host}
        elif common != usual:
            hosts[name + variant] = common
        for region, (other, _) in found.items():
            if other != common.replace("{region}", region):
                hosts[region + variant] = other


class Service:
    """One service as its file has it."""

    def __init__(self, name, operations, loader, hosts, version):
        from botocore.model import ServiceModel
        self.name, self.loader = name, loader
        self.model = ServiceModel(loader.load_service_model(name, "service-2"), name)
        self.shapes, self.shape_of, self.needed = {}, {}, []
        metadata = self.model.metadata
        self.protocol = next((p for p in [self.model.resolved_protocol, *metadata.get("protocols", [])] if p in PROTOCOLS), None)
        if not self.protocol:
            self.fail("speaks none of " + ", ".join(sorted(PROTOCOLS)))
        out = {"service": name, "source": "botocore " + version, "id": metadata["serviceId"], "protocol": self.protocol,
               "version": metadata["apiVersion"], "endpoint_prefix": metadata["endpointPrefix"],
               "signing_name": metadata.get("signingName", metadata["endpointPrefix"])}
        if self.protocol == "json":
            out |= {"target_prefix": metadata["targetPrefix"], "json_version": metadata.get("jsonVersion", "1.0")}
        if "awsQueryCompatible" in metadata:
            out["query_compatible"] = True
        if name in HEADERS:
            out["headers"] = HEADERS[name]
        self.pages = self.paginators()
        self.static = {}
        made = {operation: self.operation(operation, reads) for operation, reads in sorted(operations.items())}
        different, single = hosts.of(name, metadata["endpointPrefix"], self.static)
        if single:
            out["global"] = single
        if different:
            out["hosts"] = different
        self.out = {**out, "operations": made, "shapes": dict(sorted(self.shapes.items()))}

    def fail(self, what):
        sys.exit(f"{self.name}: {what}")

    def paginators(self):
        from botocore.exceptions import UnknownServiceError, DataNotFoundError
        try:
            return self.loader.load_service_model(self.name, "paginators-1")["pagination"]
        except (UnknownServiceError, DataNotFoundError):
            return {}

    def operation(self, name, reads):
        operation = self.model.operation_model(name)
        raw = RAW.get((self.name, name))
        if operation.has_event_stream_output or operation.has_event_stream_input or (operation.has_streaming_output and not raw):
            self.fail(f"{name} streams, which nothing here reads")
        if operation.idempotent_members:
            self.fail(f"{name} wants an idempotency token, which nothing here makes")
        out = {}
        http = operation.http
        if http.get("method", "POST") != "POST":
            out["method"] = http["method"]
        if http.get("requestUri", "/") != "/":
            out["uri"] = http["requestUri"]
        if operation.input_shape is not None and operation.input_shape.members:
            out["input"] = self.structure(operation.input_shape)
            if self.protocol == "rest-xml" and any("location" not in m.serialization for m in operation.input_shape.members.values()):
                self.fail(f"{name} sends an XML body, which nothing here writes")
        if operation.output_shape is not None and operation.output_shape.members:
            out["output"] = self.structure(operation.output_shape, raw)
            if "resultWrapper" in operation.output_shape.serialization:
                out["wrapper"] = operation.output_shape.serialization["resultWrapper"]
        if (self.name, name) in ROOT_TEXT:
            out["root_text"] = ROOT_TEXT[self.name, name]
        endpoint = operation.endpoint or {}
        if endpoint.get("hostPrefix"):
            out["host_prefix"] = endpoint["hostPrefix"]
        auth = operation.auth_type
        if (self.name, name) in UNSIGNED or auth == "none":
            out["unsigned"] = True
        elif auth:
            self.fail(f"{name} is signed in its own way, `{auth}`")
        if not reads:
            out["writes"] = True
        for parameter in operation.static_context_parameters:
            if parameter.name != "UseS3ExpressControlEndpoint":  # of directory buckets, by their name alone
                self.static[parameter.name] = parameter.value
        pages = self.page_rule(name, operation)
        if pages:
            out["pages"] = pages
        if "input" in out:
            self.longest(operation.input_shape, self.shapes[out["input"]]["members"], (pages or {}).get("limit"))
        return out

    @staticmethod
    def longest(shape, members, limit):
        """How many values a list of the request takes, and how long its pages may be."""
        for name, member in shape.members.items():
            most = member.metadata.get("max")
            if not isinstance(most, int) or not 1 <= most <= 10000 or not (member.type_name == "list" or name == limit):
                continue
            one = members[name] if isinstance(members[name], dict) else {"is": members[name]}
            members[name] = {**one, "max": most}

    def page_rule(self, name, operation):
        def many(value):
            return [value] if isinstance(value, str) else list(value or [])

        if (self.name, name) in PAGES:
            return PAGES[self.name, name]
        rule = self.pages.get(name)
        if rule:
            out = {"in": many(rule["input_token"]), "out": many(rule["output_token"])}
            if len(out["in"]) != len(out["out"]):
                self.fail(f"{name} has tokens that do not match")
            if "more_results" in rule:
                out["more"] = rule["more_results"]
            if "limit_key" in rule:
                out["limit"] = rule["limit_key"]
            out["lists"] = many(rule.get("result_key"))
            return out
        members = operation.input_shape.members if operation.input_shape else {}
        answered = operation.output_shape.members if operation.output_shape else {}
        for token, continued in TOKENS.items():
            after = next((c for c in continued if c in answered), None)
            if token in members and after and answered[after].type_name == "string":
                out = {"in": [token], "out": [after]}
                if "IsTruncated" in answered:
                    out["more"] = "IsTruncated"
                limit = next((one for one in LIMITS if one in members), None)
                if limit:
                    out["limit"] = limit
                out["lists"] = [member for member, shape in answered.items() if shape.type_name == "list"]
                return out
        return None

    def reference(self, shape):
        """What a member says of its shape: a kind, or the name of a structure, list or map of this file."""
        if shape.type_name in ("structure", "list", "map"):
            if getattr(shape, "is_document_type", False):
                return "document"
            return self.structure(shape)
        if (self.name, shape.name) in POLICIES:
            return "policy"
        kind = KINDS.get(shape.type_name) or self.fail(f"there is no kind `{shape.type_name}`")
        return kind

    def structure(self, shape, wanted=None):
        """The name under which a structure, list or map stands in the file, made if it is new. A list that one member has flattened
        and another not (botocore mixes a member's traits into its shape) is two shapes here."""
        flattened = bool(shape.serialization.get("flattened"))
        key = (shape.name, flattened)
        if key in self.shape_of:
            return self.shape_of[key]
        name = shape.name + ("Flat" if flattened and shape.type_name != "structure" and self.protocol in ("query", "rest-xml") else "")
        if name in KINDS.values() or name in ("document", "policy", "structure"):
            self.fail(f"a shape is named `{name}`, as a kind is")
        if name in self.shapes:
            self.fail(f"two shapes are named `{name}`")
        self.shape_of[key] = name
        self.shapes[name] = None  # its place, should it contain itself
        if shape.type_name == "list":
            made = {"list": self.element(shape.member)}
            if shape.member.serialization.get("name"):
                made["wire"] = shape.member.serialization["name"]
        elif shape.type_name == "map":
            if shape.key.type_name != "string":
                self.fail(f"the keys of `{name}` are no strings")
            made = {"map": self.element(shape.value)}
            if shape.key.serialization.get("name"):
                made["key"] = shape.key.serialization["name"]
            if shape.value.serialization.get("name"):
                made["wire"] = shape.value.serialization["name"]
        else:
            made = {"members": {}}
            payload = shape.serialization.get("payload")
            for member_name, member in shape.members.items():
                if wanted is None or member_name in wanted:
                    made["members"][member_name] = self.member(shape, member_name, member, payload)
        if flattened and shape.type_name != "structure" and self.protocol in ("query", "rest-xml"):
            made["flat"] = True
        self.shapes[name] = made
        return name

    def element(self, shape):
        if shape.serialization.get("timestampFormat"):
            return "timestamp:" + FORMATS[shape.serialization["timestampFormat"].lower()]
        return self.reference(shape)

    def member(self, shape, name, member, payload):
        traits = member.serialization
        if traits.get("jsonvalue") or traits.get("eventstream") or traits.get("queryName"):
            self.fail(f"`{shape.name}.{name}` has a trait that nothing here reads")
        if member.metadata.get("idempotencyToken"):
            self.fail(f"`{shape.name}.{name}` wants an idempotency token")
        out = {}
        if traits.get("name", name) != name:
            out["wire"] = traits["name"]
        if traits.get("location"):
            out["in"] = WHERE[traits["location"]]
        if payload == name:
            out["payload"] = True
        if name in shape.required_members:
            out["required"] = True
        if traits.get("xmlAttribute"):
            out["attribute"] = True
        if out.get("in") in ("uri", "query") and (self.name, member.name) in LAST_PART:
            out["last_part"] = True
        kind = self.element(member)
        return {"is": kind, **out} if out else kind


def text_of(service):
    """The file: an operation, a shape, a host each on a line of its own, so that a review reads what changed."""
    lines = []
    for key, value in service.items():
        if key in ("operations", "shapes", "hosts", "global"):
            inside = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in value.items())
            lines.append(f"{json.dumps(key)}: {{\n{inside}\n}}" if value else f"{json.dumps(key)}: {{}}")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def files(site):
    """name → text of every file as it should be, by the botocore in the folder `site`."""
    sys.path.insert(0, site)
    import botocore
    import botocore.loaders
    loader = botocore.loaders.Loader()
    hosts = Hosts(loader)
    return {name + ".json": text_of(Service(name, operations, loader, hosts, botocore.__version__).out)
            for name, operations in sorted(asked().items())}


def differences(wanted, folder):
    """name → what is wrong with that file in `folder`."""
    present = {file.name: file.read_text() for file in folder.glob("*")}
    return {name: "nothing asks for it" if name not in wanted else "missing" if name not in present else "is not what the pinned botocore says"
            for name in sorted({*wanted, *present}) if wanted.get(name) != present.get(name)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    wanted = files(packages())
    wrong = differences(wanted, OUT)
    if check and wrong:
        sys.exit("\n".join(f"content/apis/{name}: {what}" for name, what in wrong.items()) + "\nrun tools/make_apis.py and review what changes")
    OUT.mkdir(exist_ok=True)
    for name in wrong:
        if name in wanted:
            (OUT / name).write_text(wanted[name])
        else:
            (OUT / name).unlink()
    print(f"{len(wanted)} services, {sum(len(o) for o in asked().values())} operations, {sum(map(len, wanted.values()))} bytes")


if __name__ == "__main__":
    main()
