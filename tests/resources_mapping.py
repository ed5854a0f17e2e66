#!/usr/bin/env python3
"""Holds every file of content/resources against what it speaks of: targets against the CloudFormation resource schemas (or
ours), sources against botocore's shapes, paths against real replies. The last line is `N passed, N failed, N skipped`; the exit
status is 1 if any failed.
With `--columns` it prints each type's view and columns instead, for people who write SQL controls."""
import glob
import os
import re
import sys

import mapping_events
import mapping_paths as paths
import mapping_replies
import mapping_slips
import mapping_sources as sources
from mapping_paths import ANY, STRING, PathError, Shape

ROOT = sources.ROOT
FILES = os.path.join(ROOT, "content", "resources")

# What whoever asks knows without the file (docs/formats/resources.md): whose account it is, and how long a page may be.
ASKER = {"AccountId", "MaxResults"}
TOP = {"type", "title", "scope", "diagram", "singleton", "arn", "columns", "edges", "access", "terraform", "template", "permissions", "named", "ordered", "reads", "events", "config"}
READ = {
    "call", "each", "id", "under", "arn", "name", "region", "account", "tags", "time", "parameter", "match", "with", "absent_when", "empty", "unlisted", "set",
    "from", "ask", "batch", "after", "again_when", "only_in", "named_by", "asked_by", "in_account", "left_to"
}
FORMS = {"path", "present", "const", "entries", "list", "request", "first"}
# Columns that every view has already (docs/formats/controls.md).
TAKEN = {"uid", "account", "region", "id", "name", "tags", "unknown", "type"}

# Error codes that the services give and their models do not list; each with the page that names it.
CODES = {
    "s3": {
        "NoSuchPublicAccessBlockConfiguration", "ServerSideEncryptionConfigurationNotFoundError", "NoSuchBucketPolicy",
        "NoSuchTagSet", "OwnershipControlsNotFoundError", "ObjectLockConfigurationNotFoundError", "NoSuchLifecycleConfiguration",
        "ReplicationConfigurationNotFoundError", "NoSuchWebsiteConfiguration"
    },  # docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    "support": {"SubscriptionRequiredException"},  # docs.aws.amazon.com/awssupport/latest/APIReference/Welcome.html
    "securityhub": {"ResourceNotFoundException"},
}
# The IAM action of a call, where it is not `prefix:Operation` (docs.aws.amazon.com/service-authorization).
PREFIX = {
    "elbv2": "elasticloadbalancing",
    "elb": "elasticloadbalancing",
    "accessanalyzer": "access-analyzer",
    "efs": "elasticfilesystem",
    "opensearch": "es",
    "sso-admin": "sso",
    "stepfunctions": "states",
    "s3control": "s3",
    "sesv2": "ses",
    "docdb": "rds",
    "neptune": "rds"
}
ACTION = {
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3control:GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",
    "apigateway:GetRestApis": "apigateway:GET",
    "sts:GetCallerIdentity": None
}
# Actions that a file may name beside those of its calls: what makes the answer of one of them.
ALSO = {"iam:GenerateCredentialReport"}
# Names of AWS Config items that are neither in the API nor in the CloudFormation schema, lower case.
CONFIG_NAMES = {
    "configuration", "id", "supplementaryconfiguration", "value", "policytext", "bucketpolicy", "bucketversioningconfiguration",
    "bucketloggingconfiguration", "logfileprefix", "destinationbucketname", "ismfadeleteenabled",
    "serversideencryptionconfiguration", "keyrotationstatus", "ipv4ranges", "loggingstatus", "objectlockconfiguration", "policy",
    "isdefaultversion", "document", "owner", "creationdate", "keyspec", "kmskeyarn", "okactions", "topicarn", "displayname",
    "kmsmasterkeyid", "queueurl", "queuearn", "queuename", "sqsmanagedsseenabled", "messageretentionperiod", "visibilitytimeout",
    "redrivepolicy", "fifoqueue"
}


class Checker:
    """One file's checks. Every check is counted; a failure says the file, the read and the target."""
    def __init__(self, services, schemas, types):
        self.services, self.schemas, self.types = services, schemas, types
        self.passed, self.failures = 0, []

    def check(self, good, where, what):
        if good:
            self.passed += 1
        else:
            self.failures.append(f"{where}: {what}")
        return good

    def keys(self, where, node, known):
        self.check(
            isinstance(node, dict) and not set(node) - known, where,
            f"unknown keys {sorted(map(str, set(node) - known)) if isinstance(node, dict) else node}")

    def walk(self, where, text, shape):
        """The shape at a path, or None after a failure."""
        try:
            found = paths.walk(paths.parse(text), shape)
        except (PathError, ValueError) as error:
            self.check(False, where, f"`{text}`: {error}")
            return None
        self.check(True, where, "")
        return found

    def file(self, name, node):
        self.keys(name, node, TOP)
        kind = node.get("type", "")
        self.check(name == kind.lower().replace("::", "-") + ".yaml", name, f"is named otherwise than its type `{kind}`")
        self.check(node.get("scope") in ("global", "regional"), name, "scope")
        self.check(bool(node.get("title")), name, "title")
        if not self.check(self.schemas.schema(kind) is not None, name, f"no schema of `{kind}`"):
            return
        self.check(node.get("diagram") in (None, "edge", "compute", "messages", "data", "identity"), name, "diagram")
        singleton = node.get("singleton")
        self.check(singleton in (None, "account", "region", "organization") and (singleton is None or kind.startswith("Reeve::")),
                   name, "singleton")
        if arn := node.get("arn"):
            self.check(not set(re.findall(r"\{(\w+)\}", arn)) - {"partition", "account", "region", "id"}, name, f"arn `{arn}`")
        targets = set()
        lists_or_makes = False
        for number, read in enumerate(node.get("reads", [])):
            where = f"{name} {read.get('call')}#{number + 1}"
            lists_or_makes |= self.read(where, node, read)
            targets |= set(read.get("set") or {})
        if not singleton:
            self.check(lists_or_makes, name, "no read gives an id or ARN, so no resource can come of it")
        if "config" in node:
            self.keys(name + " config", node["config"], {"type", "set", "cites"})
            self.check(
                bool(node["config"].get("cites")) or kind.startswith("AWS::IAM::"), name,
                "`config` cites no page that shows the item")
            for target, form in node["config"]["set"].items():
                self.config(f"{name} config {target}", node, target, form)
                targets.add(target)
        self.template(name, node, targets)
        self.whole_and_part(name, targets)
        self.columns(name, node, targets)
        self.permissions(name, node)
        mapping_events.check(self, name, node)

    def template(self, name, node, targets):
        """Parts of a template have schemas of CloudFormation's, and the properties that are asked for."""
        if "template" not in node:
            return
        self.keys(f"{name} template", node["template"], {"names", "parts"})
        own = self.schemas.schema(node["type"])["properties"]
        for key in node["template"].get("names", []):
            self.check(key in own, f"{name} template", f"no property `{key}`")
        for part in node["template"]["parts"]:
            where = f"{name} template {part.get('type')}"
            self.keys(where, part, {"type", "of", "add", "set", "path"})
            schema = self.schemas.schema(part["type"])
            if not self.check(schema is not None, where, "no such type"):
                continue
            of = part["of"] if isinstance(part["of"], list) else [part["of"]]
            for key in [*of, *([part["path"]] if "path" in part else [])]:
                self.check(key in schema["properties"], where, f"no property `{key}`")
            target = part.get("add") or part.get("set")
            self.check(target in targets, where, f"`{target}` is set by no read")

    def whole_and_part(self, name, targets):
        for target in targets:
            above = [other for other in targets if target.startswith(other + ".")]
            self.check(not above, name, f"`{target}` is set, and so is `{above and above[0]}` above it")

    def columns(self, name, node, targets):
        used = set()

        def mapped(where, path):
            try:
                parsed = paths.parse(path)
            except PathError as error:
                return self.check(False, where, str(error))
            plain = []
            for step in parsed[1] if parsed[0] == "chain" else []:
                if step[0] != "name":
                    break
                plain.append(step[1])
            plain = ".".join(plain)
            near = [t for t in targets if t == plain or t.startswith(plain + ".") or plain.startswith(t + ".")]
            used.update(near)
            return self.check(bool(near), where, f"asks for `{path}`, which nothing sets")

        for column, path in (node.get("columns") or {}).items():
            self.check(re.fullmatch(r"[a-z][a-z0-9_]*", column) and column not in TAKEN, name, f"column name `{column}`")
            mapped(f"{name} column {column}", path)
        for edge in node.get("edges") or []:
            self.keys(f"{name} edge", edge, {"kind", "to", "by"})
            mapped(f"{name} edge {edge.get('kind')}", edge.get("by"))
            self.check(edge.get("to") in self.types, name, f"edge to `{edge.get('to')}`, which no file describes")
        for read in node.get("reads", []):
            if str(read.get("match", "")).startswith(("Properties.", "Observed.")):
                used.add(read["match"])
        if name == "aws-cloudformation-stack.yaml":  # what ties a template to what was made of it: src/check/drift_live.cc
            used |= {"Observed.Parameters", "Observed.Resources"}
        for target in sorted(targets):
            if target.startswith("Observed."):
                self.check(target in used, name, f"`{target}` is read by no column, edge or `match`")

    def permissions(self, name, node):
        wanted = set()
        for read in node.get("reads", []):
            call = read.get("call", "")
            service, _, operation = call.partition(":")
            if call.startswith(("apigateway:", "apigatewayv2:")):
                wanted.add("apigateway:GET")
                continue
            action = ACTION.get(call, f"{PREFIX.get(service, service)}:{operation}")
            if action:
                wanted.add(action)
        given = set(node.get("permissions") or [])
        self.check(not wanted - given, name, f"permissions lack {sorted(wanted - given)}")
        self.check(not given - wanted - ALSO, name, f"permissions that no read needs: {sorted(given - wanted - ALSO)}")

    def read(self, where, node, read):
        """Checks one read; true if it can make a resource."""
        self.keys(where, read, READ)
        call = read.get("call", "")
        try:
            operation = self.services.operation(call)
            output = self.services.output(call)
        except Exception as error:  # the loader has an exception of its own for each kind of absence
            self.check(False, where, f"no such call: {error}")
            return False
        members = operation.input_shape.members if operation.input_shape is not None else {}
        required = set(operation.input_shape.required_members) if operation.input_shape is not None else set()
        parameters = read.get("parameter") or []
        parameters = [parameters] if isinstance(parameters, str) else parameters
        fixed = read.get("with") or {}
        for parameter in list(parameters) + list(fixed):
            self.check(parameter in members, where, f"`{parameter}` is no parameter; there are {sorted(members)}")
        missing = required - set(parameters) - set(fixed) - ASKER
        self.check(not missing, where, f"required parameters are not given: {sorted(missing)}")
        for parameter, values in fixed.items():
            shape = members.get(parameter)
            if shape is not None and shape.type_name == "list":
                shape = shape.member
            enum = getattr(shape, "enum", None)
            for value in values if isinstance(values, list) else [values]:
                self.check(not enum or value in enum, where, f"`{parameter}` cannot be `{value}`; it is one of {enum}")
        known = self.services.errors(call) | CODES.get(call.split(":")[0], set())
        for code in read.get("absent_when") or []:
            self.check(code in known, where, f"`{code}` is no error of {call}; it has {sorted(known)}")
        if "empty" in read:
            shape = self.services.operation(call).output_shape
            always = shape.required_members if shape is not None else []
            self.check(not always, where, f"`empty` of an answer that always has {always}")
        item = output
        if "each" in read:
            found = self.walk(where + " each", read["each"], output)
            item = ANY if found is None or found.kind == "any" else found.element() if found.kind == "list" else found
            if found is not None:
                self.check(found.kind in ("list", "any"), where, "`each` finds no list")
        for key in ("id", "arn", "name", "region", "account", "time"):
            if read.get(key) is not None:
                found = self.walk(f"{where} {key}", read[key], item)
                self.check(found is None or found.kind in ("scalar", "any"), where, f"`{key}` is a {found and found.kind}")
        if "under" in read:
            self.keys(where, read["under"], {"request", "by"})
            self.check(bool(read.get("id")) and read["under"].get("request") in parameters, where, "`under` names no `parameter` of this read")
        if "tags" in read:
            found = self.walk(where + " tags", read["tags"], item)
            if found is not None and found.kind == "list":
                names = set(found.element().members())
                self.check({"Key", "Value"} <= names or {"key", "value"} <= names or {"TagKey", "TagValue"} <= names, where,
                           f"tags are {sorted(names)}")
            elif found is not None:
                self.check(found.kind in ("map", "any"), where, f"tags are a {found.kind}")
        self.match(where, node, read, parameters)
        self.check(bool(read.get("set") or read.get("tags")) or any(one.get("after") == read["call"] for one in node["reads"]), where, "sets nothing")
        for target, form in (read.get("set") or {}).items():
            self.target(f"{where} {target}", node["type"], target, form, item, set(parameters) | set(fixed))
        return bool(read.get("id") or read.get("arn"))

    def match(self, where, node, read, parameters):
        match = read.get("match", "id")
        self.check(isinstance(match, str), where, "`match` is one text")
        self.check("match" not in read or parameters, where, "`match` without `parameter`")
        if not parameters or node.get("singleton"):
            if str(match).startswith(("Properties.", "Observed.")):
                self.check(any(match in (r.get("set") or {}) for r in node["reads"] if r is not read), where,
                           f"`{match}` is set by no other read")
            return
        if match in ("id", "arn"):
            others = [r for r in node["reads"] if r.get("id") or r.get("arn")]
            gives = any(r.get(match) for r in others) or (match == "arn" and
                                                          node.get("arn")) or (match == "id" and
                                                                               any(r.get("arn") for r in others))
            self.check(gives, where, f"no read gives the {match} that `{parameters[-1]}` is matched with")
        else:
            self.check(any(match in (r.get("set") or {}) for r in node["reads"] if r is not read), where,
                       f"`{match}` is set by no other read")

    def target(self, where, kind, target, form, item, request):
        head, _, rest = target.partition(".")
        if head == "Observed":
            self.check(bool(rest), where, "no name after `Observed.`")
            return self.form(where, form, item, ANY, request)
        if not self.check(head == "Properties" and rest, where, "a target stands under `Properties.` or `Observed.`"):
            return None
        wanted = self.walk(where, rest, self.schemas.properties(kind))
        return self.form(where, form, item, wanted or ANY, request)

    def form(self, where, form, item, wanted, request):
        """Checks that a form reads what is there and that what it makes fits `wanted`."""
        if isinstance(form, str):
            made = self.walk(where, form, item)
            return made is not None and self.fits(where, made, wanted, {}, False)
        if not self.check(
                isinstance(form, dict) and form and not set(form) - FORMS - {"keys", "rename", "values", "always"}, where,
                f"no such form: {form}"):
            return False
        sources_ = set(form) & FORMS
        self.check(len(sources_ - {"first"} if "path" in form else sources_) == 1, where, f"not one source: {sorted(sources_)}")
        if "const" in form:
            value = form["const"]
            return self.fits(
                where,
                Shape("scalar",
                      scalar="boolean" if isinstance(value, bool) else "number" if isinstance(value, (int, float)) else "string"),
                wanted, {}, False)
        if "request" in form:
            self.check(form["request"] in request, where, f"`{form['request']}` is no `parameter` and no `with` of this read")
            return self.fits(where, STRING, wanted, {}, False)
        if "present" in form:
            return self.walk(where, form["present"], item) is not None and self.fits(where, Shape("scalar", scalar="boolean"),
                                                                                     wanted, {}, False)
        if "entries" in form:
            found = self.walk(where, form["entries"], item)
            return found is not None and self.check(found.kind in ("map", "any"), where, f"`entries` of a {found.kind}")
        if "list" in form:
            return self.list(where, form["list"], item, wanted, request)
        if "first" in form:
            found = self.walk(where, form["first"], item)
            if found is None or not self.check(found.kind in ("list", "any"), where, "`first` finds no list"):
                return False
            item = found.element() if found.kind == "list" else ANY
            self.check("values" not in form and "keys" not in form, where, "`first` goes with `path` alone")
        made = self.walk(where, form.get("path", "@"), item)
        if made is None:
            return False
        if "values" in form:
            return self.values(where, form["values"], made, wanted)
        if "keys" in form:
            self.check(form["keys"] == "upper_first", where, f"keys: {form['keys']}")
        return self.fits(where, made, wanted, form.get("rename") or {}, "keys" in form)

    def values(self, where, table, made, wanted):
        self.check(made.kind in ("scalar", "any"), where, f"`values` of a {made.kind}")
        for key, value in table.items():
            text = str(key).lower() if isinstance(key, bool) else str(key)
            self.check(not made.enum or text in made.enum, where, f"`{text}` is no value of the source; it has {list(made.enum)}")
            if value is None or wanted.kind != "scalar":
                continue
            kind = "boolean" if isinstance(value, bool) else "number" if isinstance(value, (int, float)) else "string"
            self.check(kind == wanted.scalar, where, f"`{value}` is a {kind}, the target a {wanted.scalar}")
            self.check(not wanted.enum or value in wanted.enum, where, f"`{value}` is not among {list(wanted.enum)}")
        return True

    def list(self, where, entries, item, wanted, request):
        self.check(wanted.kind in ("list", "any"), where, f"a list for a {wanted.kind}")
        element = wanted.element() if wanted.kind == "list" else ANY
        for number, entry in enumerate(entries):
            at = f"{where}[{number}]"
            self.keys(at, entry, {"each", "inner", "outer", "item"})
            found = self.walk(at + " each", entry.get("each"), item)
            if found is None or not self.check(found.kind in ("list", "any"), at, "`each` finds no list"):
                continue
            outer = inner = found.element() if found.kind == "list" else ANY
            if "inner" in entry:
                found = self.walk(at + " inner", entry["inner"], outer)
                if found is None or not self.check(found.kind in ("list", "any"), at, "`inner` finds no list"):
                    continue
                inner = found.element() if found.kind == "list" else ANY
            for members, start in ((entry.get("outer") or {}, outer), (entry.get("item") or {}, inner)):
                for key, form in members.items():
                    there = element.kind == "any" or element.kind == "map" or key in element.members()
                    self.check(there, f"{at}.{key}", f"`{key}` is not among {sorted(element.members())[:14]}")
                    target = ANY if element.kind != "struct" else element.members().get(key, ANY)
                    self.form(f"{at}.{key}", form, start, target, request)
        return True

    def fits(self, where, made, wanted, rename, upper):
        """A whole copy: kinds agree, and no name differs from the schema's by its letters' case alone."""
        if "any" in (made.kind, wanted.kind) or "map" in (made.kind, wanted.kind) and "scalar" not in (made.kind, wanted.kind):
            return self.check(True, where, "")
        if made.kind != wanted.kind:
            return self.check(False, where, f"a {made.kind} for a {wanted.kind}")
        if made.kind == "list":
            return self.fits(where, made.element(), wanted.element(), rename, upper)
        if made.kind == "scalar":
            boolean = made.scalar == "boolean", wanted.scalar == "boolean"
            return self.check(boolean[0] == boolean[1], where, f"a {made.scalar} for a {wanted.scalar}")
        theirs = {}
        for key, value in made.members().items():
            key = rename.get(key, key)
            theirs[key[:1].upper() + key[1:] if upper else key] = value
        ours = wanted.members()
        if not theirs or not ours:
            return self.check(True, where, "")
        both = set(theirs) & set(ours)
        self.check(bool(both), where, f"nothing in common: {sorted(theirs)[:6]} and {sorted(ours)[:6]}")
        by_lower = {key.lower(): key for key in ours}
        for key in sorted(set(theirs) - set(ours)):
            self.check(key.lower() not in by_lower, where, f"`{key}` is spelt `{by_lower.get(key.lower())}` in the schema")
        good = True
        for key in sorted(both):
            good &= bool(self.fits(f"{where}.{key}", theirs[key], ours[key], rename, upper))
        return good

    def config(self, where, node, target, form):
        """AWS Config has no model to hold against; each name must at least be one of the API's or of the schema's."""
        names = set(CONFIG_NAMES) | self.schemas.names(node["type"])
        for read in node.get("reads", []):
            try:
                names |= self.services.names(read["call"])
            except Exception:
                pass  # the read itself has failed its own check
        head, _, rest = target.partition(".")
        self.check(head in ("Properties", "Observed") and rest, where, "a target stands under `Properties.` or `Observed.`")
        if head == "Properties":
            self.walk(where, rest, self.schemas.properties(node["type"]))
        if head == "Observed":
            set_elsewhere = any(target in (read.get("set") or {}) for read in node.get("reads", []))
            self.check(set_elsewhere, where, "no API read sets the same target")

        def each_path(form):
            if isinstance(form, str):
                yield form
            elif isinstance(form, dict):
                for key, value in form.items():
                    if key in ("path", "present", "entries", "first", "each", "inner"):
                        yield value
                    elif key in ("outer", "item"):
                        for member in value.values():
                            yield from each_path(member)
                    elif key == "list":
                        for entry in value:
                            yield from each_path(entry)

        top = True
        for path in each_path(form):
            try:
                parsed = paths.parse(path)
            except PathError as error:
                self.check(False, where, str(error))
                continue
            seen = list(names_in(parsed))
            for name in seen:
                self.check(name.lower() in names, where, f"`{name}` of `{path}` is no name of the API or the schema")
            if top:
                self.check(
                    bool(seen) and seen[0] in ("configuration", "supplementaryConfiguration", "tags"), where,
                    f"`{path}` does not begin in the item")
            top = False


def names_in(node):
    if node[0] == "or":
        for each in node[1]:
            yield from names_in(each)
    elif node[0] == "chain":
        for step in node[1]:
            if step[0] == "name":
                yield step[1]
            elif step[0] == "call":
                yield from names_in(step[2])
            elif step[0] == "filter":
                for left, _, _ in step[1]:
                    yield from names_in(left)


def main():
    site, why = sources.packages()
    if not site:
        print(f"SKIPPED resources_mapping: {why}; the mappings were NOT held against anything", file=sys.stderr)
        print("0 passed, 0 failed, 1 skipped")
        return 0
    sys.path.insert(0, site)
    import yaml
    services, schemas = sources.Services(), sources.Schemas(site, os.path.join(ROOT, "content", "schemas"))
    types, failures, passed, skipped = {}, [], 0, 0
    files = sorted(glob.glob(os.path.join(FILES, "*.yaml")))
    nodes = {}
    for path in files:
        with open(path) as file:
            try:
                nodes[os.path.basename(path)] = yaml.safe_load(file)
            except yaml.YAMLError as error:
                failures.append(f"{os.path.basename(path)}: {error}")
    types = {node["type"]: node for node in nodes.values()}
    if "--columns" in sys.argv:
        for kind, node in sorted(types.items()):
            print(f"{kind.lower().replace('::', '_')}: {' '.join(node.get('columns') or {})}")
        return 0
    checker = Checker(services, schemas, types)
    for name, node in nodes.items():
        checker.file(name, node)
    checker.check(len(types) == len(nodes), "content/resources", "two files describe one type")
    mapping_events.check_all(checker, types)
    checker.check(len(types) >= 40, "content/resources", f"{len(types)} types; at least 40 are promised")
    resources = mapping_replies.real_replies(checker, types)
    if resources is None:
        print(f"SKIPPED recorded replies: no `{mapping_replies.SHARED}/corpora/accounts`", file=sys.stderr)
        skipped += 1
    else:
        checker.check(len(resources) >= 50, "recorded replies", f"only {len(resources)} resources came of them")
    caught, missed = mapping_slips.broken(lambda: Checker(services, schemas, types | {"AWS::S3::Bucket": mapping_slips.GOOD}))
    failures += checker.failures + missed
    passed += checker.passed + caught
    for failure in failures:
        print(failure)
    print(
        f"{len(types)} types, {sum(len(n['reads']) for n in types.values())} reads, "
        f"{sum(len(n.get('columns') or {}) for n in types.values())} columns, "
        f"{sum('config' in n for n in types.values())} with AWS Config, {len(resources or ())} resources in the recorded replies")
    print(f"{passed} passed, {len(failures)} failed, {skipped} skipped")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
