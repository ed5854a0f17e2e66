"""prod-payments: the account that earns the money, well kept in the middle and frayed at the edges."""

from northfield import platforms
from northfield.management import block_all
from northfield.people import *
from northfield.replies import *
from northfield.services import *

US, EU, ME = VIRGINIA, IRELAND, PAYMENTS
NET, OLD_NET = "vpc-04444000000000001", "vpc-04444000000000002"
SUB, OLD_SUB = "subnet-04444000000000001", "subnet-04444000000000002"
KEY = f"arn:aws:kms:{EU}:{ME}:key/44440000-0001-4000-8000-000000000001"
EBS_KEY = f"arn:aws:kms:{EU}:{ME}:key/44440000-0003-4000-8000-000000000003"
EVENTS, STATUS_PAGE = f"arn:aws:sns:{EU}:{ME}:payment-events", f"arn:aws:sns:{EU}:{ME}:status-page"
OURS = {"workload": "payments", "classification": "confidential", "environment": "prod", "managed_by": "terraform"}


def describe(estate):
    account = estate.account(ME, [US, EU])
    identity(account)
    buckets(account)
    network_and_machines(account)
    managed(account)
    messages(account)
    platforms.describe(account)
    watchers(account)
    return account


def identity(account):
    say = account.reply
    say(US, "sts", "GetCallerIdentity", {"UserId": "AROANFNORTHFIELDAUDIT:export", "Account": ME, "Arn": f"arn:aws:sts::{ME}:assumed-role/NorthfieldAudit/export"})
    say(US, "iam", "GetAccountSummary", account_summary(users=3, roles=8, mfa=1, virtual=2, policies=2))
    say(US, "iam", "GetAccountPasswordPolicy", PASSWORD_POLICY)
    say(US, "iam", "ListVirtualMFADevices", {"VirtualMFADevices": [
        {"SerialNumber": f"arn:aws:iam::{ME}:mfa/root-account-mfa-device", "EnableDate": "2021-06-14T09:20:00+00:00",
         "User": {"UserId": ME, "Arn": f"arn:aws:iam::{ME}:root", "CreateDate": "2021-06-14T09:00:00+00:00"}},
        {"SerialNumber": f"arn:aws:iam::{ME}:mfa/a.novak", "EnableDate": "2024-01-08T09:00:00+00:00",
         "User": {"Path": "/", "UserName": "a.novak", "UserId": iam_id("AIDA", "a.novak"), "Arn": f"arn:aws:iam::{ME}:user/a.novak", "CreateDate": "2024-01-08T08:50:00+00:00"}}]})  # fmt: skip
    say(US, "iam", "GetCredentialReport", credential_report([
        root_row(ME, "2021-06-14T09:00:00+00:00", "2026-11-10T22:41:07+00:00", "true"),
        report_row("a.novak", f"arn:aws:iam::{ME}:user/a.novak", "2024-01-08T08:50:00+00:00", "true", "2026-11-20T08:02:10+00:00", "2026-09-01T08:00:00+00:00", "true",
                   ("true", "2026-11-02T08:30:00+00:00", "2026-11-21T17:00:00+00:00", EU, "s3")),
        report_row("j.smith", f"arn:aws:iam::{ME}:user/j.smith", "2022-11-15T11:00:00+00:00", "true", "2026-10-30T16:20:00+00:00", "2022-11-15T11:05:00+00:00"),
        report_row("deploy-bot", f"arn:aws:iam::{ME}:user/deploy-bot", "2023-05-04T09:58:00+00:00",
                   key=("true", "2023-05-04T10:00:00+00:00", "2026-11-22T01:15:00+00:00", EU, "cloudformation")),
    ], generated="2026-11-22T04:09:30+00:00"))  # fmt: skip
    outsider = {"AWS": f"arn:aws:iam::{VENDOR}:root"}
    github = {"Federated": f"arn:aws:iam::{ME}:oidc-provider/token.actions.githubusercontent.com"}
    almost_admin = policy({"Sid": "Temporary", "Effect": "Allow", "Action": "*", "Resource": "*"})
    ledger_read = policy(allow(None, ["s3:GetObject", "s3:ListBucket"], ["arn:aws:s3:::nf-payments-ledger", "arn:aws:s3:::nf-payments-ledger/*"]))
    say(US, "iam", "GetAccountAuthorizationDetails", authorization_details(
        [user(ME, "a.novak", "2024-01-08T08:50:00+00:00", [f"arn:aws:iam::{ME}:policy/nf-ledger-read"]),
         user(ME, "j.smith", "2022-11-15T11:00:00+00:00", ["arn:aws:iam::aws:policy/ReadOnlyAccess"]),
         user(ME, "deploy-bot", "2023-05-04T09:58:00+00:00", [f"arn:aws:iam::{ME}:policy/nf-almost-admin"])],
        [role(ME, "NorthfieldAudit", [trusts({"AWS": f"arn:aws:iam::{SECURITY}:root"})], "2025-05-01T08:00:00+00:00", ["arn:aws:iam::aws:policy/SecurityAudit"], last_used="2026-11-22T04:00:00+00:00"),
         role(ME, "PaymentsOpen", [trusts({"AWS": "*"})], "2022-02-22T22:22:22+00:00", ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]),
         role(ME, "OrgReader", [trusts({"AWS": "*"}, Condition={"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}})], "2025-06-06T06:06:06+00:00"),
         role(ME, "VendorReadOnly", [trusts(outsider, Condition={"StringEquals": {"sts:ExternalId": "northfield-4711"}})], "2024-04-04T04:04:04+00:00", ["arn:aws:iam::aws:policy/ReadOnlyAccess"], last_used="2026-11-19T02:00:00+00:00"),
         role(ME, "CiDeploy", [trusts(github, "sts:AssumeRoleWithWebIdentity", Condition={"StringEquals": {
             "token.actions.githubusercontent.com:aud": "sts.amazonaws.com", "token.actions.githubusercontent.com:sub": "repo:northfield-example/payments:ref:refs/heads/main"}})],
             "2025-01-20T10:00:00+00:00", inline={"deploy": policy(allow(None, "cloudformation:*", "*"))}, last_used="2026-11-21T15:30:00+00:00"),
         role(ME, "EmergencyLedger", [trusts({"AWS": f"arn:aws:iam::{ME}:user/a.novak"})], "2024-03-03T03:03:03+00:00", ["arn:aws:iam::aws:policy/AdministratorAccess"], purpose="emergency"),
         role(ME, "SettleFunction", [trusts({"Service": "lambda.amazonaws.com"})], "2024-06-01T10:00:00+00:00", [f"arn:aws:iam::{ME}:policy/nf-ledger-read"], last_used="2026-11-22T03:30:00+00:00"),
         service_role(ME, "guardduty", "AWSServiceRoleForAmazonGuardDuty", "2025-05-01T09:00:00+00:00"),
         role(ME, "ReleaseHelper", [trusts({"Service": "lambda.amazonaws.com"})], "2025-09-09T09:09:09+00:00", inline={"helper": policy(
             {"Effect": "Allow", "Action": ["iam:PutRolePolicy", "iam:GetRolePolicy"], "Resource": f"arn:aws:iam::{ME}:role/ReleaseHelper"})}, last_used="2026-11-21T10:00:00+00:00"),
         role(ME, "OldMigration", [trusts({"Service": "ec2.amazonaws.com"})], "2023-02-01T10:00:00+00:00", ["arn:aws:iam::aws:policy/AdministratorAccess"])],
        [managed_policy(ME, "nf-almost-admin", almost_admin, "2023-05-04T09:50:00+00:00"),
         managed_policy(ME, "nf-ledger-read", ledger_read, "2024-05-30T10:00:00+00:00", attachments=2)]))  # fmt: skip
    say(US, "account", "GetAlternateContact", contact("SECURITY"), ME, "SECURITY")
    say(US, "account", "GetAlternateContact", contact("BILLING", "billing@northfield.example", "Northfield Billing", "Accounts payable"), ME, "BILLING")
    account.failed(US, "account", "GetAlternateContact", "ResourceNotFoundException", "No contact of the inputted alternate contact type found.", ME, "OPERATIONS")
    account.failed(US, "s3control", "GetPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found", ME)


def buckets(account):
    say, fail = account.reply, account.failed
    tls = {"Bool": {"aws:SecureTransport": "false"}}

    def arn(name):
        return [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]

    told = {  # name: (policy, block, versioned, key, tags)
        "nf-payments-ledger": (policy(deny("*", "s3:*", arn("nf-payments-ledger"), Sid="TlsOnly", Condition=tls)), True, True, KEY, OURS),
        "nf-payments-statements": (policy(allow("*", "s3:GetObject", "arn:aws:s3:::nf-payments-statements/*", Sid="Download")), None, False, None, {"workload": "payments"}),
        "nf-payments-assets": (policy(allow("*", "s3:GetObject", "arn:aws:s3:::nf-payments-assets/*")), True, False, None, OURS | {"classification": "public"}),
        "nf-payments-exports": (policy(allow("*", "s3:GetObject", "arn:aws:s3:::nf-payments-exports/*", Condition={"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}})), True, True, None, OURS),
        "nf-payments-partner": (policy(allow({"AWS": f"arn:aws:iam::{VENDOR}:root"}, ["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::nf-payments-partner/*")), True, True, None, {}),
    }
    say(US, "s3", "ListBuckets", {
        "Buckets": [{"Name": n, "CreationDate": f"2024-0{i}-01T10:00:00+00:00", "BucketRegion": EU} for i, n in enumerate(told, 1)],
        "Owner": {"ID": "4" * 64}})  # fmt: skip
    for name, (document, block, versioned, key, tagged) in told.items():
        describe_bucket(account, name, EU, document, block, versioned, key, tagged)


def describe_bucket(account, name, region, document, block, versioned, key=None, tagged=None, owner_enforced=True, rule="s3:GetBucketPolicy"):
    """Every call about one bucket; a `document` that is an error code is a failed GetBucketPolicy."""
    say, fail = account.reply, account.failed
    say(US, "s3", "GetBucketLocation", {"LocationConstraint": region}, name)
    if isinstance(document, dict):
        say(US, "s3", "GetBucketPolicy", {"Policy": text(document)}, name)
    elif document == "AccessDenied":
        account.denied(US, "s3", "GetBucketPolicy", name, code="AccessDenied")
    else:
        fail(US, "s3", "GetBucketPolicy", "NoSuchBucketPolicy", "The bucket policy does not exist", name)
    if block is None:
        fail(US, "s3", "GetPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found", name)
    else:
        say(US, "s3", "GetPublicAccessBlock", block_all(block), name)
    say(US, "s3", "GetBucketVersioning", {"Status": "Enabled"} if versioned else {}, name)
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key} if key else {"SSEAlgorithm": "AES256"}
    say(US, "s3", "GetBucketEncryption", {"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": bool(key)}]}}, name)
    owner = "4" * 64
    say(US, "s3", "GetBucketAcl", {"Owner": {"ID": owner}, "Grants": [{"Grantee": {"ID": owner, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}]}, name)
    say(US, "s3", "GetBucketOwnershipControls", {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced" if owner_enforced else "ObjectWriter"}]}}, name)
    if tagged:
        say(US, "s3", "GetBucketTagging", {"TagSet": tags(**tagged)}, name)
    else:
        fail(US, "s3", "GetBucketTagging", "NoSuchTagSet", "The TagSet does not exist", name)


def network_and_machines(account):
    say = account.reply
    say(EU, "ec2", "DescribeVpcs", {"Vpcs": [vpc(ME, NET, "10.40.0.0/16", "payments"), vpc(ME, OLD_NET, "10.41.0.0/16", "before-the-move")]})
    say(EU, "ec2", "DescribeSubnets", {"Subnets": [subnet(ME, EU, SUB, NET, "10.40.1.0/24"), subnet(ME, EU, OLD_SUB, OLD_NET, "10.41.1.0/24", public=True)]})
    say(EU, "ec2", "DescribeFlowLogs", {"FlowLogs": [flow_log("fl-04444000000000001", NET, "nf-flow-logs")]})
    office, inside = [{"CidrIp": "198.51.100.0/24", "Description": "office"}], [{"CidrIp": "10.40.0.0/16"}]
    groups = [
        ("web", "anyone may buy", [permission("tcp", 443, ranges=WORLD, ipv6=[{"CidrIpv6": "::/0"}])], NET),
        ("ssh-open", "opened for a weekend in 2022", [permission("tcp", 22, ranges=WORLD)], OLD_NET),
        ("rdp-open", "remote desktop over IPv6", [permission("tcp", 3389, ipv6=[{"CidrIpv6": "::/0"}])], OLD_NET),
        ("everything", "to be sorted out later", [permission("-1", ranges=WORLD)], OLD_NET),
        ("ssh-office", "administration from the office", [permission("tcp", 22, ranges=office)], NET),
        ("low-ports", "a range that holds 22", [permission("tcp", 0, 1024, ranges=WORLD)], OLD_NET),
        ("udp-22", "a game, not SSH", [permission("udp", 22, ranges=WORLD)], OLD_NET),
        ("postgres", "databases, from inside", [permission("tcp", 5432, ranges=inside)], NET),
    ]
    say(EU, "ec2", "DescribeSecurityGroups", {"SecurityGroups": [
        security_group(ME, EU, f"sg-0444400000000000{i}", name, why, net, ingress) for i, (name, why, ingress, net) in enumerate(groups, 1)]})  # fmt: skip
    web, office_group, postgres = ("sg-04444000000000001", "web"), ("sg-04444000000000005", "ssh-office"), ("sg-04444000000000008", "postgres")
    machines = [  # name, kind, groups, tokens, endpoint, tags
        ("web-1", "m7g.large", [web], "required", "enabled", OURS),
        ("web-2", "m7g.large", [web, office_group], "optional", "enabled", OURS),
        ("ledger-copy", "r7g.large", [postgres], "required", "enabled", OURS | {"environment": "staging"}),
        ("batch", "c7g.large", [office_group], "optional", "disabled", {}),
    ]
    items = []
    for i, (name, kind, attached, tokens, endpoint, tagged) in enumerate(machines, 1):
        number = f"i-0444400000000000{i}"
        disk = f"vol-0444400000000000{i}" if i < 4 else "vol-04444000000000005"
        items.append(instance(ME, EU, number, name, kind, attached, NET, SUB, f"10.40.1.{10 + i}", disk, tokens, endpoint, **tagged))
    say(EU, "ec2", "DescribeInstances", reservations(ME, *items))
    say(EU, "ec2", "DescribeVolumes", {"Volumes": [
        volume(EU, "vol-04444000000000001", True, "i-04444000000000001", KEY, **OURS),
        volume(EU, "vol-04444000000000002", False, "i-04444000000000002", **OURS),
        volume(EU, "vol-04444000000000003", True, "i-04444000000000003", KEY, size=500, **OURS),
        volume(EU, "vol-04444000000000004", False, size=100, created="2022-05-01T00:00:00+00:00"),
        volume(EU, "vol-04444000000000005", True, "i-04444000000000004", EBS_KEY)]})  # fmt: skip
    say(EU, "ssm", "DescribeInstanceInformation", {"InstanceInformationList": [{
        "InstanceId": "i-04444000000000001", "PingStatus": "Online", "LastPingDateTime": "2026-11-22T04:05:00+00:00", "AgentVersion": "3.3.2299.0",
        "IsLatestVersion": True, "PlatformType": "Linux", "PlatformName": "Amazon Linux", "PlatformVersion": "2023", "ResourceType": "EC2Instance",
        "IPAddress": "10.40.1.11", "ComputerName": "web-1"}]})  # fmt: skip
    say(EU, "ssm", "DescribeInstancePatchStates", {"InstancePatchStates": [{
        "InstanceId": "i-04444000000000001", "PatchGroup": "", "BaselineId": "pb-04444000000000001", "InstalledCount": 212, "MissingCount": 0,
        "FailedCount": 0, "CriticalNonCompliantCount": 0, "SecurityNonCompliantCount": 0, "OtherNonCompliantCount": 0,
        "OperationStartTime": "2026-11-22T02:00:00+00:00", "OperationEndTime": "2026-11-22T02:01:30+00:00", "Operation": "Scan"}]}, "i-04444000000000001")  # fmt: skip


def managed(account):
    """Keys, databases, functions, tables, images, secrets and firewalls."""
    say, fail = account.reply, account.failed
    keys = [("44440000-0001-4000-8000-000000000001", "payments data", True), ("44440000-0002-4000-8000-000000000002", "reports, made by hand", False)]
    managed_key, signing = "44440000-0003-4000-8000-000000000003", "44440000-0004-4000-8000-000000000004"
    say(EU, "kms", "ListKeys", {"Keys": [{"KeyId": k, "KeyArn": f"arn:aws:kms:{EU}:{ME}:key/{k}"} for k in (keys[0][0], keys[1][0], managed_key, signing)]})
    root = policy(allow({"AWS": f"arn:aws:iam::{ME}:root"}, "kms:*", "*"))
    for key, why, rotates in keys:
        say(EU, "kms", "DescribeKey", key_metadata(ME, EU, key, why), key)
        say(EU, "kms", "GetKeyRotationStatus", {"KeyRotationEnabled": rotates, "KeyId": f"arn:aws:kms:{EU}:{ME}:key/{key}"} | ({"RotationPeriodInDays": 365} if rotates else {}), key)
        say(EU, "kms", "GetKeyPolicy", {"Policy": text(root), "PolicyName": "default"}, key)
    say(EU, "kms", "DescribeKey", key_metadata(ME, EU, managed_key, "Default key that protects my EBS volumes when no other key is defined", manager="AWS"), managed_key)
    say(EU, "kms", "GetKeyRotationStatus", {"KeyRotationEnabled": True, "KeyId": f"arn:aws:kms:{EU}:{ME}:key/{managed_key}"}, managed_key)
    say(EU, "kms", "DescribeKey", key_metadata(ME, EU, signing, "signs receipts", spec="RSA_2048", usage="SIGN_VERIFY"), signing)
    fail(EU, "kms", "GetKeyRotationStatus", "UnsupportedOperationException", f"arn:aws:kms:{EU}:{ME}:key/{signing} key spec RSA_2048 does not support rotation.", signing)
    say(EU, "rds", "DescribeDBInstances", {"DBInstances": [
        database(ME, EU, "payments-ledger", "postgres", "16.9", True, False, True, KEY, **OURS)
        | {"MasterUserSecret": {"SecretArn": f"arn:aws:secretsmanager:{EU}:{ME}:secret:rds!db-0b0b0b0b-0001", "SecretStatus": "active", "KmsKeyId": KEY}},
        database(ME, EU, "reporting", "mysql", "5.7.44", False, True, False, authority="rds-ca-2019", multi_az=False, protected=False)]})  # fmt: skip
    say(EU, "lambda", "ListFunctions", {"Functions": [
        function(ME, EU, "settle-payments", "python3.13", "SettleFunction"), function(ME, EU, "legacy-fx-rates", "python3.8", "SettleFunction"),
        function(ME, EU, "fraud-scorer", None, "SettleFunction", image=True)]})  # fmt: skip
    arn = f"arn:aws:lambda:{EU}:{ME}:function:"
    api = allow({"Service": "apigateway.amazonaws.com"}, "lambda:InvokeFunction", arn + "settle-payments",
                Sid="api", Condition={"ArnLike": {"AWS:SourceArn": f"arn:aws:execute-api:{EU}:{ME}:a1b2c3d4e5/*/POST/settle"}})  # fmt: skip
    say(EU, "lambda", "GetPolicy", {"Policy": text({"Version": "2012-10-17", "Id": "default", "Statement": [api]}), "RevisionId": "44440000-0000-4000-8000-0000000000aa"}, "settle-payments")
    open_to_all = allow("*", "lambda:InvokeFunction", arn + "legacy-fx-rates", Sid="anyone")
    say(EU, "lambda", "GetPolicy", {"Policy": text({"Version": "2012-10-17", "Id": "default", "Statement": [open_to_all]}), "RevisionId": "44440000-0000-4000-8000-0000000000bb"}, "legacy-fx-rates")
    fail(EU, "lambda", "GetPolicy", "ResourceNotFoundException", "The resource you requested does not exist.", "fraud-scorer")
    say(EU, "dynamodb", "ListTables", {"TableNames": ["idempotency", "sessions"]})
    for name, on in (("idempotency", True), ("sessions", False)):
        say(EU, "dynamodb", "DescribeTable", table(ME, EU, name, KEY if on else None, on), name)
        say(EU, "dynamodb", "DescribeContinuousBackups", backups(on), name)
        say(EU, "dynamodb", "ListTagsOfResource", {"Tags": tags(**OURS) if on else []}, f"arn:aws:dynamodb:{EU}:{ME}:table/{name}")
    say(EU, "ecr", "DescribeRepositories", {"repositories": [repository(ME, EU, "payments-api", True, False), repository(ME, EU, "reports", False, True)]})
    fail(EU, "ecr", "GetRepositoryPolicy", "RepositoryPolicyNotFoundException", f"Repository policy does not exist for the repository with name 'payments-api' in the registry with id '{ME}'", "payments-api")
    pull = policy(allow("*", ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], Sid="AnyoneMayPull"), version="2008-10-17")
    say(EU, "ecr", "GetRepositoryPolicy", {"registryId": ME, "repositoryName": "reports", "policyText": text(pull)}, "reports")
    say(EU, "ecr", "GetRegistryScanningConfiguration", {"registryId": ME, "scanningConfiguration": {"scanType": "BASIC", "rules": []}})
    say(EU, "logs", "DescribeLogGroups", {"logGroups": [log_group(ME, EU, "/aws/lambda/settle-payments", 400, KEY), log_group(ME, EU, "/aws/lambda/legacy-fx-rates")]})
    for number, name, pinned in (("0a0a0a0a-0001-4000-8000-000000000001", "payments-edge", None), ("0a0a0a0a-0002-4000-8000-000000000002", "reports-edge", "Version_1.3")):
        firewall(account, number, name, pinned)
    say(EU, "wafv2", "ListWebACLs", {"WebACLs": [
        {"Name": n, "Id": i, "Description": "", "LockToken": i, "ARN": f"arn:aws:wafv2:{EU}:{ME}:regional/webacl/{n}/{i}"}
        for n, i in (("payments-edge", "0a0a0a0a-0001-4000-8000-000000000001"), ("reports-edge", "0a0a0a0a-0002-4000-8000-000000000002"))]}, "REGIONAL")  # fmt: skip
    stacks = [("network", "IN_SYNC"), ("ledger", "DRIFTED"), ("reports", "NOT_CHECKED")]
    say(EU, "cloudformation", "DescribeStacks", {"Stacks": [{
        "StackId": f"arn:aws:cloudformation:{EU}:{ME}:stack/{name}/4444000{i}-0000-4000-8000-000000000001", "StackName": name,
        "CreationTime": "2025-02-01T10:00:00+00:00", "RollbackConfiguration": {}, "StackStatus": "UPDATE_COMPLETE", "DisableRollback": False,
        "NotificationARNs": [], "Tags": [], "EnableTerminationProtection": True,
        "DriftInformation": {"StackDriftStatus": drift} | ({"LastCheckTimestamp": "2026-11-21T02:10:00+00:00"} if drift != "NOT_CHECKED" else {})}
        for i, (name, drift) in enumerate(stacks, 1)]})  # fmt: skip


def firewall(account, number, name, pinned):
    seen = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": name}
    group = {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"} | ({"Version": pinned} if pinned else {})
    account.reply(EU, "wafv2", "GetWebACL", {"WebACL": {
        "Name": name, "Id": number, "ARN": f"arn:aws:wafv2:{EU}:{ME}:regional/webacl/{name}/{number}", "DefaultAction": {"Allow": {}}, "Description": "",
        "Rules": [{"Name": "common", "Priority": 1, "Statement": {"ManagedRuleGroupStatement": group}, "OverrideAction": {"None": {}}, "VisibilityConfig": seen}],
        "VisibilityConfig": seen, "Capacity": 700, "ManagedByFirewallManager": False, "LabelNamespace": f"awswaf:{ME}:webacl:{name}:"},
        "LockToken": number}, "REGIONAL", name, number)  # fmt: skip


def messages(account):
    say = account.reply
    own = policy(allow({"AWS": "*"}, ["SNS:Publish", "SNS:Subscribe"], EVENTS, Condition={"StringEquals": {"AWS:SourceOwner": ME}}), version="2008-10-17")
    anyone = policy(allow({"AWS": "*"}, ["SNS:Publish", "SNS:Subscribe"], STATUS_PAGE), version="2008-10-17")
    say(EU, "sns", "ListTopics", {"Topics": [{"TopicArn": EVENTS}, {"TopicArn": STATUS_PAGE}]})
    say(EU, "sns", "GetTopicAttributes", topic_attributes(ME, EU, "payment-events", text(own), key="alias/aws/sns"), EVENTS)
    say(EU, "sns", "GetTopicAttributes", topic_attributes(ME, EU, "status-page", text(anyone), subscriptions=0), STATUS_PAGE)
    queue = f"arn:aws:sqs:{EU}:{ME}:"
    say(EU, "sns", "ListSubscriptions", {"Subscriptions": [subscription(ME, EU, EVENTS, "sqs", queue + "settlements")]})
    urls = {name: f"https://sqs.{EU}.amazonaws.com/{ME}/{name}" for name in ("settlements", "partner-inbox")}
    say(EU, "sqs", "ListQueues", {"QueueUrls": list(urls.values())})
    from_topic = policy(allow({"Service": "sns.amazonaws.com"}, "sqs:SendMessage", queue + "settlements", Condition={"ArnEquals": {"aws:SourceArn": EVENTS}}))
    say(EU, "sqs", "GetQueueAttributes", queue_attributes(ME, EU, "settlements", text(from_topic), key="alias/payments"), urls["settlements"])
    say(EU, "sqs", "GetQueueAttributes", queue_attributes(ME, EU, "partner-inbox", text(policy(allow("*", "sqs:SendMessage", queue + "partner-inbox")))), urls["partner-inbox"])


def watchers(account):
    say, fail = account.reply, account.failed
    local = f"arn:aws:cloudtrail:{EU}:{ME}:trail/payments-local"
    whole = trail("northfield-organization", US, TRAIL_BUCKET, ORGANIZATION_TRAIL, key=TRAIL_KEY, organization=True)
    say(EU, "cloudtrail", "DescribeTrails", {"trailList": [whole, trail("payments-local", EU, "nf-payments-exports", local, multi=False, validated=False)]})
    say(US, "cloudtrail", "DescribeTrails", {"trailList": [whole]})
    say(EU, "cloudtrail", "GetTrailStatus", trail_status(logging=False), "payments-local")
    say(EU, "guardduty", "ListDetectors", {"DetectorIds": ["44440000000000000000000000000001"]})
    say(EU, "guardduty", "GetDetector", detector(ME, features=["S3_DATA_EVENTS", "EBS_MALWARE_PROTECTION"]), "44440000000000000000000000000001")
    say(US, "guardduty", "ListDetectors", {"DetectorIds": []})
    say(EU, "securityhub", "DescribeHub", hub(ME, EU))
    say(EU, "securityhub", "GetEnabledStandards", standards(ME, EU, FSBP, CIS_OLD))
    off = f"Account {ME} is not subscribed to AWS Security Hub"
    fail(US, "securityhub", "DescribeHub", "InvalidAccessException", off)
    fail(US, "securityhub", "GetEnabledStandards", "InvalidAccessException", off)
    say(EU, "inspector2", "BatchGetAccountStatus", inspector(ME, functions=False))
    say(US, "inspector2", "BatchGetAccountStatus", inspector(ME))
    fail(EU, "macie2", "GetMacieSession", "AccessDeniedException", "Macie is not enabled.")
    for region in (EU, US):
        say(region, "accessanalyzer", "ListAnalyzers", {"analyzers": []})
        say(region, "config", "DescribeConfigurationRecorders", recorder(ME, region, everything=region == EU))
        say(region, "config", "DescribeConfigurationRecorderStatus", recorder_status(ME, region))
        say(region, "config", "DescribeDeliveryChannels", channel("nf-config-archive"))
        say(region, "ec2", "GetEbsEncryptionByDefault", {"EbsEncryptionByDefault": True, "SseType": "sse-kms" if region == EU else "sse-ebs"})
        say(region, "ec2", "GetSnapshotBlockPublicAccessState", {"State": "block-all-sharing" if region == EU else "unblocked", "ManagedBy": "account"})
        say(region, "ec2", "GetImageBlockPublicAccessState", {"ImageBlockPublicAccessState": "block-new-sharing" if region == EU else "unblocked", "ManagedBy": "account"})
        say(region, "ec2", "GetInstanceMetadataDefaults", {"AccountLevel": {"HttpTokens": "required"} if region == EU else {}})
