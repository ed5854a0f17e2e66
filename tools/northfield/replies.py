"""Items of AWS replies, with the members that AWS shows for them. Members that AWS leaves out when empty are left out here too."""

import base64
import json

from northfield.people import EXPORTED, IRELAND


def text(document):
    """A policy as those calls give it that return text."""
    return json.dumps(document, separators=(",", ":"))


def policy(*statements, version="2012-10-17"):
    return {"Version": version, "Statement": list(statements)}


def allow(principal, action, resource=None, **more):
    return _statement("Allow", principal, action, resource, more)


def deny(principal, action, resource=None, **more):
    return _statement("Deny", principal, action, resource, more)


def _statement(effect, principal, action, resource, more):
    out = {"Sid": more["Sid"]} if "Sid" in more else {}
    out["Effect"] = effect
    if principal is not None:
        out["Principal"] = principal
    out["Action"] = action
    if resource is not None:
        out["Resource"] = resource
    if "Condition" in more:
        out["Condition"] = more["Condition"]
    return out


def tags(**pairs):
    return [{"Key": key.replace("_", "-"), "Value": value} for key, value in pairs.items()]


# ---------------------------------------------------------------- IAM

REPORT_COLUMNS = (
    "user arn user_creation_time password_enabled password_last_used password_last_changed password_next_rotation mfa_active "
    "access_key_1_active access_key_1_last_rotated access_key_1_last_used_date access_key_1_last_used_region "
    "access_key_1_last_used_service access_key_2_active access_key_2_last_rotated access_key_2_last_used_date "
    "access_key_2_last_used_region access_key_2_last_used_service cert_1_active cert_1_last_rotated cert_2_active cert_2_last_rotated"
).split()


def report_row(user, arn, created, password="false", last_used="N/A", changed="N/A", mfa="false", key=None, cert="false", next_rotation="N/A"):
    """`key` is (active, last rotated, last used, Region, service) of the first access key."""
    active, rotated, used, region, service = key or ("false", "N/A", "N/A", "N/A", "N/A")
    row = [user, arn, created, password, last_used, changed, next_rotation, mfa, active, rotated, used, region, service]
    row += ["false", "N/A", "N/A", "N/A", "N/A", cert, created if cert == "true" else "N/A", "false", "N/A"]
    assert len(row) == len(REPORT_COLUMNS)
    return ",".join(row)


def root_row(account, created, last_used, mfa, key=None, cert="false", password="not_supported"):
    return report_row("<root_account>", f"arn:aws:iam::{account}:root", created, password, last_used, "not_supported", mfa, key, cert, "not_supported")


def credential_report(rows, generated=EXPORTED):
    content = "\n".join([",".join(REPORT_COLUMNS), *rows])
    return {"Content": base64.b64encode(content.encode()).decode(), "ReportFormat": "text/csv", "GeneratedTime": generated}


def account_summary(users, roles, mfa, keys=0, password=1, certificates=0, policies=0, virtual=0):
    return {
        "SummaryMap": {
            "GroupPolicySizeQuota": 5120, "InstanceProfilesQuota": 1000, "Policies": policies, "GroupsPerUserQuota": 10,
            "InstanceProfiles": 1, "AttachedPoliciesPerUserQuota": 10, "Users": users, "PoliciesQuota": 1500, "Providers": 0,
            "AccountMFAEnabled": mfa, "AccessKeysPerUserQuota": 2, "AssumeRolePolicySizeQuota": 2048, "PolicyVersionsInUseQuota": 10000,
            "GlobalEndpointTokenVersion": 1, "VersionsPerPolicyQuota": 5, "AttachedPoliciesPerGroupQuota": 10, "PolicySizeQuota": 6144,
            "Groups": 0, "AccountSigningCertificatesPresent": certificates, "UsersQuota": 5000, "ServerCertificatesQuota": 20,
            "MFADevices": mfa + virtual, "UserPolicySizeQuota": 2048, "PolicyVersionsInUse": policies, "ServerCertificates": 0,
            "Roles": roles, "RolesQuota": 1000, "SigningCertificatesPerUserQuota": 2, "MFADevicesInUse": mfa + virtual,
            "RolePolicySizeQuota": 10240, "AttachedPoliciesPerRoleQuota": 10, "AccountAccessKeysPresent": keys,
            "AccountPasswordPresent": password, "GroupsQuota": 300,
        }
    }  # fmt: skip


def iam_id(prefix, name):
    """An id that looks like IAM's and says whose it is."""
    letters = "".join(c for c in name.upper() if c.isalnum())
    return (prefix + "NF" + letters + "X" * 17)[:21]


def user(account, name, created, attached=(), inline=None, **tagged):
    out = {
        "Path": "/", "UserName": name, "UserId": iam_id("AIDA", name), "Arn": f"arn:aws:iam::{account}:user/{name}", "CreateDate": created,
    }  # fmt: skip
    if inline:
        out["UserPolicyList"] = [{"PolicyName": n, "PolicyDocument": d} for n, d in inline.items()]
    return out | {"GroupList": [], "AttachedManagedPolicies": [_attached(a) for a in attached], "Tags": tags(**tagged)}


def _attached(arn):
    return {"PolicyName": arn.rsplit("/", 1)[1], "PolicyArn": arn}


def role(account, name, trust, created, attached=(), inline=None, path="/", last_used=None, **tagged):
    return {
        "Path": path, "RoleName": name, "RoleId": iam_id("AROA", name), "Arn": f"arn:aws:iam::{account}:role{path}{name}",
        "CreateDate": created, "AssumeRolePolicyDocument": policy(*trust), "InstanceProfileList": [],
        "RolePolicyList": [{"PolicyName": n, "PolicyDocument": d} for n, d in (inline or {}).items()],
        "AttachedManagedPolicies": [_attached(a) for a in attached], "Tags": tags(**tagged),
        "RoleLastUsed": {"LastUsedDate": last_used, "Region": IRELAND} if last_used else {},
    }  # fmt: skip


def trusts(principal, action="sts:AssumeRole", **condition):
    return allow(principal, action, **condition)


def service_role(account, service, name, created):
    return role(account, name, [trusts({"Service": service + ".amazonaws.com"})], created, path=f"/aws-service-role/{service}.amazonaws.com/")


def managed_policy(account, name, document, created, attachments=1):
    return {
        "PolicyName": name, "PolicyId": iam_id("ANPA", name), "Arn": f"arn:aws:iam::{account}:policy/{name}", "Path": "/",
        "DefaultVersionId": "v1", "AttachmentCount": attachments, "PermissionsBoundaryUsageCount": 0, "IsAttachable": True,
        "CreateDate": created, "UpdateDate": created,
        "PolicyVersionList": [{"Document": document, "VersionId": "v1", "IsDefaultVersion": True, "CreateDate": created}],
    }  # fmt: skip


def authorization_details(users, roles, policies=()):
    return {"UserDetailList": list(users), "GroupDetailList": [], "RoleDetailList": list(roles), "Policies": list(policies)}


PASSWORD_POLICY = {
    "PasswordPolicy": {
        "MinimumPasswordLength": 16, "RequireSymbols": True, "RequireNumbers": True, "RequireUppercaseCharacters": True,
        "RequireLowercaseCharacters": True, "AllowUsersToChangePassword": True, "ExpirePasswords": False, "PasswordReusePrevention": 24,
    }
}  # fmt: skip


def contact(kind, mail="security@northfield.example", name="Northfield Security", title="Security desk"):
    return {"AlternateContact": {"Name": name, "Title": title, "EmailAddress": mail, "PhoneNumber": "+1-555-0100", "AlternateContactType": kind}}


# ---------------------------------------------------------------- EC2

WORLD = [{"CidrIp": "0.0.0.0/0"}]


def permission(protocol, first=None, last=None, ranges=(), ipv6=(), groups=()):
    out = {"IpProtocol": protocol}
    if first is not None:
        out["FromPort"] = first
        out["ToPort"] = last if last is not None else first
    return out | {"UserIdGroupPairs": list(groups), "IpRanges": list(ranges), "Ipv6Ranges": list(ipv6), "PrefixListIds": []}


def security_group(account, region, group, name, description, vpc, ingress, **tagged):
    out = {
        "GroupId": group, "IpPermissionsEgress": [permission("-1", ranges=WORLD)], "VpcId": vpc,
        "SecurityGroupArn": f"arn:aws:ec2:{region}:{account}:security-group/{group}", "OwnerId": account, "GroupName": name,
        "Description": description, "IpPermissions": list(ingress),
    }  # fmt: skip
    return out | ({"Tags": tags(**tagged)} if tagged else {})


def instance(account, region, number, name, kind, groups, vpc, subnet, address, volume, tokens="required", endpoint="enabled",
             public=None, launched="2026-03-02T07:40:11+00:00", **tagged):  # fmt: skip
    eni = number.replace("i-", "eni-")
    out = {
        "Architecture": "x86_64",
        "BlockDeviceMappings": [
            {"DeviceName": "/dev/xvda", "Ebs": {"AttachTime": launched, "DeleteOnTermination": True, "Status": "attached", "VolumeId": volume}}
        ],
        "ClientToken": "", "EbsOptimized": True, "EnaSupport": True, "Hypervisor": "xen",
        "NetworkInterfaces": [
            {
                "Description": "", "Groups": [{"GroupId": g, "GroupName": n} for g, n in groups], "Ipv6Addresses": [],
                "MacAddress": "02:00:5e:00:53:01", "NetworkInterfaceId": eni, "OwnerId": account, "PrivateIpAddress": address,
                "PrivateIpAddresses": [{"Primary": True, "PrivateIpAddress": address}], "SourceDestCheck": True, "Status": "in-use",
                "SubnetId": subnet, "VpcId": vpc, "InterfaceType": "interface",
            }
        ],
        "RootDeviceName": "/dev/xvda", "RootDeviceType": "ebs", "SecurityGroups": [{"GroupId": g, "GroupName": n} for g, n in groups],
        "SourceDestCheck": True, "Tags": tags(Name=name, **tagged), "VirtualizationType": "hvm",
        "MetadataOptions": {
            "State": "applied", "HttpTokens": tokens, "HttpPutResponseHopLimit": 2 if tokens == "required" else 1, "HttpEndpoint": endpoint,
            "HttpProtocolIpv6": "disabled", "InstanceMetadataTags": "disabled",
        },
        "EnclaveOptions": {"Enabled": False}, "PlatformDetails": "Linux/UNIX", "UsageOperation": "RunInstances",
        "InstanceId": number, "ImageId": "ami-0n0rthf1e1d000001".replace("n0rthf1e1d", "4e0f7bf1e1"), "State": {"Code": 16, "Name": "running"},
        "PrivateDnsName": f"ip-{address.replace('.', '-')}.{region}.compute.internal", "PublicDnsName": "", "StateTransitionReason": "",
        "AmiLaunchIndex": 0, "InstanceType": kind, "LaunchTime": launched,
        "Placement": {"GroupName": "", "Tenancy": "default", "AvailabilityZone": region + "a"}, "Monitoring": {"State": "disabled"},
        "SubnetId": subnet, "VpcId": vpc, "PrivateIpAddress": address,
    }  # fmt: skip
    if public:
        out["PublicIpAddress"] = public
    return out


def reservations(account, *instances):
    return {
        "Reservations": [
            {"ReservationId": i["InstanceId"].replace("i-", "r-"), "OwnerId": account, "Groups": [], "Instances": [i]} for i in instances
        ]
    }


def volume(region, number, encrypted, attached=None, key=None, size=40, created="2026-03-02T07:40:12+00:00", **tagged):
    out = {
        "AvailabilityZone": region + "a", "Attachments": [], "CreateTime": created, "Encrypted": encrypted, "Size": size,
        "SnapshotId": "", "State": "available", "VolumeId": number, "Iops": 3000, "VolumeType": "gp3", "MultiAttachEnabled": False,
        "Throughput": 125,
    }  # fmt: skip
    if attached:
        out["State"] = "in-use"
        out["Attachments"] = [
            {"DeleteOnTermination": True, "VolumeId": number, "InstanceId": attached, "Device": "/dev/xvda", "State": "attached", "AttachTime": created}
        ]
    if encrypted:
        out["KmsKeyId"] = key
    if tagged:
        out["Tags"] = tags(**tagged)
    return out


def vpc(account, number, block, name, default=False):
    return {
        "OwnerId": account, "InstanceTenancy": "default", "IsDefault": default, "Tags": tags(Name=name), "VpcId": number, "State": "available",
        "CidrBlock": block, "DhcpOptionsId": "dopt-0" + account[:4] + "000000000001",
        "CidrBlockAssociationSet": [
            {"AssociationId": number.replace("vpc-", "vpc-cidr-assoc-"), "CidrBlock": block, "CidrBlockState": {"State": "associated"}}
        ],
    }  # fmt: skip


def subnet(account, region, number, vpc_number, block, public=False):
    return {
        "AvailabilityZone": region + "a", "AvailabilityZoneId": "euw1-az1", "AvailableIpAddressCount": 240, "CidrBlock": block,
        "DefaultForAz": False, "MapPublicIpOnLaunch": public, "State": "available", "SubnetId": number, "VpcId": vpc_number,
        "OwnerId": account, "AssignIpv6AddressOnCreation": False, "Ipv6CidrBlockAssociationSet": [],
        "SubnetArn": f"arn:aws:ec2:{region}:{account}:subnet/{number}",
    }  # fmt: skip


def flow_log(number, resource, bucket, created="2025-05-05T10:00:00+00:00"):
    return {
        "CreationTime": created, "DeliverLogsStatus": "SUCCESS", "FlowLogId": number, "FlowLogStatus": "ACTIVE", "ResourceId": resource,
        "TrafficType": "ALL", "LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::" + bucket,
        "LogFormat": "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${action}",
        "Tags": [], "MaxAggregationInterval": 600,
    }  # fmt: skip


def key_metadata(account, region, key, description, manager="CUSTOMER", spec="SYMMETRIC_DEFAULT", usage="ENCRYPT_DECRYPT"):
    out = {
        "AWSAccountId": account, "KeyId": key, "Arn": f"arn:aws:kms:{region}:{account}:key/{key}", "CreationDate": "2025-04-09T12:00:00+00:00",
        "Enabled": True, "Description": description, "KeyUsage": usage, "KeyState": "Enabled", "Origin": "AWS_KMS", "KeyManager": manager,
        "CustomerMasterKeySpec": spec, "KeySpec": spec,
    }  # fmt: skip
    out["EncryptionAlgorithms" if usage == "ENCRYPT_DECRYPT" else "SigningAlgorithms"] = (
        ["SYMMETRIC_DEFAULT"] if usage == "ENCRYPT_DECRYPT" else ["RSASSA_PSS_SHA_256", "RSASSA_PKCS1_V1_5_SHA_256"]
    )
    return {"KeyMetadata": out | {"MultiRegion": False}}
