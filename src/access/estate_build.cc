#include "access/estate_build.h"

#include <algorithm>
#include <cstring>

#include "aws/arn.h"
#include "base/text.h"
#include "base/time.h"
#include "content/resource_types.h"
#include "estate/not_json.h"
#include "formats/json.h"

namespace reeve::access {
namespace {

// The one policy of AWS's own whose text all know, for estates in which it is attached and not told, as AWS Config leaves it. Source: AWS
// Managed Policy Reference, "AdministratorAccess".
constexpr std::string_view kAdministratorAccess = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";

std::string reason_of(std::string_view text) { return text.empty() ? "not read" : std::string(text); }

Fact step_to(Fact from, std::string_view key) {
  if (!from.value || !from.known()) return from;
  Value next = from.value.get(key);
  if (!next && from.value.open()) return {{}, reason_of(from.value.open_reason())};
  if (next.is_unknown()) return {{}, reason_of(next.text())};
  return {next.is_null() ? Value() : next, {}};
}

// One text for equal values, so that equal policies are found to be so.
void spell(Value value, std::string& out) {
  switch (value.kind()) {
    case Kind::map:
      out += '{';
      for (auto entry : value.entries()) {
        out += entry.key();
        out += '\1';
        spell(entry.value, out);
      }
      if (value.open()) out += "\2", out += value.open_reason();
      out += '}';
      break;
    case Kind::list:
      out += '[';
      for (Value item : value.items()) spell(item, out);
      out += ']';
      break;
    case Kind::unknown: out += '\2'; [[fallthrough]];
    default:
      out += value.is_string() ? '"' : static_cast<char>('0' + static_cast<int>(value.kind()));
      out += value.text();
      out += '\1';
  }
}

int64_t time_of(const Fact& fact) {
  if (!fact.value) return 0;
  auto time = parse_time(fact.value.text());
  return time ? time->ms : 0;
}

}  // namespace

Fact fact(Value body, std::string_view path) {
  Fact at{body, {}};
  for (std::string_view key : split(path, '.')) at = step_to(at, key);
  return at;
}

Fact fact(Value body, const Path& path) {
  Fact at{body, {}};
  for (std::string_view key : path.keys()) at = step_to(at, key);
  return at;
}

std::vector<std::string> texts(const Fact& list, std::string& unknown) {
  std::vector<std::string> out;
  if (!list.known() && unknown.empty()) unknown = list.unknown;
  for (Value item : list.value.items()) {
    if (item.is_unknown()) {
      if (unknown.empty()) unknown = reason_of(item.text());
    } else {
      out.emplace_back(item.text());
    }
  }
  return out;
}

size_t EstateBuilder::Leading::operator()(const Sha256& digest) const {
  size_t out;
  std::memcpy(&out, digest.data(), sizeof out);
  return out;
}

uint32_t EstateBuilder::file(const std::string& name) {
  auto [at, is_new] = files_.try_emplace(name, static_cast<uint32_t>(estate_.files.size()));
  if (is_new) estate_.files.push_back(name);
  return at->second;
}

uint32_t EstateBuilder::policy(Value document, const std::string& name) {
  std::string key = name;
  key += '\0';
  spell(document, key);
  auto [at, is_new] = policies_.try_emplace(sha256(key), static_cast<uint32_t>(estate_.policies.size()));
  if (!is_new) {
    ++estate_.policies[at->second].places;
    return at->second;
  }
  AccessPolicy made;
  made.name = name;
  if (auto origin = document.origin(); origin.source) {
    made.file = origin.source->file;
    made.line = origin.line;
  }
  auto read = parse_policy(document, name);
  if (!read) {
    estate_.problems.push_back(read.error());
    Policy broken;
    broken.name = name;
    broken.unknown = read.error().what;
    read = std::move(broken);
  }
  made.policy = compile_policy(std::move(*read));
  estate_.policies.push_back(std::move(made));
  return at->second;
}

uint32_t EstateBuilder::unread_policy(const std::string& name, const std::string& why) {
  auto [at, is_new] = policies_.try_emplace(sha256(name + '\0' + '\2' + why), static_cast<uint32_t>(estate_.policies.size()));
  if (is_new) {
    Policy unread;
    unread.name = name;
    unread.unknown = why;
    estate_.policies.push_back({compile_policy(std::move(unread)), name, {}, 0, 1});
  }
  return at->second;
}

// A policy by its ARN, whether its text has been seen already or not.
uint32_t EstateBuilder::managed(const std::string& arn) {
  auto [at, is_new] = managed_.try_emplace(arn, static_cast<uint32_t>(estate_.policies.size()));
  if (is_new) estate_.policies.push_back({nullptr, arn, {}, 0, 1});
  return at->second;
}

void EstateBuilder::name_broken(const Resource& resource, const std::string& name, const std::string& why) {
  if (!contains(why, kNotJsonText)) return;
  estate_.problems.push_back({Code::parse, name + " of " + resource.uid + ": " + why, {resource.main_source.file, resource.main_line}, "a policy document", {}});
}

void EstateBuilder::managed_policy(const Resource& resource) {
  const Fact document = fact(resource.body(), "Properties.PolicyDocument");
  const uint32_t at = managed(resource.uid);
  if (estate_.policies[at].policy) return;  // AWS's own are read in many accounts
  name_broken(resource, "policy", document.unknown);
  const uint32_t made = document.value ? policy(document.value, resource.uid) : unread_policy(resource.uid, document.known() ? "its text was not read" : document.unknown);
  AccessPolicy copy = estate_.policies[made];
  estate_.policies[at] = std::move(copy);
}

IdentitySet EstateBuilder::identity(const Resource& resource, bool bounded) {
  IdentitySet set;
  const Value body = resource.body();
  for (const std::string& arn : texts(fact(body, "Properties.ManagedPolicyArns"), set.unread)) set.policies.push_back(managed(arn));
  const Fact own = fact(body, "Properties.Policies");
  if (!own.known() && set.unread.empty()) set.unread = own.unknown;
  name_broken(resource, "inline policies", own.unknown);
  for (Value one : own.value.items()) {
    const Fact document = fact(one, "PolicyDocument"), name = fact(one, "PolicyName");
    const std::string shown = "inline " + (name.value ? std::string(name.value.text()) : std::string("policy"));
    name_broken(resource, shown, document.unknown);
    if (document.value) set.policies.push_back(policy(document.value, shown));
    else set.policies.push_back(unread_policy(shown, document.known() ? "it has no text" : document.unknown));
  }
  if (bounded) {
    const Fact boundary = fact(body, "Properties.PermissionsBoundary");
    if (boundary.value) set.boundary = managed(std::string(boundary.value.text()));
    else if (!boundary.known()) set.boundary = unread_policy("permissions boundary", boundary.unknown);
  }
  return set;
}

uint32_t EstateBuilder::intern(IdentitySet set) {
  std::sort(set.policies.begin(), set.policies.end());
  set.policies.erase(std::unique(set.policies.begin(), set.policies.end()), set.policies.end());
  std::string key(reinterpret_cast<const char*>(set.policies.data()), set.policies.size() * sizeof(uint32_t));
  key.append(reinterpret_cast<const char*>(&set.boundary), sizeof set.boundary);
  key += set.unread;
  auto [at, is_new] = sets_.try_emplace(sha256(key), static_cast<uint32_t>(estate_.sets.size()));
  if (is_new) {
    set.policies.shrink_to_fit();
    estate_.sets.push_back(std::move(set));
  }
  return at->second;
}

AccessPrincipal EstateBuilder::principal(const Resource& resource, AccessPrincipal::Kind kind) {
  AccessPrincipal out;
  out.kind = kind;
  out.arn = resource.uid;
  out.account = estate_.account(resource.account);
  out.tags = resource.tags;
  out.file = file(resource.main_source.file);
  out.line = resource.main_line;
  return out;
}

// Of a user the newest of its password's and keys' uses; of both what its services say.
void EstateBuilder::last_accessed(const Resource& resource, AccessPrincipal& principal) {
  std::string unknown;
  const Fact services = fact(resource.body(), "Observed.ServicesLastAccessed");
  if (!services.value) return;
  std::vector<AccessService> used;
  for (Value one : services.value.items()) {
    const Fact name = fact(one, "ServiceNamespace"), when = fact(one, "LastAuthenticated");
    if (!name.value || !when.known()) continue;
    used.push_back({std::string(name.value.text()), time_of(when)});
    if (principal.last_used_ms < used.back().last_ms) principal.last_used_ms = used.back().last_ms;
  }
  estate_.services_used[static_cast<uint32_t>(estate_.principals.size())] = std::move(used);
}

void EstateBuilder::user(const Resource& resource) {
  AccessPrincipal out = principal(resource, AccessPrincipal::Kind::user);
  const Value observed = resource.body().get("Observed"), body = resource.body();
  if (const Fact id = fact(body, "Observed.UserId"); id.value) out.id = std::string(id.value.text());
  bool all_known = true, any = false;
  int64_t newest = 0;
  for (const char* key : {"PasswordEnabled", "AccessKey1Active", "AccessKey2Active"}) {
    const Fact is = step_to({observed, observed ? "" : "not read"}, key);
    all_known &= is.known() && is.value;
    any |= is.value.is_bool() && is.value.boolean();
  }
  bool uses_known = true;
  for (const char* key : {"PasswordLastUsed", "AccessKey1LastUsed", "AccessKey2LastUsed"}) {
    const Fact used = step_to({observed, observed ? "" : "not read"}, key);
    uses_known &= used.known() && used.value;
    newest = std::max(newest, time_of(used));
  }
  out.has_keys_or_password = any || !all_known;
  if (newest > 0 || uses_known) out.last_used_ms = newest;
  last_accessed(resource, out);
  Waiting wait{static_cast<uint32_t>(estate_.principals.size()), {}, identity(resource, true)};
  wait.groups = texts(fact(body, "Properties.Groups"), wait.set.unread);
  estate_.principals.push_back(std::move(out));
  waiting_.push_back(std::move(wait));
}

void EstateBuilder::role(const Resource& resource) {
  AccessPrincipal out = principal(resource, AccessPrincipal::Kind::role);
  const Value body = resource.body();
  if (const Fact id = fact(body, "Properties.RoleId"); id.value) out.id = std::string(id.value.text());
  out.service_linked = starts_with(arn_resource(out.arn), "role/aws-service-role/");
  const Fact trust = fact(body, "Properties.AssumeRolePolicyDocument");
  name_broken(resource, "trust policy", trust.unknown);
  if (trust.value) out.trust = policy(trust.value, "trust policy");
  else out.trust = unread_policy("trust policy", trust.known() ? "it was not read" : trust.unknown);
  const Fact used = fact(body, "Observed.RoleLastUsed");
  if (used.value) out.last_used_ms = time_of(fact(used.value, "LastUsedDate"));
  std::string unknown;
  const std::string_view partition = arn_partition(out.arn);
  for (const std::string& name : texts(fact(body, "Observed.InstanceProfiles"), unknown))
    out.instance_profiles.push_back(starts_with(name, "arn:") ? name : make_arn(partition, "iam", "", resource.account, "instance-profile/" + name));
  last_accessed(resource, out);
  // A boundary on a service-linked role is refused by AWS, so that it was not read leaves nothing open.
  out.set = intern(identity(resource, !out.service_linked));
  estate_.principals.push_back(std::move(out));
}

void EstateBuilder::group(const Resource& resource) {
  AccessGroup out;
  out.arn = resource.uid;
  out.account = estate_.account(resource.account);
  out.set = intern(identity(resource, false));
  groups_[std::to_string(out.account) + "/" + std::string(resource.id)] = static_cast<uint32_t>(estate_.groups.size());
  estate_.groups.push_back(std::move(out));
}

void EstateBuilder::end_of_unit() {
  for (Waiting& wait : waiting_) {
    AccessPrincipal& principal = estate_.principals[wait.principal];
    for (const std::string& name : wait.groups) {
      auto found = groups_.find(std::to_string(principal.account) + "/" + name);
      if (found == groups_.end()) {
        if (wait.set.unread.empty()) wait.set.unread = "the policies of group `" + name + "` were not read";
        continue;
      }
      principal.groups.push_back(found->second);
      const IdentitySet& theirs = estate_.sets[estate_.groups[found->second].set];
      wait.set.policies.insert(wait.set.policies.end(), theirs.policies.begin(), theirs.policies.end());
      if (wait.set.unread.empty()) wait.set.unread = theirs.unread;
    }
    principal.set = intern(std::move(wait.set));
  }
  waiting_.clear();
  groups_.clear();
}

void EstateBuilder::other(const Resource& resource) {
  const bool has_policy = resource.type && !resource.type->access.policy.empty();
  if (!has_policy && !options_.keep_documents) return;
  AccessResource out;
  out.arn = resource.uid;
  out.type = resource.type_name;
  out.account = estate_.account(resource.account);
  out.region = resource.region;
  const Value body = resource.body();
  if (has_policy) {
    const AccessFacts& access = resource.type->access;
    if (!access.resource.empty()) out.arn = fill_arn(access.resource, resource.account, resource.region, resource.id);
    const Fact document = fact(body, access.policy);
    name_broken(resource, "resource policy", document.unknown);
    if (document.value) out.policy = policy(document.value, "resource policy");
    else if (!document.known()) out.unread = document.unknown;
    if (!access.restrict_public.empty()) {
      const Fact restricts = fact(body, access.restrict_public);
      out.restrict_public = !restricts.known() ? Truth::unknown : truth(restricts.value.is_bool() && restricts.value.boolean());
    }
  }
  if (resource.type_name == "AWS::S3::Bucket") access_list(resource, out);
  out.file = file(resource.main_source.file);
  out.line = resource.main_line;
  if (options_.keep_documents) out.document = resource.document;
  estate_.resources.push_back(std::move(out));
}

// Grants to everybody, or to whoever has an AWS account, count unless lists are switched off (BucketOwnerEnforced) or public ones ignored.
// Source: S3 User Guide, "Access control list overview", "Controlling ownership of objects", "Blocking public access".
void EstateBuilder::access_list(const Resource& resource, AccessResource& bucket) {
  const Value body = resource.body();
  const Fact grants = fact(body, "Observed.Grants");
  bucket.list_open = grants.value ? Truth::no : Truth::unknown;
  for (Value grant : grants.value.items()) {
    const Fact to = fact(grant, "Grantee.URI");
    if (grant.is_unknown() || !to.known()) bucket.list_open = either(bucket.list_open, Truth::unknown);
    const std::string_view group = to.value.text();
    if (!ends_with(group, "/global/AllUsers") && !ends_with(group, "/global/AuthenticatedUsers")) continue;
    bucket.list_open = Truth::yes;
    if (!bucket.list_grants.empty()) bucket.list_grants += ", ";
    bucket.list_grants += std::string(fact(grant, "Permission").value.text()) + " to " + std::string(group.substr(group.rfind('/') + 1));
  }
  const Fact rules = fact(body, "Properties.OwnershipControls.Rules");
  Truth off = rules.known() ? Truth::no : Truth::unknown;
  for (Value rule : rules.value.items()) off = either(off, truth(rule.get("ObjectOwnership").text() == "BucketOwnerEnforced"));
  const Fact ignores = fact(body, "Properties.PublicAccessBlockConfiguration.IgnorePublicAcls");
  const Truth ignored = !ignores.known() ? Truth::unknown : truth(ignores.value.is_bool() && ignores.value.boolean());
  bucket.list_open = both(bucket.list_open, negate(either(off, ignored)));
}

void EstateBuilder::account_settings(const Resource& resource) {
  const Fact ignores = fact(resource.body(), "Properties.PublicAccessBlock.IgnorePublicAcls");
  ignore_lists_[estate_.account(resource.account)] = !ignores.known() ? Truth::unknown : truth(ignores.value.is_bool() && ignores.value.boolean());
  const Fact restricts = fact(resource.body(), "Properties.PublicAccessBlock.RestrictPublicBuckets");
  restrict_public_[estate_.account(resource.account)] = !restricts.known() ? Truth::unknown : truth(restricts.value.is_bool() && restricts.value.boolean());
}

void EstateBuilder::add(const Resource& resource) {
  if (!resource.born || resource.account.empty()) return;
  const std::string& type = resource.type_name;
  if (type == "AWS::IAM::User") user(resource);
  else if (type == "AWS::IAM::Role") role(resource);
  else if (type == "AWS::IAM::Group") group(resource);
  else if (type == "AWS::IAM::ManagedPolicy") managed_policy(resource);
  else if (type == "Reeve::Account::Settings") account_settings(resource);
  else other(resource);
}

void EstateBuilder::finish() {
  end_of_unit();
  for (AccessPolicy& one : estate_.policies) {
    if (one.policy) continue;
    if (arn_account(one.name) == "aws" && ends_with(one.name, ":policy/AdministratorAccess")) {
      kept_.push_back(read_json(kAdministratorAccess, Source{}).value());
      if (auto read = parse_policy(kept_.back()->root(), one.name)) {
        one.policy = compile_policy(std::move(*read));
        continue;
      }
    }
    Policy unread;
    unread.name = one.name;
    unread.unknown = arn_account(one.name) == "aws" ? "AWS's own policy, whose text is not in what was read" : "its text is not in what was read";
    one.policy = compile_policy(std::move(unread));
  }
  for (AccessResource& one : estate_.resources) {
    if (one.type != "AWS::S3::Bucket") continue;
    auto whole = restrict_public_.find(one.account);
    auto ignored = ignore_lists_.find(one.account);
    one.list_open = both(one.list_open, negate(ignored == ignore_lists_.end() ? Truth::unknown : ignored->second));
    one.restrict_public = either(one.restrict_public, whole == restrict_public_.end() ? Truth::unknown : whole->second);
  }
  estate_.index();
}

}  // namespace reeve::access
