"""sandbox: where people try things, watched by nobody in particular."""

from northfield.payments import describe_bucket
from northfield.management import block_all
from northfield.people import *
from northfield.replies import *
from northfield.services import *

US, EU, ME = VIRGINIA, IRELAND, SANDBOX
NET, SUB, GROUP, MACHINE, DISK = "vpc-06666000000000001", "subnet-06666000000000001", "sg-06666000000000001", "i-06666000000000001", "vol-06666000000000001"


def describe(estate):
    account = estate.account(ME, [US, EU])
    say, fail = account.reply, account.failed
    say(US, "sts", "GetCallerIdentity", {"UserId": "AROANFNORTHFIELDAUDIT:export", "Account": ME, "Arn": f"arn:aws:sts::{ME}:assumed-role/NorthfieldAudit/export"})
    say(US, "iam", "GetAccountSummary", account_summary(users=1, roles=2, mfa=1, password=0))
    fail(US, "iam", "GetAccountPasswordPolicy", "NoSuchEntity", f"The Password Policy with domain name {ME} cannot be found.")
    say(US, "iam", "ListVirtualMFADevices", {"VirtualMFADevices": []})
    say(US, "iam", "GetCredentialReport", credential_report([
        root_row(ME, "2023-01-10T14:00:00+00:00", "2026-09-30T17:05:12+00:00", "true"),
        report_row("intern", f"arn:aws:iam::{ME}:user/intern", "2026-06-01T08:00:00+00:00", "true", "2026-11-18T09:00:00+00:00", "2026-06-01T08:10:00+00:00"),
    ], generated="2026-11-22T04:10:05+00:00"))  # fmt: skip
    say(US, "iam", "GetAccountAuthorizationDetails", authorization_details(
        [user(ME, "intern", "2026-06-01T08:00:00+00:00", ["arn:aws:iam::aws:policy/PowerUserAccess"])],
        [role(ME, "NorthfieldAudit", [trusts({"AWS": f"arn:aws:iam::{SECURITY}:root"})], "2025-05-01T08:00:00+00:00", ["arn:aws:iam::aws:policy/SecurityAudit"], last_used="2026-11-22T04:00:00+00:00"),
         role(ME, "OrganizationAccountAccessRole", [trusts({"AWS": f"arn:aws:iam::{MANAGEMENT}:root"})], "2023-01-10T14:00:00+00:00", ["arn:aws:iam::aws:policy/AdministratorAccess"])]))  # fmt: skip
    for kind in ("SECURITY", "OPERATIONS", "BILLING"):
        say(US, "account", "GetAlternateContact", contact(kind), ME, kind)
    say(US, "s3control", "GetPublicAccessBlock", block_all(False), ME)
    say(US, "s3", "ListBuckets", {"Buckets": [{"Name": "nf-sandbox-scratch", "CreationDate": "2026-06-02T10:00:00+00:00", "BucketRegion": EU}], "Owner": {"ID": "6" * 64}})
    describe_bucket(account, "nf-sandbox-scratch", EU, None, False, False, owner_enforced=False)
    say(EU, "ec2", "DescribeVpcs", {"Vpcs": [vpc(ME, NET, "10.60.0.0/16", "play")]})
    say(EU, "ec2", "DescribeSubnets", {"Subnets": [subnet(ME, EU, SUB, NET, "10.60.1.0/24", public=True)]})
    say(EU, "ec2", "DescribeSecurityGroups", {"SecurityGroups": [security_group(ME, EU, GROUP, "launch-wizard-1", "launch-wizard-1 created 2026-06-02", NET, [permission("tcp", 22, ranges=WORLD)])]})
    say(EU, "ec2", "DescribeInstances", reservations(ME, instance(ME, EU, MACHINE, "try-me", "t3.micro", [(GROUP, "launch-wizard-1")], NET, SUB, "10.60.1.9", DISK, tokens="optional", public="203.0.113.66")))
    say(EU, "ec2", "DescribeVolumes", {"Volumes": [volume(EU, DISK, False, MACHINE, size=8)]})
    say(EU, "dynamodb", "ListTables", {"TableNames": ["toy"]})
    say(EU, "dynamodb", "DescribeTable", table(ME, EU, "toy", protected=False), "toy")
    whole = trail("northfield-organization", US, TRAIL_BUCKET, ORGANIZATION_TRAIL, key=TRAIL_KEY, organization=True)
    off = f"Account {ME} is not subscribed to AWS Security Hub"
    for region in (EU, US):
        say(region, "cloudtrail", "DescribeTrails", {"trailList": [whole]})
        fail(region, "securityhub", "DescribeHub", "InvalidAccessException", off)
        fail(region, "securityhub", "GetEnabledStandards", "InvalidAccessException", off)
        say(region, "accessanalyzer", "ListAnalyzers", {"analyzers": []})
        say(region, "ec2", "GetEbsEncryptionByDefault", {"EbsEncryptionByDefault": False, "SseType": "none"})
        say(region, "ec2", "GetSnapshotBlockPublicAccessState", {"State": "unblocked", "ManagedBy": "account"})
        say(region, "ec2", "GetImageBlockPublicAccessState", {"ImageBlockPublicAccessState": "unblocked", "ManagedBy": "account"})
        say(region, "ec2", "GetInstanceMetadataDefaults", {"AccountLevel": {}})
    say(EU, "config", "DescribeConfigurationRecorders", recorder(ME, EU))
    say(EU, "config", "DescribeConfigurationRecorderStatus", recorder_status(ME, EU, recording=False))
    say(US, "config", "DescribeConfigurationRecorders", {"ConfigurationRecorders": []})
    say(US, "config", "DescribeConfigurationRecorderStatus", {"ConfigurationRecordersStatus": []})
    say(EU, "guardduty", "ListDetectors", {"DetectorIds": ["66660000000000000000000000000001"]})
    say(EU, "guardduty", "GetDetector", detector(ME, on=False, features=[]), "66660000000000000000000000000001")
    say(US, "guardduty", "ListDetectors", {"DetectorIds": []})
    return account
