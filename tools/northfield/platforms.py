"""The platforms of prod-payments: a cluster, a warehouse, caches, search domains, secrets, and one load balancer nobody dared to touch."""

from northfield.people import *
from northfield.replies import *

EU, ME = IRELAND, PAYMENTS
OURS = {"workload": "payments", "classification": "confidential", "environment": "prod", "managed_by": "terraform"}


def describe(account):
    say = account.reply
    say(EU, "eks", "ListClusters", {"clusters": ["payments", "batch-old"]})
    for name, version in (("payments", "1.35"), ("batch-old", "1.29")):
        say(EU, "eks", "DescribeCluster", {"cluster": cluster(name, version)}, name)
    warehouses = {"Clusters": [warehouse("ledger-history", True, False), warehouse("marketing", False, True)]}
    say(EU, "redshift", "DescribeClusters", warehouses)
    for name in ("ledger-history", "marketing"):
        say(EU, "redshift", "DescribeLoggingStatus", {"LoggingEnabled": False}, name)
    say(EU, "elasticache", "DescribeReplicationGroups", {"ReplicationGroups": [cache("sessions", True), cache("rates", False)]})
    domains = [("audit-search", "OpenSearch_2.19", True, False), ("old-search", "Elasticsearch_6.8", False, True)]
    say(EU, "opensearch", "ListDomainNames", {"DomainNames": [
        {"DomainName": n, "EngineType": engine.split("_")[0]} for n, engine, _, _ in domains]})  # fmt: skip
    for name, engine, encrypted, waiting in domains:
        say(EU, "opensearch", "DescribeDomain", {"DomainStatus": search(name, engine, encrypted, waiting)}, name)
    secrets = [(f"arn:aws:secretsmanager:{EU}:{ME}:secret:{name}-AbCdEf", name) for name in ("ledger-password", "shared-with-everyone")]
    say(EU, "secretsmanager", "ListSecrets", {"SecretList": [
        {"ARN": arn, "Name": name, "RotationEnabled": name == "ledger-password", "LastChangedDate": "2026-10-30T03:00:00+00:00",
         "CreatedDate": "2025-01-10T10:00:00+00:00", "Tags": tags(**OURS), "SecretVersionsToStages": {"0c0c0c0c-0001-4000-8000-000000000001": ["AWSCURRENT"]}}
        for arn, name in secrets]})  # fmt: skip
    own = policy(allow({"AWS": f"arn:aws:iam::{ME}:root"}, "secretsmanager:GetSecretValue", "*"))
    anyone = policy(allow("*", "secretsmanager:GetSecretValue", "*"))
    for (arn, name), document in zip(secrets, (own, anyone)):
        say(EU, "secretsmanager", "GetResourcePolicy", {"ARN": arn, "Name": name, "ResourcePolicy": text(document)}, arn)
    say(EU, "elb", "DescribeLoadBalancers", {"LoadBalancerDescriptions": [{
        "LoadBalancerName": "before-the-move", "DNSName": f"before-the-move-1234567890.{EU}.elb.amazonaws.com", "ListenerDescriptions": [
            {"Listener": {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstanceProtocol": "HTTP", "InstancePort": 80}, "PolicyNames": []}],
        "BackendServerDescriptions": [], "AvailabilityZones": [EU + "a"], "Subnets": ["subnet-04444000000000002"], "VPCId": "vpc-04444000000000002",
        "Instances": [], "HealthCheck": {"Target": "TCP:80", "Interval": 30, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 10},
        "SourceSecurityGroup": {"OwnerAlias": ME, "GroupName": "web"}, "SecurityGroups": ["sg-04444000000000001"],
        "CreatedTime": "2018-05-05T10:00:00+00:00", "Scheme": "internal"}]})  # fmt: skip


def cluster(name, version):
    return {
        "name": name, "arn": f"arn:aws:eks:{EU}:{ME}:cluster/{name}", "createdAt": "2025-03-01T10:00:00+00:00", "version": version,
        "endpoint": f"https://0123456789ABCDEF.gr7.{EU}.eks.amazonaws.com", "roleArn": f"arn:aws:iam::{ME}:role/Eks",
        "resourcesVpcConfig": {
            "subnetIds": ["subnet-04444000000000001"], "securityGroupIds": [], "vpcId": "vpc-04444000000000001",
            "endpointPublicAccess": False, "endpointPrivateAccess": True, "publicAccessCidrs": []},
        "logging": {"clusterLogging": [{"types": ["api", "audit", "authenticator"], "enabled": True}]}, "status": "ACTIVE",
        "platformVersion": "eks.4", "tags": {"workload": "payments"},
        "encryptionConfig": [{"resources": ["secrets"], "provider": {"keyArn": f"arn:aws:kms:{EU}:{ME}:key/44440000-0001-4000-8000-000000000001"}}],
    }  # fmt: skip


def warehouse(name, upgrades, public):
    return {
        "ClusterIdentifier": name, "NodeType": "ra3.large", "ClusterStatus": "available", "ClusterAvailabilityStatus": "Available",
        "MasterUsername": "dba", "DBName": "history", "Endpoint": {"Address": f"{name}.c0ffee.{EU}.redshift.amazonaws.com", "Port": 5439},
        "ClusterCreateTime": "2025-02-01T10:00:00+00:00", "AutomatedSnapshotRetentionPeriod": 7, "ManualSnapshotRetentionPeriod": -1,
        "ClusterSecurityGroups": [], "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-04444000000000008", "Status": "active"}],
        "ClusterSubnetGroupName": "private", "VpcId": "vpc-04444000000000001", "AvailabilityZone": EU + "a",
        "PreferredMaintenanceWindow": "sun:03:00-sun:03:30", "PendingModifiedValues": {}, "ClusterVersion": "1.0",
        "AllowVersionUpgrade": upgrades, "NumberOfNodes": 2, "PubliclyAccessible": public, "Encrypted": not public,
        "Tags": tags(**OURS) if upgrades else [], "EnhancedVpcRouting": True, "MaintenanceTrackName": "current",
        "ClusterNamespaceArn": f"arn:aws:redshift:{EU}:{ME}:namespace:0d0d0d0d-0001-4000-8000-{name.encode().hex()[:12]}",
    }  # fmt: skip


def cache(name, upgrades):
    return {
        "ReplicationGroupId": name, "Description": name, "Status": "available", "PendingModifiedValues": {}, "MemberClusters": [name + "-001"],
        "AutomaticFailover": "enabled", "MultiAZ": "enabled", "SnapshotRetentionLimit": 1, "SnapshotWindow": "02:00-03:00",
        "ClusterEnabled": False, "CacheNodeType": "cache.t4g.small", "AuthTokenEnabled": False, "TransitEncryptionEnabled": True,
        "AtRestEncryptionEnabled": True, "ARN": f"arn:aws:elasticache:{EU}:{ME}:replicationgroup:{name}", "AutoMinorVersionUpgrade": upgrades,
        "Engine": "valkey",
    }  # fmt: skip


def search(name, engine, encrypted, waiting):
    return {
        "DomainId": f"{ME}/{name}", "DomainName": name, "ARN": f"arn:aws:es:{EU}:{ME}:domain/{name}", "Created": True, "Deleted": False,
        "Processing": False, "UpgradeProcessing": False, "EngineVersion": engine, "ClusterConfig": {"InstanceType": "t3.medium.search", "InstanceCount": 1},
        "EBSOptions": {"EBSEnabled": True, "VolumeType": "gp3", "VolumeSize": 20}, "AccessPolicies": text(policy()),
        "EncryptionAtRestOptions": {"Enabled": encrypted}, "NodeToNodeEncryptionOptions": {"Enabled": encrypted},
        "ServiceSoftwareOptions": {
            "CurrentVersion": "OpenSearch_R20260801", "NewVersion": "OpenSearch_R20261001" if waiting else "", "UpdateAvailable": waiting,
            "Cancellable": False, "UpdateStatus": "ELIGIBLE" if waiting else "COMPLETED", "AutomatedUpdateDate": "1970-01-01T00:00:00+00:00",
            "OptionalDeployment": True},
        "DomainEndpointOptions": {"EnforceHTTPS": True, "TLSSecurityPolicy": "Policy-Min-TLS-1-2-2019-07"},
    }  # fmt: skip
