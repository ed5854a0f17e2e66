#include "assess/example_estate.h"

#include <algorithm>
#include <set>
#include <utility>

#include "aws/region.h"
#include "base/text.h"
#include "estate/load.h"

namespace reeve {
namespace {

class ExampleEstate {
 public:
  ExampleEstate(const DocumentPtr& document, const std::string& shown, const ResourceCatalogue& catalogue) : document_(document), root_(document->root()), shown_(shown), catalogue_(catalogue) {}

  Result<std::vector<std::string>> give(UnitCollector& collector) {
    std::vector<std::string> uids;
    std::set<std::string> accounts;
    std::set<std::pair<std::string, std::string>> regions;
    std::set<std::string> given;  // singletons
    for (Value account : root_.get("accounts").items()) accounts.insert(std::string(account.text()));
    auto see = [&](const std::string& account, const std::string& region) {
      if (!account.empty()) accounts.insert(account);
      if (!account.empty() && is_region_name(region)) regions.insert({account, region});
    };
    for (Value read : root_.get("reads").items()) see(text(read, "account", kAccount), text(read, "region", ""));
    int number = 0;
    for (Value item : root_.get("resources").items()) {
      ++number;
      static const std::vector<std::string> keys = {"Type", "account", "region", "id", "arn", "name", "tags", "Properties", "Observed", "born", "note"};
      for (auto entry : item.entries())
        if (std::find(keys.begin(), keys.end(), entry.key()) == keys.end()) return wrong(entry.key_node, "unknown key `" + std::string(entry.key()) + "`", join(keys, ", "));
      std::string type_name = text(item, "Type", "");
      const ResourceType* type = catalogue_.find(type_name);
      if (!type) return wrong(item, "resource type `" + type_name + "` is not in content/resources", "a type that is");
      bool born = !item.get("born") || item.get("born").boolean();
      std::string account = born ? text(item, "account", kAccount) : "";
      std::string region = born ? text(item, "region", type->global ? "global" : kRegion) : "";
      std::string id = text(item, "id", "r" + std::to_string(number));
      if (type->singleton == Singleton::region) region = text(item, "region", kRegion);
      if (type->singleton != Singleton::none) {
        id = lower(type_name.substr(type_name.rfind(':') + 1));
        given.insert(type_name + "\n" + (type->singleton == Singleton::organization ? "unknown" : account) + "\n" + region);
      }
      // A typed-in property that no read gives would test nothing that can happen.
      for (const char* part : {"Properties", "Observed"})
        for (auto property : item.get(part).entries())
          if (!type->maps(std::string(part) + "." + std::string(property.key())))
            return wrong(property.key_node, "no read of " + type_name + " gives `" + std::string(part) + "." + std::string(property.key()) + "`", "a target of its file in content/resources");
      Resource made = make(type, type_name, account, region, id, item);
      if (item.get("arn")) made.uid = std::string(item.get("arn").text());
      if (text(item, "id", "") != "" && type->singleton != Singleton::none) made.id = text(item, "id", "");
      if (type->singleton != Singleton::none && !item.get("id")) made.id = "r" + std::to_string(number);
      made.name = text(item, "name", made.id);
      made.born = born;
      for (auto tag : item.get("tags").entries()) made.tags.emplace_back(tag.key(), tag.value.text());
      see(account == "unknown" ? "" : account, region);
      uids.push_back(made.uid);
      collector.resource(std::move(made));
    }
    if (accounts.empty()) accounts.insert(std::string(kAccount));
    for (auto& type : catalogue_.types()) {
      auto add = [&](const std::string& account, const std::string& region) {
        if (given.count(type->type + "\n" + account + "\n" + region)) return;
        collector.resource(make(type.get(), type->type, account, region, lower(type->type.substr(type->type.rfind(':') + 1)), Value()));
      };
      if (type->singleton == Singleton::account)
        for (auto& account : accounts) add(account, "global");
      if (type->singleton == Singleton::region)
        for (auto& [account, region] : regions) add(account, region);
      if (type->singleton == Singleton::organization) add("unknown", "global");
    }
    for (Value item : root_.get("reads").items()) {
      ReadRecord read;
      read.account = text(item, "account", kAccount);
      read.region = text(item, "region", "global");
      read.call = text(item, "operation", "");
      read.parameter = text(item, "parameter", "");
      read.error = text(item, "error", "");
      read.file = shown_;
      std::string status = text(item, "status", "ok");
      if (status == "ok") read.status = ReadRecord::Status::ok;
      else if (status == "denied") read.status = ReadRecord::Status::denied;
      else if (status == "absent") read.status = ReadRecord::Status::absent;
      else if (status == "error") read.status = ReadRecord::Status::error;
      else return wrong(item, "`" + status + "` is no status of a read", "ok, denied, absent or error");
      if (read.status == ReadRecord::Status::denied && read.error.empty()) read.error = "AccessDenied";
      collector.read(std::move(read));
    }
    return uids;
  }

 private:
  static constexpr std::string_view kAccount = "111111111111", kRegion = "us-east-1";

  static std::string text(Value map, const char* key, std::string_view otherwise) {
    Value value = map.get(key);
    return value ? std::string(value.text()) : std::string(otherwise);
  }

  tl::unexpected<Error> wrong(Value at, std::string what, std::string expected) {
    return fail(Code::parse, std::move(what), {shown_, at.line(), at.column()}, std::move(expected));
  }

  Resource make(const ResourceType* type, const std::string& type_name, const std::string& account, const std::string& region, const std::string& id, Value from) {
    Resource out;
    out.type = type;
    out.type_name = type_name;
    out.account = account;
    out.region = region;
    out.id = out.name = id;
    out.uid = type && !type->arn_template.empty() ? fill_arn(type->arn_template, account, region, id) : native_uid(account, region, type_name, id);
    out.main_source.file = shown_;
    Builder builder;
    uint16_t slot = builder.add_source(document_->self());
    builder.begin_map();
    builder.key("Resources");
    builder.begin_map();
    builder.key(id);
    builder.begin_map();
    builder.key("Type");
    builder.string(type_name);
    for (const char* part : {"Properties", "Observed"}) {
      builder.key(part);
      if (from && from.get(part)) builder.copy(from.get(part), slot);
      else {
        builder.begin_map();
        builder.end();
      }
    }
    builder.end();
    builder.end();
    builder.end();
    out.document = builder.finish();
    return out;
  }

  const DocumentPtr& document_;
  Value root_;
  const std::string& shown_;
  const ResourceCatalogue& catalogue_;
};

}  // namespace

Result<std::vector<std::string>> give_example(const DocumentPtr& document, const std::string& shown, const ResourceCatalogue& catalogue, UnitCollector& collector) {
  return ExampleEstate(document, shown, catalogue).give(collector);
}

}  // namespace reeve
