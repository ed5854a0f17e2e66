#!/usr/bin/env python3
"""What `reeve collect` writes holds no secret that AWS told it (content/redactions): secrets planted in the double's replies stand nowhere in the
snapshot, neither in replies nor in the bytes beside them, and what is collected is judged as if nothing had been taken out.

    python3 tests/collect_secrets.py
"""

import base64
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

from lib_double import PROGRAM, Double
from lib_reeve import AS_OF, REEVE, ROOT, Checks

ACCOUNT, REGION = "444455556666", "eu-west-1"
HERE = f"arn:aws:%s:{REGION}:{ACCOUNT}:%s"
COUNT = [0]


def secret():
    """One that stands nowhere else."""
    COUNT[0] += 1
    return f"planted-secret-{COUNT[0]:02d}"


def presigned():
    return ("https://awslambda-eu-west-1-tasks.s3.eu-west-1.amazonaws.com/snapshots/f?versionId=1&X-Amz-Algorithm=AWS4-HMAC-SHA256"
            f"&X-Amz-Security-Token={secret()}%2F&X-Amz-Expires=600&X-Amz-Signature={secret()}")


def replies():
    """The double's replies, by file; each of the protocols has one."""
    function = {"FunctionName": "pay", "FunctionArn": HERE % ("lambda", "function:pay"), "Runtime": "python3.13", "Role": f"arn:aws:iam::{ACCOUNT}:role/pay",
                "Environment": {"Variables": {"DB_PASSWORD": secret(), "AWS_ACCESS_KEY_ID": secret()}}}
    task = HERE % ("ecs", "task-definition/web:1")
    return {
        # rest-json
        "lambda-list-functions": {"Functions": [function]},
        "lambda-get-function/pay": {"Configuration": function, "Code": {"RepositoryType": "S3", "Location": presigned()}, "Tags": {}},
        "apigateway-get-rest-apis": {"items": [{"id": "a1", "name": "shop"}]},
        "apigateway-get-stages/a1": {"item": [{"stageName": "live", "deploymentId": "d", "variables": {"token": secret()}}]},
        # json
        "codebuild-list-projects": {"projects": ["ship"]},
        "codebuild-batch-get-projects/ship": {"projects": [{
            "name": "ship", "arn": HERE % ("codebuild", "project/ship"), "secondarySources": [],
            "source": {"type": "BITBUCKET", "location": f"https://ship:{secret()}@bitbucket.org/shop/web.git"},
            "environment": {"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL", "privilegedMode": False,
                            "environmentVariables": [{"name": "NPM_TOKEN", "value": secret(), "type": "PLAINTEXT"}]}}]},
        "ecs-list-task-definitions": {"taskDefinitionArns": [task]},
        "ecs-describe-task-definition/" + urllib.parse.quote(task, safe=""): {"taskDefinition": {"taskDefinitionArn": task, "family": "web", "revision": 1, "status": "ACTIVE", "containerDefinitions": [
            {"name": "web", "image": "web@sha256:" + "0" * 64, "environment": [{"name": "AWS_SECRET_ACCESS_KEY", "value": secret()}]}]}, "tags": []},
        # ec2
        "ec2-describe-launch-templates": {"LaunchTemplates": [{"LaunchTemplateId": "lt-1", "LaunchTemplateName": "web", "DefaultVersionNumber": 1, "LatestVersionNumber": 1}]},
        "ec2-describe-launch-template-versions/lt-1": {"LaunchTemplateVersions": [{"LaunchTemplateId": "lt-1", "LaunchTemplateName": "web", "VersionNumber": 1, "DefaultVersion": True,
            "LaunchTemplateData": {"ImageId": "ami-1", "UserData": secret()}}]},
        "ec2-describe-vpn-connections": {"VpnConnections": [{"VpnConnectionId": "vpn-1", "State": "available", "CustomerGatewayConfiguration": f"<key>{secret()}</key>",
            "Options": {"TunnelOptions": [{"OutsideIpAddress": "192.0.2.1", "PreSharedKey": secret()}]}}]},
        # query
        "autoscaling-describe-launch-configurations": {"LaunchConfigurations": [{"LaunchConfigurationName": "old", "UserData": secret(), "ImageId": "ami-1"}]},
    }


def frames(snapshot):
    """The JSON text of every frame."""
    for index in sorted(pathlib.Path(snapshot).glob("*/*.index")):
        whole = index.with_suffix(".frames").read_bytes()
        done = subprocess.run(["zstd", "-dcq"], input=whole, capture_output=True, check=True)  # frames stand one after another
        yield from done.stdout.decode().replace('}{"request"', '}\n{"request"').splitlines()


def findings(source):
    done = subprocess.run([str(REEVE), "assess", str(source), "--format", "json", "--all", "--as-of", AS_OF], cwd=ROOT, capture_output=True, text=True)
    report = json.loads(done.stdout)
    return {(one["control"], one["resource"]["uid"]): one["status"] for one in report["findings"] if not one["resource"]["uid"].endswith("(not listed)")}, done.stdout


def main():
    checks = Checks()
    for program in (REEVE, PROGRAM):
        if not pathlib.Path(program).exists():
            checks.skip("everything", f"{program} is not built", "that no secret is written")
            return checks.end()
    if not shutil.which("zstd"):
        checks.skip("everything", "zstd is not installed", "that no secret is written")
        return checks.end()
    with tempfile.TemporaryDirectory(prefix="secrets-") as folder:
        work = pathlib.Path(folder)
        for name, reply in replies().items():
            file = work / "cli" / ACCOUNT / REGION / (name + ".json")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(reply))
        planted = [f"planted-secret-{number:02d}" for number in range(1, COUNT[0] + 1)]
        out = work / "snap"
        services = "lambda,apigateway,codebuild,ecs,ec2,autoscaling"
        with Double("--replay", work / "cli", account=ACCOUNT) as double:
            done = subprocess.run([str(REEVE), "collect", "--out", str(out), "--endpoint-url", double.endpoint, "--regions", REGION, "--services", services], cwd=ROOT,
                                  env=double.environment(), capture_output=True, text=True, timeout=60)
        checks.check(done.returncode in (0, 3), "the collection ends", f"{done.returncode} {done.stderr[-500:]}")
        texts = list(frames(out))
        read = {one["request"]["service"] + ":" + one["request"]["operation"]: one for one in map(json.loads, texts) if "reply" in one}
        for call in ("lambda:ListFunctions", "lambda:GetFunction", "apigateway:GetStages", "codebuild:BatchGetProjects", "ecs:DescribeTaskDefinition",
                     "ec2:DescribeLaunchTemplateVersions", "ec2:DescribeVpnConnections", "autoscaling:DescribeLaunchConfigurations"):
            checks.check(call in read and "(redacted " in json.dumps(read[call]["reply"]), f"{call} is recorded, its secrets taken out", str(read.get(call))[:400])
        for call in ("ec2:DescribeLaunchTemplateVersions", "autoscaling:DescribeLaunchConfigurations"):
            checks.check("(redacted " in read[call].get("body", "") and "ami-1" in read[call]["body"], f"{call}: its bytes too, and no more", read[call].get("body", "")[:400])
        whole = "\n".join(texts) + "".join(path.read_text() for path in out.rglob("*") if path.suffix in (".index", ".json")) + done.stdout + done.stderr
        for one in planted:
            checks.check(one not in whole and base64.b64encode(one.encode()).decode() not in whole, f"{one} is not written")
        checks.check(len(planted) > 10 and '"DB_PASSWORD"' in whole and "versionId=1" in whole and "https://ship:" in whole, "names and addresses stay")

        of_export, _ = findings(work / "cli")
        of_snapshot, text = findings(out)
        other = {key: (status, of_snapshot.get(key)) for key, status in of_export.items() if of_snapshot.get(key) != status and status in ("pass", "fail")}
        checks.check(not other, "what is judged is judged as if nothing had been taken out", str(other)[:600])
        for control in ("build-source-address-holds-no-password", "task-environment-holds-no-keys"):
            checks.check("fail" in [status for (name, _), status in of_snapshot.items() if name == control], f"{control} still fails")
        checks.check(not any(one in text for one in planted), "no report of it holds a secret")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
