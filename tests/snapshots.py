#!/usr/bin/env python3
"""A snapshot packed from a folder says what the folder says: the same verdicts from either, and from both together."""

import json
import pathlib
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lib_reeve import CLOUDMAPPER, NORTHFIELD, Checks, assess, built, reeve, verdicts_of  # noqa: E402


def statuses(done):
    return {key: finding["status"] for key, finding in verdicts_of(done.report).items()}


def differences(one, other):
    return [(key, one.get(key), other.get(key)) for key in sorted(set(one) | set(other)) if one.get(key) != other.get(key)]


def index_of(snapshot):
    return [json.loads(line) for file in sorted(pathlib.Path(snapshot).rglob("*.index")) for line in file.read_text().splitlines()]


def same_verdicts(checks, folder, work):
    snapshot = work / (folder.name + ".snapshot")
    done = reeve("snapshot", "pack", folder, "--out", snapshot)
    checks.check(done.status == 0, f"{folder.name}: pack ends well", done.err[-500:])
    plain, packed, both = (assess(*sources) for sources in ([folder], [snapshot], [folder, snapshot]))
    expected = statuses(plain)
    checks.check(len(expected) > 100, f"{folder.name}: there is something to compare", len(expected))
    for name, other in (("the snapshot", packed), ("the folder and its snapshot together", both)):
        wrong = differences(expected, statuses(other))
        checks.check(not wrong, f"{folder.name}: {name} gives the folder's verdicts", wrong[:5])
        checks.check(other.status == plain.status, f"{folder.name}: {name} gives the folder's exit status", other.status)
    nameless = [line["call"] for line in index_of(snapshot) for name in line["parameters"] if name.startswith("parameter_")]
    checks.check(not nameless, f"{folder.name}: every parameter of a call that content reads has its name", nameless[:5])


# What the packer has to say in words of the request. Each: path below the account's folder, text, then call, parameters and error.
MADE = [
    ("eu-west-1/s3-get-bucket-policy/b.json", '\nAn error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation: none\n',
     ("s3:GetBucketPolicy", {"Bucket": "b"}, "NoSuchBucketPolicy")),
    ("eu-west-1/s3-get-public-access-block/b.json", '{"Error": {"Code": "AccessDenied", "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 403}, "Extra": 1}',
     ("s3:GetPublicAccessBlock", {"Bucket": "b"}, "AccessDenied")),
    ("us-east-1/account-get-alternate-contact/SECURITY.json", '{"AlternateContact": {"EmailAddress": "a@b.example"}}',
     ("account:GetAlternateContact", {"AlternateContactType": "SECURITY"}, None)),
    ("us-east-1/organizations-list-policies-for-target/ou-1/SERVICE_CONTROL_POLICY.json", '{"Policies": []}',
     ("organizations:ListPoliciesForTarget", {"TargetId": "ou-1", "Filter": "SERVICE_CONTROL_POLICY"}, None)),
    ("eu-west-1/events-list-targets-by-rule/bus/nightly.json", '{"Targets": []}',
     ("events:ListTargetsByRule", {"EventBusName": "bus", "Rule": "nightly"}, None)),
    ("eu-west-1/events-list-targets-by-rule/alone.json", '{"Targets": []}', ("events:ListTargetsByRule", {"Rule": "alone"}, None)),
    ("eu-west-1/guardduty-list-filters/d1.json", '{"FilterNames": []}', ("guardduty:ListFilters", {"DetectorId": "d1"}, None)),
    ("eu-west-1/ec2-describe-volumes.json", '{"Volumes": [{"VolumeId": "vol-1"}], "NextToken": "t"}', ("ec2:DescribeVolumes", {}, None)),
    ("eu-west-1/ec2-describe-volumes-2.json", '{"Volumes": [{"VolumeId": "vol-2"}]}', ("ec2:DescribeVolumes", {"NextToken": "t"}, None)),
]


def requests(checks, work):
    account = work / "made" / "111122223333"
    for path, text, _ in MADE:
        (account / path).parent.mkdir(parents=True, exist_ok=True)
        (account / path).write_text(text)
    snapshot = work / "made.snapshot"
    done = reeve("snapshot", "pack", work / "made", "--out", snapshot)
    checks.check(done.status == 0, "made: pack ends well", done.err)
    lines = index_of(snapshot)
    for path, _, (call, parameters, error) in MADE:
        found = [line for line in lines if (line["call"], line["parameters"], line.get("error")) == (call, parameters, error)]
        checks.check(len(found) == 1, f"{path} is packed as {call} {parameters} {error}", [line for line in lines if line["call"] == call])
    wrong = differences(statuses(assess(work / "made")), statuses(assess(snapshot)))
    checks.check(not wrong, "made: the snapshot gives the folder's verdicts", wrong[:5])


def left_out(checks, work):
    """What is judged and is no reply cannot be in a snapshot: that is said."""
    done = reeve("snapshot", "pack", NORTHFIELD / "templates", "--out", work / "templates.snapshot")
    checks.check("no reply of a call" in done.err and "not packed" in done.err, "templates are said not to be packed", done.err)


def main():
    checks = Checks()
    if not built(checks, "that packing keeps what an export says"):
        return checks.end()
    with tempfile.TemporaryDirectory(prefix="reeve-snapshots-") as folder:
        work = pathlib.Path(folder)
        shutil.copytree(NORTHFIELD / "cli", work / "cli")
        same_verdicts(checks, work / "cli", work)
        if CLOUDMAPPER.exists():
            same_verdicts(checks, CLOUDMAPPER, work)
        else:
            checks.skip("cloudmapper's demonstration account", f"{CLOUDMAPPER} is not there", "that an export made by another tool is packed whole")
        requests(checks, work)
        left_out(checks, work)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
