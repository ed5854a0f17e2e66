"""Contacts, deliveries, patches, filters: what tells whether the services that watch are kept well. Goes over the accounts' own modules."""

import pathlib
import re

from northfield.people import *
from northfield.recorded import GUARDED
from northfield.replies import tags, text
from northfield.services import FSBP

US, EU = VIRGINIA, IRELAND


def describe(estate, accounts):
    by_id = {account.id: account for account in accounts}
    security = estate.account(SECURITY, [EU])
    contacts(by_id)
    deliveries(by_id)
    findings(by_id, security)
    patches(by_id)
    domains(by_id)
    rules(by_id, security)
    schedules(by_id)
    reviews(estate, by_id, security)
    machines(by_id, security)


def contacts(by_id):
    """Who the account belongs to. The sandbox was opened by a person, with a private card and address."""
    company = {"FullName": "Northfield Platform Team", "CompanyName": "Northfield Group", "AddressLine1": "1 Mill Lane", "City": "Leeds",
               "PostalCode": "LS1 1AA", "CountryCode": "GB", "PhoneNumber": "+441134960000"}  # fmt: skip
    person = {k: v for k, v in company.items() if k != "CompanyName"} | {"FullName": "Sam Example", "AddressLine1": "14 Orchard Row"}
    by_id[PAYMENTS].reply(US, "account", "GetContactInformation", {"ContactInformation": company}, PAYMENTS)
    by_id[SANDBOX].reply(US, "account", "GetContactInformation", {"ContactInformation": person}, SANDBOX)
    by_id[ACQUIRED].denied(US, "account", "GetContactInformation", ACQUIRED)


def delivered(error=None):
    history = {"lastStatus": "FAILURE" if error else "SUCCESS", "lastAttemptTime": "2026-11-22T03:40:00+00:00"}
    history |= {"lastErrorCode": error, "lastErrorMessage": "Insufficient delivery policy to s3 bucket"} if error else {"lastSuccessfulTime": "2026-11-22T03:40:00+00:00"}
    stream = {"lastStatus": "NOT_APPLICABLE", "lastStatusChangeTime": "2025-05-01T09:46:00+00:00"}
    return {"DeliveryChannelsStatus": [{"name": "default", "configSnapshotDeliveryInfo": {}, "configHistoryDeliveryInfo": history, "configStreamDeliveryInfo": stream}]}


def deliveries(by_id):
    """In Virginia the archive has refused what the recorder of payments brings since its policy was rewritten."""
    payments, sandbox = by_id[PAYMENTS], by_id[SANDBOX]
    payments.reply(EU, "config", "DescribeDeliveryChannelStatus", delivered())
    payments.reply(US, "config", "DescribeDeliveryChannelStatus", delivered("InsufficientDeliveryPolicyException"))
    sandbox.reply(EU, "config", "DescribeDeliveryChannels", {"DeliveryChannels": []})
    sandbox.reply(EU, "config", "DescribeDeliveryChannelStatus", {"DeliveryChannelsStatus": []})


def quiet(name, criterion):
    return {
        "Name": name, "Description": "", "Action": "ARCHIVE", "Rank": 1, "FindingCriteria": {"Criterion": criterion}, "Tags": {},
        "CreatedAt": "2025-09-01T08:00:00+00:00", "UpdatedAt": "2025-09-01T08:00:00+00:00", "Version": 1,
    }  # fmt: skip


def findings(by_id, security):
    """What becomes of findings: filters that archive, controls that are off, Regions that report to one."""
    detectors = {(MANAGEMENT, US): "11110000000000000000000000000001", (MANAGEMENT, EU): "11110000000000000000000000000002"}
    for (account, region), number in detectors.items():
        by_id[account].reply(region, "guardduty", "ListFilters", {"FilterNames": []}, number)
    by_id[SANDBOX].reply(EU, "guardduty", "ListFilters", {"FilterNames": []}, "66660000000000000000000000000001")
    probes = {"type": {"Eq": ["Recon:EC2/PortProbeUnprotectedPort"], "Equals": ["Recon:EC2/PortProbeUnprotectedPort"]}}
    low = {"severity": {"Lt": 4, "LessThan": 4}, "service.archived": {"Eq": ["false"], "Equals": ["false"]}}
    for account, number, name, criterion in (
        (by_id[PAYMENTS], "44440000000000000000000000000001", "port-probes", probes),
        (security, "33330000000000000000000000000001", "low-severity", low),
    ):
        account.reply(EU, "guardduty", "ListFilters", {"FilterNames": [name]}, number)
        account.reply(EU, "guardduty", "GetFilter", quiet(name, criterion), number, name)

    def off(account, region, *reasons):
        arn = f"arn:aws:securityhub:{region}:{account.id}:control/{FSBP}/"
        controls = [{
            "StandardsControlArn": arn + name, "ControlStatus": "DISABLED" if reason is not None else "ENABLED", "ControlStatusUpdatedAt": "2026-03-02T10:00:00+00:00",
            "ControlId": name, "Title": name, "Description": "", "RemediationUrl": "", "SeverityRating": "MEDIUM", "RelatedRequirements": []}
            | ({"DisabledReason": reason} if reason else {}) for name, reason in reasons]  # fmt: skip
        account.reply(region, "securityhub", "DescribeStandardsControls", {"Controls": controls}, f"arn:aws:securityhub:{region}:{account.id}:subscription/{FSBP}")

    off(security, EU, ("IAM.1", None), ("IAM.6", "no root user has credentials here"), ("Macie.1", "no personal data in this account"))
    off(by_id[MANAGEMENT], US, ("IAM.1", None), ("S3.1", ""), ("EC2.2", "no VPC in this Region"))
    aggregator = f"arn:aws:securityhub:{EU}:{SECURITY}:finding-aggregator/0f0f0f0f-0001-4000-8000-000000000001"
    security.reply(EU, "securityhub", "GetFindingAggregator", {"FindingAggregatorArn": aggregator, "FindingAggregationRegion": EU, "RegionLinkingMode": "ALL_REGIONS"}, aggregator)
    packs = [("northfield-baseline", "bas00001", "UPDATE_SUCCESSFUL"), ("northfield-payments", "pay00001", "CREATE_FAILED")]
    security.reply(EU, "config", "DescribeOrganizationConformancePacks", {"OrganizationConformancePacks": [{
        "OrganizationConformancePackName": name, "OrganizationConformancePackArn": f"arn:aws:config:{EU}:{SECURITY}:organization-conformance-pack/{name}-{number}",
        "ConformancePackInputParameters": [], "ExcludedAccounts": [], "LastUpdateTime": "2026-10-05T10:00:00+00:00"} for name, number, _ in packs]})  # fmt: skip
    security.reply(EU, "config", "DescribeOrganizationConformancePackStatuses", {"OrganizationConformancePackStatuses": [
        {"OrganizationConformancePackName": name, "Status": status, "LastUpdateTime": "2026-10-05T10:20:00+00:00"}
        | ({"ErrorCode": "OrganizationConformancePackTemplateValidationException", "ErrorMessage": "no recorder in 777788889999"} if "FAILED" in status else {})
        for name, _, status in packs]})  # fmt: skip


def patches(by_id):
    """What is scanned and patched: one machine of payments is whole, the sandbox's has not been patched since it was made."""
    sandbox, payments = by_id[SANDBOX], by_id[PAYMENTS]
    machine = "i-06666000000000001"
    sandbox.reply(EU, "ssm", "DescribeInstanceInformation", {"InstanceInformationList": [{
        "InstanceId": machine, "PingStatus": "Online", "LastPingDateTime": "2026-11-22T04:06:00+00:00", "AgentVersion": "3.3.1957.0",
        "IsLatestVersion": False, "PlatformType": "Linux", "PlatformName": "Ubuntu", "PlatformVersion": "22.04", "ResourceType": "EC2Instance",
        "IPAddress": "10.60.1.9", "ComputerName": "try-me"}]})  # fmt: skip
    sandbox.reply(EU, "ssm", "DescribeInstancePatchStates", {"InstancePatchStates": [{
        "InstanceId": machine, "PatchGroup": "", "BaselineId": "pb-06666000000000001", "InstalledCount": 310, "MissingCount": 31,
        "FailedCount": 0, "CriticalNonCompliantCount": 0, "SecurityNonCompliantCount": 17, "OtherNonCompliantCount": 14,
        "OperationStartTime": "2026-11-20T02:00:00+00:00", "OperationEndTime": "2026-11-20T02:02:10+00:00", "Operation": "Scan"}]}, machine)  # fmt: skip

    def covered(number, status, reason):
        return {
            "resourceType": "AWS_EC2_INSTANCE", "resourceId": f"i-0444400000000000{number}", "accountId": PAYMENTS, "scanType": "PACKAGE",
            "scanStatus": {"statusCode": status, "reason": reason}, "scanMode": "EC2_SSM_AGENT_BASED",
        }  # fmt: skip

    payments.reply(EU, "inspector2", "ListCoverage", {"coveredResources": [
        covered(1, "ACTIVE", "SUCCESSFUL"), covered(2, "INACTIVE", "UNMANAGED_EC2_INSTANCE"), covered(3, "ACTIVE", "SUCCESSFUL") | {"scanMode": "EC2_AGENTLESS"},
        covered(1, "ACTIVE", "SUCCESSFUL") | {"scanType": "NETWORK"},
        {"resourceType": "AWS_ECR_REPOSITORY", "resourceId": f"arn:aws:ecr:{EU}:{PAYMENTS}:repository/payments-api", "accountId": PAYMENTS,
         "scanType": "PACKAGE", "scanStatus": {"statusCode": "ACTIVE", "reason": "SUCCESSFUL"}}]})  # fmt: skip


def domains(by_id):
    """The mail of every root user goes to northfield.example, and payments holds its zone."""

    def zone(number, name, private):
        return {
            "Id": f"/hostedzone/{number}", "Name": name, "CallerReference": number, "Config": {"PrivateZone": private}, "ResourceRecordSetCount": 12,
        }  # fmt: skip

    told = {MANAGEMENT: [], PAYMENTS: [zone("Z0PAYMENTS00001", "northfield.example.", False)], SANDBOX: [zone("Z0SANDBOX000001", "northfield.example.", True)]}
    for account, zones in told.items():
        by_id[account].reply(US, "route53", "ListHostedZones", {"HostedZones": zones, "Marker": "", "IsTruncated": False, "MaxItems": "100"})
    by_id[ACQUIRED].denied(US, "route53", "ListHostedZones", code="AccessDenied")


def rules(by_id, security):
    """EventBridge and Config. Of payments' Config rules three were ever made; security-tooling has most of the pack."""
    payments, sandbox = by_id[PAYMENTS], by_id[SANDBOX]
    desk = f"arn:aws:sns:{EU}:{SECURITY}:security-desk"

    def rule(name, pattern):
        return {"Name": name, "Arn": f"arn:aws:events:{EU}:{PAYMENTS}:rule/{name}", "State": "ENABLED", "EventPattern": text(pattern), "EventBusName": "default"}

    ledger = f"arn:aws:iam::{PAYMENTS}:role/EmergencyLedger"
    payments.reply(EU, "events", "ListRules", {"Rules": [
        rule("health", {"source": ["aws.health"]}),
        rule("emergency-used", {"source": ["aws.sts"], "detail": {"eventName": ["AssumeRole"], "requestParameters": {"roleArn": [ledger]}}})]})  # fmt: skip
    for name in ("health", "emergency-used"):
        payments.reply(EU, "events", "ListTargetsByRule", {"Targets": [{"Id": "desk", "Arn": desk}]}, "default", name)
    for region in (US, EU, "af-south-1"):
        sandbox.reply(region, "events", "ListRules", {"Rules": []})

    def config_rules(account, identifiers):
        account.reply(EU, "config", "DescribeConfigRules", {"ConfigRules": [{
            "ConfigRuleName": name.lower().replace("_", "-"), "ConfigRuleArn": f"arn:aws:config:{EU}:{account.id}:config-rule/config-rule-{i:06}",
            "ConfigRuleId": f"config-rule-{i:06}", "Source": {"Owner": "AWS", "SourceIdentifier": name}, "ConfigRuleState": "ACTIVE"}
            for i, name in enumerate(identifiers, 1)]})  # fmt: skip

    config_rules(payments, ("S3_BUCKET_PUBLIC_READ_PROHIBITED", "ENCRYPTED_VOLUMES", "RDS_STORAGE_ENCRYPTED"))
    config_rules(security, [name for name in pack_rules() if not name.startswith(("WAF_REGIONAL", "EMR_"))])


def pack_rules():
    """The identifiers that the control on the security pillar's pack asks for, read from the control itself."""
    query = pathlib.Path(__file__).resolve().parents[2] / "content" / "controls" / "security-pillar-rules-evaluated" / "check.sql"
    return re.findall(r"\('([A-Z0-9_]+)'\)", query.read_text())


def schedules(by_id):
    payments, sandbox = by_id[PAYMENTS], by_id[SANDBOX]
    payments.reply(EU, "ssm", "ListAssociations", {"Associations": [{
        "Name": "AWS-RunPatchBaseline", "AssociationId": "0e0e0e0e-0001-4000-8000-444455556666", "AssociationName": "patch-daily", "AssociationVersion": "1",
        "Targets": [{"Key": "InstanceIds", "Values": ["*"]}], "ScheduleExpression": "cron(0 2 * * ? *)", "LastExecutionDate": "2026-11-22T02:00:00+00:00",
        "Overview": {"Status": "Success", "DetailedStatus": "Success"}}]})  # fmt: skip
    window = "mw-06666000000000001"
    sandbox.reply(EU, "ssm", "ListAssociations", {"Associations": []})
    sandbox.reply(EU, "ssm", "DescribeMaintenanceWindows", {"WindowIdentities": [
        {"WindowId": window, "Name": "nightly", "Enabled": True, "Duration": 2, "Cutoff": 1, "Schedule": "cron(0 3 * * ? *)"}]})  # fmt: skip
    sandbox.reply(EU, "ssm", "DescribeMaintenanceWindowTasks", {"Tasks": [
        {"WindowId": window, "WindowTaskId": "0e0e0e0e-0002-4000-8000-666677778888", "TaskArn": "AWS-RunShellScript", "Type": "RUN_COMMAND", "Priority": 1}]}, window)  # fmt: skip


def reviews(estate, by_id, security):
    """What is looked at again: suppressed findings, lists of threats, the Well-Architected Tool."""
    management = by_id[MANAGEMENT]

    def suppressed(account, region, number, fields):
        finding = f"arn:aws:securityhub:{region}:{account.id}:subscription/{FSBP}/S3.1/finding/{number}"
        out = {
            "SchemaVersion": "2018-10-08", "Id": finding, "ProductArn": f"arn:aws:securityhub:{region}::product/aws/securityhub", "GeneratorId": FSBP + "/S3.1",
            "AwsAccountId": account.id, "CreatedAt": "2026-03-02T10:00:00Z", "UpdatedAt": "2026-11-21T10:00:00Z", "Title": "S3.1", "Description": "S3.1",
            "Resources": [{"Type": "AwsAccount", "Id": f"AWS::::Account:{account.id}"}], "Workflow": {"Status": "SUPPRESSED"}, "RecordState": "ACTIVE",
        }  # fmt: skip
        return out | ({"UserDefinedFields": fields} if fields else {})

    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 400}}}
    archive = estate.account(LOG_ARCHIVE, [US])
    archive.reply(US, "s3", "ListBuckets", {"Buckets": [{"Name": name, "CreationDate": "2021-03-02T11:00:00+00:00", "BucketRegion": EU}
        for name in (TRAIL_BUCKET, "nf-config-archive", "nf-flow-logs")], "Owner": {"ID": "2" * 64}})  # fmt: skip
    for name in (TRAIL_BUCKET, "nf-config-archive"):
        archive.reply(US, "s3", "GetBucketTagging", {"TagSet": tags(**GUARDED)}, name)
    archive.failed(US, "s3", "GetBucketTagging", "NoSuchTagSet", "The TagSet does not exist", "nf-flow-logs")
    archive.reply(US, "s3", "GetObjectLockConfiguration", {"ObjectLockConfiguration": lock}, TRAIL_BUCKET)
    open_finding = suppressed(security, EU, "0003", None) | {"Workflow": {"Status": "NEW"}}
    by_id[PAYMENTS].failed(US, "s3", "GetObjectLockConfiguration", "ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket", "nf-payments-exports")
    security.reply(EU, "securityhub", "GetFindings", {"Findings": [
        suppressed(security, EU, "0001", {"owner": "a.rossi", "expires": "2027-03-01"}), suppressed(security, EU, "0002", {"owner": "a.rossi", "expires": "2026-06-01"}), open_finding]})  # fmt: skip
    management.reply(US, "securityhub", "GetFindings", {"Findings": [suppressed(management, US, "0001", {"owner": "j.okafor", "expires": "2027-01-31"})]})
    detector_id, threats = "33330000000000000000000000000001", "0c33f0d2"
    security.reply(EU, "guardduty", "ListThreatIntelSets", {"ThreatIntelSetIds": [threats]}, detector_id)
    security.reply(EU, "guardduty", "GetThreatIntelSet", {
        "Name": "payments-sector", "Format": "TXT", "Location": "https://s3.amazonaws.com/nf-threat-lists/sector.txt", "Status": "ACTIVE", "Tags": {}}, detector_id, threats)  # fmt: skip
    security.reply(EU, "guardduty", "ListThreatEntitySets", {"ThreatEntitySetIds": []}, detector_id)

    def workload(name, number, updated):
        return {
            "WorkloadId": number * 32, "WorkloadArn": f"arn:aws:wellarchitected:{EU}:{MANAGEMENT}:workload/{number * 32}", "WorkloadName": name, "Owner": MANAGEMENT,
            "UpdatedAt": updated, "Lenses": ["wellarchitected"], "RiskCounts": {"MEDIUM": 3, "NONE": 7}, "ImprovementStatus": "IN_PROGRESS",
        }  # fmt: skip

    management.reply(EU, "wellarchitected", "ListWorkloads", {"WorkloadSummaries": [
        workload("payments", "a", "2026-05-04T09:00:00+00:00"), workload("tickets", "b", "2024-04-09T09:00:00+00:00")]})  # fmt: skip
    for number, risk in (("a", "MEDIUM"), ("b", "HIGH")):
        management.reply(EU, "wellarchitected", "ListAnswers", {
            "WorkloadId": number * 32, "LensAlias": "wellarchitected", "AnswerSummaries": [
                {"QuestionId": "securely-operate", "PillarId": "security", "QuestionTitle": "SEC 1", "Choices": [], "SelectedChoices": [], "IsApplicable": True, "Risk": risk}]},
            number * 32, "wellarchitected")  # fmt: skip


def machines(by_id, security):
    """What answers, renews and restores by itself."""
    payments, management, sandbox = by_id[PAYMENTS], by_id[MANAGEMENT], by_id[SANDBOX]
    security.reply(EU, "events", "ListRules", {"Rules": [{
        "Name": "findings", "Arn": f"arn:aws:events:{EU}:{SECURITY}:rule/findings", "State": "ENABLED", "EventBusName": "default",
        "EventPattern": text({"source": ["aws.guardduty"], "detail-type": ["GuardDuty Finding"], "detail": {"severity": [{"numeric": [">=", 7]}]}})}]})  # fmt: skip
    security.reply(EU, "events", "ListTargetsByRule", {"Targets": [
        {"Id": "quarantine", "Arn": f"arn:aws:lambda:{EU}:{SECURITY}:function:quarantine-instance"}]}, "default", "findings")  # fmt: skip

    def plan(account):
        number = "0b0b0b0b-0009-4000-8000-" + account
        return {
            "BackupPlanArn": f"arn:aws:backup:{EU}:{account}:backup-plan:{number}", "BackupPlanId": number, "CreationDate": "2025-06-01T10:00:00+00:00",
            "VersionId": "MQ==", "BackupPlanName": "nightly", "LastExecutionDate": "2026-11-22T01:00:00+00:00",
        }  # fmt: skip

    weekly = {
        "CreationTime": "2025-07-01T10:00:00+00:00", "LastExecutionTime": "2026-11-16T05:00:00+00:00", "RestoreTestingPlanName": "weekly",
        "RestoreTestingPlanArn": f"arn:aws:backup:{EU}:{PAYMENTS}:restore-testing-plan:weekly-0b0b0b0b", "ScheduleExpression": "cron(0 5 ? * SUN *)",
    }  # fmt: skip
    for account, plans, tests in ((payments, [plan(PAYMENTS)], [weekly]), (management, [plan(MANAGEMENT)], []), (sandbox, [], [])):
        account.reply(EU, "backup", "ListBackupPlans", {"BackupPlansList": plans})
        account.reply(EU, "backup", "ListRestoreTestingPlans", {"RestoreTestingPlans": tests})

    def group(name, lifetime):
        out = {
            "AutoScalingGroupName": name, "AutoScalingGroupARN": f"arn:aws:autoscaling:{EU}:{PAYMENTS}:autoScalingGroup:0b0b0b0b-0010-4000-8000-444455556666:autoScalingGroupName/{name}",
            "MinSize": 0, "MaxSize": 4, "DesiredCapacity": 0, "DefaultCooldown": 300, "AvailabilityZones": [EU + "a"], "HealthCheckType": "EC2",
            "CreatedTime": "2025-09-01T10:00:00+00:00", "Instances": [], "Tags": [],
        }  # fmt: skip
        return out | ({"MaxInstanceLifetime": lifetime} if lifetime else {})

    payments.reply(EU, "autoscaling", "DescribeAutoScalingGroups", {"AutoScalingGroups": [group("checkout", 2592000), group("reports", None)]})
