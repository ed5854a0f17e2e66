// One account of the generated estate: its items as AWS Config delivers them, and the faults planted among them.
//
// make_config.cc tells the whole; here is what an item of each type looks like. Every account has its own generator, so that accounts
// can be made in any order.
#pragma once

#include <array>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reeve::bench {

// A planted fault and the controls that judge it.
struct Kind {
  const char* name;
  std::vector<const char*> controls;
};
enum Fault : size_t {
  open_admin_port, unencrypted_volume, imdsv1, unencrypted_database, public_database, unrotated_key, public_bucket,
      unversioned_bucket,
  open_role, retired_runtime, public_topic, public_queue, unscanned_repository, drifted_stack, fault_count, none
};
inline const std::array<Kind, fault_count> kinds = {{
    {"open-admin-port", {"admin-ports-closed-to-the-world"}},
    {"unencrypted-volume", {"volume-encrypted"}},
    {"imdsv1", {"instance-requires-imdsv2"}},
    {"unencrypted-database", {"database-encrypted"}},
    {"public-database", {"database-not-public"}},
    {"unrotated-key", {"kms-key-rotated"}},
    {"public-bucket", {"bucket-not-public", "bucket-blocks-public-access"}},
    {"unversioned-bucket", {"bucket-versioned"}},
    {"open-role", {"role-not-assumable-by-anyone"}},
    {"retired-runtime", {"function-runtime-supported"}},
    {"public-topic", {"topic-not-public"}},
    {"public-queue", {"queue-not-public"}},
    {"unscanned-repository", {"ecr-scans-on-push"}},
    {"drifted-stack", {"stack-in-sync"}},
}};

// splitmix64: small, good enough, the same everywhere.
struct Random {
  uint64_t state;
  uint64_t next() {
    uint64_t z = (state += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  uint64_t below(uint64_t n) { return next() % n; }
  bool chance(double share) { return double(next() >> 11) * 0x1.0p-53 < share; }
};

inline std::string hex(uint64_t value, int digits) {
  char out[20];
  std::snprintf(out, sizeof out, "%016llx", (unsigned long long)value);
  std::string text = std::string("0") + out;  // 17 digits, as EC2's ids have
  return text.substr(text.size() - size_t(digits));
}

inline std::string digits(uint64_t value, int count) {
  std::string out = std::to_string(value);
  return out.size() < size_t(count) ? std::string(size_t(count) - out.size(), '0') + out : out;
}

// JSON text that becomes a JSON string: policies that Config gives as text.
inline std::string as_string(std::string_view json) {
  std::string out = "\"";
  for (char c : json) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

inline std::string percent(std::string_view json) {
  std::string out;
  for (unsigned char c : json) {
    if (std::isalnum(c) || std::strchr("-_.~", c)) out += char(c);
    else out += '%', out += "0123456789ABCDEF"[c >> 4], out += "0123456789ABCDEF"[c & 15];
  }
  return out;
}

constexpr std::array<const char*, 2> region_names = {"eu-west-1", "us-east-1"};

// One account being written: its items by Region, its faults.
class Account {
 public:
  Account(uint64_t seed, size_t number, size_t resources, double share)
      : random_{Random{seed ^ Random{number}.next()}.next()}, id_(digits(100000000000ull +
          number * 7919ull % 899999999999ull, 12)),
        resources_(resources), share_(share) {
    const char* environments[] = {"prod", "staging", "dev"};
    tags_ = R"({"workload":"w)" + std::to_string(number) + R"(","environment":")" + environments[number % 3] +
            R"(","classification":"internal","managed-by":"terraform","cost-centre":")" + digits(random_.below(10000),
            4) + R"("})";
  }

  void make() {
    for (size_t i = 0; i < resources_; ++i) one(i);
  }
  const std::string& id() const { return id_; }
  const std::string& items(size_t region) const { return items_[region]; }
  const std::vector<std::pair<Fault, std::string>>& faults() const { return faults_; }
  size_t resources() const { return resources_; }

 private:
  using Maker = void (Account::*)(size_t);
  struct Share {
    Maker make;
    size_t of_thousand;
  };

  void one(size_t i) {
    static const Share shares[] = {
        {&Account::interface, 140}, {&Account::volume, 120}, {&Account::instance, 90}, {&Account::group, 90},
            {&Account::role, 80},
        {&Account::function, 80},   {&Account::bucket, 50},  {&Account::policy, 50},   {&Account::subnet, 40},
            {&Account::alarm, 40},
        {&Account::log_group, 30},  {&Account::stack, 30},   {&Account::queue, 25},    {&Account::key, 20},
               {&Account::database, 20},
        {&Account::topic, 20},      {&Account::table, 20},   {&Account::user, 20},     {&Account::vpc, 10},
               {&Account::repository, 10},
        {&Account::secret, 10},     {&Account::certificate, 5}};
    // A stride coprime to 1000 mixes the types within the file instead of sorting them.
    size_t place = i * 617 % 1000;
    for (const Share& share : shares) {
      if (place < share.of_thousand) return (this->*share.make)(i);
      place -= share.of_thousand;
    }
    interface(i);
  }

  // The planted share is of all resources; types that can fail hold 635 of 1000.
  bool plant() { return random_.chance(share_ * 1000.0 / 635.0); }
  void note(Fault fault, const std::string& arn) {
    if (fault != none) faults_.emplace_back(fault, arn);
  }
  size_t region_of(size_t i) const { return i % 4 == 3; }  // three quarters at home
  std::string eni(size_t i) { return "eni-" + hex(random_.next() ^ i, 17); }
  std::string owned(const char* kind, size_t i) const {  // ids that other resources can name without having seen them
    Random local{i * 0x2545f4914f6cdd1dull + std::strtoull(id_.c_str(), nullptr, 10)};
    return std::string(kind) + hex(local.next(), 17);
  }
  std::string vpc_id(size_t region) const { return owned("vpc-", region); }
  std::string arn(const char* service, size_t region, const std::string& rest) const {
    return std::string("arn:aws:") + service + ":" + region_names[region] + ":" + id_ + ":" + rest;
  }

  struct Item {
    std::string type, id, name, arn, configuration, supplementary = "{}", relations;
    const char* zone = "Regional";
    bool global = false;
    const char* version = "1.3";
  };

  void put(size_t region, const Item& item) {
    std::string& out = items_[region];
    if (!out.empty()) out += ',';
    out += R"({"relatedEvents":[],"relationships":[)" + item.relations + R"(],"configuration":)" +
        item.configuration + R"(,"supplementaryConfiguration":)" +
           item.supplementary + R"(,"tags":)" + tags_ + R"(,"configurationItemVersion":")" + item.version +
           R"(","configurationItemCaptureTime":"2026-11-22T0)" + std::to_string(random_.below(4)) + ":" +
           digits(random_.below(60), 2) + ":" +
           digits(random_.below(60), 2) + "." + digits(random_.below(1000), 3) + R"(Z","configurationStateId":)" +
               std::to_string(1763000000000ull + random_.below(100000000)) +
           R"(,"awsAccountId":")" + id_ + R"(","configurationItemStatus":"OK","resourceType":")" +
           item.type + R"(","resourceId":")" + item.id + '"';
    if (!item.name.empty()) out += R"(,"resourceName":")" + item.name + '"';
    out += R"(,"ARN":")" + item.arn + R"(","awsRegion":")" +
        (item.global ? "global" : region_names[region]) + R"(","availabilityZone":")" +
           (item.global ? "Not Applicable" : item.zone) + R"(","configurationStateMd5Hash":"",)"
               R"("resourceCreationTime":"2025-)" + digits(1 + random_.below(12), 2) + "-" +
           digits(1 + random_.below(28), 2) + R"(T10:00:00.000Z"})";
  }
  static std::string relation(const std::string& type, const std::string& id, const char* how) {
    return R"({"resourceId":")" + id + R"(","resourceType":")" + type + R"(","name":")" + how + R"("})";
  }
  std::string address() { return "10." + std::to_string(random_.below(256)) + "." +
      std::to_string(random_.below(256)) + "." + std::to_string(4 + random_.below(250)); }

  void interface(size_t i) {
    size_t region = region_of(i);
    std::string id = eni(i), ip = address(), vpc = vpc_id(region), group = owned("sg-", region + 10),
        net = owned("subnet-", region + 20);
    put(region, {"AWS::EC2::NetworkInterface", id, "", arn("ec2", region, "network-interface/" + id),
                 R"({"association":null,"attachment":{"attachTime":"2026-03-02T07:40:11.000Z",)"
                 R"("attachmentId":"eni-attach-)" + hex(random_.next(), 17) +
                     R"(","deleteOnTermination":true,"deviceIndex":0,"networkCardIndex":0,"instanceId":")" +
                     owned("i-", i) + R"(","instanceOwnerId":")" + id_ +
                     R"(","status":"attached"},"availabilityZone":")" + region_names[region] + R"(a","description":"",)"
                     R"("groups":[{"groupName":"app","groupId":")" + group +
                     R"("}],"interfaceType":"interface","ipv6Addresses":[],"macAddress":"02:00:5e:00:53:01",)"
                     R"("networkInterfaceId":")" + id + R"(","ownerId":")" + id_ +
                     R"(","privateIpAddress":")" + ip + R"(","privateIpAddresses":[{"association":null,"primary":true,)"
                     R"("privateIpAddress":")" + ip +
                     R"("}],"requesterManaged":false,"sourceDestCheck":true,"status":"in-use","subnetId":")" +
                     net + R"(","tagSet":[],"vpcId":")" + vpc + R"("})",
                 "{}", relation("AWS::EC2::Subnet", net, "Is contained in Subnet") + "," + relation("AWS::EC2::VPC",
                     vpc, "Is contained in Vpc")});
  }

  void instance(size_t i) {
    size_t region = region_of(i);
    Fault fault = plant() ? imdsv1 : none;
    std::string id = owned("i-", i), ip = address(), vpc = vpc_id(region), group = owned("sg-", region + 10),
        disk = owned("vol-", i), at = arn("ec2", region, "instance/" + id);
    note(fault, at);
    put(region, {"AWS::EC2::Instance", id, "", at,
                 R"({"amiLaunchIndex":0,"imageId":"ami-)" + hex(random_.below(50), 17) + R"(","instanceId":")" + id +
                     R"(","instanceType":"m7g.large","keyName":null,"launchTime":"2026-03-02T07:40:11.000Z",)"
                     R"("monitoring":{"state":"disabled"},"placement":{"availabilityZone":")" +
                     region_names[region] + R"(a","groupName":"","tenancy":"default"},)"
                         R"("privateDnsName":"ip.compute.internal","privateIpAddress":")" + ip +
                     R"(","productCodes":[],"publicDnsName":"","state":{"code":16,"name":"running"},"subnetId":")" +
                     owned("subnet-", region + 20) + R"(","vpcId":")" + vpc +
                     R"(","architecture":"arm64","blockDeviceMappings":[{"deviceName":"/dev/xvda",)"
                     R"("ebs":{"attachTime":"2026-03-02T07:40:12.000Z","deleteOnTermination":true,"status":"attached",)"
                     R"("volumeId":")" +
                     disk + R"("}}],"ebsOptimized":true,"enaSupport":true,"hypervisor":"xen","iamInstanceProfile":null,)"
                         R"("rootDeviceName":"/dev/xvda","rootDeviceType":"ebs","securityGroups":[{"groupName":"app",)"
                         R"("groupId":")" +
                     group + R"("}],"sourceDestCheck":true,"tags":[],"virtualizationType":"hvm",)"
                         R"("metadataOptions":{"state":"applied","httpTokens":")" +
                     (fault == none ? "required" : "optional") + R"(","httpPutResponseHopLimit":2,)"
                         R"("httpEndpoint":"enabled","httpProtocolIpv6":"disabled"}})",
                 "{}", relation("AWS::EC2::SecurityGroup", group, "Is associated with SecurityGroup") + "," +
                     relation("AWS::EC2::Volume", disk, "Is attached to Volume")});
  }

  void volume(size_t i) {
    size_t region = region_of(i);
    Fault fault = plant() ? unencrypted_volume : none;
    std::string id = "vol-" + hex(random_.next() ^ i, 17), at = arn("ec2", region, "volume/" + id), machine = owned("i-", i);
    note(fault, at);
    put(region, {"AWS::EC2::Volume", id, "", at,
                 R"({"attachments":[{"attachTime":"2026-03-02T07:40:12.000Z","device":"/dev/xvda","instanceId":")" +
                 machine + R"(","state":"attached","volumeId":")" + id +
                     R"(","deleteOnTermination":true}],"availabilityZone":")" +
                     region_names[region] + R"(a","createTime":"2026-03-02T07:40:12.000Z","encrypted":)" +
                     (fault == none ? R"(true,"kmsKeyId":")" + arn("kms", region, "key/" + hex(1, 8) +
                         "-0000-4000-8000-" + id_) + '"' : std::string("false,\"kmsKeyId\":null")) +
                     R"(,"outpostArn":null,"size":)" + std::to_string(8 +
                     random_.below(500)) + R"(,"snapshotId":"snap-)" + hex(random_.next(), 17) + R"(","state":"in-use",)"
                         R"("volumeId":")" + id +
                     R"(","iops":3000,"tags":[],"volumeType":"gp3","fastRestored":null,"multiAttachEnabled":false,)"
                     R"("throughput":125})",
                 "{}", relation("AWS::EC2::Instance", machine, "Is attached to Instance")});
  }

  void group(size_t i) {
    size_t region = region_of(i);
    Fault fault = plant() ? open_admin_port : none;
    std::string id = "sg-" + hex(random_.next() ^ i, 17), vpc = vpc_id(region), at = arn("ec2", region, "security-group/" + id);
    note(fault, at);
    auto permission = [](const std::string& port, const std::string& range) {
      return R"({"fromPort":)" + port + R"(,"ipProtocol":"tcp","ipv6Ranges":[],"prefixListIds":[],"toPort":)" +
          port + R"(,"userIdGroupPairs":[],"ipv4Ranges":[{"cidrIp":")" + range +
             R"("}],"ipRanges":[")" + range + R"("]})";
    };
    std::string in = permission("443", "0.0.0.0/0") + "," + permission("22", fault == none ? "10.0.0.0/8" : "0.0.0.0/0");
    put(region, {"AWS::EC2::SecurityGroup", id, "app-" + std::to_string(i), at,
                 R"({"description":"application","groupName":"app-)" + std::to_string(i) + R"(","ipPermissions":[)" +
                 in + R"(],"ownerId":")" + id_ + R"(","groupId":")" + id +
                     R"(","ipPermissionsEgress":[{"ipProtocol":"-1","ipv6Ranges":[],"prefixListIds":[],)"
                     R"("userIdGroupPairs":[],"ipv4Ranges":[{"cidrIp":"0.0.0.0/0"}],"ipRanges":["0.0.0.0/0"]}],)"
                     R"("tags":[],"vpcId":")" +
                     vpc + R"("})",
                 "{}", relation("AWS::EC2::VPC", vpc, "Is contained in Vpc")});
  }

  void subnet(size_t i) {
    size_t region = region_of(i);
    std::string id = "subnet-" + hex(random_.next() ^ i, 17), vpc = vpc_id(region);
    put(region, {"AWS::EC2::Subnet", id, "", arn("ec2", region, "subnet/" + id),
                 R"({"availabilityZone":")" + std::string(region_names[region]) + R"(a","availabilityZoneId":"az1",)"
                 R"("availableIpAddressCount":240,"cidrBlock":"10.0.1.0/24","defaultForAz":false,)"
                 R"("mapPublicIpOnLaunch":false,"state":"available","subnetId":")" +
                     id + R"(","vpcId":")" + vpc + R"(","ownerId":")" + id_ + R"(","assignIpv6AddressOnCreation":false,)"
                         R"("ipv6CidrBlockAssociationSet":[],"tags":[],"subnetArn":")" + arn("ec2", region, "subnet/" +
                         id) + R"("})",
                 "{}", relation("AWS::EC2::VPC", vpc, "Is contained in Vpc")});
  }

  void vpc(size_t i) {
    size_t region = region_of(i);
    std::string id = "vpc-" + hex(random_.next() ^ i, 17);
    put(region, {"AWS::EC2::VPC", id, "", arn("ec2", region, "vpc/" + id),
                 R"({"cidrBlock":"10.0.0.0/16","dhcpOptionsId":"dopt-00000000000000001","state":"available",)"
                 R"("vpcId":")" + id + R"(","ownerId":")" + id_ +
                     R"(","instanceTenancy":"default","ipv6CidrBlockAssociationSet":[],)"
                     R"("cidrBlockAssociationSet":[{"associationId":"vpc-cidr-assoc-)" + hex(random_.next(), 17) +
                     R"(","cidrBlock":"10.0.0.0/16","cidrBlockState":{"state":"associated"}}],"isDefault":false,"tags":[]})"});
  }

  void bucket(size_t i) {
    size_t region = region_of(i);
    Fault fault = plant() ? (random_.chance(0.5) ? public_bucket : unversioned_bucket) : none;
    std::string name = "b-" + id_ + "-" + std::to_string(i), at = "arn:aws:s3:::" + name, owner(64, 'a');
    note(fault, at);
    std::string rule = fault == public_bucket
                           ? R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",)"
                               R"("Action":"s3:GetObject","Resource":")" + at + R"(/*"}]})"
                           : R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*",)"
                               R"("Resource":")" + at + R"(/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]})";
    const char* block = fault == public_bucket ? "false" : "true";
    put(region, {"AWS::S3::Bucket", name, name, at, R"({"name":")" + name + R"(","owner":{"displayName":null,"id":")" +
        owner + R"("},"creationDate":"2025-04-01T10:00:00.000Z"})",
                 R"({"AccessControlList":)" + as_string(R"({"grantSet":null,"grantList":[{"grantee":{"id":")" +
                 owner + R"(","displayName":null},"permission":"FullControl"}],"isRequesterCharged":false})") +
                     R"(,"BucketAccelerateConfiguration":{"status":null},)"
                     R"("BucketLoggingConfiguration":{"destinationBucketName":null,"logFilePrefix":null},)"
                     R"("BucketPolicy":{"policyText":)" +
                     as_string(rule) + R"(},"BucketVersioningConfiguration":{"status":")" +
                         (fault == unversioned_bucket ? "Off" : "Enabled") +
                     R"(","isMfaDeleteEnabled":null},"PublicAccessBlockConfiguration":{"blockPublicAcls":)" +
                     block + R"(,"ignorePublicAcls":)" + block +
                     R"(,"blockPublicPolicy":)" + block + R"(,"restrictPublicBuckets":)" + block +
                     R"(},"ServerSideEncryptionConfiguration":{"rules":[)"
                     R"({"applyServerSideEncryptionByDefault":{"sseAlgorithm":"AES256","kmsMasterKeyID":null},)"
                     R"("bucketKeyEnabled":false}]}})"});
  }

  void role(size_t i) {
    Fault fault = plant() ? open_role : none;
    std::string name = "role-" + std::to_string(i), at = "arn:aws:iam::" + id_ + ":role/" + name, id = "AROA" +
        hex(random_.next(), 17);
    note(fault, at);
    std::string trust = std::string(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":)") +
                        (fault == none ? R"({"Service":"ec2.amazonaws.com"})" : R"({"AWS":"*"})") +
                        R"(,"Action":"sts:AssumeRole"}]})";
    std::string own = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject",)"
        R"("s3:ListBucket"],"Resource":"arn:aws:s3:::b-)" + id_ + R"(-*"}]})";
    put(0, {"AWS::IAM::Role", id, name, at,
            R"({"path":"/","roleName":")" + name + R"(","roleId":")" + id + R"(","arn":")" +
            at + R"(","createDate":"2025-04-01T10:00:00.000Z","assumeRolePolicyDocument":")" + percent(trust) +
                R"(","instanceProfileList":[],"rolePolicyList":[{"policyName":"own","policyDocument":")" + percent(own) +
                R"("}],"attachedManagedPolicies":[{"policyName":"AmazonSSMManagedInstanceCore",)"
                R"("policyArn":"arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"}],"permissionsBoundary":null,)"
                R"("tags":[],"roleLastUsed":null})",
            "{}", "", "", true});
  }

  void policy(size_t i) {
    std::string name = "policy-" + std::to_string(i), at = "arn:aws:iam::" + id_ + ":policy/" + name, id = "ANPA" +
        hex(random_.next(), 17);
    std::string document = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:GetItem",)"
        R"("dynamodb:Query"],"Resource":"arn:aws:dynamodb:*:)" + id_ + R"(:table/t-*"}]})";
    put(0, {"AWS::IAM::Policy", id, name, at,
            R"({"policyName":")" + name + R"(","policyId":")" + id + R"(","arn":")" + at +
                R"(","path":"/","defaultVersionId":"v1","attachmentCount":1,"permissionsBoundaryUsageCount":0,)"
                R"("isAttachable":true,"description":null,"createDate":"2025-04-01T10:00:00.000Z",)"
                R"("updateDate":"2025-04-01T10:00:00.000Z","policyVersionList":[{"document":")" +
                percent(document) + R"(","versionId":"v1","isDefaultVersion":true,"createDate":"2025-04-01T10:00:00.000Z"}]})",
            "{}", "", "", true});
  }

  void user(size_t i) {
    std::string name = "user-" + std::to_string(i), at = "arn:aws:iam::" + id_ + ":user/" + name, id = "AIDA" +
        hex(random_.next(), 17);
    put(0, {"AWS::IAM::User", id, name, at,
            R"({"path":"/","userName":")" + name + R"(","userId":")" + id + R"(","arn":")" + at +
                R"(","createDate":"2025-04-01T10:00:00.000Z","userPolicyList":[],"groupList":["staff"],)"
                R"("attachedManagedPolicies":[],"permissionsBoundary":null,"tags":[]})",
            "{}", relation("AWS::IAM::Group", "AGPA00000000000000001", "Is attached to Group"), "", true});
  }

  void function(size_t i) {
    size_t region = region_of(i);
    Fault fault = plant() ? retired_runtime : none;
    std::string name = "f-" + std::to_string(i), at = arn("lambda", region, "function:" + name);
    note(fault, at);
    put(region, {"AWS::Lambda::Function", name, name, at,
                 R"({"functionName":")" + name + R"(","functionArn":")" + at + R"(","runtime":")" +
                 (fault == none ? "python3.13" : "python3.8") + R"(","role":"arn:aws:iam::)" + id_ +
                     R"(:role/role-1","handler":"app.handler","codeSize":)" + std::to_string(1000 + random_.below(5000000)) +
                     R"(,"description":"","timeout":30,"memorySize":256,"lastModified":"2026-08-14T10:11:12.000+0000",)"
                     R"("codeSha256":"bm9ydGhmaWVsZCBub3J0aGZpZWxkIG5vcnRoZmllbGQhIQ==","version":"$LATEST",)"
                     R"("tracingConfig":{"mode":"PassThrough"},"revisionId":")" +
                     hex(random_.next(), 16) + R"(","layers":[],"state":"Active","lastUpdateStatus":"Successful",)"
                         R"("fileSystemConfigs":[],"packageType":"Zip","architectures":["arm64"],)"
                         R"("ephemeralStorage":{"size":512},"snapStart":{"applyOn":"None","optimizationStatus":"Off"}})",
                 R"({"Policy":null,"Tags":{}})", relation("AWS::IAM::Role", "role-1", "Is associated with Role")});
  }

  void database(size_t i) {
    size_t region = region_of(i);
    Fault fault = plant() ? (random_.chance(0.5) ? unencrypted_database : public_database) : none;
    std::string name = "db-" + std::to_string(i), at = arn("rds", region, "db:" + name), id = "db-" +
        hex(random_.next(), 16) + "0000000000";
    note(fault, at);
    put(region, {"AWS::RDS::DBInstance", id, name, at,
                 R"({"dBInstanceIdentifier":")" + name + R"(","dBInstanceClass":"db.t4g.medium","engine":"postgres",)"
                 R"("dBInstanceStatus":"available","masterUsername":"dba","dBName":"app","endpoint":{"address":")" +
                     name + R"(.rds.amazonaws.com","port":5432,"hostedZoneId":"Z1"},"allocatedStorage":100,)"
                         R"("instanceCreateTime":"2025-02-11T09:21:33.512Z","backupRetentionPeriod":14,)"
                         R"("dBSecurityGroups":[],"vpcSecurityGroups":[{"vpcSecurityGroupId":")" +
                     owned("sg-", region + 10) + R"(","status":"active"}],"availabilityZone":")" + region_names[region] +
                     R"(a","pendingModifiedValues":{},"multiAZ":true,"engineVersion":"16.9",)"
                     R"("autoMinorVersionUpgrade":true,"readReplicaDBInstanceIdentifiers":[],)"
                     R"("licenseModel":"postgresql-license","publiclyAccessible":)" +
                     (fault == public_database ? "true" : "false") + R"(,"storageType":"gp3","storageEncrypted":)" +
                         (fault == unencrypted_database ? "false" : "true") +
                     R"(,"dbiResourceId":")" + id + R"(","cACertificateIdentifier":"rds-ca-rsa2048-g1",)"
                     R"("copyTagsToSnapshot":true,"monitoringInterval":60,"dBInstanceArn":")" + at +
                     R"(","iAMDatabaseAuthenticationEnabled":true,"performanceInsightsEnabled":false,)"
                     R"("deletionProtection":true})",
                 R"({"Tags":[]})"});
  }

  void key(size_t i) {
    size_t region = region_of(i);
    Fault fault = plant() ? unrotated_key : none;
    std::string id = hex(random_.next(), 8) + "-" + hex(i, 4) + "-4000-8000-" + id_, at = arn("kms", region, "key/" + id);
    note(fault, at);
    put(region, {"AWS::KMS::Key", id, id, at,
                 R"({"awsaccountId":")" + id_ + R"(","keyId":")" + id + R"(","arn":")" + at +
                     R"(","creationDate":"2025-04-09T12:00:00.000Z","enabled":true,"description":"data",)"
                     R"("keyUsage":"ENCRYPT_DECRYPT","keyState":"Enabled","origin":"AWS_KMS","keyManager":"CUSTOMER",)"
                     R"("customerMasterKeySpec":"SYMMETRIC_DEFAULT","keySpec":"SYMMETRIC_DEFAULT",)"
                     R"("encryptionAlgorithms":["SYMMETRIC_DEFAULT"],"multiRegion":false})",
                 R"({"Tags":[],"Policy":)" + as_string(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",)"
                 R"("Principal":{"AWS":"arn:aws:iam::)" + id_ + R"(:root"},"Action":"kms:*","Resource":"*"}]})") +
                     R"(,"KeyRotationStatus":)" + (fault == none ? "true" : "false") + R"(,"Aliases":[]})"});
  }

  // A topic's and a queue's own policy: the account itself, or anybody.
  std::string resource_policy(const char* action, const std::string& at, bool anybody) const {
    std::string out = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":")" +
        std::string(action) + R"(","Resource":")" + at + '"';
    if (!anybody) out += R"(,"Condition":{"StringEquals":{"aws:SourceAccount":")" + id_ + R"("}})";
    return out + "}]}";
  }

  void topic(size_t i) {
    size_t region = region_of(i);
    Fault fault = plant() ? public_topic : none;
    std::string name = "topic-" + std::to_string(i), at = arn("sns", region, name);
    note(fault, at);
    put(region, {"AWS::SNS::Topic", at, name, at,
                 R"({"TopicArn":")" + at + R"(","DisplayName":"","Owner":")" + id_ + R"(","SubscriptionsConfirmed":"1",)"
                 R"("SubscriptionsDeleted":"0","SubscriptionsPending":"0","KmsMasterKeyId":"alias/aws/sns","Policy":)" +
                     as_string(resource_policy("SNS:Publish", at, fault != none)) + "}"});
  }

  void queue(size_t i) {
    size_t region = region_of(i);
    Fault fault = plant() ? public_queue : none;
    std::string name = "queue-" + std::to_string(i), at = arn("sqs", region, name), url = std::string("https://sqs.") +
        region_names[region] + ".amazonaws.com/" + id_ + "/" + name;
    note(fault, at);
    put(region, {"AWS::SQS::Queue", url, name, at,
                 R"({"QueueArn":")" + at + R"(","QueueUrl":")" + url + R"(","QueueName":")" + name +
                     R"(","CreatedTimestamp":1738400000,"VisibilityTimeout":30,"MaximumMessageSize":262144,)"
                     R"("MessageRetentionPeriod":345600,"DelaySeconds":0,"ReceiveMessageWaitTimeSeconds":0,)"
                     R"("SqsManagedSseEnabled":"true","Policy":)" +
                     as_string(resource_policy("sqs:SendMessage", at, fault != none)) + "}"});
  }

  void table(size_t i) {
    size_t region = region_of(i);
    std::string name = "t-" + std::to_string(i), at = arn("dynamodb", region, "table/" + name);
    put(region, {"AWS::DynamoDB::Table", name, name, at,
                 R"({"attributeDefinitions":[{"attributeName":"id","attributeType":"S"}],"tableName":")" + name +
                     R"(","keySchema":[{"attributeName":"id","keyType":"HASH"}],"tableStatus":"ACTIVE",)"
                     R"("creationDateTime":1748764800000,"provisionedThroughput":{"numberOfDecreasesToday":0,)"
                     R"("readCapacityUnits":0,"writeCapacityUnits":0},"tableSizeBytes":8192,"itemCount":12,"tableArn":")" +
                     at + R"(","billingModeSummary":{"billingMode":"PAY_PER_REQUEST"},)"
                         R"("ssedescription":{"status":"ENABLED","ssetype":"KMS"}})",
                 R"({"ContinuousBackupsDescription":{"continuousBackupsStatus":"ENABLED",)"
                 R"("pointInTimeRecoveryDescription":{"pointInTimeRecoveryStatus":"ENABLED"}}})"});
  }

  void repository(size_t i) {
    size_t region = region_of(i);
    Fault fault = plant() ? unscanned_repository : none;
    std::string name = "image-" + std::to_string(i), at = arn("ecr", region, "repository/" + name);
    note(fault, at);
    put(region, {"AWS::ECR::Repository", name, name, at,
                 R"({"RepositoryName":")" + name + R"(","Arn":")" + at + R"(","RepositoryUri":")" + id_ + ".dkr.ecr." +
                 region_names[region] + ".amazonaws.com/" + name +
                     R"(","ImageTagMutability":"IMMUTABLE","ImageScanningConfiguration":{"ScanOnPush":)" +
                     (fault == none ? "true" : "false") + R"(},"EncryptionConfiguration":{"EncryptionType":"AES256"},)"
                         R"("Tags":[]})"});
  }

  void stack(size_t i) {
    size_t region = region_of(i);
    Fault fault = plant() ? drifted_stack : none;
    std::string name = "stack-" + std::to_string(i), at = arn("cloudformation", region, "stack/" + name + "/" +
        hex(random_.next(), 8) + "-0000-4000-8000-" + id_);
    note(fault, at);
    put(region, {"AWS::CloudFormation::Stack", at, name, at,
                 R"({"stackId":")" + at + R"(","stackName":")" + name +
                     R"(","description":null,"parameters":[],"creationTime":"2025-04-01T10:00:00.000Z",)"
                     R"("rollbackConfiguration":{"rollbackTriggers":[]},"stackStatus":"UPDATE_COMPLETE",)"
                     R"("disableRollback":false,"notificationARNs":[],"capabilities":["CAPABILITY_NAMED_IAM"],)"
                     R"("outputs":[],"tags":[],"enableTerminationProtection":true,"driftInformation":{"stackDriftStatus":")" +
                     (fault == none ? "IN_SYNC" : "DRIFTED") + R"(","lastCheckTimestamp":"2026-11-21T02:00:00.000Z"}})"});
  }

  void alarm(size_t i) {
    size_t region = region_of(i);
    std::string name = "alarm-" + std::to_string(i), at = arn("cloudwatch", region, "alarm:" + name);
    put(region, {"AWS::CloudWatch::Alarm", at, name, at,
                 R"({"alarmName":")" + name + R"(","alarmArn":")" + at +
                     R"(","alarmDescription":"errors","alarmConfigurationUpdatedTimestamp":"2026-05-01T10:00:00.000Z",)"
                     R"("actionsEnabled":true,"oKActions":[],"alarmActions":[")" + arn("sns", region, "topic-1") +
                     R"("],"insufficientDataActions":[],"stateValue":"OK","stateReason":"fine","metricName":"Errors",)"
                     R"("namespace":"AWS/Lambda","statistic":"SUM","dimensions":[{"name":"FunctionName","value":"f-1"}],)"
                     R"("period":300,"evaluationPeriods":1,"threshold":1.0,)"
                     R"("comparisonOperator":"GreaterThanOrEqualToThreshold","treatMissingData":"notBreaching"})"});
  }

  void log_group(size_t i) {
    size_t region = region_of(i);
    std::string name = "/aws/lambda/f-" + std::to_string(i), at = arn("logs", region, "log-group:" + name);
    put(region, {"AWS::Logs::LogGroup", name, name, at, R"({"LogGroupName":")" + name + R"(","RetentionInDays":400,)"
        R"("Arn":")" + at + R"(:*","LogGroupClass":"STANDARD","Tags":[]})"});
  }

  void secret(size_t i) {
    size_t region = region_of(i);
    std::string name = "secret-" + std::to_string(i), at = arn("secretsmanager", region, "secret:" + name + "-AbCdEf");
    put(region, {"AWS::SecretsManager::Secret", at, name, at,
                 R"({"ARN":")" + at + R"(","Name":")" + name + R"(","Description":"","KMSKeyId":null,)"
                 R"("RotationEnabled":true,"RotationRules":{"AutomaticallyAfterDays":30},"LastChangedDate":1762000000,)"
                 R"("Tags":[]})"});
  }

  void certificate(size_t i) {
    size_t region = region_of(i);
    std::string id = hex(random_.next(), 8) + "-" + hex(i, 4) + "-4000-8000-" + id_, at = arn("acm", region,
        "certificate/" + id);
    put(region, {"AWS::ACM::Certificate", at, "app.example.com", at,
                 R"({"certificateArn":")" + at + R"(","domainName":"app.example.com",)"
                 R"("subjectAlternativeNames":["app.example.com"],"serial":"01","subject":"CN=app.example.com",)"
                 R"("issuer":"Amazon","createdAt":"2026-04-01T10:00:00.000Z","status":"ISSUED",)"
                 R"("notBefore":"2026-04-01T00:00:00.000Z","notAfter":"2027-05-01T00:00:00.000Z",)"
                 R"("keyAlgorithm":"RSA-2048","signatureAlgorithm":"SHA256WITHRSA","inUseBy":[],"type":"AMAZON_ISSUED",)"
                 R"("renewalEligibility":"ELIGIBLE"})"});
  }

  Random random_;
  std::string id_;
  size_t resources_;
  double share_;
  std::string tags_;
  std::array<std::string, 2> items_;
  std::vector<std::pair<Fault, std::string>> faults_;
};

}  // namespace reeve::bench
