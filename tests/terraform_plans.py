#!/usr/bin/env python3
"""Terraform plans and states as people have them: the six real plans of ../shared/corpora/terraform, each resource judged or named, and a table of
small plans for what they do not show: unknown and sensitive values, parts and whose they are, addresses, deletions, states, broken files."""

import json
import pathlib
import re
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lib_reeve import ROOT, SHARED, Checks, assess, built, reeve  # noqa: E402

CORPUS = SHARED / "corpora" / "terraform"
SECRET = "hold-this-back-7781"


def mapped():
    """Terraform's types that a file of content/resources maps, and those that are parts of one."""
    types, parts = set(), set()
    for path in (ROOT / "content" / "resources").glob("*.yaml"):
        block = re.search(r"^terraform:(.*\n(?:[ ]+.*\n)*)", path.read_text(), re.M)
        if not block:
            continue
        for found in re.findall(r"types: \[(.*?)\]", block.group(1)) or re.findall(r"^ \[(.*?)\]", block.group(1)):
            types.update(re.findall(r"aws_\w+", found))
        for found in re.findall(r"parts: \{(.*?)\}", block.group(1)):
            parts.update(re.findall(r"(aws_\w+):", found))
    return types, parts


def managed(module):
    for resource in module.get("resources", []):
        if resource["mode"] == "managed":
            yield resource
    for child in module.get("child_modules", []):
        yield from managed(child)


def real_plans(checks):
    types, parts = mapped()
    judged_types, verdict_types = set(), set()
    for path in sorted(CORPUS.glob("*/*.json")):
        name = f"{path.parent.name}/{path.name}"
        resources = list(managed(json.loads(path.read_text())["planned_values"]["root_module"]))
        run = assess(path, "--fail-on", "never")
        if not checks.check(run.status == 0, f"{name}: read whole", run.err[-400:]):
            continue
        whole = [one for one in resources if one["type"] in types]
        seen = run.report["estate"]["resources"] - 1  # the organization, which every run has
        checks.check(seen == len(whole), f"{name}: {seen} resources read, {len(whole)} are of a mapped type")
        addresses_judged = {finding["resource"]["uid"].split("#", 1)[-1] for finding in run.report["findings"]}
        verdict_types |= {one["type"] for one in whole if one["address"] in addresses_judged}
        silent = {one["type"] for one in whole if one["address"] not in addresses_judged and asked_of(one["type"])}
        checks.check(not silent, f"{name}: each resource that a control asks about has a verdict", f"none for {sorted(silent)}")
        checked = json.loads(reeve("check", path, "--format", "json").out)["files"][0]
        notes = " ".join(note["what"] for note in checked.get("notes", []))
        for kind in sorted({one["type"] for one in resources} - types - parts):
            count = sum(one["type"] == kind for one in resources)
            checks.check(re.search(rf"`{kind}` is not judged \({count} resources?\)", notes) and f"`{kind}`" in run.err,
                         f"{name}: {count} of `{kind}` named as not judged")
        addresses = {one["address"] for one in whole}
        for finding in checked["findings"]:
            checks.check(finding["resource"]["id"] in addresses, f"{name}: {finding['control']} names a resource of the plan", finding["resource"]["id"])
            checks.check(finding.get("line", 0) > 0 and "$.planned_values." in finding["path"], f"{name}: {finding['control']} has a place", str(finding))
        judged_types |= {one["type"] for one in whole}
    checks.check(len(judged_types) >= 25, "the real plans have at least 25 mapped types", f"{len(judged_types)}")
    checks.check(len(verdict_types) >= 12, "and at least 12 of them get verdicts of Guard rules, which alone judge what is not born", f"{len(verdict_types)}: {sorted(verdict_types)}")


def asked_of(kind):
    """Whether a Guard control for templates asks about it whatever its properties are (a type block without `when`)."""
    for path in (ROOT / "content" / "resources").glob("*.yaml"):
        text = path.read_text()
        if not re.search(rf"^terraform:.*\n(?:[ ]+.*\n)*", text, re.M) or not re.search(rf"\b{kind}[,\]]", text.split("permissions:")[0]):
            continue
        wanted = re.search(r"^type: (\S+)", text, re.M).group(1)
        for check in (ROOT / "content" / "controls").glob("*/check.guard"):
            if re.search(rf"^{wanted} \{{", check.read_text(), re.M) and "applies_to: [live]" not in (check.parent / "control.yaml").read_text():
                return True
    return False


def resource(address, values, **more):
    step = re.sub(r"\[.*?\]", "", address).split(".")
    return {"address": address, "mode": "managed", "type": step[-2], "name": step[-1], "values": values, **more}


def plan(*resources, unknown=None, sensitive=None, configuration=None, gone=(), modules=None):
    """`unknown` and `sensitive`: address → mask; `configuration`: resources of the root module; `modules`: their addresses → resources."""
    changes = [{"address": one["address"], "change": {"actions": ["create"], "after": one["values"], "after_unknown": (unknown or {}).get(one["address"], {}),
                                                      "after_sensitive": (sensitive or {}).get(one["address"], {})}} for one in resources]  # yapf: disable
    changes += [{"address": one["address"], "change": {"actions": ["delete"], "before": one["values"], "after": None}} for one in gone]
    children = [{"address": address, "resources": inside} for address, inside in (modules or {}).items()]
    document = {"format_version": "1.2", "terraform_version": "1.9.8",
                "planned_values": {"root_module": {"resources": list(resources), "child_modules": children}}, "resource_changes": changes}  # yapf: disable
    if configuration is not None:
        document["configuration"] = {"root_module": configuration}
    return document


def configured(*resources):
    return {"resources": [{"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name, "expressions": expressions}
                          for kind, name, expressions in resources]}  # yapf: disable


def refers(address):
    return {"references": [address + ".id", address]}


BUCKET = {"bucket": "orders", "versioning": [], "tags": None, "tags_all": {}}
VERSIONED = {"versioning_configuration": [{"status": "Enabled"}]}
VOLUME = {"availability_zone": "eu-west-1a", "encrypted": False, "size": 8}
VERSIONING = "aws_s3_bucket_versioning"

# what it shows, the plan, control → address → verdict
CASES = [
    ("a volume that is not encrypted", plan(resource("aws_ebs_volume.v", VOLUME)), {"volume-encrypted": {"aws_ebs_volume.v": "fail"}}),
    ("known only after apply is unknown",
     plan(resource("aws_ebs_volume.v", {"size": 8}), unknown={"aws_ebs_volume.v": {"encrypted": True}},
          configuration=configured(("aws_ebs_volume", "v", {"encrypted": {"references": ["data.external.choice.result"]}}))),
     {"volume-encrypted": {"aws_ebs_volume.v": "unknown: `data.external.choice.result` is known only after apply"}}),
    ("what nobody wrote is left to AWS, as in a template",
     plan(resource("aws_ebs_volume.v", {"size": 8}), unknown={"aws_ebs_volume.v": {"encrypted": True}}, configuration=configured(("aws_ebs_volume", "v", {}))),
     {"volume-encrypted": {"aws_ebs_volume.v": "fail"}}),
    ("sensitive is unknown, and not shown",
     plan(resource("aws_redshift_cluster.c", {"cluster_identifier": "c", "master_username": SECRET}), sensitive={"aws_redshift_cluster.c": {"master_username": True}}),
     {"warehouse-admin-renamed": {"aws_redshift_cluster.c": "unknown: sensitive"}}),
    ("what is deleted is not judged", plan(gone=[resource("aws_ebs_volume.old", VOLUME)]), {"volume-encrypted": {}}),
    ("count, for_each and modules are in the address",
     plan(resource("aws_ebs_volume.v[0]", VOLUME, index=0), resource('aws_ebs_volume.w["a.b"]', VOLUME, index="a.b"),
          modules={'module.m["x"]': [resource('module.m["x"].aws_ebs_volume.v', VOLUME)]}),
     {"volume-encrypted": {"aws_ebs_volume.v[0]": "fail", 'aws_ebs_volume.w["a.b"]': "fail", 'module.m["x"].aws_ebs_volume.v': "fail"}}),
    ("a part is its whole's by the name it gives",
     plan(resource("aws_s3_bucket.b", BUCKET), resource("aws_s3_bucket.c", {**BUCKET, "bucket": "other"}), resource(f"{VERSIONING}.v", {"bucket": "orders", **VERSIONED})),
     {"bucket-versioned": {"aws_s3_bucket.b": "pass", "aws_s3_bucket.c": "fail"}}),
    ("a part is its whole's by what its configuration refers to",
     plan(resource("aws_s3_bucket.b", {**BUCKET, "bucket": None}), resource("aws_s3_bucket.c", {**BUCKET, "bucket": None}), resource(f"{VERSIONING}.v", VERSIONED),
          unknown={f"{VERSIONING}.v": {"bucket": True}, "aws_s3_bucket.b": {"bucket": True, "id": True}},
          configuration=configured(("aws_s3_bucket", "b", {}), ("aws_s3_bucket", "c", {}), (VERSIONING, "v", {"bucket": refers("aws_s3_bucket.b")}))),
     {"bucket-versioned": {"aws_s3_bucket.b": "pass", "aws_s3_bucket.c": "fail"}}),
    ("a part that may be anyone's leaves all of them unknown",
     plan(resource("aws_s3_bucket.b", BUCKET), resource(f"{VERSIONING}.v", VERSIONED), unknown={f"{VERSIONING}.v": {"bucket": True}}),
     {"bucket-versioned": {"aws_s3_bucket.b": f"unknown: whether `{VERSIONING}.v` is part of it is known only after apply"}}),
    ("a rule of a group stands beside it",
     plan(resource("aws_security_group.g", {"description": "d", "ingress": [], "egress": [], "id": "sg-1"}),
          resource("aws_vpc_security_group_ingress_rule.r", {"security_group_id": "sg-1", "ip_protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_ipv4": "0.0.0.0/0"})),
     {"admin-ports-closed-to-the-world": {"aws_security_group.g": "fail"}}),
    ("and so does a rule of the older kind",
     plan(resource("aws_security_group.g", {"description": "d", "ingress": [], "egress": [], "id": "sg-1"}),
          resource("aws_security_group_rule.r", {"type": "ingress", "security_group_id": "sg-1", "protocol": "tcp", "from_port": 0, "to_port": 65535, "cidr_blocks": ["0.0.0.0/0"]})),
     {"admin-ports-closed-to-the-world": {"aws_security_group.g": "fail"}}),
]  # yapf: disable


def verdicts(path, control):
    found = {}
    run = assess(path, "--fail-on", "never")
    for finding in run.report["findings"]:
        if finding["control"] == control:
            words = f"{finding['status']}: {finding.get('reason', '')}" if finding["status"] == "unknown" else finding["status"]
            found[finding["resource"]["uid"].split("#", 1)[1]] = words
    return found, run


def small_plans(checks, folder):
    for title, document, expected in CASES:
        path = folder / "plan.json"
        path.write_text(json.dumps(document))
        for control, wanted in expected.items():
            got, run = verdicts(path, control)
            checks.check(got == wanted, f"{title}: {control}", f"{got}, expected {wanted}")
            checks.check(run.status == 0, f"{title}: status {run.status}", run.err[-300:])
        for more in ([], ["--format", "json"], ["--format", "sarif"], ["--format", "junit"]):
            done = reeve("check", path, *more)
            checks.check(SECRET not in done.out + done.err, f"{title}: what is sensitive is not shown {more}")


def states(checks, folder):
    """A state as `terraform show -json` prints it, and the file as Terraform keeps it, say the same as the plan."""
    shown, kept = folder / "state.json", folder / "terraform.tfstate"
    volume = resource("aws_ebs_volume.v[0]", {**VOLUME, "arn": "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1", "id": "vol-1"}, index=0)
    shown.write_text(json.dumps({"format_version": "1.0", "terraform_version": "1.9.8", "values": {"root_module": {"resources": [volume]}}}))
    kept.write_text(json.dumps({
        "version": 4, "terraform_version": "1.9.8", "serial": 3, "lineage": "0a", "outputs": {},
        "resources": [{"mode": "managed", "type": "aws_ebs_volume", "name": "v", "instances": [{"index_key": 0, "attributes": volume["values"]}]},
                      {"mode": "managed", "type": "aws_redshift_cluster", "name": "c", "instances": [
                          {"attributes": {"cluster_identifier": "c", "master_username": SECRET},
                           "sensitive_attributes": [[{"type": "get_attr", "value": "master_username"}]]}]}],
    }))  # yapf: disable
    for path in (shown, kept):
        got, run = verdicts(path, "volume-encrypted")
        checks.check(got == {"aws_ebs_volume.v[0]": "fail"}, f"{path.name}: the volume", str(got))
        done = reeve("check", path, "--control", "volume-encrypted")
        checks.check(done.status == 1 and "aws_ebs_volume.v[0]" in done.out, f"{path.name}: checked", done.out[-300:] + done.err[-300:])
        checks.check(SECRET not in run.out + run.err + done.out, f"{path.name}: what is sensitive is not shown")


def broken(checks, folder):
    good, bad = folder / "good.json", folder / "bad.json"
    good.write_text(json.dumps(plan(resource("aws_ebs_volume.v", VOLUME))))
    for title, text in (("cut short", good.read_text()[:-40]), ("neither plan nor state", '{"format_version": "1.2", "terraform_version": "1", "resource_changes": 3}'),
                        ("a key twice", good.read_text().replace('"size": 8', '"size": 8, "size": 9'))):
        bad.write_text(text)
        done = reeve("check", bad, good, "--control", "volume-encrypted")
        checks.check(done.status == 3 and str(bad) + ":" in done.err and "aws_ebs_volume.v" in done.out, f"{title}: named, the rest judged",
                     f"{done.status} {done.err[-300:]}")
    odd = [None, 3, "x", [], {}, [{}], {"root_module": 3}, {"root_module": {"resources": {}}}, {"root_module": {"resources": [3, None, {"type": 4}]}},
           {"root_module": {"child_modules": [{"resources": [{"type": "aws_ebs_volume", "values": []}]}]}}]  # yapf: disable
    for value in odd:
        for key in ("planned_values", "resource_changes", "configuration", "values"):
            bad.write_text(json.dumps({**plan(resource("aws_ebs_volume.v", VOLUME)), key: value}))
            done = reeve("check", bad, "--fail-on", "never")
            checks.check(done.status in (0, 3), f"{key} is {value}: status {done.status}", done.err[-200:])


def main():
    checks = Checks()
    if not built(checks, "that Terraform's plans and states are judged"):
        return checks.end()
    if CORPUS.is_dir():
        real_plans(checks)
    else:
        checks.skip("real plans", f"no `{CORPUS}`", "that plans nobody here wrote are judged")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        small_plans(checks, folder)
        states(checks, folder)
        broken(checks, folder)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
