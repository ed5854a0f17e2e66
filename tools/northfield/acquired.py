"""acquired-ltd: joined in July, exported with the permissions that its old administrator could find."""

from northfield.payments import describe_bucket
from northfield.people import *
from northfield.replies import *
from northfield.services import *

US, UK, ME = VIRGINIA, LONDON, ACQUIRED
NET, SUB, GROUP, MACHINE, DISK = "vpc-07777000000000001", "subnet-07777000000000001", "sg-07777000000000001", "i-07777000000000001", "vol-07777000000000001"


def describe(estate):
    account = estate.account(ME, [US, UK])
    say, fail, denied = account.reply, account.failed, account.denied
    say(US, "sts", "GetCallerIdentity", {"UserId": "AROANFNORTHFIELDAUDIT:export", "Account": ME, "Arn": f"arn:aws:sts::{ME}:assumed-role/NorthfieldAudit/export"})
    say(US, "iam", "GetAccountSummary", account_summary(users=1, roles=3, mfa=0, keys=1, certificates=1))
    fail(US, "iam", "GetAccountPasswordPolicy", "NoSuchEntity", f"The Password Policy with domain name {ME} cannot be found.")
    say(US, "iam", "ListVirtualMFADevices", {"VirtualMFADevices": []})
    say(US, "iam", "GetCredentialReport", credential_report([
        root_row(ME, "2014-02-03T10:00:00+00:00", "2026-11-21T23:58:02+00:00", "false", ("true", "2014-02-03T10:30:00+00:00", "2026-11-22T03:55:00+00:00", UK, "s3"), cert="true"),
        report_row("founder", f"arn:aws:iam::{ME}:user/founder", "2014-02-03T11:00:00+00:00", "true", "2026-11-21T09:00:00+00:00", "2014-02-03T11:00:00+00:00"),
    ], generated="2026-11-22T04:11:40+00:00"))  # fmt: skip
    outsider = {"AWS": f"arn:aws:iam::{VENDOR}:root"}
    say(US, "iam", "GetAccountAuthorizationDetails", authorization_details(
        [user(ME, "founder", "2014-02-03T11:00:00+00:00", inline={"everything": policy(allow(None, "*", "*"))})],
        [role(ME, "NorthfieldAudit", [trusts({"AWS": f"arn:aws:iam::{SECURITY}:root"})], "2026-07-21T08:00:00+00:00", ["arn:aws:iam::aws:policy/IAMReadOnlyAccess"], last_used="2026-11-22T04:00:00+00:00"),
         role(ME, "OldPartner", [trusts(outsider)], "2017-07-07T07:07:07+00:00", ["arn:aws:iam::aws:policy/AmazonS3FullAccess"]),
         role(ME, "Everyone", [trusts("*", Condition={"StringLike": {"aws:UserAgent": "*"}})], "2018-08-08T08:08:08+00:00")]))  # fmt: skip
    absent = "No contact of the inputted alternate contact type found."
    fail(US, "account", "GetAlternateContact", "ResourceNotFoundException", absent, ME, "SECURITY")
    say(US, "account", "GetAlternateContact", contact("OPERATIONS", "admin@acquired-ltd.example", "Founder", "Everything"), ME, "OPERATIONS")
    denied(US, "account", "GetAlternateContact", ME, "BILLING")
    denied(US, "s3control", "GetPublicAccessBlock", ME, code="AccessDenied")
    say(US, "s3", "ListBuckets", {"Buckets": [
        {"Name": "acquired-ltd-website", "CreationDate": "2014-03-01T10:00:00+00:00", "BucketRegion": UK},
        {"Name": "acquired-ltd-accounts", "CreationDate": "2015-03-01T10:00:00+00:00", "BucketRegion": UK}], "Owner": {"ID": "7" * 64}})  # fmt: skip
    website = policy(allow({"AWS": "*"}, "s3:GetObject", "arn:aws:s3:::acquired-ltd-website/*", Sid="PublicRead"), version="2008-10-17")
    describe_bucket(account, "acquired-ltd-website", UK, website, None, False, owner_enforced=False)
    describe_bucket(account, "acquired-ltd-accounts", UK, "AccessDenied", None, False, owner_enforced=False)
    say(UK, "ec2", "DescribeVpcs", {"Vpcs": [vpc(ME, NET, "172.31.0.0/16", "default", default=True)]})
    say(UK, "ec2", "DescribeSubnets", {"Subnets": [subnet(ME, UK, SUB, NET, "172.31.0.0/20", public=True)]})
    say(UK, "ec2", "DescribeSecurityGroups", {"SecurityGroups": [security_group(ME, UK, GROUP, "windows", "office server", NET, [permission("tcp", 3389, ranges=WORLD)])]})
    say(UK, "ec2", "DescribeInstances", reservations(ME, instance(ME, UK, MACHINE, "office-server", "t3.large", [(GROUP, "windows")], NET, SUB, "172.31.0.7", DISK, tokens="optional", public="203.0.113.77", launched="2019-01-15T10:00:00+00:00")))
    denied(UK, "ec2", "DescribeVolumes", code="UnauthorizedOperation")
    key = "77770000-0001-4000-8000-000000000001"
    say(UK, "kms", "ListKeys", {"Keys": [{"KeyId": key, "KeyArn": f"arn:aws:kms:{UK}:{ME}:key/{key}"}]})
    say(UK, "kms", "DescribeKey", key_metadata(ME, UK, key, "accounts"), key)
    denied(UK, "kms", "GetKeyRotationStatus", key)
    denied(UK, "rds", "DescribeDBInstances", code="AccessDenied")
    denied(UK, "lambda", "ListFunctions")
    # A member sees the organization's trail; it has none of its own.
    whole = trail("northfield-organization", US, TRAIL_BUCKET, ORGANIZATION_TRAIL, key=TRAIL_KEY, organization=True)
    for region in (US, UK):
        say(region, "cloudtrail", "DescribeTrails", {"trailList": [whole]})
        denied(region, "guardduty", "ListDetectors")
        denied(region, "securityhub", "DescribeHub")
        denied(region, "securityhub", "GetEnabledStandards")
        denied(region, "inspector2", "BatchGetAccountStatus")
        denied(region, "accessanalyzer", "ListAnalyzers")
        say(region, "config", "DescribeConfigurationRecorders", {"ConfigurationRecorders": []})
        say(region, "config", "DescribeConfigurationRecorderStatus", {"ConfigurationRecordersStatus": []})
        say(region, "ec2", "GetEbsEncryptionByDefault", {"EbsEncryptionByDefault": False, "SseType": "none"})
        say(region, "ec2", "GetSnapshotBlockPublicAccessState", {"State": "unblocked", "ManagedBy": "account"})
        denied(region, "ec2", "GetImageBlockPublicAccessState", code="UnauthorizedOperation")
        say(region, "ec2", "GetInstanceMetadataDefaults", {"AccountLevel": {}})
    return account
