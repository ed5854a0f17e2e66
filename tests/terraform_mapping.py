#!/usr/bin/env python3
"""Holds the `terraform` block of every file of content/resources against what it speaks of: each attribute against the schema of Terraform's AWS
provider (an npm package, by name), each property against CloudFormation's. What the rule of names maps without a word is held likewise."""
import copy
import glob
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mapping_sources as sources  # noqa: E402
import resources_mapping  # noqa: E402
import terraform_provider  # noqa: E402
from mapping_paths import ANY, Shape  # noqa: E402

LEAST = 60
# What releases before the sixth of the provider have, and plans made with them say.
OLDER = {
    "aws_ecs_cluster": {"capacity_providers": "list"},
    "aws_flow_log": {"log_group_name": "string"},
    "aws_redshift_cluster": {"logging": {"bucket_name": "string", "s3_key_prefix": "string"}},
}
KEYS = {"types", "parts", "names", "blocks", "set", "cites", "note"}
SCALARS = {"string": "string", "bool": "boolean", "number": "number"}


def shape_of(attribute):
    if isinstance(attribute, dict):
        return Shape("list", of=struct_of(attribute))
    if attribute == "list":
        return Shape("list", of=lambda: ANY)
    if attribute == "map":
        return Shape("map", of=lambda: Shape("scalar", scalar="string"))
    return Shape("scalar", scalar=SCALARS[attribute]) if attribute in SCALARS else ANY


def struct_of(attributes):
    return Shape("struct", lambda: {key: shape_of(value) for key, value in attributes.items()})


def snake_case(name):
    """`KMSKeyId` → `kms_key_id`: a second reading of the rule that docs/formats/resources.md gives."""
    return re.sub(r"(?<=[^A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


class Checker(resources_mapping.Checker):
    def __init__(self, schemas, types, provider):
        super().__init__(None, schemas, types)
        self.provider, self.by_name, self.absent, self.mapped, self.parts = provider, 0, 0, set(), set()

    def form(self, where, form, item, wanted, request):
        if isinstance(form, dict) and form.get("absent") is True:
            self.absent += 1
            return self.check(len(form) == 1, where, "`absent` stands alone")
        if isinstance(form, dict) and "map" in form:
            ok = self.check(wanted.kind in ("struct", "map", "any"), where, f"a map for a {wanted.kind}")
            for key, member in form["map"].items():
                there = wanted.members() if wanted.kind == "struct" else {}
                ok &= self.check(wanted.kind != "struct" or key in there, f"{where}.{key}", f"`{key}` is not among {sorted(there)[:14]}")
                ok &= bool(self.form(f"{where}.{key}", member, item, there.get(key, ANY), request))
            return ok
        if isinstance(form, dict) and "nothing" in form:
            form = {key: value for key, value in form.items() if key != "nothing"}
        return super().form(where, form, item, wanted, request)

    def list(self, where, entries, item, wanted, request):
        values = [entry for entry in entries if "value" in entry]
        for number, entry in enumerate(values):
            at = f"{where}[{number}]"
            self.keys(at, entry, {"each", "value"})
            found = self.walk(at, entry["each"], item)
            element = found.element() if found is not None and found.kind == "list" else found or ANY
            self.walk(at, entry["value"], element)
        if scalars := [entry for entry in entries if "value" not in entry and self.of_scalar(where, entry, item)]:
            for entry in scalars:  # such as a table's hash key: one element, made of what stands there
                for key, member in entry["item"].items():
                    self.form(f"{where}.{key}", member, ANY, wanted.element().members().get(key, ANY) if wanted.kind == "list" and
                              wanted.element().kind == "struct" else ANY, request)
        rest = [entry for entry in entries if entry not in values and entry not in scalars]
        return super().list(where, rest, item, wanted, request) if rest else True

    def of_scalar(self, where, entry, item):
        found = self.walk(where, entry.get("each"), item)
        if "inner" in entry and found is not None and found.kind == "list":
            found = self.walk(where, entry["inner"], found.element())
        return found is not None and found.kind == "scalar"

    def block(self, name, node, block):
        if isinstance(block, list):
            block = {"types": block}
        self.keys(f"{name} terraform", block, KEYS)
        parts = block.get("parts") or {}
        for kind in block.get("types") or []:
            where = f"{name} {kind}"
            if not self.check(kind in self.provider["types"], where, "the provider has no such type"):
                continue
            self.check(kind not in self.mapped, where, "is mapped twice")
            self.mapped.add(kind)
            attributes = {**OLDER.get(kind, {}), **self.provider["types"][kind]}
            for attribute in [*(block.get("names") or []), *(block.get("blocks") or [])]:
                self.check(attribute in attributes, where, f"has no attribute `{attribute}`")
            whole = dict(attributes)
            for part, by in parts.items():
                if self.check(part in self.provider["types"], where, f"the part `{part}` is no type of the provider's"):
                    self.check(by in self.provider["types"][part], f"{where} {part}", f"has no attribute `{by}`")
                    whole[part] = self.provider["types"][part]
                    self.parts.add(part)
            targets = block.get("set") or {}
            for target, form in targets.items():
                self.target(f"{where} {target}", node["type"], target, form, struct_of(whole), set())
            self.whole_and_part(where, set(targets))
            self.names(where, node, targets, attributes)

    def names(self, where, node, targets, attributes):
        """What no line sets, and the rule of names gives."""
        all_ = {target for read in node.get("reads", []) for target in read.get("set") or {}}
        for target in sorted(all_):
            near = [one for one in targets if one == target or one.startswith(target + ".") or target.startswith(one + ".")]
            if near or not target.startswith("Properties.") or target == "Properties.Tags":
                continue
            steps, at = [snake_case(step) for step in target.split(".")[1:]], attributes
            for step in steps:
                at = at.get(step) if isinstance(at, dict) else None
            if at is None or isinstance(at, dict):
                continue  # such a property is unknown in a plan, which says so
            self.by_name += 1
            self.target(f"{where} {target} by its name", node["type"], target, "[0].".join(steps), struct_of(attributes), set())


def slips(make, node):
    """Planted slips are caught: (caught, what was missed)."""
    planted = {
        "an attribute that is not there": lambda t: t["set"].update({"Properties.BucketName": "bukcet"}),
        "a block's member that is not there": lambda t: t["set"].update({"Properties.BucketName": "versioning[0].enabeld"}),
        "a part's attribute that is not there": lambda t: t["parts"].update({"aws_s3_bucket_versioning": "bukcet"}),
        "a part that is not there": lambda t: t["parts"].update({"aws_s3_bucket_versioned": "bucket"}),
        "a property that is not there": lambda t: t["set"].update({"Properties.BuketName": "bucket"}),
        "a property of another kind": lambda t: t["set"].update({"Properties.ObjectLockEnabled": "bucket"}),
        "an unknown key": lambda t: t.update({"sets": {}}),
        "a type that is not there": lambda t: t.update({"types": ["aws_s3_bukcet"]}),
    }
    missed = []
    for what, plant in planted.items():
        broken, checker = copy.deepcopy(node), make()
        plant(broken["terraform"])
        checker.block("planted", broken, broken["terraform"])
        if not checker.failures:
            missed.append(f"planted slip not caught: {what}")
    return len(planted) - len(missed), missed


def main():
    site, why = sources.packages()
    provider, missing = terraform_provider.schema()
    if not site or not provider:
        print(f"SKIPPED terraform_mapping: {why or missing}; the mappings were NOT held against anything", file=sys.stderr)
        print("0 passed, 0 failed, 1 skipped")
        return 0
    sys.path.insert(0, site)
    import yaml
    schemas = sources.Schemas(site, os.path.join(sources.ROOT, "content", "schemas"))
    nodes = {}
    for path in sorted(glob.glob(os.path.join(resources_mapping.FILES, "*.yaml"))):
        with open(path) as file:
            nodes[os.path.basename(path)] = yaml.safe_load(file)
    types = {node["type"]: node for node in nodes.values()}
    checker = Checker(schemas, types, provider)
    said = 0
    for name, node in nodes.items():
        block = node.get("terraform") or []
        blocks = [block] if isinstance(block, dict) else block if block and isinstance(block[0], dict) else [block] if block else []
        said += any(isinstance(one, dict) and one.get("set") for one in blocks)
        for one in blocks:
            checker.block(name, node, one)
    checker.check(said >= LEAST, "content/resources", f"{said} types say which attribute gives what; at least {LEAST} are promised")
    caught, missed = slips(lambda: Checker(schemas, types, provider), types["AWS::S3::Bucket"])
    failures = checker.failures + missed
    for failure in failures:
        print(failure)
    print(f"{len(checker.mapped)} of Terraform's types and {len(checker.parts)} parts of them; {said} resource types say what gives what, "
          f"{checker.by_name} properties go by their name, {checker.absent} are known absent")
    print(f"{checker.passed + caught} passed, {len(failures)} failed, 0 skipped")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
