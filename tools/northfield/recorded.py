"""log-archive, security-tooling and staging as AWS Config delivers them: snapshot files, and the few replies Config cannot give.

Config shows most resources as their API does, with the first letter of each name made small; the newer types carry the
names of the CloudFormation schema. In the delivered file the account is `awsAccountId`, the ARN is `ARN`, and `configuration`
is an object (in the API's answer they are `accountId`, `arn` and text).
"""

import hashlib
import urllib.parse

from northfield.estate import Recorded
from northfield.people import *
from northfield.replies import *
from northfield.services import *

US, EU = VIRGINIA, IRELAND
GUARDED = {"workload": "logs", "classification": "internal", "environment": "shared", "managed_by": "stackset"}


def describe(estate):
    log_archive(estate)
    security_tooling(estate)
    staging(estate)


def small(value):
    """The first letter of every key below made small, as Config writes what the API says."""
    if isinstance(value, dict):
        return {k[:1].lower() + k[1:]: small(v) for k, v in value.items()}
    return [small(v) for v in value] if isinstance(value, list) else value


def item(account, region, kind, number, arn, configuration, name=None, supplementary=None, tagged=None, related=(), created="2025-05-01T09:00:00.000Z"):
    captured = {LOG_ARCHIVE: "2026-11-22T04:00:10.000Z", SECURITY: "2026-11-22T04:02:30.000Z", STAGING: "2026-11-22T04:05:45.000Z"}[account]
    out = {
        "relatedEvents": [],
        "relationships": [{"resourceId": n, "resourceType": t, "name": how} for t, n, how in related],
        "configuration": configuration,
        "supplementaryConfiguration": supplementary or {},
        "tags": {t["Key"]: t["Value"] for t in tags(**(tagged or {}))},
        "configurationItemVersion": "1.3",
        "configurationItemCaptureTime": captured,
        "configurationStateId": int(hashlib.sha256(arn.encode()).hexdigest()[:10], 16),
        "awsAccountId": account,
        "configurationItemStatus": "OK",
        "resourceType": kind,
        "resourceId": number,
    }
    if name:
        out["resourceName"] = name
    out |= {"ARN": arn, "awsRegion": region, "availabilityZone": "Regional" if region != "global" else "Not Applicable", "configurationStateMd5Hash": ""}
    return out | {"resourceCreationTime": created}


def identity(estate, account, rows, roles, users=0, mfa=1, summary=True, security_contact=True, generated="2026-11-22T04:08:00+00:00", password=0):
    """What no Config item holds: the root user, the contacts."""
    replies = estate.account(account, [US])
    replies.reply(US, "sts", "GetCallerIdentity", {"UserId": "AROANFNORTHFIELDAUDIT:export", "Account": account, "Arn": f"arn:aws:sts::{account}:assumed-role/NorthfieldAudit/export"})
    replies.reply(US, "iam", "GetCredentialReport", credential_report(rows, generated=generated))
    if summary:
        replies.reply(US, "iam", "GetAccountSummary", account_summary(users=users, roles=roles, mfa=mfa, password=password))
    for kind in ("SECURITY", "OPERATIONS", "BILLING"):
        if kind == "SECURITY" and not security_contact:
            replies.failed(US, "account", "GetAlternateContact", "ResourceNotFoundException", "No contact of the inputted alternate contact type found.", account, kind)
        else:
            replies.reply(US, "account", "GetAlternateContact", contact(kind), account, kind)
    return replies


def bucket(account, name, document, block=True, versioned=True, key=None, locked=False, tagged=None, created="2021-03-02T11:00:00.000Z"):
    extra = {
        "AccessControlList": text({"grantSet": None, "grantList": [{"grantee": {"id": account[:1] * 64, "displayName": None}, "permission": "FullControl"}], "owner": {"displayName": None, "id": account[:1] * 64}, "isRequesterCharged": False}),
        "BucketAccelerateConfiguration": {"status": None},
        "BucketLoggingConfiguration": {"destinationBucketName": None, "logFilePrefix": None},
        "BucketNotificationConfiguration": {"configurations": {}},
        "BucketPolicy": {"policyText": text(document) if document else None},
        "BucketVersioningConfiguration": {"status": "Enabled" if versioned else "Off", "isMfaDeleteEnabled": None},
        "IsRequesterPaysEnabled": False,
        "PublicAccessBlockConfiguration": {n: block for n in ("blockPublicAcls", "ignorePublicAcls", "blockPublicPolicy", "restrictPublicBuckets")},
        "ServerSideEncryptionConfiguration": {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms" if key else "AES256", "kmsMasterKeyID": key}, "bucketKeyEnabled": bool(key)}]},
    }  # fmt: skip
    if locked:
        extra["ObjectLockConfiguration"] = {"objectLockEnabled": "Enabled", "rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 400}}}
    configuration = {"name": name, "owner": {"displayName": None, "id": account[:1] * 64}, "creationDate": created}
    return item(account, EU, "AWS::S3::Bucket", name, "arn:aws:s3:::" + name, configuration, name, extra, tagged, created=created)


def key_item(account, region, number, why, rotates):
    metadata = small(key_metadata(account, region, number, why)["KeyMetadata"])
    metadata["awsaccountId"] = metadata.pop("aWSAccountId")
    root = policy(allow({"AWS": f"arn:aws:iam::{account}:root"}, "kms:*", "*"))
    extra = {"Tags": [], "Policy": text(root), "KeyRotationStatus": rotates, "Aliases": []}
    return item(account, region, "AWS::KMS::Key", number, metadata["arn"], metadata, number, extra)


def role_item(account, name, trust, attached=()):
    told = role(account, name, trust, "2025-05-01T08:00:00.000Z", attached)
    quoted = small({k: v for k, v in told.items() if k not in ("AssumeRolePolicyDocument", "RolePolicyList", "Tags")})
    quoted |= {"assumeRolePolicyDocument": urllib.parse.quote(text(told["AssumeRolePolicyDocument"]), safe=""), "rolePolicyList": [], "permissionsBoundary": None, "tags": []}
    return item(account, "global", "AWS::IAM::Role", told["RoleId"], told["Arn"], quoted, name, created="2025-05-01T08:00:00.000Z")


def user_item(account, name, created, attached=()):
    told = small(user(account, name, created, attached))
    told |= {"userPolicyList": [], "permissionsBoundary": None}
    return item(account, "global", "AWS::IAM::User", told["userId"], told["arn"], told, name, created=created)


def function_item(account, name, runtime, role_name, document=None):
    told = small(function(account, EU, name, runtime, role_name))
    extra = {"Tags": {}, "Policy": text(document) if document else None}
    return item(account, EU, "AWS::Lambda::Function", name, told["functionArn"], told, name, extra)


def ec2_item(account, kind, number, configuration, tagged=None, related=(), created="2026-03-02T07:40:11.000Z"):
    arn = f"arn:aws:ec2:{EU}:{account}:{kind[0]}/{number}"
    return item(account, EU, kind[1], number, arn, configuration, None, None, tagged, related, created)


INSTANCE, VOLUME, GROUP = ("instance", "AWS::EC2::Instance"), ("volume", "AWS::EC2::Volume"), ("security-group", "AWS::EC2::SecurityGroup")
VPC = ("vpc", "AWS::EC2::VPC")


def group_item(account, number, name, why, net, ingress):
    told = small(security_group(account, EU, number, name, why, net, ingress))
    for permission_item in told["ipPermissions"] + told["ipPermissionsEgress"]:
        permission_item["ipv4Ranges"] = permission_item.pop("ipRanges")
        permission_item["ipRanges"] = [r["cidrIp"] for r in permission_item["ipv4Ranges"]]
    return ec2_item(account, GROUP, number, told | {"tags": []}, related=[(VPC[1], net, "Is contained in Vpc")])


def log_archive(estate):
    me = LOG_ARCHIVE
    identity(estate, me, [root_row(me, "2021-03-02T10:00:00+00:00", "no_information", "true")], roles=3, summary=False)
    files = Recorded(estate, me)
    trail_writes = policy(
        allow({"Service": "cloudtrail.amazonaws.com"}, "s3:GetBucketAcl", f"arn:aws:s3:::{TRAIL_BUCKET}", Condition={"StringEquals": {"aws:SourceArn": ORGANIZATION_TRAIL}}),
        allow({"Service": "cloudtrail.amazonaws.com"}, "s3:PutObject", f"arn:aws:s3:::{TRAIL_BUCKET}/AWSLogs/*", Condition={"StringEquals": {"aws:SourceArn": ORGANIZATION_TRAIL, "s3:x-amz-acl": "bucket-owner-full-control"}}))  # fmt: skip
    files.item(EU, bucket(me, TRAIL_BUCKET, trail_writes, key=TRAIL_KEY, locked=True, tagged=GUARDED))
    delivery = policy(allow({"Service": "config.amazonaws.com"}, "s3:PutObject", "arn:aws:s3:::nf-config-archive/*", Condition={"StringEquals": {"aws:SourceOrgID": ORGANIZATION}}))
    files.item(EU, bucket(me, "nf-config-archive", delivery, tagged=GUARDED))
    files.item(EU, bucket(me, "nf-flow-logs", None, versioned=False))
    files.item(EU, role_item(me, "NorthfieldAudit", [trusts({"AWS": f"arn:aws:iam::{SECURITY}:root"})], ["arn:aws:iam::aws:policy/SecurityAudit"]))
    files.item(US, key_item(me, US, TRAIL_KEY.rsplit("/", 1)[1], "organization trail", True))
    files.write()


def security_tooling(estate):
    me = SECURITY
    replies = identity(estate, me, [root_row(me, "2021-03-02T10:20:00+00:00", "no_information", "true")], roles=4)
    tell = replies.reply
    detector_id = "33330000000000000000000000000001"
    tell(EU, "guardduty", "ListDetectors", {"DetectorIds": [detector_id]})
    tell(EU, "guardduty", "GetDetector", detector(me), detector_id)
    tell(EU, "guardduty", "DescribeOrganizationConfiguration", {
        "MemberAccountLimitReached": False, "AutoEnable": False, "AutoEnableOrganizationMembers": "NEW",
        "Features": [{"Name": f, "AutoEnable": "NEW"} for f in FEATURES]}, detector_id)  # fmt: skip
    tell(EU, "accessanalyzer", "ListAnalyzers", {"analyzers": [{
        "arn": f"arn:aws:access-analyzer:{EU}:{me}:analyzer/northfield-organization", "name": "northfield-organization", "type": "ORGANIZATION",
        "createdAt": "2025-05-01T11:00:00+00:00", "tags": {}, "status": "ACTIVE"}]})  # fmt: skip
    tell(EU, "securityhub", "DescribeHub", hub(me, EU))
    tell(EU, "securityhub", "GetEnabledStandards", standards(me, EU, FSBP))
    tell(EU, "securityhub", "ListFindingAggregators", {"FindingAggregators": [{"FindingAggregatorArn": f"arn:aws:securityhub:{EU}:{me}:finding-aggregator/0f0f0f0f-0001-4000-8000-000000000001"}]})
    tell(EU, "securityhub", "DescribeOrganizationConfiguration", {
        "AutoEnable": False, "MemberAccountLimitReached": False, "AutoEnableStandards": "NONE",
        "OrganizationConfiguration": {"ConfigurationType": "CENTRAL", "Status": "ENABLED"}})  # fmt: skip
    tell(EU, "config", "DescribeConfigurationAggregators", {"ConfigurationAggregators": [{
        "ConfigurationAggregatorName": "northfield", "ConfigurationAggregatorArn": f"arn:aws:config:{EU}:{me}:config-aggregator/config-aggregator-northfld",
        "OrganizationAggregationSource": {"RoleArn": f"arn:aws:iam::{me}:role/Aggregator", "AllAwsRegions": True},
        "CreationTime": "2025-05-01T11:30:00+00:00", "LastUpdatedTime": "2025-05-01T11:30:00+00:00"}]})  # fmt: skip
    files = Recorded(estate, me)
    files.item(EU, function_item(me, "quarantine-instance", "python3.13", "Quarantine"))
    files.item(EU, role_item(me, "Quarantine", [trusts({"Service": "lambda.amazonaws.com"})]))
    files.item(EU, role_item(me, "Aggregator", [trusts({"Service": "config.amazonaws.com"})], ["arn:aws:iam::aws:policy/service-role/AWSConfigRoleForOrganizations"]))
    desk = f"arn:aws:sns:{EU}:{me}:security-desk"
    own = policy(allow({"AWS": "*"}, "SNS:Publish", desk, Condition={"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}))
    files.item(EU, item(me, EU, "AWS::SNS::Topic", desk, desk, {"TopicArn": desk, "DisplayName": "", "Owner": me, "Policy": text(own), "SubscriptionsConfirmed": "1"}, "security-desk"))
    files.write()


def staging(estate):
    me = STAGING
    identity(estate, me, [
        root_row(me, "2021-06-14T09:30:00+00:00", "2026-02-03T08:15:30+00:00", "false", password="true"),
        report_row("tester", f"arn:aws:iam::{me}:user/tester", "2024-09-09T09:00:00+00:00", "true", "2026-11-21T10:00:00+00:00", "2024-09-09T09:05:00+00:00"),
    ], roles=2, users=1, summary=False, security_contact=False, generated="2026-11-22T04:08:45+00:00")  # fmt: skip
    files = Recorded(estate, me)
    ours = {"workload": "payments", "environment": "staging", "managed_by": "terraform"}
    net, sub = "vpc-05555000000000001", "subnet-05555000000000001"
    files.item(EU, ec2_item(me, VPC, net, small(vpc(me, net, "10.50.0.0/16", "staging"))))
    files.item(EU, group_item(me, "sg-05555000000000001", "ssh-open", "for the contractors", net, [permission("tcp", 22, ranges=WORLD)]))
    files.item(EU, group_item(me, "sg-05555000000000002", "ssh-inside", "administration", net, [permission("tcp", 22, ranges=[{"CidrIp": "10.50.0.0/16"}])]))
    for i, (name, tokens, group) in enumerate((("web-1", "optional", "ssh-open"), ("web-2", "required", "ssh-inside")), 1):
        number, disk, sg = f"i-0555500000000000{i}", f"vol-0555500000000000{i}", f"sg-0555500000000000{i}"
        told = instance(me, EU, number, name, "t4g.small", [(sg, group)], net, sub, f"10.50.1.{10 + i}", disk, tokens, **ours)
        files.item(EU, ec2_item(me, INSTANCE, number, small(told), ours | {"Name": name}, [(GROUP[1], sg, "Is associated with SecurityGroup"), (VOLUME[1], disk, "Is attached to Volume")]))
        key = f"arn:aws:kms:{EU}:{me}:key/55550000-0001-4000-8000-000000000001"
        files.item(EU, ec2_item(me, VOLUME, disk, small(volume(EU, disk, i == 2, number, key)), ours, [(INSTANCE[1], number, "Is attached to Instance")]))
    anyone = lambda name: policy(allow("*", "s3:GetObject", f"arn:aws:s3:::{name}/*"))
    files.item(EU, bucket(me, "nf-staging-uploads", anyone("nf-staging-uploads"), block=False, versioned=False, tagged=ours, created="2024-09-10T10:00:00.000Z"))
    files.item(EU, bucket(me, "nf-staging-web", anyone("nf-staging-web"), versioned=False, tagged=ours, created="2024-09-10T10:10:00.000Z"))
    files.item(EU, key_item(me, EU, "55550000-0001-4000-8000-000000000001", "staging disks", False))
    for name, good in (("staging-ledger", True), ("staging-scratch", False)):
        told = database(me, EU, name, "postgres", "16.9", good, not good, True, key, multi_az=False, protected=good, groups=("sg-05555000000000002",), **ours)
        tagged = {t["Key"]: t["Value"] for t in told.pop("TagList")}
        configuration = small(told)
        configuration["pendingModifiedValues"] = {}
        files.item(EU, item(me, EU, "AWS::RDS::DBInstance", told["DbiResourceId"], told["DBInstanceArn"], configuration, name, {"Tags": []}, {k: v for k, v in tagged.items()}))
    files.item(EU, function_item(me, "staging-importer", "nodejs14.x", "StagingApp"))
    files.item(EU, role_item(me, "StagingOpen", [trusts({"AWS": "*"})], ["arn:aws:iam::aws:policy/ReadOnlyAccess"]))
    files.item(EU, role_item(me, "StagingApp", [trusts({"Service": "ec2.amazonaws.com"})]))
    files.item(EU, user_item(me, "tester", "2024-09-09T09:00:00.000Z", ["arn:aws:iam::aws:policy/PowerUserAccess"]))
    files.write()
