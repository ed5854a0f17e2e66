"""Replies of the managed services: databases, functions, queues, and the services that watch. Goes with `replies`."""

from northfield.people import IRELAND
from northfield.replies import tags


def database(account, region, name, engine, version, encrypted, public, minor, key=None, authority="rds-ca-rsa2048-g1", multi_az=True,
             protected=True, groups=("sg-04444000000000008",), **tagged):  # fmt: skip
    out = {
        "DBInstanceIdentifier": name, "DBInstanceClass": "db.t4g.medium", "Engine": engine, "DBInstanceStatus": "available",
        "MasterUsername": "dba", "DBName": name.replace("-", "_"),
        "Endpoint": {"Address": f"{name}.c0ffee.{region}.rds.amazonaws.com", "Port": 5432 if engine == "postgres" else 3306, "HostedZoneId": "Z00NORTHFIELD0"},
        "AllocatedStorage": 100, "InstanceCreateTime": "2025-02-11T09:21:33.512000+00:00", "PreferredBackupWindow": "02:00-02:30",
        "BackupRetentionPeriod": 14, "DBSecurityGroups": [],
        "VpcSecurityGroups": [{"VpcSecurityGroupId": g, "Status": "active"} for g in groups],
        "DBParameterGroups": [{"DBParameterGroupName": f"default.{engine}", "ParameterApplyStatus": "in-sync"}],
        "AvailabilityZone": region + "a", "PreferredMaintenanceWindow": "sun:03:00-sun:03:30", "PendingModifiedValues": {},
        "MultiAZ": multi_az, "EngineVersion": version, "AutoMinorVersionUpgrade": minor, "ReadReplicaDBInstanceIdentifiers": [],
        "LicenseModel": "general-public-license", "PubliclyAccessible": public, "StorageType": "gp3", "DbInstancePort": 0,
        "StorageEncrypted": encrypted, "DbiResourceId": "db-" + (name.replace("-", "").upper() + "NORTHFIELD00000000000000")[:26],
        "CACertificateIdentifier": authority, "CopyTagsToSnapshot": True, "MonitoringInterval": 60,
        "DBInstanceArn": f"arn:aws:rds:{region}:{account}:db:{name}", "IAMDatabaseAuthenticationEnabled": True,
        "PerformanceInsightsEnabled": False, "DeletionProtection": protected, "TagList": tags(**tagged),
    }  # fmt: skip
    if encrypted:
        out["KmsKeyId"] = key
    return out


def function(account, region, name, runtime, role, image=False):
    out = {"FunctionName": name, "FunctionArn": f"arn:aws:lambda:{region}:{account}:function:{name}"}
    if not image:
        out["Runtime"] = runtime
    out["Role"] = f"arn:aws:iam::{account}:role/{role}"
    if not image:
        out["Handler"] = "app.handler"
    return out | {
        "CodeSize": 48213, "Description": "", "Timeout": 30, "MemorySize": 256, "LastModified": "2026-08-14T10:11:12.000+0000",
        "CodeSha256": "bm9ydGhmaWVsZCBub3J0aGZpZWxkIG5vcnRoZmllbGQhIQ==", "Version": "$LATEST",
        "TracingConfig": {"Mode": "PassThrough"}, "RevisionId": f"{account[:8]}-0000-4000-8000-{account}",
        "PackageType": "Image" if image else "Zip", "Architectures": ["arm64"], "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/" + name},
    }  # fmt: skip


def topic_attributes(account, region, name, policy_text, key=None, subscriptions=1):
    out = {
        "Policy": policy_text, "Owner": account, "SubscriptionsPending": "0", "TopicArn": f"arn:aws:sns:{region}:{account}:{name}",
        "SubscriptionsConfirmed": str(subscriptions), "SubscriptionsDeleted": "0", "DisplayName": "",
        "EffectiveDeliveryPolicy": '{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3},'
        '"disableSubscriptionOverrides":false}}',
    }  # fmt: skip
    return {"Attributes": out | ({"KmsMasterKeyId": key} if key else {})}


def subscription(account, region, topic_arn, protocol, endpoint, confirmed=True):
    number = "0c0c0c0c-0001-4000-8000-" + account
    return {
        "SubscriptionArn": f"{topic_arn}:{number}" if confirmed else "PendingConfirmation", "Owner": account, "Protocol": protocol,
        "Endpoint": endpoint, "TopicArn": topic_arn,
    }  # fmt: skip


def queue_attributes(account, region, name, policy_text, key=None):
    out = {
        "QueueArn": f"arn:aws:sqs:{region}:{account}:{name}", "ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesNotVisible": "0",
        "ApproximateNumberOfMessagesDelayed": "0", "CreatedTimestamp": "1738400000", "LastModifiedTimestamp": "1754000000",
        "VisibilityTimeout": "30", "MaximumMessageSize": "262144", "MessageRetentionPeriod": "345600", "DelaySeconds": "0",
        "ReceiveMessageWaitTimeSeconds": "0", "SqsManagedSseEnabled": "false" if key else "true",
    }  # fmt: skip
    if policy_text:
        out["Policy"] = policy_text
    return {"Attributes": out | ({"KmsMasterKeyId": key, "KmsDataKeyReusePeriodSeconds": "300"} if key else {})}


def table(account, region, name, key=None, protected=True):
    out = {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}], "TableName": name,
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "TableStatus": "ACTIVE", "CreationDateTime": "2025-06-01T08:00:00+00:00",
        "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0}, "TableSizeBytes": 8192,
        "ItemCount": 12, "TableArn": f"arn:aws:dynamodb:{region}:{account}:table/{name}", "TableId": "0d0d0d0d-0001-4000-8000-" + account,
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}, "DeletionProtectionEnabled": protected,
    }  # fmt: skip
    if key:
        out["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
    return {"Table": out}


def backups(on):
    recovery = {"PointInTimeRecoveryStatus": "ENABLED" if on else "DISABLED"}
    if on:
        recovery |= {"EarliestRestorableDateTime": "2026-10-18T04:00:00+00:00", "LatestRestorableDateTime": "2026-11-22T03:55:00+00:00", "RecoveryPeriodInDays": 35}
    return {"ContinuousBackupsDescription": {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery}}


def log_group(account, region, name, days=None, key=None):
    out = {"logGroupName": name, "creationTime": 1738400000000}
    if days:
        out["retentionInDays"] = days
    arn = f"arn:aws:logs:{region}:{account}:log-group:{name}"
    out |= {"metricFilterCount": 0, "arn": arn + ":*", "storedBytes": 20480, "logGroupClass": "STANDARD", "logGroupArn": arn}
    return out | ({"kmsKeyId": key} if key else {})


def repository(account, region, name, scans, mutable):
    return {
        "repositoryArn": f"arn:aws:ecr:{region}:{account}:repository/{name}", "registryId": account, "repositoryName": name,
        "repositoryUri": f"{account}.dkr.ecr.{region}.amazonaws.com/{name}", "createdAt": "2025-03-03T12:00:00+00:00",
        "imageTagMutability": "MUTABLE" if mutable else "IMMUTABLE", "imageScanningConfiguration": {"scanOnPush": scans},
        "encryptionConfiguration": {"encryptionType": "AES256"},
    }  # fmt: skip


# ---------------------------------------------------------------- the services that watch

FEATURES = ["S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS", "RUNTIME_MONITORING"]


def detector(account, on=True, features=FEATURES):
    base = ["CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS"]
    updated = "2025-05-01T09:00:00+00:00"
    return {
        "CreatedAt": "2025-05-01T09:00:00.000Z", "FindingPublishingFrequency": "FIFTEEN_MINUTES",
        "ServiceRole": f"arn:aws:iam::{account}:role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty",
        "Status": "ENABLED" if on else "DISABLED", "UpdatedAt": "2026-09-12T09:00:00.000Z", "Tags": {},
        "Features": [{"Name": f, "Status": "ENABLED", "UpdatedAt": updated} for f in base]
        + [{"Name": f, "Status": "ENABLED" if f in features else "DISABLED", "UpdatedAt": updated} for f in FEATURES],
    }  # fmt: skip


def hub(account, region, takes_new=True):
    return {
        "HubArn": f"arn:aws:securityhub:{region}:{account}:hub/default", "SubscribedAt": "2025-05-01T09:30:00.000Z",
        "AutoEnableControls": takes_new, "ControlFindingGenerator": "SECURITY_CONTROL",
    }  # fmt: skip


def standards(account, region, *names, status="READY"):
    def subscription_of(name):
        arn = f"arn:aws:securityhub:{region}::standards/{name}" if "1.2.0" not in name else f"arn:aws:securityhub:::ruleset/{name}"
        return {
            "StandardsSubscriptionArn": f"arn:aws:securityhub:{region}:{account}:subscription/{name}", "StandardsArn": arn,
            "StandardsInput": {}, "StandardsStatus": status, "StandardsControlsUpdatable": "READY_FOR_UPDATES",
        }  # fmt: skip

    return {"StandardsSubscriptions": [subscription_of(n) for n in names]}


FSBP = "aws-foundational-security-best-practices/v/1.0.0"
CIS_OLD = "cis-aws-foundations-benchmark/v/1.2.0"


def inspector(account, ec2=True, ecr=True, functions=True):
    state = lambda on: {"status": "ENABLED" if on else "DISABLED", "errorCode": "ALREADY_ENABLED" if on else "RESOURCE_NOT_FOUND", "errorMessage": ""}
    resources = {"ec2": ec2, "ecr": ecr, "lambda": functions}
    return {
        "accounts": [{"accountId": account, "state": {"status": "ENABLED", "errorCode": "ALREADY_ENABLED", "errorMessage": ""}, "resourceState": {r: state(on) for r, on in resources.items()}}],
        "failedAccounts": [],
    }  # fmt: skip


def recorder(account, region, everything=True):
    group = {"allSupported": True, "includeGlobalResourceTypes": region == IRELAND, "resourceTypes": [], "exclusionByResourceTypes": {"resourceTypes": []}, "recordingStrategy": {"useOnly": "ALL_SUPPORTED_RESOURCE_TYPES"}}  # fmt: skip
    if not everything:
        group = {"allSupported": False, "includeGlobalResourceTypes": False, "resourceTypes": ["AWS::S3::Bucket"], "exclusionByResourceTypes": {"resourceTypes": []}, "recordingStrategy": {"useOnly": "INCLUSION_BY_RESOURCE_TYPES"}}  # fmt: skip
    return {
        "ConfigurationRecorders": [
            {
                "arn": f"arn:aws:config:{region}:{account}:configuration-recorder/default/0e0e0e0e", "name": "default",
                "roleARN": f"arn:aws:iam::{account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
                "recordingGroup": group, "recordingMode": {"recordingFrequency": "CONTINUOUS"}, "recordingScope": "PAID",
            }
        ]
    }  # fmt: skip


def recorder_status(account, region, recording=True):
    out = {
        "arn": f"arn:aws:config:{region}:{account}:configuration-recorder/default/0e0e0e0e", "name": "default",
        "lastStartTime": "2025-05-01T09:45:00+00:00", "recording": recording, "lastStatus": "SUCCESS",
        "lastStatusChangeTime": "2026-11-22T03:40:00+00:00",
    }  # fmt: skip
    if not recording:
        out |= {"lastStopTime": "2026-08-30T15:00:00+00:00", "lastStatusChangeTime": "2026-08-30T15:00:00+00:00"}
    return {"ConfigurationRecordersStatus": [out]}


def channel(bucket):
    return {"DeliveryChannels": [{"name": "default", "s3BucketName": bucket, "configSnapshotDeliveryProperties": {"deliveryFrequency": "Three_Hours"}}]}


def channel_status():
    delivered = {"lastStatus": "SUCCESS", "lastAttemptTime": "2026-11-22T03:40:00+00:00", "lastSuccessfulTime": "2026-11-22T03:40:00+00:00"}
    return {"DeliveryChannelsStatus": [{"name": "default", "configSnapshotDeliveryInfo": delivered, "configHistoryDeliveryInfo": delivered, "configStreamDeliveryInfo": {"lastStatus": "SUCCESS", "lastStatusChangeTime": "2026-11-22T03:40:00+00:00"}}]}  # fmt: skip


def trail(name, home, bucket, arn, multi=True, validated=True, key=None, organization=False, group=None):
    out = {
        "Name": name, "S3BucketName": bucket, "IncludeGlobalServiceEvents": True, "IsMultiRegionTrail": multi, "HomeRegion": home,
        "TrailARN": arn, "LogFileValidationEnabled": validated, "HasCustomEventSelectors": True, "HasInsightSelectors": False,
        "IsOrganizationTrail": organization,
    }  # fmt: skip
    if group:
        out |= {"CloudWatchLogsLogGroupArn": group, "CloudWatchLogsRoleArn": f"arn:aws:iam::{arn.split(':')[4]}:role/TrailToLogs"}
    return out | ({"KmsKeyId": key} if key else {})


def trail_status(logging=True):
    out = {"IsLogging": logging, "LatestDeliveryTime": "2026-11-22T03:58:00+00:00", "StartLoggingTime": "2025-05-01T08:00:00+00:00"}
    if not logging:
        out |= {"LatestDeliveryTime": "2026-07-01T12:00:00+00:00", "StopLoggingTime": "2026-07-01T12:03:00+00:00"}
    return out
