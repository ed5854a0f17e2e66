"""moto as an AWS of its own: its server on a free port, and an organization made in it of what moto_truth.csv says.

moto comes by name from PyPI into a folder of the build; it is a server beside the tests, nothing of it is built in. `Moto` starts it,
`make_organization` makes accounts and resources and gives the uid that each of the table's resources then has.
"""

import io
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile

import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials
import botocore.session

VERSION = "5.2.5"
REGION = "eu-west-1"
ROLE = "reeve-audit"
ACCOUNTS = ["security", "payments", "website", "data", "sandbox", "legacy"]  # beside the management account


def venv(build):
    """The folder with moto in it, made if it is not there; None if it cannot be had."""
    folder = build / ".venv-moto"
    program = folder / "bin" / "moto_server"
    if not program.exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True, timeout=300)
            subprocess.run([str(folder / "bin" / "pip"), "-q", "install", f"moto[server]=={VERSION}"], check=True, capture_output=True, timeout=1200)
        except (OSError, subprocess.SubprocessError):
            return None
    return folder if program.exists() else None


class Moto:
    def __init__(self, folder, log):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{port}"
        environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower() and not name.startswith("AWS_")}
        self.process = subprocess.Popen([str(folder / "bin" / "moto_server"), "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=subprocess.STDOUT,
                                        env=dict(environment, MOTO_IAM_LOAD_MANAGED_POLICIES="false", MOTO_ENABLE_ISO_REGIONS="false"))
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _ in range(600):
            if self.process.poll() is not None:
                raise RuntimeError("moto did not start")
            try:
                opener.open(self.endpoint + "/moto-api/data.json", timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("moto does not answer")

    def environment(self, **more):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and "proxy" not in name.lower()}
        return dict(kept, AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_EC2_METADATA_DISABLED="true", AWS_REGION=REGION,
                    AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull, **more)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()  # it keeps nothing
        self.process.wait(30)


class Account:
    """One account's clients."""

    def __init__(self, moto, number=None):
        self.moto, self.number, self.clients = moto, number, {}
        self.keys = ("test", "test", None)
        if number:
            role = Account(moto)("sts").assume_role(RoleArn=f"arn:aws:iam::{number}:role/{ROLE}", RoleSessionName="make")["Credentials"]
            self.keys = (role["AccessKeyId"], role["SecretAccessKey"], role["SessionToken"])

    def __call__(self, service, region=REGION):
        if (service, region) not in self.clients:
            session = botocore.session.Session()
            session.set_credentials(*self.keys)
            config = botocore.config.Config(proxies={}, inject_host_prefix=False, s3={"addressing_style": "path"}, read_timeout=120)
            self.clients[service, region] = session.create_client(service, region_name=region, endpoint_url=self.moto.endpoint, config=config)
        return self.clients[service, region]


def statement(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": [dict({"Effect": "Allow"}, **one) for one in statements]})


def trust(principal):
    return statement({"Principal": principal, "Action": "sts:AssumeRole"})


def code():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return 1\n")
    return data.getvalue()


def block_account(account, number, settings):
    """s3control puts the account's number before the host's name, which loopback has none of: sent by hand."""
    body = '<PublicAccessBlockConfiguration xmlns="http://awss3control.amazonaws.com/doc/2018-08-20/">' + "".join(
        f"<{name}>{str(value).lower()}</{name}>" for name, value in settings.items()) + "</PublicAccessBlockConfiguration>"
    request = botocore.awsrequest.AWSRequest("PUT", account.moto.endpoint + "/v20180820/configuration/publicAccessBlock",
                                             headers={"x-amz-account-id": number, "Content-Type": "application/xml"}, data=body.encode())
    botocore.auth.S3SigV4Auth(botocore.credentials.Credentials(*account.keys), "s3", REGION).add_auth(request)
    sent = urllib.request.Request(request.url, request.data, dict(request.headers), method="PUT")
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(sent, timeout=60).close()


def make_accounts(management):
    """Numbers by name, in their units; a policy above the workloads."""
    organizations = management("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    numbers = {"management": organizations.describe_organization()["Organization"]["MasterAccountId"]}
    for name in ACCOUNTS:
        numbers[name] = organizations.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]["AccountId"]
    units = {name: organizations.create_organizational_unit(ParentId=root, Name=name)["OrganizationalUnit"]["Id"]
             for name in ("Security", "Workloads", "Sandbox")}
    for name, unit in (("security", "Security"), ("payments", "Workloads"), ("website", "Workloads"), ("data", "Workloads"), ("sandbox", "Sandbox")):
        organizations.move_account(AccountId=numbers[name], SourceParentId=root, DestinationParentId=units[unit])
    stay = organizations.create_policy(Name="stay", Description="stay", Type="SERVICE_CONTROL_POLICY",
                                       Content=statement({"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}))
    organizations.attach_policy(PolicyId=stay["Policy"]["PolicySummary"]["Id"], TargetId=units["Workloads"])
    return numbers


def make_payments(account, number, management, uids):
    iam, ec2, functions = account("iam"), account("ec2"), account("lambda")
    for name in ("operator", "deployer"):
        uids["payments", f"user/{name}"] = iam.create_user(UserName=name)["User"]["Arn"]
    iam.create_login_profile(UserName="operator", Password="Not-a-real-1-password")
    iam.create_access_key(UserName="deployer")
    for name, actions, resource in (("all", "*", "*"), ("read", "s3:GetObject", "arn:aws:s3:::payments/*")):
        uids["payments", f"policy/payments-{name}"] = iam.create_policy(
            PolicyName=f"payments-{name}", PolicyDocument=statement({"Action": actions, "Resource": resource}))["Policy"]["Arn"]
    for name, principal in (("anyone", {"AWS": "*"}), ("functions", {"Service": "lambda.amazonaws.com"}),
                            ("partner", {"AWS": "arn:aws:iam::999988887777:root"}), ("inside", {"AWS": f"arn:aws:iam::{management}:root"})):
        uids["payments", f"role/{name}"] = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(principal))["Role"]["Arn"]
    iam.put_role_policy(RoleName="anyone", PolicyName="all", PolicyDocument=statement({"Action": "*", "Resource": "*"}))
    iam.put_role_policy(RoleName="functions", PolicyName="log", PolicyDocument=statement({"Action": "logs:PutLogEvents", "Resource": "*"}))

    ec2.enable_ebs_encryption_by_default()
    ec2.disable_ebs_encryption_by_default()  # while the plain volume is made
    here = f"arn:aws:ec2:{REGION}:{number}:"
    for name, encrypted in (("plain", False), ("sealed", True)):
        uids["payments", f"volume/{name}"] = here + "volume/" + ec2.create_volume(AvailabilityZone=REGION + "a", Size=8, Encrypted=encrypted)["VolumeId"]
    ec2.enable_ebs_encryption_by_default()
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    uids["payments", "vpc/main"] = here + "vpc/" + vpc
    for name, port in (("remote", 22), ("web", 443)):
        group = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": port, "ToPort": port,
                                                                            "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
        uids["payments", f"security-group/{name}"] = here + "security-group/" + group
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    for name, tokens in (("old", "optional"), ("new", "required")):
        made = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, MetadataOptions={"HttpTokens": tokens, "HttpEndpoint": "enabled"})
        uids["payments", f"instance/{name}"] = here + "instance/" + made["Instances"][0]["InstanceId"]
    account("s3").create_bucket(Bucket="payments-flow-logs", CreateBucketConfiguration={"LocationConstraint": REGION})
    ec2.create_flow_logs(ResourceIds=[vpc], ResourceType="VPC", TrafficType="ALL", LogDestinationType="s3", LogDestination="arn:aws:s3:::payments-flow-logs")

    for name, runtime in (("modern", "python3.13"), ("aged", "python3.8")):
        uids["payments", f"function/{name}"] = functions.create_function(
            FunctionName=name, Runtime=runtime, Handler="index.handler", Role=uids["payments", "role/functions"], Code={"ZipFile": code()})["FunctionArn"]
    functions.add_permission(FunctionName="aged", StatementId="all", Action="lambda:InvokeFunction", Principal="*")


def make_website(account, number, uids):
    iam, s3 = account("iam"), account("s3")
    uids["website", "user/editor"] = iam.create_user(UserName="editor")["User"]["Arn"]
    iam.create_login_profile(UserName="editor", Password="Not-a-real-1-password")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="editor")["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(UserName="editor", SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="234567")
    for bucket in ("website-open", "website-trail"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_ownership_controls(Bucket="website-open", OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    s3.put_bucket_policy(Bucket="website-open", Policy=statement({"Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::website-open/*"}))
    uids["website", "bucket/open"] = "arn:aws:s3:::website-open"
    uids["website", "vpc/main"] = f"arn:aws:ec2:{REGION}:{number}:vpc/" + account("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    uids["website", "trail/local"] = account("cloudtrail").create_trail(Name="local", S3BucketName="website-trail", IsMultiRegionTrail=False)["TrailARN"]
    sns, sqs = account("sns"), account("sqs")
    for name in ("open", "own"):
        uids["website", f"topic/{name}"] = sns.create_topic(Name=name)["TopicArn"]
        uids["website", f"queue/{name}"] = f"arn:aws:sqs:{REGION}:{number}:{name}"
        sqs.create_queue(QueueName=name)
    sns.set_topic_attributes(TopicArn=uids["website", "topic/open"], AttributeName="Policy", AttributeValue=statement(
        {"Principal": "*", "Action": "sns:Publish", "Resource": uids["website", "topic/open"]}))
    sqs.set_queue_attributes(QueueUrl=sqs.get_queue_url(QueueName="open")["QueueUrl"], Attributes={"Policy": statement(
        {"Principal": "*", "Action": "sqs:SendMessage", "Resource": uids["website", "queue/open"]})})


def make_data(account, number, uids):
    s3, kms, rds = account("s3"), account("kms"), account("rds")
    s3.create_bucket(Bucket="data-ledger", CreateBucketConfiguration={"LocationConstraint": REGION})
    four = {name: True for name in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")}
    s3.put_bucket_policy(Bucket="data-ledger", Policy=statement({"Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data-ledger/*"}))
    s3.put_public_access_block(Bucket="data-ledger", PublicAccessBlockConfiguration=four)
    s3.put_bucket_versioning(Bucket="data-ledger", VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_ownership_controls(Bucket="data-ledger", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    block_account(account, number, four)
    uids["data", "bucket/ledger"] = "arn:aws:s3:::data-ledger"
    own = {"Principal": {"AWS": f"arn:aws:iam::{number}:root"}, "Action": "kms:*", "Resource": "*"}
    for name in ("turned", "still", "open", "doomed"):
        policy = statement(own, {"Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}) if name == "open" else statement(own)
        key = kms.create_key(Description=name, Policy=policy)["KeyMetadata"]
        uids["data", f"key/{name}"] = key["Arn"]
        if name == "turned":
            kms.enable_key_rotation(KeyId=key["KeyId"])
        if name == "doomed":
            kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=30)
    for name, good in (("ledger", True), ("aged", False)):
        uids["data", f"database/{name}"] = rds.create_db_instance(
            DBInstanceIdentifier=name, DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage=20, MasterUsername="owner",
            MasterUserPassword="Not-a-real-1-password", PubliclyAccessible=not good, StorageEncrypted=good, BackupRetentionPeriod=14 if good else 1,
            DeletionProtection=good)["DBInstance"]["DBInstanceArn"]
    dynamodb, secrets = account("dynamodb"), account("secretsmanager")
    for name in ("ledger", "scratch"):
        uids["data", f"table/{name}"] = dynamodb.create_table(
            TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])["TableDescription"]["TableArn"]
    dynamodb.update_continuous_backups(TableName="ledger", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    for name in ("open", "own"):
        uids["data", f"secret/{name}"] = secrets.create_secret(Name=name, SecretString="nothing")["ARN"]
    secrets.put_resource_policy(SecretId="open", ResourcePolicy=statement({"Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}))


def make_security(account, number, uids):
    account("s3").create_bucket(Bucket="security-trail", CreateBucketConfiguration={"LocationConstraint": REGION})
    key = account("kms").create_key(Description="trail")["KeyMetadata"]["Arn"]
    trails = account("cloudtrail")
    uids["security", "trail/everything"] = trails.create_trail(Name="everything", S3BucketName="security-trail", IsMultiRegionTrail=True,
                                                               EnableLogFileValidation=True, KmsKeyId=key)["TrailARN"]
    trails.start_logging(Name="everything")


def make_sandbox(account):
    """One of each thing about which calls are asked that moto lacks: so each of them is asked, and not only those of whole Regions."""
    account("backup").create_backup_vault(BackupVaultName="vault")
    deploy = account("codedeploy")
    deploy.create_application(applicationName="app", computePlatform="Server")
    deploy.create_deployment_group(applicationName="app", deploymentGroupName="group", serviceRoleArn="arn:aws:iam::123456789012:role/deploy")
    config = account("config")
    config.put_configuration_recorder(ConfigurationRecorder={"name": "all", "roleARN": "arn:aws:iam::123456789012:role/record"})
    config.put_config_rule(ConfigRule={"ConfigRuleName": "versioned", "Source": {"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_VERSIONING_ENABLED"}})
    beanstalk = account("elasticbeanstalk")
    beanstalk.create_application(ApplicationName="app")
    beanstalk.create_environment(ApplicationName="app", EnvironmentName="live", SolutionStackName="64bit Amazon Linux 2 v3.4.9 running Python 3.8")
    account("guardduty").create_detector(Enable=True)
    account("ssm").create_patch_baseline(Name="patches")
    account("wafv2").create_web_acl(Name="web", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig={
        "SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "web"})


# What a team's account has, in two Regions together: the estate that Prowler was first measured on here (86 things, or a multiple of them).
TEAM = {"user": 10, "policy": 10, "role": 12, "bucket": 4, "instance": 8, "volume": 8, "group": 10, "key": 3, "function": 3, "topic": 3, "queue": 3,
        "secret": 3, "table": 3, "database": 2}


def make_thing(account, region, number, kind, name, shared):
    """One of a kind, as plain as can be."""
    tags = [{"Key": "team", "Value": "shop"}, {"Key": "environment", "Value": "prod"}]
    iam, ec2 = account("iam"), account("ec2", region)
    if kind == "user":
        iam.create_user(UserName=name, Tags=tags)
    elif kind == "policy":
        iam.create_policy(PolicyName=name, PolicyDocument=statement({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::team/*"}))
    elif kind == "role":
        shared["role"] = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"Service": "lambda.amazonaws.com"}))["Role"]["Arn"]
    elif kind == "bucket":
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        account("s3", region).create_bucket(Bucket=f"{number}-{name}", **where)
    elif kind == "group":
        vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        group = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
                                                                            "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}])
    elif kind == "instance":
        if ("image", region) not in shared:
            shared["image", region] = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        ec2.run_instances(ImageId=shared["image", region], MinCount=1, MaxCount=1, TagSpecifications=[{"ResourceType": "instance", "Tags": tags}])
    elif kind == "volume":
        ec2.create_volume(AvailabilityZone=region + "a", Size=8, Encrypted=True)
    elif kind == "key":
        account("kms", region).create_key(Description=name)
    elif kind == "function":
        account("lambda", region).create_function(FunctionName=name, Runtime="python3.13", Handler="index.handler", Role=shared["role"], Code={"ZipFile": code()})
    elif kind == "topic":
        account("sns", region).create_topic(Name=name)
    elif kind == "queue":
        account("sqs", region).create_queue(QueueName=name)
    elif kind == "secret":
        account("secretsmanager", region).create_secret(Name=name, SecretString="nothing")
    elif kind == "table":
        account("dynamodb", region).create_table(TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                                                 AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
    elif kind == "database":
        account("rds", region).create_db_instance(DBInstanceIdentifier=name, DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage=20,
                                                  MasterUsername="owner", MasterUserPassword="Not-a-real-1-password", StorageEncrypted=True)


def make_account(moto, regions, times):
    """The management account of an organization with `times` a team's things, spread over the Regions, a trail and the detectives on."""
    management, shared = Account(moto), {}
    number = make_accounts(management)["management"]
    for kind, count in TEAM.items():
        for i in range(count * times):
            make_thing(management, regions[i % len(regions)], number, kind, f"{kind}-{i}", shared)
    management("s3").create_bucket(Bucket="trail", CreateBucketConfiguration={"LocationConstraint": REGION})
    management("cloudtrail").create_trail(Name="everything", S3BucketName="trail", IsMultiRegionTrail=True)
    management("cloudtrail").start_logging(Name="everything")
    for region in regions:
        management("guardduty", region).create_detector(Enable=True)
        management("securityhub", region).enable_security_hub()
    return number


def make_organization(moto):
    """(numbers by name, uid by (account, resource))."""
    management = Account(moto)
    numbers = make_accounts(management)
    uids = {}
    for name, number in numbers.items():
        uids[name, "account"] = f"aws/{number}/global/Reeve::Account::Settings/settings"
        uids[name, "region"] = f"aws/{number}/{REGION}/Reeve::Region::Settings/settings"
    accounts = {name: Account(moto, numbers[name]) for name in ACCOUNTS}
    make_payments(accounts["payments"], numbers["payments"], numbers["management"], uids)
    make_website(accounts["website"], numbers["website"], uids)
    make_data(accounts["data"], numbers["data"], uids)
    make_security(accounts["security"], numbers["security"], uids)
    make_sandbox(accounts["sandbox"])
    management("guardduty").create_detector(Enable=True)  # whose organization's settings only the management account is told
    return numbers, uids


# Where moto keeps what it calls by another name: packages of services, functions of calls.
PACKAGES = {"lambda": "awslambda", "es": "opensearch", "docdb": "rds", "neptune": "rds"}
FUNCTIONS = {"s3:ListBuckets": "all_buckets", "s3:GetBucketLifecycleConfiguration": "get_bucket_lifecycle", "s3:GetBucketTagging": "get_bucket_tags",
             "batch:DescribeJobDefinitions": "describejobdefinitions", "es:DescribeElasticsearchDomain": "describe_domain"}


def lacking(folder, calls):
    """Those of `calls` for which moto has no code: no function of that name in the service's package."""
    package = next((folder / "lib").glob("python*/site-packages/moto"))
    texts, out = {}, set()
    for call in calls:
        service, operation = call.split(":")
        where = package / PACKAGES.get(service, service.replace("-", ""))
        if service not in texts:
            texts[service] = "\n".join(path.read_text() for path in where.rglob("responses*.py")) + "\n".join(
                path.read_text() for path in where.glob("responses/*.py")) if where.is_dir() else ""
        name = FUNCTIONS.get(call) or re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", operation).lower()
        if not re.search(rf"def {name}\(", texts[service]):
            out.add(call)
    return out
