"""Contacts, deliveries, patches, filters: what tells whether the services that watch are kept well. Goes over the accounts' own modules."""

from northfield.people import *
from northfield.services import FSBP

US, EU = VIRGINIA, IRELAND


def describe(estate, accounts):
    by_id = {account.id: account for account in accounts}
    security = estate.account(SECURITY, [EU])
    contacts(by_id)
    deliveries(by_id)
    findings(by_id, security)
    patches(by_id)


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
