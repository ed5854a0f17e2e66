#!/usr/bin/env python3
"""A quiet organisation's trail, made from a seed: what detections must not cry about.

    python3 tests/detect/benign.py --events 10000000 [--seed 7] [--panther FILE] > trail.ndjson

Ten million events are thirty days. Most of it is services and applications at work; then people reading, pipelines deploying, admins at
their routines. With `--panther` the calls of each given event that is labelled harmless are in it, made anew (own ids, times, account).
Planted and told on standard error: at most one use of the root user a day, and one of the role for emergencies each ten days.
Nothing here is taken from a real account.
"""

import argparse
import json
import pathlib
import random
import sys
import uuid

EVENTS_A_DAY = 10_000_000 // 30
BEGIN = 1_788_220_800  # 1 September 2026
ACCOUNTS = [f"{n:04d}".replace("0", "1") * 3 for n in range(2, 14)]
REGIONS = ["eu-west-1", "eu-west-1", "eu-west-1", "eu-central-1", "us-east-1"]
ID, TIME, ACCOUNT, REGION, N = "@ID@", "@TIME@", "@ACCOUNT@", "@REGION@", "@N@"


def role(name, session, **more):
    return {"type": "AssumedRole", "principalId": f"AROAEXAMPLE{name.upper()[:8]}:{session}", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}",
            "accountId": ACCOUNT, "accessKeyId": "ASIAEXAMPLE" + name.upper()[:8],
            "sessionContext": {"sessionIssuer": {"type": "Role", "arn": f"arn:aws:iam::{ACCOUNT}:role/{name}", "accountId": ACCOUNT, "userName": name},
                               "attributes": {"mfaAuthenticated": "false", "creationDate": TIME}}, **more}


def user(name):
    return {"type": "IAMUser", "principalId": "AIDAEXAMPLE" + name.upper()[:8], "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}", "accountId": ACCOUNT,
            "accessKeyId": "AKIAEXAMPLE" + name.upper()[:8], "userName": name}


def by_service(name):
    return {"type": "AWSService", "invokedBy": name}


def event(source, name, who, parameters=None, reads=False, error=None, address="10.4.1.20", kind="AwsApiCall", **more):
    out = {"eventVersion": "1.11", "userIdentity": who, "eventTime": TIME, "eventSource": source + ".amazonaws.com", "eventName": name, "awsRegion": REGION,
           "sourceIPAddress": who.get("invokedBy") or address, "userAgent": who.get("invokedBy") or "aws-sdk-go-v2/1.39.0",
           "requestParameters": parameters, "responseElements": None, "requestID": ID, "eventID": ID, "readOnly": reads, "eventType": kind,
           "managementEvent": True, "recipientAccountId": ACCOUNT, "eventCategory": "Management"}
    if error:
        out.update(errorCode=error, errorMessage="refused")
    out.update(more)
    return out


def sign_in(who, works=True, mfa="Yes", address="203.0.113.20"):
    who = {key: value for key, value in who.items() if key != "accessKeyId"}
    return event("signin", "ConsoleLogin", who, address=address, kind="AwsConsoleSignIn", responseElements={"ConsoleLogin": "Success" if works else "Failure"},
                 additionalEventData={"LoginTo": "https://console.aws.amazon.com/", "MobileVersion": "No", "MFAUsed": mfa})


def services():
    app, batch = role("shop-api", "task-1"), role("report-batch", "run-7")
    machine = role("WebServer", "i-0a1b2c3d4e5f60718")
    yield 30, event("sts", "AssumeRole", by_service("lambda.amazonaws.com"), {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/shop-api", "roleSessionName": "shop"}, True)
    yield 12, event("sts", "AssumeRole", by_service("ecs-tasks.amazonaws.com"), {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/report-batch", "roleSessionName": "x"}, True)
    yield 20, event("kms", "Decrypt", role("shop-api", "task-1", invokedBy="secretsmanager.amazonaws.com"), {"encryptionContext": {}}, True)
    yield 10, event("kms", "GenerateDataKey", by_service("s3.amazonaws.com"), {"keySpec": "AES_256"}, True)
    yield 6, event("kms", "CreateGrant", role("AWSServiceRoleForAutoScaling", "AutoScaling", invokedBy="autoscaling.amazonaws.com"), {"keyId": "x", "granteePrincipal": f"arn:aws:iam::{ACCOUNT}:role/y"})
    yield 40, event("s3", "GetObject", app, {"bucketName": "shop-pictures", "key": f"p/{N}.jpg"}, True, eventCategory="Data", managementEvent=False)
    yield 20, event("s3", "PutObject", batch, {"bucketName": "reports", "key": f"r/{N}.csv", "x-amz-server-side-encryption": "aws:kms"}, additionalEventData={"SSEApplied": "SSE_KMS"}, eventCategory="Data")
    yield 12, event("secretsmanager", "GetSecretValue", app, {"secretId": "shop/database"}, True)
    yield 8, event("ssm", "GetParameters", app, {"names": ["/shop/flags"], "withDecryption": True}, True)
    yield 6, event("ssm", "GetParameter", batch, {"name": "/report/mode", "withDecryption": True}, True)
    yield 14, event("dynamodb", "DescribeTable", app, {"tableName": "carts"}, True)
    yield 10, event("logs", "CreateLogStream", app, {"logGroupName": "/aws/lambda/shop", "logStreamName": N})
    yield 20, event("ssm", "UpdateInstanceInformation", machine, {"instanceId": "i-0a1b2c3d4e5f60718"})
    yield 5, event("ec2", "DescribeInstances", machine, {"instancesSet": {}}, True)
    yield 16, event("ec2", "DescribeSecurityGroups", role("AWSServiceRoleForConfig", "config", invokedBy="config.amazonaws.com"), {}, True)
    yield 8, event("ec2", "RunInstances", role("AWSServiceRoleForAutoScaling", "AutoScaling", invokedBy="autoscaling.amazonaws.com"), {"instanceType": "m7g.large"})
    yield 8, event("ec2", "TerminateInstances", role("AWSServiceRoleForAutoScaling", "AutoScaling", invokedBy="autoscaling.amazonaws.com"), {"instancesSet": {"items": [{"instanceId": N}]}})
    yield 3, event("ec2", "CreateSnapshot", role("AWSBackupDefaultServiceRole", "AWSBackup", invokedBy="backup.amazonaws.com"), {"volumeId": "vol-1"})
    yield 3, event("ec2", "DeleteSnapshot", role("AWSBackupDefaultServiceRole", "AWSBackup", invokedBy="backup.amazonaws.com"), {"snapshotId": N})
    yield 2, event("ec2", "ModifySnapshotAttribute", role("AWSBackupDefaultServiceRole", "AWSBackup", invokedBy="backup.amazonaws.com"),
                   {"snapshotId": N, "createVolumePermission": {"add": {"items": [{"userId": "222211112222"}]}}})
    yield 4, event("monitoring", "DeleteAlarms", role("AWSServiceRoleForApplicationAutoScaling", "x", invokedBy="autoscaling.amazonaws.com"), {"alarmNames": [N]})
    yield 6, event("bedrock", "InvokeModel", app, {"modelId": "amazon.nova-lite-v1:0"}, True)
    yield 1, event("bedrock", "InvokeModel", app, {"modelId": "amazon.nova-lite-v1:0"}, True, error="ThrottlingException")
    yield 2, event("s3", "GetObject", batch, {"bucketName": "archive"}, True, error="AccessDenied", eventCategory="Data")


def people():
    for name in ("amara", "bjorn", "chidi", "dalia", "emeka", "farah"):
        who = role("AWSReservedSSO_Developer", name)
        for source, call in (("ec2", "DescribeInstances"), ("ec2", "DescribeVolumes"), ("lambda", "ListFunctions20150331"), ("logs", "DescribeLogGroups"), ("s3", "ListBuckets"),
                             ("iam", "ListRoles"), ("cloudwatch", "GetMetricData"), ("rds", "DescribeDBInstances"), ("cloudtrail", "LookupEvents"), ("iam", "GetAccountSummary")):
            yield 1, event(source, call, who, {}, True, address="203.0.113.20")
        yield .3, event("sts", "AssumeRoleWithSAML", {"type": "SAMLUser", "principalId": f"idp:{name}", "userName": name},
                        {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/AWSReservedSSO_Developer"}, True, address="203.0.113.20")
        yield .2, sign_in(role("AWSReservedSSO_Developer", name), mfa="No")
        yield .1, event("ec2", "RunInstances", who, {"instanceType": "t4g.small"}, error="Client.DryRunOperation")
        yield .1, event("iam", "CreateUser", who, {"userName": "x"}, error="AccessDenied")
        yield .1, event("ec2", "DescribeInstanceAttribute", who, {"attribute": "disableApiTermination", "instanceId": "i-1"}, True)
        yield .05, event("ssm", "StartSession", who, {"target": "i-0a1b2c3d4e5f60718"})
    scanner = role("PostureScanner", "nightly")
    for source, call in (("iam", "GetAccountAuthorizationDetails"), ("iam", "ListUsers"), ("iam", "GetAccountPasswordPolicy"), ("s3", "GetBucketAcl"), ("s3", "GetBucketPolicy"),
                         ("cloudtrail", "DescribeTrails"), ("guardduty", "ListDetectors"), ("kms", "ListKeys"), ("ecr", "DescribeRepositories"), ("iam", "ListGroups"),
                         ("bedrock", "GetModelInvocationLoggingConfiguration"), ("ec2", "DescribeFlowLogs"), ("ses", "GetAccountSendingEnabled")):
        yield 2, event(source, call, scanner, {}, True, address="198.51.100.40")


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def deployments():
    trust = policy({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"})
    narrow = policy({"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": f"arn:aws:dynamodb:*:{ACCOUNT}:table/carts"})
    tls = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}
    organization = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*",
                                                            "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}}]}
    closed = {"RestrictPublicBuckets": True, "BlockPublicPolicy": True, "BlockPublicAcls": True, "IgnorePublicAcls": True}
    calls = [
        ("iam", "CreateRole", {"roleName": N, "assumeRolePolicyDocument": trust}), ("iam", "PutRolePolicy", {"roleName": N, "policyDocument": narrow}),
        ("iam", "AttachRolePolicy", {"roleName": N, "policyArn": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}),
        ("iam", "DeleteRolePolicy", {"roleName": N, "policyName": "x"}), ("iam", "CreatePolicyVersion", {"policyArn": "x", "policyDocument": narrow, "setAsDefault": True}),
        ("iam", "UpdateAssumeRolePolicy", {"roleName": N, "policyDocument": trust}),
        ("lambda", "UpdateFunctionCode20150331v2", {"functionName": "shop", "dryRun": False}), ("lambda", "UpdateFunctionConfiguration20150331v2", {"functionName": "shop", "memorySize": 512}),
        ("lambda", "AddPermission20150331v2", {"functionName": "shop", "principal": "apigateway.amazonaws.com", "action": "lambda:InvokeFunction", "sourceArn": "x"}),
        ("s3", "CreateBucket", {"bucketName": N}), ("s3", "PutBucketPolicy", {"bucketName": N, "bucketPolicy": tls}), ("s3", "PutBucketPolicy", {"bucketName": N, "bucketPolicy": organization}),
        ("s3", "PutBucketPublicAccessBlock", {"bucketName": N, "PublicAccessBlockConfiguration": closed}), ("s3", "PutBucketVersioning", {"bucketName": N, "VersioningConfiguration": {"Status": "Enabled"}}),
        ("s3", "PutBucketLifecycle", {"bucketName": N, "LifecycleConfiguration": {"Rule": {"Status": "Enabled", "Expiration": {"Days": 90}}}}),
        ("s3", "PutBucketLogging", {"bucketName": N, "BucketLoggingStatus": {"LoggingEnabled": {"TargetBucket": "log-archive"}}}), ("s3", "DeleteBucket", {"bucketName": N}),
        ("ec2", "AuthorizeSecurityGroupIngress", {"groupId": "sg-1", "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}}),
        ("ec2", "CreateRoute", {"routeTableId": "rtb-1", "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1"}), ("ec2", "RunInstances", {"instanceType": "m7g.large"}),
        ("ec2", "CreateFlowLogs", {"CreateFlowLogsRequest": {}}), ("ec2", "ModifyImageAttribute", {"imageId": N, "launchPermission": {"add": {"items": [{"userId": "222211112222"}]}}}),
        ("rds", "ModifyDBInstance", {"dBInstanceIdentifier": "orders", "allocatedStorage": 200}), ("rds", "CreateDBSnapshot", {"dBSnapshotIdentifier": N}), ("dynamodb", "UpdateTable", {"tableName": "carts"}),
        ("kms", "PutKeyPolicy", {"keyId": "x", "policy": policy({"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"})}),
        ("ecr", "SetRepositoryPolicy", {"repositoryName": "shop", "policyText": policy({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222211112222:root"}, "Action": "ecr:BatchGetImage"})}),
        ("sqs", "SetQueueAttributes", {"attributes": {"Policy": policy({"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"ArnEquals": {"aws:SourceArn": "x"}}})}}),
        ("events", "PutRule", {"name": "nightly"}), ("logs", "PutRetentionPolicy", {"logGroupName": "/aws/lambda/shop", "retentionInDays": 400}), ("config", "PutConfigRule", {}),
        ("cloudtrail", "UpdateTrail", {"name": "organization", "isMultiRegionTrail": True, "enableLogFileValidation": True}),
        ("cloudtrail", "PutEventSelectors", {"trailName": "organization", "eventSelectors": [{"readWriteType": "All", "includeManagementEvents": True, "dataResources": []}]}),
        ("guardduty", "UpdateDetector", {"detectorId": "x", "enable": True, "findingPublishingFrequency": "ONE_HOUR"}), ("ecs", "UpdateService", {"service": "shop"}), ("ecr", "PutImage", {"repositoryName": "shop"}),
    ]
    for source, call, parameters in calls:
        yield 1, event(source, call, role("Deployer", "pipeline"), parameters, address="198.51.100.8")
        yield 1, event(source, call, role("Deployer", "pipeline", invokedBy="cloudformation.amazonaws.com"), parameters)
        yield .2, event(source, call, role("Deployer", "pipeline"), parameters, error="AccessDenied", address="198.51.100.8")
    # A test stack is taken down: a stack does it, or the pipeline by hand.
    for source, call, parameters in [("rds", "DeleteDBInstance", {"dBInstanceIdentifier": "test", "skipFinalSnapshot": True}), ("kms", "ScheduleKeyDeletion", {"keyId": N}), ("ec2", "DeleteFlowLogs", {}),
                                     ("dynamodb", "DeleteTable", {"tableName": "test"}), ("logs", "DeleteLogGroup", {"logGroupName": N})]:
        yield .3, event(source, call, role("Deployer", "pipeline", invokedBy="cloudformation.amazonaws.com"), parameters)
        yield .05, event(source, call, role("Deployer", "pipeline"), parameters, address="198.51.100.8")


def routines():
    admin, desk, auditor = role("AWSReservedSSO_Admin", "gita"), user("service-desk"), role("Audit", "quarterly")
    yield 4, sign_in(user("hana"))
    yield 1, sign_in(user("hana"), works=False)
    yield 1, sign_in(user("ivan"), mfa="No")
    yield 2, event("iam", "CreateAccessKey", user("hana"), {"userName": "hana"})
    yield 1, event("iam", "CreateAccessKey", admin, {"userName": "build"})
    yield 1, event("iam", "UpdateAccessKey", admin, {"userName": "build", "status": "Inactive", "accessKeyId": "AKIAEXAMPLE0000BUILD"})
    yield 1, event("iam", "CreateUser", admin, {"userName": N})
    yield 1, event("iam", "AttachUserPolicy", admin, {"userName": N, "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"})
    yield .5, event("iam", "AttachUserPolicy", admin, {"userName": N, "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})
    yield 1, event("iam", "UpdateLoginProfile", desk, {"userName": N, "passwordResetRequired": True})
    yield 1, event("iam", "EnableMFADevice", user("hana"), {"userName": "hana"})
    yield 1, event("sso", "CreateAccountAssignment", admin, {"targetId": ACCOUNT})
    yield 1, event("organizations", "CreateAccount", admin, {"accountName": N})
    yield 1, event("organizations", "MoveAccount", role("AWSControlTowerAdmin", "x", invokedBy="controltower.amazonaws.com"), {"accountId": ACCOUNT})
    yield .2, event("organizations", "UpdatePolicy", role("Deployer", "pipeline"), {"policyId": "p-example1"})
    yield 2, event("ssm", "SendCommand", admin, {"documentName": "AWS-RunPatchBaseline", "instanceIds": ["i-1"]})
    yield 1, event("ssm", "SendCommand", admin, {"documentName": "AWS-RunShellScript", "instanceIds": ["i-1"]})
    yield 1, event("rds", "RebootDBInstance", admin, {"dBInstanceIdentifier": "orders"})
    yield 1, event("securityhub", "BatchUpdateFindings", admin, {"findingIdentifiers": []})
    yield 1, event("guardduty", "ArchiveFindings", admin, {"findingIds": [N]})
    yield .3, event("servicequotas", "RequestServiceQuotaIncrease", admin, {"serviceCode": "ec2"})
    yield 3, event("iam", "GetAccountAuthorizationDetails", auditor, {}, True)
    yield 3, event("cloudtrail", "GetTrailStatus", auditor, {"name": "organization"}, True)
    yield .3, event("organizations", "DescribeOrganization", auditor, None, True)
    # OTRF's set-up: somebody with a user of their own opens the pages of EC2.
    for call in ("DescribeInstances", "DescribeVolumes", "DescribeVolumeStatus", "DescribeAddresses", "DescribeTags", "DescribeKeyPairs", "DescribeHosts", "DescribeInstanceStatus",
                 "DescribeSnapshots", "DescribeLaunchTemplates", "DescribeAccountAttributes", "DescribeAvailabilityZones", "DescribePlacementGroups", "DescribeSecurityGroups"):
        yield 1, event("ec2", call, user("pedro"), {}, True, address="203.0.113.77")
    yield 1, event("ec2", "DescribeInstanceAttribute", user("pedro"), {"attribute": "disableApiTermination", "instanceId": "i-1"}, True, address="203.0.113.77")
    yield 1, event("elasticloadbalancing", "DescribeLoadBalancers", user("pedro"), {}, True, address="203.0.113.77")
    yield 1, event("monitoring", "DescribeAlarms", user("pedro"), {}, True, address="203.0.113.77")


def labelled(path):
    """The calls that the given corpus labels harmless. What the root user does there is planted below, not strewn."""
    for line in pathlib.Path(path).read_text().splitlines():
        test = json.loads(line)
        given = test["event"]
        who = given.get("userIdentity") or {}
        if test["expected"] or who.get("type") == "Root":
            continue
        own = dict(given, eventID=ID, requestID=ID, eventTime=TIME, recipientAccountId=ACCOUNT)
        for key in ("p_log_type", "p_event_time"):
            own.pop(key, None)
        yield 1, own


def planted_root():
    root = {"type": "Root", "principalId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root", "accountId": ACCOUNT}
    return sign_in(root)


def planted_emergency():
    return event("sts", "AssumeRole", user("gita"), {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/BreakGlass", "roleSessionName": "drill"}, True)


# Share of each part in a hundred events.
PARTS = [(services, 78), (people, 14), (deployments, 4), (routines, 2)]


class Benign:
    def __init__(self, seed=7, panther=None):
        self.random = random.Random(seed)
        texts, weights = [], []
        parts = [(list(part()), share) for part, share in PARTS]
        if panther:
            parts.append((list(labelled(panther)), 2))
        for items, share in parts:
            whole = sum(weight for weight, _ in items)
            for weight, given in items:
                texts.append(json.dumps(given, separators=(",", ":")))
                weights.append(share * weight / whole)
        self.texts, self.weights = texts, weights
        self.made = 0

    def line(self, text, when):
        """One event: the template's text with its own id, time, account and Region."""
        self.made += 1
        day, second = divmod(when, 86_400)
        # September and October alone: a run is at most 61 days.
        stamp = f"2026-{9 + day // 30:02d}-{day % 30 + 1:02d}T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"
        account = self.random.choice(ACCOUNTS)
        own = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        for word, value in ((ID, own), (TIME, stamp), (ACCOUNT, account), (REGION, self.random.choice(REGIONS)), (N, f"n{self.made}")):
            text = text.replace(word, value)
        return text

    def lines(self, events):
        """NDJSON lines, and (event id, what) of each planted one in `self.planted`."""
        self.planted = []
        days = max(1, events // EVENTS_A_DAY)
        plant = {}
        for day in range(days):
            plant.setdefault(self.random.randrange(day * events // days, (day + 1) * events // days), []).append(("root", planted_root()))
            if day % 10 == 0:
                plant.setdefault(self.random.randrange(day * events // days, (day + 1) * events // days), []).append(("emergency", planted_emergency()))
        step = 5_000
        for begin in range(0, events, step):
            count = min(step, events - begin)
            for k, text in enumerate(self.random.choices(self.texts, self.weights, k=count)):
                when = (begin + k) * 86_400 // EVENTS_A_DAY
                for what, given in plant.get(begin + k, ()):
                    line = self.line(json.dumps(given, separators=(",", ":")), when)
                    self.planted.append((json.loads(line)["eventID"], what))
                    yield line
                yield self.line(text, when)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--panther", help="labelled events, one JSON object a line")
    arguments = parser.parse_args()
    benign = Benign(arguments.seed, arguments.panther)
    for line in benign.lines(arguments.events):
        sys.stdout.write(line + "\n")
    for event_id, what in benign.planted:
        print(f"planted {what} {event_id}", file=sys.stderr)


if __name__ == "__main__":
    main()
