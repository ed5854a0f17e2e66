"""The Organizations replies of the management account: who hangs where, and which guardrails hold there.

    Root (r-nf01)            FullAWSAccess, RCPFullAWSAccess
    ├── northfield-management
    ├── acquired-ltd          nobody has found it a unit yet
    ├── Security              stay, guard, root     log-archive, security-tooling
    ├── Workloads             stay, guard, root, region
    │   ├── Prod              perimeter (RCP)       prod-payments
    │   └── NonProd                                 staging
    ├── Sandbox               region, sandbox       sandbox: may leave the organization, may stop its own detection
    └── Suspended             closed                old-website
"""

from northfield.people import *
from northfield.replies import deny, policy, tags, text

ARN = f"arn:aws:organizations::{MANAGEMENT}"

ACCOUNTS = [  # id, name, mail, joined how, when, parent, environment
    (MANAGEMENT, "northfield-management", "aws-management@northfield.example", "INVITED", "2021-03-01T10:00:00+00:00", ROOT, "shared"),
    (LOG_ARCHIVE, "log-archive", "aws-log-archive@northfield.example", "CREATED", "2021-03-02T10:00:00+00:00", OU_SECURITY, "shared"),
    (SECURITY, "security-tooling", "aws-security@northfield.example", "CREATED", "2021-03-02T10:20:00+00:00", OU_SECURITY, "shared"),
    (PAYMENTS, "prod-payments", "aws-prod-payments@northfield.example", "CREATED", "2021-06-14T09:00:00+00:00", OU_PROD, "prod"),
    (STAGING, "staging", "aws-staging@northfield.example", "CREATED", "2021-06-14T09:30:00+00:00", OU_NONPROD, "staging"),
    (SANDBOX, "sandbox", "aws-sandbox@northfield.example", "CREATED", "2023-01-10T14:00:00+00:00", OU_SANDBOX, "sandbox"),
    (ACQUIRED, "acquired-ltd", "admin@acquired-ltd.example", "INVITED", "2026-07-20T16:45:00+00:00", ROOT, None),
    (OLD_WEBSITE, "old-website", "aws-old-website@northfield.example", "CREATED", "2021-09-09T09:09:00+00:00", OU_SUSPENDED, None),
]

UNITS = [  # id, name, parent
    (OU_SECURITY, "Security", ROOT), (OU_WORKLOADS, "Workloads", ROOT), (OU_SANDBOX, "Sandbox", ROOT), (OU_SUSPENDED, "Suspended", ROOT),
    (OU_PROD, "Prod", OU_WORKLOADS), (OU_NONPROD, "NonProd", OU_WORKLOADS),
]  # fmt: skip

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
HOME_REGIONS = {"StringNotEquals": {"aws:RequestedRegion": [IRELAND, VIRGINIA]}}
PLACELESS = ["iam:*", "organizations:*", "sts:*", "route53:*", "cloudfront:*", "support:*", "health:*", "account:*", "budgets:*", "ce:*"]

POLICIES = {  # id: (name, type, description, document, targets)
    "p-FullAWSAccess": ("FullAWSAccess", SCP, "Allows access to every operation", {
        "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
        [ROOT] + [u[0] for u in UNITS] + [a[0] for a in ACCOUNTS]),
    "p-nfstay001": ("stay-in-the-organization", SCP, "Nobody takes an account out of the organization",
        policy(deny(None, "organizations:LeaveOrganization", "*", Sid="Stay")), [OU_SECURITY, OU_WORKLOADS]),
    "p-nfguard001": ("leave-the-watchers-alone", SCP, "Trails, detectors and recorders are not switched off",
        policy(deny(None, ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "guardduty:DeleteDetector",
            "guardduty:DisassociateFromAdministratorAccount", "config:StopConfigurationRecorder", "config:DeleteConfigurationRecorder",
            "config:DeleteDeliveryChannel", "securityhub:DisableSecurityHub"], "*", Sid="Watchers")), [OU_SECURITY, OU_WORKLOADS]),
    "p-nfroot0001": ("no-root-in-members", SCP, "The root user of a member account does nothing",
        policy(deny(None, "*", "*", Sid="Root", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}})), [OU_SECURITY, OU_WORKLOADS]),
    "p-nfregion01": ("only-our-regions", SCP, "Work happens in Ireland, and in Virginia where there is no choice",
        policy({"Sid": "Regions", "Effect": "Deny", "NotAction": PLACELESS, "Resource": "*", "Condition": HOME_REGIONS}), [OU_WORKLOADS, OU_SANDBOX]),
    "p-nfsandbox1": ("small-sandbox", SCP, "No large machines in the sandbox",
        policy(deny(None, "ec2:RunInstances", "arn:aws:ec2:*:*:instance/*", Sid="Small",
            Condition={"StringNotLike": {"ec2:InstanceType": ["t3.*", "t4g.*"]}})), [OU_SANDBOX]),
    "p-nfclosed01": ("closed", SCP, "Nothing happens in a suspended account",
        policy(deny(None, "*", "*", Sid="Closed")), [OU_SUSPENDED]),
    "p-RCPFullAWSAccess": ("RCPFullAWSAccess", RCP, "Allows access to every resource", {
        "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]},
        [ROOT] + [u[0] for u in UNITS] + [a[0] for a in ACCOUNTS]),
    "p-nfperimeter1": ("data-perimeter", RCP, "Only the organization and AWS itself reach production data",
        policy(deny("*", ["s3:*", "sqs:*", "kms:*", "secretsmanager:*"], "*", Sid="Perimeter", Condition={
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})), [OU_PROD]),
}  # fmt: skip


def account_item(row):
    number, name, mail, method, joined, _, _ = row
    state = "SUSPENDED" if number == OLD_WEBSITE else "ACTIVE"
    return {
        "Id": number, "Arn": f"{ARN}:account/{ORGANIZATION}/{number}", "Email": mail, "Name": name, "Status": state, "State": state,
        "JoinedMethod": method, "JoinedTimestamp": joined,
    }  # fmt: skip


def summary(number):
    name, kind, description, _, _ = POLICIES[number]
    ours = number.startswith("p-nf")
    folder = "service_control_policy" if kind == SCP else "resource_control_policy"
    arn = f"{ARN}:policy/{ORGANIZATION}/{folder}/{number}" if ours else f"arn:aws:organizations::aws:policy/{folder}/{number}"
    return {"Id": number, "Arn": arn, "Name": name, "Description": description, "Type": kind, "AwsManaged": not ours}


def target_item(target):
    if target == ROOT:
        return {"TargetId": ROOT, "Arn": f"{ARN}:root/{ORGANIZATION}/{ROOT}", "Name": "Root", "Type": "ROOT"}
    for number, name, _ in UNITS:
        if number == target:
            return {"TargetId": number, "Arn": f"{ARN}:ou/{ORGANIZATION}/{number}", "Name": name, "Type": "ORGANIZATIONAL_UNIT"}
    row = next(a for a in ACCOUNTS if a[0] == target)
    return {"TargetId": target, "Arn": f"{ARN}:account/{ORGANIZATION}/{target}", "Name": row[1], "Type": "ACCOUNT"}


def describe(account):
    """Every Organizations call, read in the management account."""

    def say(operation, reply, *parameters):
        account.reply(VIRGINIA, "organizations", operation, reply, *parameters)

    types = [{"Type": t, "Status": "ENABLED"} for t in (SCP, RCP)]
    mail = next(a[2] for a in ACCOUNTS if a[0] == MANAGEMENT)
    say("DescribeOrganization", {"Organization": {
        "Id": ORGANIZATION, "Arn": f"{ARN}:organization/{ORGANIZATION}", "FeatureSet": "ALL",
        "MasterAccountArn": f"{ARN}:account/{ORGANIZATION}/{MANAGEMENT}", "MasterAccountId": MANAGEMENT, "MasterAccountEmail": mail,
        "AvailablePolicyTypes": [{"Type": SCP, "Status": "ENABLED"}]}})  # fmt: skip
    say("ListRoots", {"Roots": [{"Id": ROOT, "Arn": f"{ARN}:root/{ORGANIZATION}/{ROOT}", "Name": "Root", "PolicyTypes": types}]})
    say("ListAccounts", {"Accounts": [account_item(a) for a in ACCOUNTS]})
    for parent in [ROOT] + [u[0] for u in UNITS]:
        units = [{"Id": u[0], "Arn": f"{ARN}:ou/{ORGANIZATION}/{u[0]}", "Name": u[1]} for u in UNITS if u[2] == parent]
        say("ListOrganizationalUnitsForParent", {"OrganizationalUnits": units}, parent)
        say("ListAccountsForParent", {"Accounts": [account_item(a) for a in ACCOUNTS if a[5] == parent]}, parent)
    for kind in (SCP, RCP):
        say("ListPolicies", {"Policies": [summary(p) for p in POLICIES if POLICIES[p][1] == kind]}, kind)
    for number, (_, _, _, document, targets) in POLICIES.items():
        say("DescribePolicy", {"Policy": {"PolicySummary": summary(number), "Content": text(document)}}, number)
        say("ListTargetsForPolicy", {"Targets": [target_item(t) for t in targets]}, number)
    for target in [ROOT] + [u[0] for u in UNITS] + [a[0] for a in ACCOUNTS]:
        for kind in (SCP, RCP):
            attached = [summary(p) for p, row in POLICIES.items() if row[1] == kind and target in row[4]]
            say("ListPoliciesForTarget", {"Policies": attached}, target, kind)
    for row in ACCOUNTS:
        say("ListTagsForResource", {"Tags": tags(environment=row[6]) if row[6] else []}, row[0])
    security = account_item(next(a for a in ACCOUNTS if a[0] == SECURITY))
    since = "2025-05-01T09:00:00+00:00"
    say("ListDelegatedAdministrators", {"DelegatedAdministrators": [security | {"DelegationEnabledDate": since}]})
    services = ["access-analyzer.amazonaws.com", "config.amazonaws.com", "guardduty.amazonaws.com", "securityhub.amazonaws.com"]
    say("ListDelegatedServicesForAccount", {"DelegatedServices": [{"ServicePrincipal": s, "DelegationEnabledDate": since} for s in services]}, SECURITY)
    trusted = services + ["cloudtrail.amazonaws.com", "iam.amazonaws.com", "member.org.stacksets.cloudformation.amazonaws.com", "sso.amazonaws.com"]
    say("ListAWSServiceAccessForOrganization", {"EnabledServicePrincipals": [{"ServicePrincipal": s, "DateEnabled": since} for s in sorted(trusted)]})
    account.failed(VIRGINIA, "organizations", "DescribeResourcePolicy", "ResourcePolicyNotFoundException", "The organization has no resource policy.")
