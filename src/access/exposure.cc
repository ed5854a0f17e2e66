// content/exposure/: what is reached by a property of its own.
#include <algorithm>

#include "access/network_parts.h"
#include "base/text.h"
#include "content/fields.h"

namespace reeve {
namespace {

// A path of the file; an empty one is not there.
bool read_path(Fields& fields, std::string_view key, Path& into) {
  std::string text = fields.text(key, Need::optional);
  if (text.empty()) return false;
  auto path = Path::compile(text, fields.at(key));
  if (!path) {
    fields.wrong(path.error().code, path.error().what, fields.at(key), path.error().expected);
    return false;
  }
  into = std::move(*path);
  return true;
}

std::shared_ptr<const ExposureRule> read_rule(Value map, std::vector<Error>& errors) {
  auto rule = std::make_shared<ExposureRule>();
  Fields fields(map, "an exposure", {"type", "title", "when", "vpc", "subnets", "groups", "port", "ports", "sources", "leads_to"}, errors);
  rule->type = fields.text_like("type", Need::required, "a CloudFormation type, AWS::EC2::Instance", [](std::string_view text) { return starts_with(text, "AWS::"); });
  rule->title = fields.text("title");
  rule->in_vpc = fields.yes_or_no("vpc", false);
  rule->has_subnets = read_path(fields, "subnets", rule->subnets);
  rule->has_groups = read_path(fields, "groups", rule->groups);
  rule->has_port = read_path(fields, "port", rule->port);
  rule->has_sources = read_path(fields, "sources", rule->sources);
  rule->has_leads_to = read_path(fields, "leads_to", rule->leads_to);
  for (auto& text : fields.texts("ports", Need::optional))
    if (auto port = parse_int(text); port && *port > 0 && *port <= 65535) rule->ports.push_back(static_cast<uint16_t>(*port));
    else fields.wrong(Code::limit, "`" + text + "` is no port", fields.at("ports"), "a number from 1 to 65535");
  Value when = fields.get("when");
  if (when && !when.is_map()) fields.wrong(Code::type, "`when` is no map", place_of(when), "path: [value, …]");
  else if (when)
    for (auto entry : when.entries()) {
      auto path = Path::compile(entry.key(), place_of(entry.value));
      if (!path) {
        fields.wrong(path.error().code, path.error().what, place_of(entry.value), path.error().expected);
        continue;
      }
      ExposureRule::When one;
      one.path = std::move(*path);
      if (!entry.value.is_list() || entry.value.size() == 0) fields.wrong(Code::type, "`" + std::string(entry.key()) + "` has no list of values", place_of(entry.value), "[value, …]; null: not there");
      for (Value value : entry.value.items()) {
        if (value.is_null()) one.absent = true;
        else one.values.emplace_back(value.text());
      }
      rule->when.push_back(std::move(one));
    }
  if (rule->in_vpc && !rule->has_groups) fields.wrong(Code::usage, "a type in a VPC without `groups`", place_of(map), "where its security groups stand");
  return fields.good() ? rule : nullptr;
}

// Does one of the values stand at the path? Unknown where that was not read.
Truth holds(const ExposureRule::When& when, Value body, std::string& why) {
  Found found = when.path.find(body);
  if (!found.unknown.empty()) {
    why = when.path.text() + ": " + found.unknown;
    return Truth::unknown;
  }
  if (!found.any()) return truth(when.absent);
  for (Value value : found.values) {
    if (value.is_unknown()) {
      why = when.path.text() + ": " + std::string(value.text());
      return Truth::unknown;
    }
    std::string text = value.is_scalar() && !value.is_null() ? lower(value.text()) : "";
    if (value.is_null() && when.absent) return Truth::yes;
    for (auto& wanted : when.values)
      if (text == lower(wanted)) return Truth::yes;
  }
  return Truth::no;
}

std::vector<std::string> all_texts(const Path& path, Value body, std::string& unknown) {
  Found found = path.find(body);
  if (!found.unknown.empty()) unknown = found.unknown;
  std::vector<std::string> out;
  for (Value value : found.values) {
    if (value.is_unknown()) unknown = std::string(value.text());
    else if (value.is_list()) {
      for (Value item : value.items())
        if (item.is_scalar()) out.emplace_back(item.text());
    } else if (value.is_scalar() && !value.is_null()) {
      out.emplace_back(value.text());
    }
  }
  return out;
}

}  // namespace

ExposureRules read_exposure_rules(const ContentFiles& content, std::vector<Error>& errors, std::vector<std::string>* types) {
  ExposureRules out;
  for (const ContentItem& item : content.items("exposure"))
    for (const ContentFile* file : item.files) {
      auto document = read_content_yaml(file->text, file->shown, errors);
      if (!document) continue;
      if (auto rule = read_rule((*document)->root(), errors)) out.push_back(std::move(rule));
    }
  if (types)
    for (const auto& rule : out)
      if (std::find(types->begin(), types->end(), rule->type) == types->end()) types->push_back(rule->type);
  return out;
}

void NetworkModel::Impl::add_exposed(const Resource& resource) {
  Value body = resource.body();
  for (const auto& rule : rules) {
    if (rule->type != resource.type_name) continue;
    Truth open = Truth::yes;
    std::vector<std::string> unknown;
    for (const auto& when : rule->when) {
      std::string why;
      Truth one = holds(when, body, why);
      if (one == Truth::unknown) unknown.push_back(why);
      open = both(open, one);
    }
    if (open == Truth::no) unknown.clear();
    std::vector<OpenPorts> ports;
    std::string missing;
    if (rule->has_port)
      for (auto& text : all_texts(rule->port, body, missing))
        if (auto port = parse_int(text); port && *port > 0 && *port <= 65535) ports.push_back({6, static_cast<uint16_t>(*port), static_cast<uint16_t>(*port)});
    for (uint16_t port : rule->ports) ports.push_back({6, port, port});
    std::vector<std::string> leads_to;
    if (rule->has_leads_to) leads_to = all_texts(rule->leads_to, body, missing);
    if (rule->in_vpc) {
      Station station;
      station.target = resource.uid;
      station.type = resource.type_name;
      station.account = resource.account;
      station.region = resource.region;
      station.name = resource.name.empty() ? resource.id : resource.name;
      station.kind = rule->title;
      station.address_v4 = open;
      station.address_unknown = join(unknown, "; ");
      station.any_subnet = false;
      if (rule->has_subnets) station.subnets = all_texts(rule->subnets, body, station.subnets_unknown);
      if (station.subnets.empty() && station.subnets_unknown.empty()) station.subnets_unknown = "its subnets were not read";
      station.groups = all_texts(rule->groups, body, station.groups_unknown);
      station.listens = ports;
      if (ports.empty() && rule->has_port) station.listens_unknown = "its port was not read";
      station.leads_to = leads_to;
      stations[resource.uid] = std::move(station);
      continue;
    }
    Reach reach;
    reach.target = resource.uid;
    reach.type = resource.type_name;
    reach.account = resource.account;
    reach.region = resource.region;
    reach.name = resource.name.empty() ? resource.id : resource.name;
    reach.reachable = open;
    reach.ports = ports;
    reach.leads_to = leads_to;
    reach.unknown = unknown;
    AddressSet sources = AddressSet::internet(false);
    if (rule->has_sources) {
      std::string not_read;
      auto texts = all_texts(rule->sources, body, not_read);
      if (!not_read.empty()) {
        reach.unknown.push_back(rule->sources.text() + ": " + not_read);
        reach.reachable = both(reach.reachable, Truth::unknown);
      } else if (!texts.empty()) {
        AddressSet named(false);
        for (auto& text : texts)
          if (auto range = policy::parse_cidr(text); range && !range->v6) named = named.with(AddressSet::of(*range));
        sources = sources.within(named);
        if (sources.empty()) reach.reachable = Truth::no;
      }
    }
    reach.anybody = reach.reachable != Truth::no && sources.anybodys();
    reach.sources = sources == AddressSet::internet(false) ? std::vector<std::string>{"0.0.0.0/0"} : sources.ranges(8);
    if (reach.reachable == Truth::no) {
      reach.blocked = "NOT_EXPOSED";
      reach.ports.clear();
      reach.sources.clear();
    }
    std::string why;
    for (const auto& when : rule->when) why += (why.empty() ? "" : ", ") + when.path.text() + " is " + join(when.values, " or ");
    reach.hops.push_back({"service", rule->title, reach.reachable == Truth::no ? "not open to the internet" : why.empty() ? "always reachable" : why});
    services.push_back(std::move(reach));
  }
}

}  // namespace reeve
