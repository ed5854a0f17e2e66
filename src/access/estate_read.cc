// Reading an estate: the inputs that `reeve assess` finds, unit by unit, each resource as it comes.
#include "access/estate.h"
#include "access/estate_build.h"
#include "access/estate_organization.h"
#include "aws/arn.h"
#include "content/resource_types.h"

namespace reeve {

using namespace access;

namespace {

class AccessSink : public UnitSink {
 public:
  AccessSink(AccessEstate& estate, EstateBuilder& builder, OrganizationBuilder& organization)
      : estate_(estate), builder_(builder), organization_(organization) {}

  void resource(Resource&& resource) override {
    if (organization_.takes(resource)) organization_.add(std::move(resource));
    else held_.insert_or_assign(resource.uid, std::move(resource));
  }
  void withdraw(const std::string& uid) override { held_.erase(uid); }
  void read(ReadRecord&& record) override { organization_.read(record); }
  void source(SourceRecord&& source) override {
    if (source.time_ms > bound_) bound_ = source.time_ms;
  }
  void problem(Error&& error) override { estate_.problems.push_back(std::move(error)); }
  void note(Error&& error) override { estate_.notes.push_back(std::move(error)); }
  void stated_time(int64_t time_ms) override {
    if (time_ms > stated_) stated_ = time_ms;
  }
  int64_t newest() const { return stated_ ? stated_ : bound_; }

  void end_of_unit() {
    for (auto& [uid, resource] : held_) builder_.add(resource);
    held_.clear();
    builder_.end_of_unit();
  }

 private:
  AccessEstate& estate_;
  EstateBuilder& builder_;
  OrganizationBuilder& organization_;
  int64_t stated_ = 0, bound_ = 0;
  std::map<std::string, Resource> held_;  // of the unit: a newer Config item may still withdraw one
};

AccessEstate read_units(const std::vector<std::string>& sources, const ResourceCatalogue& catalogue, const AccessReadOptions& options, bool standalone) {
  AccessEstate estate;
  Inputs inputs = find_inputs(sources, catalogue);
  estate.problems = std::move(inputs.problems);
  estate.notes = std::move(inputs.notes);
  for (const ResourceTypePtr& type : catalogue.types()) {
    if (options.keep_documents) estate.kept.push_back(type);
    if (type->access.policy.empty()) continue;
    for (const std::string& permission : type->permissions) estate.policy_services.insert(permission.substr(0, permission.find(':')));
    if (!type->access.resource.empty()) estate.policy_services.insert(std::string(arn_service(type->access.resource)));
  }
  EstateBuilder builder(estate, options);
  OrganizationBuilder organization(estate, builder);
  AccessSink sink(estate, builder, organization);
  for (const Unit& unit : inputs.units) {
    load_unit(unit, catalogue, sink);
    sink.end_of_unit();
  }
  estate.newest_ms = sink.newest();
  if (!standalone) organization.finish();
  builder.finish();
  return estate;
}

}  // namespace

Result<AccessEstate> read_access_estate(const std::vector<std::string>& sources, const Content& content, const AccessReadOptions& options) {
  if (sources.empty()) return fail(Code::usage, "no source is named", {}, "a folder, file or archive", {});
  std::vector<Error> errors = content.errors;
  const ResourceCatalogue catalogue = catalogue_of(content, errors);
  AccessEstate out = read_units(sources, catalogue, options, false);
  out.problems.insert(out.problems.begin(), errors.begin(), errors.end());
  return out;
}

Result<AccessEstate> read_authorization_details(const std::string& file) {
  std::vector<Error> errors;
  const ResourceCatalogue catalogue = built_in_types("aws-iam-", errors);
  AccessEstate out = read_units({file}, catalogue, {.keep_documents = false}, true);
  out.problems.insert(out.problems.begin(), errors.begin(), errors.end());
  if (out.principals.empty() && out.groups.empty() && out.policies.empty()) {
    if (!out.problems.empty()) return tl::unexpected(out.problems.front());
    return fail(Code::parse, "this is no reply of iam:GetAccountAuthorizationDetails", {file, 1, 1}, "a map with UserDetailList, RoleDetailList, GroupDetailList and Policies");
  }
  return out;
}

}  // namespace reeve
