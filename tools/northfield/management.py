"""northfield-management: the account that pays, governs, and (it should not) still runs somebody's ticket system."""

from northfield import organization
from northfield.people import *
from northfield.replies import *
from northfield.services import *

US, EU, ME = VIRGINIA, IRELAND, MANAGEMENT
ALARM_TOPIC = f"arn:aws:sns:{US}:{ME}:root-alarm"
TRAIL_GROUP = "northfield-organization-trail"
SETS = f"arn:aws:cloudformation:{EU}:{ME}:stackset"


def describe(estate):
    account = estate.account(ME, [US, EU])
    organization.describe(account)
    identity(account)
    watchers(account)
    baseline(account)
    ticket_system(account)
    return account


def identity(account):
    say = account.reply
    say(US, "sts", "GetCallerIdentity", {"UserId": "AROANFNORTHFIELDAUDIT:export", "Account": ME, "Arn": f"arn:aws:sts::{ME}:assumed-role/NorthfieldAudit/export"})
    say(US, "iam", "GetAccountSummary", account_summary(users=2, roles=6, mfa=1, virtual=1))
    say(US, "iam", "GetAccountPasswordPolicy", PASSWORD_POLICY)
    say(US, "iam", "ListVirtualMFADevices", {"VirtualMFADevices": [{
        "SerialNumber": f"arn:aws:iam::{ME}:mfa/breakglass", "EnableDate": "2024-02-01T10:05:00+00:00",
        "User": {"Path": "/", "UserName": "breakglass", "UserId": iam_id("AIDA", "breakglass"), "Arn": f"arn:aws:iam::{ME}:user/breakglass", "CreateDate": "2024-02-01T10:00:00+00:00"}}]})  # fmt: skip
    say(US, "iam", "GetCredentialReport", credential_report([
        root_row(ME, "2021-03-01T10:00:00+00:00", "2025-01-14T09:12:44+00:00", "true"),
        report_row("breakglass", f"arn:aws:iam::{ME}:user/breakglass", "2024-02-01T10:00:00+00:00", "true", "2026-10-01T13:00:21+00:00", "2026-10-01T13:30:00+00:00", "true"),
        report_row("terraform-legacy", f"arn:aws:iam::{ME}:user/terraform-legacy", "2022-04-04T08:00:00+00:00", key=("true", "2022-04-04T08:01:00+00:00", "2026-11-21T20:02:00+00:00", EU, "cloudformation")),
    ]))  # fmt: skip
    say(US, "iam", "GetAccountAuthorizationDetails", authorization_details(
        [user(ME, "breakglass", "2024-02-01T10:00:00+00:00", ["arn:aws:iam::aws:policy/AdministratorAccess"], purpose="emergency"),
         user(ME, "terraform-legacy", "2022-04-04T08:00:00+00:00", ["arn:aws:iam::aws:policy/PowerUserAccess"])],
        [role(ME, "NorthfieldAudit", [trusts({"AWS": f"arn:aws:iam::{SECURITY}:root"})], "2025-05-01T08:00:00+00:00", ["arn:aws:iam::aws:policy/SecurityAudit"], last_used=EXPORTED),
         role(ME, "NorthfieldBreakGlass", [trusts({"AWS": f"arn:aws:iam::{ME}:user/breakglass"}, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})], "2024-02-01T10:10:00+00:00", ["arn:aws:iam::aws:policy/AdministratorAccess"], last_used="2026-10-01T13:01:00+00:00"),
         role(ME, "RootWasUsed", [trusts({"Service": "lambda.amazonaws.com"})], "2025-05-02T08:00:00+00:00", last_used="2026-11-10T22:42:00+00:00"),
         role(ME, "TrailToLogs", [trusts({"Service": "cloudtrail.amazonaws.com"})], "2025-05-01T08:00:00+00:00", last_used="2026-11-22T04:00:00+00:00"),
         service_role(ME, "guardduty", "AWSServiceRoleForAmazonGuardDuty", "2025-05-01T09:00:00+00:00"),
         service_role(ME, "config", "AWSServiceRoleForConfig", "2025-05-01T09:40:00+00:00")]))  # fmt: skip
    say(US, "iam", "ListOrganizationsFeatures", {"OrganizationId": ORGANIZATION, "EnabledFeatures": ["RootCredentialsManagement"]})
    say(US, "sso-admin", "ListInstances", {"Instances": []})
    say(EU, "sso-admin", "ListInstances", {"Instances": [{
        "InstanceArn": "arn:aws:sso:::instance/ssoins-7223northfld0001", "IdentityStoreId": "d-9367northf", "OwnerAccountId": ME,
        "Name": "northfield", "CreatedDate": "2023-03-01T10:00:00+00:00", "Status": "ACTIVE"}]})  # fmt: skip
    for kind in ("SECURITY", "OPERATIONS", "BILLING"):
        say(US, "account", "GetAlternateContact", contact(kind), ME, kind)
    say(US, "account", "GetContactInformation", {"ContactInformation": {
        "FullName": "Northfield Group", "AddressLine1": "1 Example Street", "City": "Dublin", "PostalCode": "D00 X000", "CountryCode": "IE",
        "PhoneNumber": "+1-555-0100", "CompanyName": "Northfield Group", "WebsiteUrl": "https://northfield.example"}}, ME)  # fmt: skip
    say(US, "s3control", "GetPublicAccessBlock", block_all(), ME)


def block_all(on=True):
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    return {"PublicAccessBlockConfiguration": {n: on for n in names}}


def watchers(account):
    """The organization trail, the alarm on the root user, and what watches the Regions of this account."""
    say = account.reply
    group = f"arn:aws:logs:{US}:{ME}:log-group:{TRAIL_GROUP}:*"
    trails = {"trailList": [trail("northfield-organization", US, TRAIL_BUCKET, ORGANIZATION_TRAIL, key=TRAIL_KEY, organization=True, group=group)]}
    for region in (US, EU):
        say(region, "cloudtrail", "DescribeTrails", trails)
    say(US, "cloudtrail", "GetTrailStatus", trail_status(), "northfield-organization")
    say(US, "cloudtrail", "GetEventSelectors", {"TrailARN": ORGANIZATION_TRAIL, "AdvancedEventSelectors": [
        {"Name": "Management events", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]}, "northfield-organization")  # fmt: skip
    say(US, "logs", "DescribeLogGroups", {"logGroups": [log_group(ME, US, TRAIL_GROUP, 400) | {"metricFilterCount": 1}]})
    say(US, "logs", "DescribeMetricFilters", {"metricFilters": [{
        "filterName": "root-use", "filterPattern": '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }',
        "metricTransformations": [{"metricName": "RootUse", "metricNamespace": "Northfield", "metricValue": "1"}],
        "creationTime": 1746090000000, "logGroupName": TRAIL_GROUP}]})  # fmt: skip
    say(US, "cloudwatch", "DescribeAlarms", {"CompositeAlarms": [], "MetricAlarms": [{
        "AlarmName": "root-use", "AlarmArn": f"arn:aws:cloudwatch:{US}:{ME}:alarm:root-use", "AlarmDescription": "Somebody used a root user",
        "AlarmConfigurationUpdatedTimestamp": "2025-05-01T10:00:00+00:00", "ActionsEnabled": True, "OKActions": [], "AlarmActions": [ALARM_TOPIC],
        "InsufficientDataActions": [], "StateValue": "OK", "StateReason": "no datapoints", "StateUpdatedTimestamp": "2026-11-10T22:51:00+00:00",
        "MetricName": "RootUse", "Namespace": "Northfield", "Statistic": "Sum", "Dimensions": [], "Period": 300, "EvaluationPeriods": 1,
        "Threshold": 1.0, "ComparisonOperator": "GreaterThanOrEqualToThreshold", "TreatMissingData": "notBreaching"}]})  # fmt: skip
    own = text(policy(allow({"AWS": "*"}, ["SNS:Publish", "SNS:Subscribe"], ALARM_TOPIC, Condition={"StringEquals": {"AWS:SourceOwner": ME}})))
    say(US, "sns", "ListTopics", {"Topics": [{"TopicArn": ALARM_TOPIC}]})
    say(US, "sns", "GetTopicAttributes", topic_attributes(ME, US, "root-alarm", own), ALARM_TOPIC)
    announcements = ["arn:aws:sns:us-east-1:242987662583:GuardDutyAnnouncements", "arn:aws:sns:us-east-1:088139225913:SecurityHubAnnouncements"]
    say(US, "sns", "ListSubscriptions", {"Subscriptions": [
        subscription(ME, US, ALARM_TOPIC, "email", "security@northfield.example"),
        *(subscription(ME, US, a, "email", "security@northfield.example") for a in announcements)]})  # fmt: skip
    responder = f"arn:aws:lambda:{US}:{ME}:function:root-was-used"
    rule = {"Name": "root-use", "Arn": f"arn:aws:events:{US}:{ME}:rule/root-use", "State": "ENABLED", "Description": "Somebody used a root user",
            "EventPattern": text({"detail": {"userIdentity": {"type": ["Root"]}}}), "EventBusName": "default"}  # fmt: skip
    say(US, "events", "ListRules", {"Rules": [rule]})
    say(US, "events", "ListTargetsByRule", {"Targets": [{"Id": "respond", "Arn": responder}]}, "default", "root-use")
    say(EU, "config", "DescribeRemediationConfigurations", {"RemediationConfigurations": [{
        "ConfigRuleName": "root-trail-protected", "TargetType": "SSM_DOCUMENT", "TargetId": "AWS-ConfigureS3BucketVersioning", "Parameters": {},
        "Automatic": True, "MaximumAutomaticAttempts": 5, "RetryAttemptSeconds": 60,
        "Arn": f"arn:aws:config:{EU}:{ME}:remediation-configuration/root-trail-protected/0f0f0f0f-0001-4000-8000-000000000001"}]}, "root-trail-protected")  # fmt: skip
    say(US, "lambda", "ListFunctions", {"Functions": [function(ME, US, "root-was-used", "python3.13", "RootWasUsed")]})
    called = policy(allow({"Service": "events.amazonaws.com"}, "lambda:InvokeFunction", responder, Condition={"ArnLike": {"AWS:SourceArn": rule["Arn"]}}))
    say(US, "lambda", "GetPolicy", {"Policy": text(called), "RevisionId": "11110000-0000-4000-8000-0000000000aa"}, "root-was-used")
    say(EU, "ecr", "GetRegistryScanningConfiguration", {"registryId": ME, "scanningConfiguration": {
        "scanType": "ENHANCED", "rules": [{"scanFrequency": "CONTINUOUS_SCAN", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}]}})  # fmt: skip
    say(US, "support", "DescribeSeverityLevels", {"severityLevels": [{"code": c, "name": c.title()} for c in ("low", "normal", "high", "urgent", "critical")]})
    for region, number in ((US, "11110000000000000000000000000001"), (EU, "11110000000000000000000000000002")):
        say(region, "guardduty", "ListDetectors", {"DetectorIds": [number]})
        say(region, "guardduty", "GetDetector", detector(ME), number)
        say(region, "guardduty", "ListOrganizationAdminAccounts", {"AdminAccounts": [{"AdminAccountId": SECURITY, "AdminStatus": "ENABLED"}]})
        say(region, "config", "DescribeConfigurationRecorders", recorder(ME, region))
        say(region, "config", "DescribeConfigurationRecorderStatus", recorder_status(ME, region))
        say(region, "config", "DescribeDeliveryChannels", channel("nf-config-archive"))
        say(region, "config", "DescribeDeliveryChannelStatus", channel_status())
        say(region, "inspector2", "BatchGetAccountStatus", inspector(ME))
        say(region, "accessanalyzer", "ListAnalyzers", {"analyzers": []})
        say(region, "securityhub", "DescribeHub", hub(ME, region, takes_new=region == US))
        say(region, "securityhub", "GetEnabledStandards", standards(ME, region, FSBP))
        say(region, "securityhub", "ListOrganizationAdminAccounts", {"AdminAccounts": [{"AccountId": SECURITY, "Status": "ENABLED"}]})
        say(region, "ec2", "GetEbsEncryptionByDefault", {"EbsEncryptionByDefault": region == EU, "SseType": "sse-ebs"})
        say(region, "ec2", "GetSnapshotBlockPublicAccessState", {"State": "block-all-sharing", "ManagedBy": "account"})
        say(region, "ec2", "GetImageBlockPublicAccessState", {"ImageBlockPublicAccessState": "block-new-sharing", "ManagedBy": "account"})
        say(region, "ec2", "GetInstanceMetadataDefaults", {"AccountLevel": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2}})
    say(EU, "notifications", "ListNotificationConfigurations", {"notificationConfigurations": [{
        "arn": f"arn:aws:notifications::{ME}:configuration/a01jnorthfield0000000000000", "name": "security-hub-critical",
        "description": "Critical findings go to the security desk", "status": "ACTIVE", "creationTime": "2025-06-01T10:00:00+00:00",
        "aggregationDuration": "SHORT"}]})  # fmt: skip


def baseline(account):
    """Landing zone, stack sets, shares: how standard controls reach the accounts."""
    say = account.reply
    zone = f"arn:aws:controltower:{EU}:{ME}:landingzone/1A2B3C4D5E6F7G8H"
    say(US, "controltower", "ListLandingZones", {"landingZones": []})
    say(EU, "controltower", "ListLandingZones", {"landingZones": [{"arn": zone}]})
    manifest = {"governedRegions": [EU, US], "organizationStructure": {"security": {"name": "Security"}, "sandbox": {"name": "Sandbox"}}}
    say(EU, "controltower", "GetLandingZone", {"landingZone": {
        "arn": zone, "version": "3.3", "latestAvailableVersion": "4.0", "status": "ACTIVE", "driftStatus": {"status": "IN_SYNC"}, "manifest": manifest}}, zone)  # fmt: skip
    sets = [("northfield-baseline", "0b0b0b0b-0001-4000-8000-000000000001", "IN_SYNC", True), ("northfield-logging", "0b0b0b0b-0002-4000-8000-000000000002", "DRIFTED", False)]

    def deployment(auto):
        return {"Enabled": True, "RetainStacksOnAccountRemoval": False} if auto else {"Enabled": False}

    say(EU, "cloudformation", "ListStackSets", {"Summaries": [{
        "StackSetName": name, "StackSetId": f"{name}:{number}", "Status": "ACTIVE", "AutoDeployment": deployment(auto), "PermissionModel": "SERVICE_MANAGED",
        "DriftStatus": drift, "LastDriftCheckTimestamp": "2026-11-21T02:00:00+00:00", "ManagedExecution": {"Active": True}}
        for name, number, drift, auto in sets]})  # fmt: skip
    for name, number, drift, auto in sets:
        drifted = 2 if drift == "DRIFTED" else 0
        say(EU, "cloudformation", "DescribeStackSet", {"StackSet": {
            "StackSetName": name, "StackSetId": f"{name}:{number}", "Description": "Northfield's standard controls", "Status": "ACTIVE",
            "TemplateBody": "Resources: {}\n", "Parameters": [], "Capabilities": ["CAPABILITY_NAMED_IAM"], "Tags": [],
            "StackSetARN": f"{SETS}/{name}:{number}", "AutoDeployment": deployment(auto), "PermissionModel": "SERVICE_MANAGED",
            "OrganizationalUnitIds": [OU_SECURITY, OU_WORKLOADS], "ManagedExecution": {"Active": True}, "Regions": [EU, US],
            "StackSetDriftDetectionDetails": {"DriftStatus": drift, "DriftDetectionStatus": "COMPLETED", "LastDriftCheckTimestamp": "2026-11-21T02:00:00+00:00",
                "TotalStackInstancesCount": 4, "DriftedStackInstancesCount": drifted, "InSyncStackInstancesCount": 4 - drifted,
                "InProgressStackInstancesCount": 0, "FailedStackInstancesCount": 0}}}, name)  # fmt: skip
        instances = []
        for where, ou in ((LOG_ARCHIVE, OU_SECURITY), (SECURITY, OU_SECURITY), (PAYMENTS, OU_PROD), (STAGING, OU_NONPROD)):
            out_of_sync = drift == "DRIFTED" and where in (PAYMENTS, STAGING)
            instances.append({
                "StackSetId": f"{name}:{number}", "Region": EU, "Account": where,
                "StackId": f"arn:aws:cloudformation:{EU}:{where}:stack/StackSet-{name}/{number}", "Status": "OUTDATED" if out_of_sync else "CURRENT",
                "StackInstanceStatus": {"DetailedStatus": "SUCCEEDED"}, "OrganizationalUnitId": ou,
                "DriftStatus": "DRIFTED" if out_of_sync else "IN_SYNC", "LastDriftCheckTimestamp": "2026-11-21T02:00:00+00:00"})  # fmt: skip
        say(EU, "cloudformation", "ListStackInstances", {"Summaries": instances}, name)
    shares = [("shared-subnets", True, "0001-4000-8000-000000000001"), ("transit-gateway", False, "0002-4000-8000-000000000002")]
    say(EU, "ram", "GetResourceShares", {"resourceShares": [{
        "resourceShareArn": f"arn:aws:ram:{EU}:{ME}:resource-share/0a1b2c3d-{number}", "name": name, "owningAccountId": ME,
        "allowExternalPrincipals": external, "status": "ACTIVE", "tags": [], "creationTime": "2025-07-07T07:07:07+00:00",
        "lastUpdatedTime": "2025-07-07T07:07:07+00:00", "featureSet": "STANDARD"} for name, external, number in shares]}, "SELF")  # fmt: skip


def ticket_system(account):
    """Somebody's ticket system has run here since before there was an organization."""
    say = account.reply
    net, sub, group, machine, disk = "vpc-01111000000000001", "subnet-01111000000000001", "sg-01111000000000001", "i-01111000000000001", "vol-01111000000000001"
    say(EU, "ec2", "DescribeVpcs", {"Vpcs": [vpc(ME, net, "10.10.0.0/16", "tickets")]})
    say(EU, "ec2", "DescribeSubnets", {"Subnets": [subnet(ME, EU, sub, net, "10.10.1.0/24")]})
    say(EU, "ec2", "DescribeSecurityGroups", {"SecurityGroups": [
        security_group(ME, EU, group, "tickets", "ticket system", net, [permission("tcp", 443, ranges=[{"CidrIp": "198.51.100.0/24"}])])]})  # fmt: skip
    say(EU, "ec2", "DescribeInstances", reservations(ME, instance(
        ME, EU, machine, "tickets", "t3.large", [(group, "tickets")], net, sub, "10.10.1.20", disk, tokens="optional", launched="2021-04-01T12:00:00+00:00")))  # fmt: skip
    say(EU, "ec2", "DescribeVolumes", {"Volumes": [volume(EU, disk, True, machine, f"arn:aws:kms:{EU}:{ME}:key/11110000-0001-4000-8000-000000000001")]})
    say(EU, "ec2", "DescribeFlowLogs", {"FlowLogs": [flow_log("fl-01111000000000001", net, "nf-flow-logs")]})
    managed = "11110000-0001-4000-8000-000000000001"
    say(EU, "kms", "ListKeys", {"Keys": [{"KeyId": managed, "KeyArn": f"arn:aws:kms:{EU}:{ME}:key/{managed}"}]})
    say(EU, "kms", "DescribeKey", key_metadata(ME, EU, managed, "Default key that protects my EBS volumes when no other key is defined", manager="AWS"), managed)
    say(EU, "kms", "GetKeyRotationStatus", {"KeyRotationEnabled": True, "KeyId": f"arn:aws:kms:{EU}:{ME}:key/{managed}"}, managed)
    say(EU, "ssm", "DescribeInstanceInformation", {"InstanceInformationList": []})
