"""How Northfield is governed beyond its guardrails: Control Tower's controls, declarative policies, the catalogue, pipelines, hooks, what
AWS has announced, and which Regions are open. Told last, because it speaks of accounts that other modules describe."""

from northfield.organization import ACCOUNTS, ARN
from northfield.people import *
from northfield.replies import text

US, EU, UK, CAPE = VIRGINIA, IRELAND, LONDON, "af-south-1"
DECLARATIVE = "DECLARATIVE_POLICY_EC2"


def describe(estate):
    management = estate.account(MANAGEMENT, [US, EU])
    landing_zone(management)
    declarative(management)
    catalogue(management)
    announcements(management)
    hooks(estate, management)
    pipelines(estate)
    regions(estate, management)
    inventory(estate)


def landing_zone(management):
    """The controls that Control Tower enabled: on Security and Workloads, and on nothing else."""

    def control(number, unit, drift, status="SUCCEEDED"):
        return {
            "arn": f"arn:aws:controltower:{EU}:{MANAGEMENT}:enabledcontrol/NF0000000000000{number}",
            "controlIdentifier": f"arn:aws:controltower:{EU}::control/NORTHFIELD0{number}", "targetIdentifier": f"{ARN}:ou/{ORGANIZATION}/{unit}",
            "statusSummary": {"status": status, "lastOperationIdentifier": f"0f0f0f0f-000{number}-4000-8000-000000000001"},
            "driftStatusSummary": {"driftStatus": drift}}  # fmt: skip

    management.reply(EU, "controltower", "ListEnabledControls", {"enabledControls": [
        control(1, OU_SECURITY, "IN_SYNC"), control(2, OU_WORKLOADS, "IN_SYNC"), control(3, OU_WORKLOADS, "DRIFTED"),
        control(4, OU_WORKLOADS, "NOT_CHECKING"), control(5, OU_WORKLOADS, "UNKNOWN")]})  # fmt: skip


def declarative(management):
    """Attached to Security and Prod; of acquired-ltd the call was refused."""
    content = {"ec2_attributes": {"image_block_public_access": {"state": "block_new_sharing"}, "snapshot_block_public_access": {"state": "block_all_sharing"}}}
    for number, *_ in ACCOUNTS:
        if number in (LOG_ARCHIVE, SECURITY, PAYMENTS):
            management.reply(US, "organizations", "DescribeEffectivePolicy", {"EffectivePolicy": {
                "PolicyContent": text(content), "LastUpdatedTimestamp": "2026-05-05T05:05:05+00:00", "TargetId": number, "PolicyType": DECLARATIVE}}, number, DECLARATIVE)  # fmt: skip
        elif number == ACQUIRED:
            management.denied(US, "organizations", "DescribeEffectivePolicy", number, DECLARATIVE)
        elif number != OLD_WEBSITE:
            management.failed(US, "organizations", "DescribeEffectivePolicy", "EffectivePolicyNotFoundException", "The effective policy was not found.", number, DECLARATIVE)


def catalogue(management):
    portfolio = "port-nf00000000001"
    management.reply(EU, "servicecatalog", "ListPortfolios", {"PortfolioDetails": [{
        "Id": portfolio, "ARN": f"arn:aws:catalog:{EU}:{MANAGEMENT}:portfolio/{portfolio}", "DisplayName": "approved-templates",
        "Description": "What the platform team keeps in order", "CreatedTime": "2025-09-01T09:00:00+00:00", "ProviderName": "platform"}]})  # fmt: skip
    management.reply(US, "servicecatalog", "ListPortfolios", {"PortfolioDetails": []})
    management.reply(EU, "servicecatalog", "ListPortfolioAccess", {"AccountIds": []}, portfolio)
    management.reply(EU, "servicecatalog", "DescribePortfolioShares", {"PortfolioShareDetails": []}, portfolio, "ORGANIZATION")
    management.reply(EU, "servicecatalog", "DescribePortfolioShares", {"PortfolioShareDetails": [
        {"PrincipalId": OU_WORKLOADS, "Type": "ORGANIZATIONAL_UNIT", "Accepted": True, "ShareTagOptions": False, "SharePrincipals": False}]}, portfolio, "ORGANIZATIONAL_UNIT")  # fmt: skip


def announcements(management):
    """A database version ends in two weeks; a runtime in the spring; a disruption of an hour is no plan."""

    def event(service, kind, category, start, status, number, **more):
        code = f"AWS_{service}_{kind}"
        return {
            "arn": f"arn:aws:health:{EU}::event/{service}/{code}/{code}_{number}", "service": service, "eventTypeCode": code,
            "eventTypeCategory": category, "eventScopeCode": "ACCOUNT_SPECIFIC", "region": EU, "startTime": start,
            "lastUpdatedTime": "2026-11-20T08:00:00+00:00", "statusCode": status} | more  # fmt: skip

    asks = {"actionability": "ACTION_REQUIRED", "personas": ["OPERATIONS"]}
    management.reply(US, "health", "DescribeEventsForOrganization", {"events": [
        event("RDS", "PLANNED_LIFECYCLE_EVENT", "scheduledChange", "2026-12-06T00:00:00+00:00", "upcoming", "nf01", **asks),
        event("LAMBDA", "PLANNED_LIFECYCLE_EVENT", "scheduledChange", "2027-04-30T00:00:00+00:00", "upcoming", "nf02", **asks),
        event("EC2", "OPERATIONAL_ISSUE", "issue", "2026-11-19T10:00:00+00:00", "closed", "nf03")]})  # fmt: skip


def hooks(estate, management):
    """Ireland of prod-payments alone has one."""
    hook = f"arn:aws:cloudformation:{EU}:{PAYMENTS}:type/hook/Northfield-Guard-Hook"
    payments = estate.account(PAYMENTS, [US, EU])
    payments.reply(EU, "cloudformation", "ListTypes", {"TypeSummaries": [{
        "Type": "HOOK", "TypeName": "Northfield::Guard::Hook", "TypeArn": hook, "OriginalTypeName": "AWS::Hooks::GuardHook", "IsActivated": True,
        "LastUpdated": "2026-02-02T09:00:00+00:00"}]}, "HOOK", "PRIVATE")  # fmt: skip
    payments.reply(US, "cloudformation", "ListTypes", {"TypeSummaries": []}, "HOOK", "PRIVATE")
    for region in (US, EU):
        management.reply(region, "cloudformation", "ListTypes", {"TypeSummaries": []}, "HOOK", "PRIVATE")


def pipelines(estate):
    """prod-payments releases itself, untested; the guardrails are released from security-tooling, after a check."""

    def pipeline(account, name, stages):
        account.reply(EU, "codepipeline", "ListPipelines", {"pipelines": [
            {"name": name, "version": 3, "pipelineType": "V2", "created": "2025-03-03T09:00:00+00:00", "updated": "2026-08-08T09:00:00+00:00"}]})  # fmt: skip
        told = [{"name": stage, "actions": [{
            "name": stage.lower(), "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"}, "runOrder": 1,
            "configuration": configuration, "outputArtifacts": [], "inputArtifacts": []}]} for stage, category, provider, configuration in stages]  # fmt: skip
        account.reply(EU, "codepipeline", "GetPipeline", {
            "pipeline": {
                "name": name, "roleArn": f"arn:aws:iam::{account.id}:role/Pipeline", "artifactStore": {"type": "S3", "location": f"{name}-artifacts"},
                "stages": told, "version": 3, "executionMode": "QUEUED", "pipelineType": "V2"},
            "metadata": {"pipelineArn": f"arn:aws:codepipeline:{EU}:{account.id}:{name}", "created": "2025-03-03T09:00:00+00:00", "updated": "2026-08-08T09:00:00+00:00"}}, name)  # fmt: skip

    source = ("Source", "Source", "CodeStarSourceConnection", {"FullRepositoryId": "northfield/release", "BranchName": "main"})
    deploy = ("Deploy", "Deploy", "CloudFormation", {"ActionMode": "CREATE_UPDATE", "StackName": "release"})
    pipeline(estate.account(PAYMENTS, [US, EU]), "payments-release", [source, deploy])
    tooling = estate.account(SECURITY, [US, EU])
    check = ("Check", "Test", "CodeBuild", {"ProjectName": "guardrails-check"})
    approve = ("Approve", "Approval", "Manual", {})
    pipeline(tooling, "guardrails-release", [source, check, approve, deploy])
    commands = "version: 0.2\nphases:\n  build:\n    commands:\n      - cfn-guard validate --rules rules --data templates\n"
    tooling.reply(EU, "codebuild", "ListProjects", {"projects": ["guardrails-check"]})
    tooling.reply(EU, "codebuild", "BatchGetProjects", {"projects": [{
        "name": "guardrails-check", "arn": f"arn:aws:codebuild:{EU}:{SECURITY}:project/guardrails-check",
        "source": {"type": "CODEPIPELINE", "buildspec": commands, "insecureSsl": False}, "artifacts": {"type": "CODEPIPELINE", "name": "guardrails-check"},
        "environment": {"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL", "environmentVariables": [], "privilegedMode": False},
        "serviceRole": f"arn:aws:iam::{SECURITY}:role/GuardrailsCheck", "encryptionKey": f"arn:aws:kms:{EU}:{SECURITY}:alias/aws/s3",
        "created": "2025-03-03T09:00:00+00:00", "lastModified": "2026-08-08T09:00:00+00:00", "projectVisibility": "PRIVATE",
        "logsConfig": {"cloudWatchLogs": {"status": "ENABLED"}}}], "projectsNotFound": []}, "guardrails-check")  # fmt: skip
    # Inspector takes new accounts' machines and images, and forgets their functions.
    tooling.reply(EU, "inspector2", "DescribeOrganizationConfiguration", {
        "autoEnable": {"ec2": True, "ecr": True, "lambda": False, "lambdaCode": False, "codeRepository": False}, "maxAccountLimitReached": False})  # fmt: skip
    # Nothing runs beside it.
    for region in (US, EU):
        tooling.reply(region, "ec2", "DescribeInstances", {"Reservations": []})
        tooling.reply(region, "rds", "DescribeDBInstances", {"DBInstances": []})
        tooling.reply(region, "ecs", "ListClusters", {"clusterArns": []})
        tooling.reply(region, "eks", "ListClusters", {"clusters": []})


def regions(estate, management):
    """Somebody opened Cape Town for a trial in the sandbox, and the trial is over."""
    on = [EU, US, UK, "us-west-2", "eu-central-1"]

    def listed(*opted):
        return {"Regions": [{"RegionName": r, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for r in on] + [
            {"RegionName": r, "RegionOptStatus": "ENABLED" if r in opted else "DISABLED"} for r in (CAPE, "me-south-1")]}  # fmt: skip

    for number, opted in ((MANAGEMENT, ()), (PAYMENTS, ()), (SANDBOX, (CAPE,))):
        estate.account(number, [US]).reply(US, "account", "ListRegions", listed(*opted), number)
    sandbox = estate.account(SANDBOX, [CAPE])
    sandbox.reply(CAPE, "ec2", "DescribeInstances", {"Reservations": []})
    sandbox.reply(CAPE, "lambda", "ListFunctions", {"Functions": []})
    sandbox.reply(CAPE, "rds", "DescribeDBInstances", {"DBInstances": []})


def inventory(estate):
    """prod-payments has an index of everything; acquired-ltd was asked, and has none."""
    estate.account(PAYMENTS, [EU]).reply(EU, "resource-explorer-2", "ListIndexes", {"Indexes": [
        {"Region": EU, "Arn": f"arn:aws:resource-explorer-2:{EU}:{PAYMENTS}:index/44440000-0001-4000-8000-000000000001", "Type": "AGGREGATOR"},
        {"Region": US, "Arn": f"arn:aws:resource-explorer-2:{US}:{PAYMENTS}:index/44440000-0002-4000-8000-000000000001", "Type": "LOCAL"}]})  # fmt: skip
    estate.account(ACQUIRED, [UK]).reply(UK, "resource-explorer-2", "ListIndexes", {"Indexes": []})
