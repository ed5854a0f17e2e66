#!/usr/bin/env python3
"""What the internet gets to (`reeve access reach`): one small VPC that lets a packet through, and tables of what each change to it must make of
the answer. Truths are written from the VPC User Guide; AWS CLI output of the estate is made here.

    tests/access_reach.py
"""

import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from lib_reeve import Checks, REEVE

ACCOUNT, REGION = "111122223333", "eu-west-1"


def base():
    """An instance with a public address behind an open door: file → reply."""
    return {
        "ec2-describe-vpcs": {"Vpcs": [{"VpcId": "vpc-1", "OwnerId": ACCOUNT, "CidrBlock": "10.0.0.0/16", "State": "available"}]},
        "ec2-describe-subnets": {"Subnets": [
            {"SubnetId": "subnet-1", "VpcId": "vpc-1", "OwnerId": ACCOUNT, "CidrBlock": "10.0.1.0/24"},
            {"SubnetId": "subnet-2", "VpcId": "vpc-1", "OwnerId": ACCOUNT, "CidrBlock": "10.0.2.0/24"}]},
        "ec2-describe-route-tables": {"RouteTables": [
            {"RouteTableId": "rtb-1", "VpcId": "vpc-1", "OwnerId": ACCOUNT, "Associations": [{"Main": False, "SubnetId": "subnet-1", "RouteTableId": "rtb-1"}],
             "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
                        {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"},
                        {"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-1", "State": "active"}]},
            {"RouteTableId": "rtb-2", "VpcId": "vpc-1", "OwnerId": ACCOUNT, "Associations": [{"Main": True, "RouteTableId": "rtb-2"}],
             "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}]}]},
        "ec2-describe-network-acls": {"NetworkAcls": [
            {"NetworkAclId": "acl-1", "VpcId": "vpc-1", "OwnerId": ACCOUNT, "IsDefault": True,
             "Associations": [{"SubnetId": "subnet-1", "NetworkAclId": "acl-1"}, {"SubnetId": "subnet-2", "NetworkAclId": "acl-1"}],
             "Entries": [acl(100, False), acl(100, True), acl(101, False, v6=True), acl(101, True, v6=True),
                         acl(32767, False, action="deny"), acl(32767, True, action="deny"),
                         acl(32768, False, action="deny", v6=True), acl(32768, True, action="deny", v6=True)]}]},
        "ec2-describe-security-groups": {"SecurityGroups": [
            {"GroupId": "sg-1", "GroupName": "web", "Description": "web", "VpcId": "vpc-1", "OwnerId": ACCOUNT,
             "IpPermissions": [permission("tcp", 443, 443, ["0.0.0.0/0"], ["::/0"])], "IpPermissionsEgress": []}]},
        "ec2-describe-internet-gateways": {"InternetGateways": [{"InternetGatewayId": "igw-1", "OwnerId": ACCOUNT, "Attachments": [{"State": "available", "VpcId": "vpc-1"}]}]},
        "ec2-describe-instances": {"Reservations": [{"Instances": [
            {"InstanceId": "i-1", "VpcId": "vpc-1", "SubnetId": "subnet-1", "State": {"Name": "running"}, "PublicIpAddress": "203.0.113.7", "PrivateIpAddress": "10.0.1.7",
             "SecurityGroups": [{"GroupId": "sg-1"}]}]}]},
        "ec2-describe-network-interfaces": {"NetworkInterfaces": [
            {"NetworkInterfaceId": "eni-1", "OwnerId": ACCOUNT, "VpcId": "vpc-1", "SubnetId": "subnet-1", "Groups": [{"GroupId": "sg-1"}], "Status": "in-use",
             "InterfaceType": "interface", "PrivateIpAddress": "10.0.1.7", "Association": {"PublicIp": "203.0.113.7"}, "Attachment": {"InstanceId": "i-1"},
             "Ipv6Addresses": [], "TagSet": []}]},
    }


def acl(number, egress, action="allow", protocol="-1", ports=None, cidr=None, v6=False):
    entry = {"RuleNumber": number, "Egress": egress, "RuleAction": action, "Protocol": protocol}
    entry["Ipv6CidrBlock" if v6 else "CidrBlock"] = cidr or ("::/0" if v6 else "0.0.0.0/0")
    if ports:
        entry["PortRange"] = {"From": ports[0], "To": ports[1]}
    return entry


def permission(protocol, first, last, v4=(), v6=(), groups=(), lists=()):
    out = {"IpProtocol": protocol, "IpRanges": [{"CidrIp": one} for one in v4], "Ipv6Ranges": [{"CidrIpv6": one} for one in v6],
           "UserIdGroupPairs": [{"GroupId": one, "UserId": ACCOUNT} for one in groups], "PrefixListIds": [{"PrefixListId": one} for one in lists]}
    if protocol != "-1":
        out.update(FromPort=first, ToPort=last)
    return out


def interface(estate):
    return estate["ec2-describe-network-interfaces"]["NetworkInterfaces"][0]


def routes(estate, table=0):
    return estate["ec2-describe-route-tables"]["RouteTables"][table]["Routes"]


def entries(estate):
    return estate["ec2-describe-network-acls"]["NetworkAcls"][0]["Entries"]


def group(estate):
    return estate["ec2-describe-security-groups"]["SecurityGroups"][0]


def admit(*permissions):
    def change(estate):
        group(estate)["IpPermissions"] = list(permissions)
    return change


def ahead(*more):
    def change(estate):
        entries(estate)[:0] = more
    return change


def via(**target):
    def change(estate):
        routes(estate)[1] = {"DestinationCidrBlock": "0.0.0.0/0", "State": "active", **target}
    return change


def more_routes(*more):
    def change(estate):
        routes(estate).extend({"State": "active", **one} for one in more)
    return change


def no_address(estate):
    del interface(estate)["Association"]
    del estate["ec2-describe-instances"]["Reservations"][0]["Instances"][0]["PublicIpAddress"]


def without(*names):
    def change(estate):
        for name in names:
            del estate[name]
    return change


def main_table(estate):
    interface(estate)["SubnetId"] = "subnet-2"


def only_egress_80(estate):
    entries(estate)[:] = [acl(100, False), acl(100, True, protocol="6", ports=(80, 80))]


def no_egress(estate):
    entries(estate)[:] = [acl(100, False), acl(100, True, cidr="10.0.0.0/8")]


def bpa(vpc=None, subnet=None):
    def change(estate):
        if vpc:
            estate["ec2-describe-vpcs"]["Vpcs"][0]["BlockPublicAccessStates"] = {"InternetGatewayBlockMode": vpc}
        if subnet:
            estate["ec2-describe-subnets"]["Subnets"][0]["BlockPublicAccessStates"] = {"InternetGatewayBlockMode": subnet}
    return change


def edge_table(estate):
    estate["ec2-describe-route-tables"]["RouteTables"].append(
        {"RouteTableId": "rtb-edge", "VpcId": "vpc-1", "OwnerId": ACCOUNT, "Associations": [{"Main": False, "GatewayId": "igw-1"}],
         "Routes": [{"DestinationCidrBlock": "10.0.1.0/24", "GatewayId": "vpce-fw", "State": "active"}]})


ANY, SOME = True, False
# What, change, result, open ports, anybody, blocked by (or what must be named as not known).
TABLE = [
    ("as it stands", lambda e: None, "reachable", ["443/tcp"], ANY, ""),
    # the address
    ("no public address", no_address, "unreachable", [], SOME, "NO_PUBLIC_ADDRESS"),
    # the route
    ("no route out", via(GatewayId="local"), "unreachable", [], SOME, "NO_ROUTE_TO_INTERNET_GATEWAY"),
    ("the gateway is gone", via(GatewayId="igw-1", State="blackhole"), "unreachable", [], SOME, "NO_ROUTE_TO_INTERNET_GATEWAY"),
    ("out by NAT alone", via(NatGatewayId="nat-1"), "unreachable", [], SOME, "NO_ROUTE_TO_INTERNET_GATEWAY"),
    ("out by a firewall's endpoint", via(GatewayId="vpce-1"), "unknown", ["443/tcp"], ANY, "vpce-1"),
    ("out by a transit gateway", via(TransitGatewayId="tgw-1"), "unknown", ["443/tcp"], ANY, "tgw-1"),
    ("the subnet has no table of its own: the main one counts", main_table, "unreachable", [], SOME, "NO_ROUTE_TO_INTERNET_GATEWAY"),
    ("half of the internet goes elsewhere", more_routes({"DestinationCidrBlock": "0.0.0.0/1", "NatGatewayId": "nat-1"}), "reachable", ["443/tcp"], ANY, ""),
    ("both halves go elsewhere", more_routes({"DestinationCidrBlock": "0.0.0.0/1", "NatGatewayId": "nat-1"}, {"DestinationCidrBlock": "128.0.0.0/1", "NatGatewayId": "nat-1"}),
     "unreachable", [], SOME, "NO_ROUTE_TO_INTERNET_GATEWAY"),
    ("two halves by the gateway", lambda e: routes(e).__setitem__(slice(1, 2), [{"DestinationCidrBlock": c, "GatewayId": "igw-1", "State": "active"} for c in ("0.0.0.0/1", "128.0.0.0/1")]),
     "reachable", ["443/tcp"], ANY, ""),
    ("a prefix list of one's own goes elsewhere", more_routes({"DestinationPrefixListId": "pl-1", "TransitGatewayId": "tgw-1"}), "unknown", ["443/tcp"], ANY, "pl-1"),
    ("a gateway endpoint's list changes nothing", more_routes({"DestinationPrefixListId": "pl-s3", "GatewayId": "vpce-s3"}), "reachable", ["443/tcp"], ANY, ""),
    ("what arrives goes through a firewall", edge_table, "unknown", ["443/tcp"], ANY, "vpce-fw"),
    ("route tables were not read", without("ec2-describe-route-tables"), "unknown", ["443/tcp"], ANY, "route table"),
    # VPC Block Public Access
    ("the VPC blocks, the subnet says so", bpa("block-bidirectional", "block-bidirectional"), "unreachable", [], SOME, "VPC_BLOCK_PUBLIC_ACCESS"),
    ("the VPC blocks, the subnet is excluded", bpa("block-ingress", "off"), "reachable", ["443/tcp"], ANY, ""),
    ("the VPC blocks, exclusions were not read", bpa("block-ingress"), "unknown", ["443/tcp"], ANY, "excluded"),
    ("the VPC does not block", bpa("off"), "reachable", ["443/tcp"], ANY, ""),
    # the ACL
    ("a deny ahead", ahead(acl(50, False, action="deny")), "unreachable", [], SOME, "NETWORK_ACL_INBOUND"),
    ("a deny behind", ahead(acl(150, False, action="deny")), "reachable", ["443/tcp"], ANY, ""),
    ("a deny of another port", ahead(acl(50, False, action="deny", protocol="6", ports=(22, 22))), "reachable", ["443/tcp"], ANY, ""),
    ("a deny of this port", ahead(acl(50, False, action="deny", protocol="6", ports=(400, 500))), "unreachable", [], SOME, "NETWORK_ACL_INBOUND"),
    ("a deny of UDP", ahead(acl(50, False, action="deny", protocol="17", ports=(0, 65535))), "reachable", ["443/tcp"], ANY, ""),
    ("a deny of one range", ahead(acl(50, False, action="deny", cidr="203.0.113.0/24")), "reachable", ["443/tcp"], ANY, ""),
    ("an allow ahead of the deny, for one range", ahead(acl(40, False, cidr="198.51.100.0/24"), acl(50, False, action="deny")), "reachable", ["443/tcp"], SOME, ""),
    ("answers may leave to port 80 alone: a client can have it", only_egress_80, "reachable", ["443/tcp"], ANY, ""),
    ("no answer may leave", no_egress, "unreachable", [], SOME, "NETWORK_ACL_OUTBOUND"),
    ("ACLs were not read", without("ec2-describe-network-acls"), "unknown", ["443/tcp"], ANY, "network ACL"),
    # the group
    ("no rule", admit(), "unreachable", [], SOME, "SECURITY_GROUP"),
    ("everything", admit(permission("-1", 0, 0, ["0.0.0.0/0"])), "reachable", ["icmp", "all/tcp", "all/udp"], ANY, ""),
    ("ports in two rules", admit(permission("tcp", 22, 22, ["0.0.0.0/0"]), permission("tcp", 23, 30, ["0.0.0.0/0"])), "reachable", ["22-30/tcp"], ANY, ""),
    ("the halves of the internet", admit(permission("tcp", 22, 22, ["0.0.0.0/1", "128.0.0.0/1"])), "reachable", ["22/tcp"], ANY, ""),
    ("one office", admit(permission("tcp", 22, 22, ["198.51.100.7/32"])), "reachable", ["22/tcp"], SOME, ""),
    ("a private range", admit(permission("tcp", 22, 22, ["10.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12"])), "unreachable", [], SOME, "SECURITY_GROUP"),
    ("a member of a group", admit(permission("tcp", 22, 22, groups=["sg-1"])), "unreachable", [], SOME, "SECURITY_GROUP"),
    ("a prefix list", admit(permission("tcp", 22, 22, lists=["pl-9"])), "unknown", ["22/tcp"], ANY, "pl-9"),
    ("IPv6 alone, and it has none", admit(permission("tcp", 22, 22, v6=["::/0"])), "unreachable", [], SOME, "SECURITY_GROUP"),
    ("groups were not read", without("ec2-describe-security-groups"), "unknown", ["icmp", "all/tcp", "all/udp"], ANY, "sg-1"),
    # only the instance is known
    ("interfaces were not read", without("ec2-describe-network-interfaces"), "reachable", ["443/tcp"], ANY, ""),
]


def balancer(estate):
    """The instance without an address of its own, behind an application load balancer."""
    no_address(estate)
    arn = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/front/1"
    pool = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/pool/1"
    estate["elbv2-describe-load-balancers"] = {"LoadBalancers": [
        {"LoadBalancerArn": arn, "LoadBalancerName": "front", "Scheme": "internet-facing", "Type": "application", "IpAddressType": "ipv4", "VpcId": "vpc-1",
         "SecurityGroups": ["sg-lb"], "AvailabilityZones": [{"SubnetId": "subnet-1"}]}]}
    estate["elbv2-describe-listeners/" + arn.replace("/", "%2F")] = {"Listeners": [
        {"ListenerArn": arn + "/l", "LoadBalancerArn": arn, "Port": 80, "Protocol": "HTTP", "DefaultActions": [{"Type": "forward", "TargetGroupArn": pool}]}]}
    estate["elbv2-describe-target-groups"] = {"TargetGroups": [
        {"TargetGroupArn": pool, "TargetGroupName": "pool", "Protocol": "HTTP", "Port": 8080, "VpcId": "vpc-1", "TargetType": "instance", "LoadBalancerArns": [arn]}]}
    estate["elbv2-describe-target-health/" + pool.replace("/", "%2F")] = {"TargetHealthDescriptions": [
        {"Target": {"Id": "i-1", "Port": 8080}, "TargetHealth": {"State": "healthy"}}]}
    estate["ec2-describe-security-groups"]["SecurityGroups"].append(
        {"GroupId": "sg-lb", "GroupName": "lb", "Description": "lb", "VpcId": "vpc-1", "OwnerId": ACCOUNT,
         "IpPermissions": [permission("tcp", 80, 80, ["0.0.0.0/0"])], "IpPermissionsEgress": []})
    group(estate)["IpPermissions"] = [permission("tcp", 8080, 8080, groups=["sg-lb"])]


def behind(change):
    def both(estate):
        balancer(estate)
        change(estate)
    return both


def inside(estate):
    estate["elbv2-describe-load-balancers"]["LoadBalancers"][0]["Scheme"] = "internal"


def shut_front(estate):
    estate["ec2-describe-security-groups"]["SecurityGroups"][1]["IpPermissions"] = []


def without_prefix(prefix):
    def change(estate):
        for name in [name for name in estate if name.startswith(prefix)]:
            del estate[name]
    return change


# What of the instance behind a load balancer.
BEHIND = [
    ("admits the balancer's group", behind(lambda e: None), "reachable", ["8080/tcp"], ""),
    ("admits the balancer's subnet", behind(lambda e: group(e).__setitem__("IpPermissions", [permission("tcp", 8080, 8080, ["10.0.1.0/24"])])), "reachable", ["8080/tcp"], ""),
    ("admits another group", behind(lambda e: group(e).__setitem__("IpPermissions", [permission("tcp", 8080, 8080, groups=["sg-x"])])), None, [], ""),
    ("admits another port", behind(lambda e: group(e).__setitem__("IpPermissions", [permission("tcp", 80, 80, groups=["sg-lb"])])), None, [], ""),
    ("the balancer is internal", behind(inside), None, [], ""),
    ("nothing is let in to the balancer", behind(shut_front), None, [], ""),
    ("targets were not read", behind(without_prefix("elbv2-describe-target-health")), None, [], "targets"),
    ("listeners were not read", behind(without_prefix("elbv2-describe-listeners")), None, [], "listeners"),
]


class Run:
    def __init__(self):
        self.program, self.checks = REEVE, Checks()

    def check(self, what, good, told=""):
        self.checks.check(good, what, str(told))

    def lay_out(self, estate, folder):
        for name, reply in estate.items():
            path = pathlib.Path(folder, ACCOUNT, REGION, *name.split("/"))
            path = path.with_name(path.name + ".json")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(reply))

    def assess_twice(self, estate):
        """The verdict of the finding about the instance's administration ports, if there is one, in a new workspace and again in the same."""
        out = []
        with tempfile.TemporaryDirectory(prefix="reeve-reach-") as home:
            folder, work = os.path.join(home, "export"), os.path.join(home, "work")
            os.makedirs(work)
            pathlib.Path(work, "reeve.yaml").write_text("organization: example\n")
            self.lay_out(estate, folder)
            for _ in range(2):
                done = subprocess.run([self.program, "assess", folder, "--workspace", work, "--format", "json"], capture_output=True, text=True, timeout=120)
                found = [one["status"] for one in json.loads(done.stdout)["findings"]
                         if one["control"] == "instance-not-administered-from-anywhere" and one["resource"]["uid"].endswith("i-1")]
                out.append(found[0] if found else None)
        return out

    def ask(self, estate, *words):
        with tempfile.TemporaryDirectory(prefix="reeve-reach-") as folder:
            self.lay_out(estate, folder)
            done = subprocess.run([self.program, "access", "reach", *words, "--source", folder, "--format", "ndjson"], capture_output=True, text=True, timeout=60)
            return [json.loads(line) for line in done.stdout.splitlines()], done


def main():
    run = Run()

    for what, change, result, ports, anybody, why in TABLE:
        estate = copy.deepcopy(base())
        change(estate)
        records, done = run.ask(estate, "--all")
        mine = [one for one in records if any(target.endswith("i-1") for target in one["leads_to"]) and one["family"] == "ipv4"]
        if not mine:
            run.check(what, False, f"no record of the instance; exit {done.returncode}, {done.stderr[:300]}")
            continue
        run.check(what, len(mine) == 1, f"{len(mine)} records")
        got = mine[0]
        told = {key: got.get(key) for key in ("result", "ports", "anybody", "blocked", "unknown", "sources")}
        run.check(f"{what}: result", got["result"] == result, told)
        run.check(f"{what}: ports", sorted(got["ports"]) == sorted(ports), told)
        run.check(f"{what}: anybody", got["anybody"] == anybody, told)
        if result == "unreachable":
            run.check(f"{what}: what stops it", got.get("blocked") == why, told)
        elif result == "unknown":
            run.check(f"{what}: what would decide", any(why in one for one in got["unknown"]), told)
        else:
            run.check(f"{what}: nothing is not known", not got["unknown"], told)

    # IPv6 is judged apart.
    estate = base()
    interface(estate)["Ipv6Addresses"] = [{"Ipv6Address": "2001:db8::7"}]
    records, _ = run.ask(estate)
    families = {one["family"]: one for one in records if one["target"].endswith("eni-1")}
    run.check("an interface with both families", sorted(families) == ["ipv4", "ipv6"] and families["ipv6"]["result"] == "reachable" and families["ipv6"]["sources"] == ["::/0"], families)
    no_address(estate)
    routes(estate)[2]["GatewayId"] = "local"
    routes(estate)[2]["EgressOnlyInternetGatewayId"] = "eigw-1"
    del routes(estate)[2]["GatewayId"]
    records, _ = run.ask(estate, "--all")
    six = [one for one in records if one["family"] == "ipv6" and one["target"].endswith("eni-1")]
    run.check("IPv6 by an egress-only gateway", len(six) == 1 and six[0]["result"] == "unreachable" and six[0]["blocked"] == "NO_ROUTE_TO_INTERNET_GATEWAY", six)

    for what, change, result, ports, why in BEHIND:
        estate = base()
        change(estate)
        records, done = run.ask(estate)
        mine = [one for one in records if one["type"] == "AWS::EC2::Instance" and one["target"].endswith("i-1")]
        run.check(f"behind a load balancer, {what}", ([one["result"] for one in mine] == [result]) if result else not mine, (mine, done.stderr[:300]))
        if result and mine:
            run.check(f"behind a load balancer, {what}: ports", mine[0]["ports"] == ports and mine[0]["anybody"], mine)
            run.check(f"behind a load balancer, {what}: the way", any(hop["kind"] == "load balancer" for hop in mine[0]["hops"]), mine)
        if why:
            front = [one for one in records if one["name"] == "front"]
            run.check(f"behind a load balancer, {what}: named", front and any(why in text for text in front[0]["unknown"]), front)

    # An assessment's finding is what reach says, from the record as well as from the replies.
    for what, change, verdict in (("an open door", lambda e: None, "fail"), ("no route", via(NatGatewayId="nat-1"), None), ("routes unread", without("ec2-describe-route-tables"), "unknown"),
                                  ("one office", admit(permission("tcp", 22, 22, ["198.51.100.7/32"])), None)):
        estate = base()
        admit(permission("tcp", 22, 22, ["0.0.0.0/0"]))(estate)
        change(estate)
        for round_, found in enumerate(run.assess_twice(estate)):
            run.check(f"an assessment of {what}, run {round_ + 1}", found == verdict, found)

    # What needs no VPC.
    url = {"lambda-list-function-url-configs": {"FunctionUrlConfigs": [
        {"FunctionUrl": "https://x.lambda-url/", "FunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f", "AuthType": "NONE", "CreationTime": "2026-01-01T00:00:00Z"}]}}
    for auth, expected in (("NONE", "reachable"), ("AWS_IAM", None)):
        estate = copy.deepcopy(url)
        reply = estate.pop("lambda-list-function-url-configs")
        reply["FunctionUrlConfigs"][0]["AuthType"] = auth
        estate["lambda-list-function-url-configs/f"] = reply
        records, done = run.ask(estate)
        run.check(f"a function URL with {auth}", [one["result"] for one in records] == ([expected] if expected else []), (records, done.stderr[:200]))
        if expected and records:
            run.check("the function behind it", records[0]["leads_to"] == [f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"], records)
    for cidrs, result, anybody in ((["0.0.0.0/0"], "reachable", True), (["198.51.100.0/24"], "reachable", False), (["10.0.0.0/8"], None, False)):
        cluster = {"name": "c", "arn": f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/c", "resourcesVpcConfig": {"endpointPublicAccess": True, "publicAccessCidrs": cidrs}}
        records, done = run.ask({"eks-list-clusters": {"clusters": ["c"]}, "eks-describe-cluster/c": {"cluster": cluster}})
        run.check(f"a Kubernetes API open to {cidrs}", [(one["result"], one["anybody"]) for one in records] == ([(result, anybody)] if result else []), (records, done.stderr[:200]))
    database = {"DBInstanceIdentifier": "db", "DBInstanceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:db", "PubliclyAccessible": True, "Endpoint": {"Port": 5432},
                "DBSubnetGroup": {"DBSubnetGroupName": "g", "VpcId": "vpc-1", "Subnets": [{"SubnetIdentifier": "subnet-1"}]}, "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1"}]}
    for what, first, change, result in (
            ("an open group", 5432, {}, "reachable"), ("another port", 443, {}, None), ("no public address", 5432, {"PubliclyAccessible": False}, None),
            ("a subnet without a way out too", 5432, {"DBSubnetGroup": {"VpcId": "vpc-1", "Subnets": [{"SubnetIdentifier": "subnet-1"}, {"SubnetIdentifier": "subnet-2"}]}}, "unknown")):
        estate = base()
        admit(permission("tcp", first, first, ["0.0.0.0/0"]))(estate)
        estate["rds-describe-db-instances"] = {"DBInstances": [{**database, **change}]}
        records, done = run.ask(estate)
        mine = [one for one in records if one["type"] == "AWS::RDS::DBInstance"]
        run.check(f"a database with {what}", [one["result"] for one in mine] == ([result] if result else []), (mine, done.stderr[:200]))

    # One is asked about by name; nothing by that name is said so.
    records, done = run.ask(base(), "i-1")
    run.check("by its id", len(records) == 1 and done.returncode == 0, records)
    _, done = run.ask(base(), "i-nowhere")
    run.check("nothing of that name", done.returncode == 3 and "i-nowhere" in done.stderr, done.stderr)

    return run.checks.end()


if __name__ == "__main__":
    sys.exit(main())
