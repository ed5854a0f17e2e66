#!/usr/bin/env python3
"""Holds `reeve check --against` to what it says of drift: a stack whose every kind of drift is known, each control's mistake as drift of a
template and of a plan against replies and Config items, several stacks of one template, a workspace's record, and input that cannot be compared.

    python3 tests/drift.py [--reeve PROGRAM] [--update]

What is stored stands in tests/golden/drift; `--update` takes it anew.
"""

import argparse
import difflib
import json
import pathlib
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import four_forms  # noqa: E402
import lib_reeve  # noqa: E402
import mapping_sources  # noqa: E402
import terraform_provider  # noqa: E402
from check_formats import still  # noqa: E402
from lib_crates import crate_folder  # noqa: E402
from lib_reeve import AS_OF, ROOT, Checks, built, reeve  # noqa: E402

STORED = ROOT / "tests" / "golden" / "drift"
INPUT = STORED / "input"
WEB = ["check", "web.yaml", "--against", "export", "--as-of", AS_OF]
FORMATS = ["text", "json", "yaml", "sarif", "junit", "github", "gitlab"]
SECRETS = ("hunter2", "****")

# What the stack of tests/golden/drift/input shows: resource → state, and property → state.
STATES = {
    "Key": "drifted", "Logs": "drifted", "LogsPolicy": "unknown", "Web": "drifted", "WebFromOffice": "unknown", "Role": "drifted", "Policy": "same",
    "Lines": "drifted", "Queue": "missing", "Topic": "missing", "Function": "drifted", "Table": "drifted", "Disk": "same", "Old": "undeclared",
}  # yapf: disable
PROPERTIES = {
    ("Key", "Properties.EnableKeyRotation"): "different",
    ("Logs", "Properties.VersioningConfiguration.Status"): "different",
    ("Logs", "Properties.PublicAccessBlockConfiguration.BlockPublicPolicy"): "different",
    ("Logs", "Properties.Tags[]"): "added",
    ("Web", "Properties.SecurityGroupIngress[0].CidrIp"): "different",
    ("Web", "Properties.SecurityGroupIngress[]"): "added",
    ("Role", "Properties.AssumeRolePolicyDocument.Statement[]"): "added",
    ("Role", "Properties.ManagedPolicyArns[]"): "added",
    ("Lines", "Properties.RetentionInDays"): "different",
    ("Function", "Properties.Runtime"): "different",
    ("Function", "Properties.TracingConfig.Mode"): "different",
    ("Function", "Properties.Layers"): "different",
    ("Function", "Properties.Code"): "untold",
    ("Function", "Properties.Environment"): "untold",
    ("Table", "Properties.DeletionProtectionEnabled"): "different",
}
SAME = {
    ("Logs", "Properties.BucketName"), ("Logs", "Properties.BucketEncryption.ServerSideEncryptionConfiguration"), ("Web", "Properties.VpcId"),
    ("Function", "Properties.Timeout"), ("Function", "Properties.Role"), ("Lines", "Properties.LogGroupName"), ("Disk", "Properties.KmsKeyId"),
    ("Table", "Properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled"),
}  # yapf: disable


def goldens(checks, update):
    for name in FORMATS:
        run = reeve(*WEB, "--format", name, cwd=INPUT, env={"LC_ALL": "C.UTF-8", "COLUMNS": "120"})
        checks.check(run.status == 1, f"{name}: status", f"{run.status}: {run.err[:400]}")
        checks.check(not any(secret in run.out + run.err for secret in SECRETS), f"{name}: no secret")
        shown, stored = still(run.out), STORED / name
        if update:
            stored.write_text(shown)
            continue
        before = stored.read_text() if stored.exists() else ""
        difference = "\n".join(list(difflib.unified_diff(before.splitlines(), shown.splitlines(), "stored", "now", lineterm="", n=1))[:20])
        checks.check(before == shown, f"{name} is as stored", difference)


def deployments(*words, cwd=INPUT, status=None, checks=None):
    run = reeve("check", *words, "--format", "json", "--as-of", AS_OF, cwd=cwd)
    if checks:
        checks.check(run.status == status, f"{' '.join(map(str, words))[-120:]}: status {status}", f"{run.status}: {run.err[:400]}")
    return [deployment for file in run.report["files"] for deployment in file.get("drift", {}).get("deployments", [])]


def the_stack(checks):
    """Every kind of drift, and what is none."""
    (deployment,) = deployments(*WEB[1:4], checks=checks, status=1)
    checks.check((deployment["stack"], deployment["account"], deployment["region"]) == ("web", "111122223333", "eu-west-1"), "the stack is found", deployment)
    states = {each["id"]: each["state"] for each in deployment["resources"]}
    for name in sorted({*STATES, *states}):
        checks.check(states.get(name) == STATES.get(name), f"{name} is {STATES.get(name)}", [each for each in deployment["resources"] if each["id"] == name])
    told = {(each["id"], one["property"]): one for each in deployment["resources"] for one in each["properties"]}
    for key, state in PROPERTIES.items():
        checks.check(key in told and told[key]["state"] == state, f"{key} is {state}", told.get(key))
    drifts = {key for key, one in told.items() if one["state"] in ("different", "absent", "added")}
    checks.check(drifts <= set(PROPERTIES), "nothing else has drifted", sorted(drifts - set(PROPERTIES)))
    same = {(each["id"], path) for each in deployment["resources"] for path in each["same"]}
    checks.check(SAME <= same, "what is the same is said to be", sorted(SAME - same))
    # Places: the declared value stands where it is said to stand, and so does the live one.
    lines = (INPUT / "web.yaml").read_text().split("\n")
    for key, one in told.items():
        if one["state"] == "different":
            at, live = one["declared_at"], one["live_at"]
            checks.check(lines[at["line"] - 1][at["column"] - 1:].strip() != "", f"{key}: the declared place", at)
            checks.check((INPUT / live["file"]).exists() and live["path"].startswith("$"), f"{key}: the live place", live)
            if live.get("line"):
                text = (INPUT / live["file"]).read_text().split("\n")[live["line"] - 1][live["column"] - 1:]
                checks.check(text.startswith(one["live"].lstrip("[{")[:3]) or text[:1] in "[{", f"{key}: the live value stands at its line and column", (text[:40], one["live"]))
    runtime = told["Function", "Properties.Runtime"]
    checks.check((runtime["declared"], runtime["live"]) == ('"python3.12"', '"python3.11"'), "both values are shown", runtime)


def status_and_words(checks):
    """Exceptions, the baseline, and which exit status follows from what."""
    with tempfile.TemporaryDirectory() as folder:
        before = pathlib.Path(folder) / "before.json"
        before.write_text(reeve(*WEB, "--format", "json", cwd=INPUT).out)
        run = reeve(*WEB, "--baseline", before, "--format", "json", cwd=INPUT)
        checks.check(run.status == 0 and run.report["summary"]["baseline"]["new"] == 0, "what was known is no reason to fail", (run.status, run.report["summary"]))
    table = [f for file in reeve(*WEB, "--format", "json", cwd=INPUT).report["files"] for f in file["findings"] if f["resource"]["id"] == "Table"]
    checks.check([f["status"] for f in table if f["control"] == "drift-property"] == ["EXCEPTED"], "an exception beside the resource counts", table)
    checks.check(reeve(*WEB, "--fail-on", "never", cwd=INPUT).status == 0, "--fail-on never")
    checks.check(reeve(*WEB, "--fail-on", "high", cwd=INPUT).status == 0, "--fail-on high: drift is medium")
    checks.check(reeve(*WEB, "--fail-on", "medium", cwd=INPUT).status == 1, "--fail-on medium")


def copy(folder, change):
    """The input with some of its files changed: path → function of the document, or None to take it away."""
    shutil.copytree(INPUT, folder, dirs_exist_ok=True)
    for path, how in change.items():
        for file in sorted(folder.glob(path)):
            if how is None:
                shutil.rmtree(file) if file.is_dir() else file.unlink()
            else:
                file.write_text(json.dumps(how(json.loads(file.read_text()))))


EXPORT = "export/111122223333/eu-west-1"


def other_ways(checks):
    """Without the stack's list, by tags; without stacks, by names; where a list is missing, unknown."""
    tag = lambda logical: [{"Key": "aws:cloudformation:stack-name", "Value": "web"}, {"Key": "aws:cloudformation:logical-id", "Value": logical},
                           {"Key": "aws:cloudformation:stack-id", "Value": "arn:aws:cloudformation:eu-west-1:111122223333:stack/web/0a0a0a0a-0000-4000-8000-000000000001"}]  # noqa: E731 yapf: disable

    def tagged(reply):
        reply["SecurityGroups"][0]["Tags"] = tag("Web")
        return reply

    def volumes(reply):
        for volume, logical in zip(reply["Volumes"], ("Disk", "Old")):
            volume["Tags"] = tag(logical)
        return reply

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        copy(folder, {f"{EXPORT}/cloudformation-list-stack-resources": None, f"{EXPORT}/ec2-describe-security-groups.json": tagged, f"{EXPORT}/ec2-describe-volumes.json": volumes})
        (deployment,) = deployments("web.yaml", "--against", "export", "-p", "AWS::StackName=web", cwd=folder)
        told = {each["id"]: each for each in deployment["resources"]}
        checks.check(told["Web"]["told_by"] == "its tag" and told["Web"]["state"] == "drifted", "by its tag", told["Web"])
        checks.check(told["Old"]["state"] == "undeclared", "a tag says what the stack has", told.get("Old"))
        checks.check(told["Logs"]["told_by"] == "`BucketName`" and told["Lines"]["told_by"] == "`LogGroupName`", "by the name that the template gives", told["Logs"])
        checks.check(told["Queue"]["state"] == "unknown", "without a name, list or tag it is unknown", told["Queue"])

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        copy(folder, {f"{EXPORT}/cloudformation-*": None})
        (deployment,) = deployments("web.yaml", "--against", "export", "-p", "AWS::AccountId=111122223333", "-p", "AWS::Region=eu-west-1", "-p", "Stage=prod", cwd=folder)
        told = {each["id"]: each for each in deployment["resources"]}
        checks.check("stack" not in deployment and told["Table"]["state"] == "drifted" and told["Logs"]["state"] == "drifted", "without a stack, by names", told["Table"])
        checks.check(told["Role"]["state"] == "unknown" and "nothing says which it is" in told["Role"]["reason"], "what has no name is unknown", told["Role"])

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        copy(folder, {f"{EXPORT}/sqs-*": None, f"{EXPORT}/kms-get-*": None, f"{EXPORT}/dynamodb-*": None})
        (deployment,) = deployments(*WEB[1:4], cwd=folder)
        told = {each["id"]: each for each in deployment["resources"]}
        checks.check(told["Queue"]["state"] == "unknown" and "sqs:ListQueues" in told["Queue"]["reason"], "what was not listed is not missing", told["Queue"])
        checks.check(told["Table"]["state"] == "unknown" and "dynamodb:ListTables" in told["Table"]["reason"], "nor is a table", told["Table"])
        rotation = [one for one in told["Key"]["properties"] if one["property"].endswith("EnableKeyRotation")]
        checks.check(rotation and rotation[0]["state"] == "untold", "what was not read has not drifted", told["Key"])


def several_stacks(checks):
    """One template in two accounts: each is compared by itself."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        copy(folder, {})
        for path in sorted((folder / "export").rglob("*.json")):
            to = pathlib.Path(str(path).replace("111122223333", "444455556666"))
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_text(path.read_text().replace("111122223333", "@").replace("444455556666", "111122223333").replace("@", "444455556666").replace('"retentionInDays": 7', '"retentionInDays": 30'))
        both = deployments(*WEB[1:4], cwd=folder, checks=checks, status=1)
        checks.check([(each["stack"], each["account"]) for each in both] == [("web", "111122223333"), ("web", "444455556666")], "both stacks are compared", [each.get("account") for each in both])
        lines = [next(each["state"] for each in one["resources"] if each["id"] == "Lines") for one in both]
        checks.check(lines == ["drifted", "same"], "each by itself", lines)
        one = deployments(*WEB[1:4], "-p", "AWS::AccountId=444455556666", cwd=folder)
        checks.check([each["account"] for each in one] == ["444455556666"], "or the one that is named", one and one[0].get("account"))
        run = reeve(*WEB, "--format", "json", cwd=folder)
        prints = [f["fingerprint"] for file in run.report["files"] for f in file["findings"] if f["control"] == "drift-missing"]
        checks.check(len(prints) == len(set(prints)) == 4, "their findings are told apart", prints)


def record(checks):
    """A workspace's record: columns and tags."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        copy(folder, {})
        (folder / "ws").mkdir()
        run = reeve("init", "ws", cwd=folder)
        run = reeve("assess", "export", "--workspace", "ws", "--fail-on", "never", cwd=folder)
        checks.check(run.status == 0, "the record is made", run.err[:300])
        (deployment,) = deployments("web.yaml", "--against", "ws", "-p", "AWS::AccountId=111122223333", "-p", "Retention=30", cwd=folder, checks=checks, status=1)
        told = {each["id"]: each for each in deployment["resources"]}
        checks.check(told["Lines"]["state"] == "drifted", "a column that has drifted", told["Lines"])
        logs = {one["property"]: one for one in told["Logs"]["properties"]}
        checks.check(logs.get("Properties.VersioningConfiguration.Status", {}).get("state") == "different", "and another, with its place", logs)
        at = logs["Properties.VersioningConfiguration.Status"]["live_at"]
        checks.check((at["file"], at["path"]) == ("ws/.reeve/store.db", "versioning"), "the place is the record's column", at)
        checks.check(all(one["state"] != "absent" for one in logs.values()), "what the record does not keep is not absent", logs)


def forms(checks):
    """Each control's mistake is drift: what is declared well and is live ill, in replies and in a Config item; and the other way round it is none."""
    site, why = mapping_sources.packages()
    provider, missing = terraform_provider.schema()
    if not site or not provider:
        return checks.skip("the controls' mistakes", why or missing, "that they are seen as drift of the types that they are about")
    sys.path.insert(0, site)
    import yaml
    every = [four_forms.Form(yaml, path, number) for number, path in enumerate(sorted(four_forms.CONTROLS.glob("*/examples/forms.yaml")))]
    every = [form for form in every if all(form.has(kind) for kind in four_forms.FORMS)]  # what is declared, planned and told in both ways
    types = {}
    for path in (ROOT / "content" / "resources").glob("*.yaml"):
        node = yaml.safe_load(path.read_text())
        types[node["type"]] = node.get("config") or {}
    seen = {"replies": set(), "config": set(), "terraform": set()}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name in ("templates", "plans", *(f"{kind}/{variant}" for kind in ("replies", "config") for variant in ("bad", "good"))):
            (folder / name).mkdir(parents=True)
        for number, form in enumerate(every):
            logical, properties = f"It{number}", form.of("good", "template")
            judged = [key for key, value in form.node["template"].items() if '"$"' in json.dumps(value)]  # replies here hold only what is judged
            properties = {key: properties[key] for key in judged if key in properties}
            for key, member in NOT_IN_REPLIES.get(form.control, ()):
                properties[key].pop(member)
            resource = {"Type": form.node["type"], "Properties": properties}
            (folder / "templates" / f"{form.control}.json").write_text(json.dumps({"Resources": {logical: resource}}, indent=1))
            plan = form.terraform("good", provider)
            whole = plan["planned_values"]["root_module"]["resources"][0]["values"]
            whole["id"] = form.id()
            plan["resource_changes"][0]["change"]["after_unknown"].pop("id", None)
            (folder / "plans" / f"{form.control}.json").write_text(json.dumps(plan, indent=1))
            for variant in ("bad", "good"):
                form.replies(variant, folder / "replies" / variant)
                (folder / "config" / variant / f"{form.control}.json").write_text(json.dumps(form.config(variant, types)))
                for kind in ("replies", "config"):
                    stack = folder / kind / variant / form.account / four_forms.REGION
                    (stack / "cloudformation-list-stack-resources").mkdir(parents=True, exist_ok=True)
                    arn = f"arn:aws:cloudformation:{four_forms.REGION}:{form.account}:stack/it/0a0a0a0a-0000-4000-8000-000000000001"
                    (stack / "cloudformation-describe-stacks.json").write_text(json.dumps({"Stacks": [{"StackId": arn, "StackName": "it", "StackStatus": "CREATE_COMPLETE"}]}))
                    (stack / "cloudformation-list-stack-resources" / "it.json").write_text(json.dumps({"StackResourceSummaries": [
                        {"LogicalResourceId": logical, "PhysicalResourceId": form.id(), "ResourceType": form.node["type"], "ResourceStatus": "CREATE_COMPLETE"}]}))  # yapf: disable
        for kind in ("replies", "config"):
            for variant in ("bad", "good"):
                told = by_file("templates", "--against", f"{kind}/{variant}", cwd=folder)
                for form in every:
                    resources = told[form.control]
                    drifted = [one for resource in resources for one in resource["properties"] if one["state"] in ("different", "absent", "added")]
                    states = [resource["state"] for resource in resources]
                    if (form.control, kind, variant) in UNTOLD:
                        checks.check(not drifted and states == ["unknown"], f"{form.control}: {kind} say nothing of it, and that is no drift", (states, drifted[:2]))
                    elif variant == "good":
                        checks.check(not drifted and states != ["missing"], f"{form.control}: {kind} that are as declared have not drifted", (states, drifted[:2]))
                    else:
                        seen[kind].update([form.node["type"]] if drifted else [])
                        checks.check(drifted, f"{form.control}: the mistake in {kind} is drift", json.dumps(resources)[:700])
        told = by_file("plans", "--against", "replies/bad", cwd=folder)
        for form in every:
            if any(one["state"] in ("different", "absent", "added") for resource in told[form.control] for one in resource["properties"]):
                seen["terraform"].add(form.node["type"])
    for kind, least in (("replies", 30), ("config", 25), ("terraform", 15)):
        checks.check(len(seen[kind]) >= least, f"drift is seen in at least {least} types: {kind}", (len(seen[kind]), sorted(seen[kind])))
    print(f"drift seen in {', '.join(f'{len(types)} types by {kind}' for kind, types in seen.items())}")


def by_file(*words, cwd):
    run = reeve("check", *words, "--format", "json", "--as-of", AS_OF, cwd=cwd)
    return {pathlib.Path(file["path"]).stem: [resource for deployment in file["drift"]["deployments"] for resource in deployment["resources"]] for file in run.report["files"]}


# What a template has to say beside what is judged, and the replies of its form leave out.
# An item of a cluster that logs nowhere names no bucket, and that it has none is not told by it.
UNTOLD = {("warehouse-audit-logged", "config", "bad")}
NOT_IN_REPLIES = {"stream-encrypted": [("StreamEncryption", "KeyId")], "graphql-api-logged": [("LogConfig", "CloudWatchLogsRoleArn")]}


def hard_input(checks):
    """What cannot be compared is named, and never is no drift."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        copy(folder, {})
        (folder / "empty").mkdir()
        (folder / "broken.yaml").write_text("Resources: [\n")
        (folder / "none.yaml").write_text("Resources: {}\n")
        (folder / "odd.yaml").write_text("Resources:\n  A: {Type: 'Custom::Thing', Properties: {ServiceToken: x}}\n  B: {Type: 'AWS::SQS::Queue', Properties: !Ref Nothing}\n"
                                         "  C: {Type: 'AWS::S3::Bucket', Properties: {BucketName: [1, {2: 3}], Tags: {a: b}}}\n  D: {Type: 'AWS::S3::Bucket'}\n")
        for words, status, said in (
            (["web.yaml", "--against", "empty"], 3, "nothing in it tells what is live"),
            (["web.yaml", "--against", "nowhere"], 3, "nowhere"),
            (["web.yaml", "--against", "web.yaml"], 3, "nothing in it tells what is live"),
            (["broken.yaml", "--against", "export"], 3, "broken.yaml:"),
            (["broken.yaml", "web.yaml", "--against", "export"], 3, "broken.yaml:"),
            (["nowhere.yaml", "--against", "export"], 3, "nowhere.yaml"),
            (["none.yaml", "--against", "export"], 0, ""),
            (["odd.yaml", "--against", "export"], 0, ""),
            (["odd.yaml", "--against", "export", "--fail-on", "unknown"], 1, ""),
            (["web.yaml", "--against", "export", "-p", "AWS::StackName=other"], 0, "no stack `other`"),
            (["--against", "export"], 2, "PATH"),
            (["web.yaml", "--against", "export", "--rules", "x.guard"], 2, "--rules"),
            (["web.yaml", "--against", "export", "--control", "bucket-versioned"], 2, "--control"),
            (["web.yaml", "--against", "export", "--format", "verdicts"], 2, "verdicts"),
        ):  # yapf: disable
            run = reeve("check", *words, cwd=folder)
            checks.check(run.status == status and said in run.err, f"{' '.join(words)}: status {status}", (run.status, run.err[:300], run.out[:200]))
        (odd,) = deployments("odd.yaml", "--against", "export", cwd=folder)
        checks.check({each["id"]: each["state"] for each in odd["resources"]} == dict.fromkeys("ABCD", "unknown"), "what is odd is unknown", odd)
        for cut in (10, 60, 300):
            path = folder / EXPORT / "ec2-describe-volumes.json"
            path.write_text((INPUT / EXPORT / "ec2-describe-volumes.json").read_text()[:cut])
            run = reeve(*WEB, cwd=folder)
            checks.check(run.status == 3 and "ec2-describe-volumes.json" in run.err, f"a reply that is cut after {cut} bytes", (run.status, run.err[:200]))


def schema(checks):
    try:
        import jsonschema
    except ImportError:
        return checks.skip("sarif's schema", "no package jsonschema", "that drift fits it")
    crate = crate_folder("serde-sarif", "0.8.0")
    if crate is None:
        return checks.skip("sarif's schema", "the crate serde-sarif could not be fetched", "that drift fits it")
    document = json.loads((crate / "src" / "schema.json").read_text())
    document.pop("id", None), document.pop("$id", None)
    sarif = json.loads(reeve(*WEB, "--format", "sarif", cwd=INPUT).out)
    problems = [error.message[:200] for error in jsonschema.Draft7Validator(document).iter_errors(sarif)]
    checks.check(not problems and len(sarif["runs"][0]["results"]) > 10, "sarif fits the schema", problems[:5])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if not built(checks, "what check says of drift"):
        return checks.end()
    goldens(checks, options.update)
    the_stack(checks)
    status_and_words(checks)
    other_ways(checks)
    several_stacks(checks)
    record(checks)
    forms(checks)
    hard_input(checks)
    schema(checks)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
