// Reading an estate: the inputs that `reeve assess` finds, unit by unit, each resource as it comes.
#include <condition_variable>
#include <mutex>

#include "access/estate.h"
#include "access/estate_build.h"
#include "access/estate_organization.h"
#include "aws/arn.h"
#include "base/threads.h"
#include "content/resource_types.h"

namespace reeve {

using namespace access;

namespace {

// What one unit tells, kept until its turn has come.
class AccessSink : public UnitSink {
 public:
  explicit AccessSink(const OrganizationBuilder& organization) : organization_(organization) {}

  void resource(Resource&& resource) override {
    if (organization_.takes(resource)) of_organization_.push_back(std::move(resource));
    else held_.insert_or_assign(resource.uid, std::move(resource));
  }
  void withdraw(const std::string& uid) override { held_.erase(uid); }
  void read(ReadRecord&& record) override { reads_.push_back(std::move(record)); }
  void source(SourceRecord&& source) override { bound_ = std::max(bound_, source.time_ms); }
  void problem(Error&& error) override { problems_.push_back(std::move(error)); }
  void note(Error&& error) override { notes_.push_back(std::move(error)); }
  void stated_time(int64_t time_ms) override { stated_ = std::max(stated_, time_ms); }

  int64_t stated() const { return stated_; }
  int64_t bound() const { return bound_; }

  void give(AccessEstate& estate, EstateBuilder& builder, OrganizationBuilder& organization) {
    std::move(problems_.begin(), problems_.end(), std::back_inserter(estate.problems));
    std::move(notes_.begin(), notes_.end(), std::back_inserter(estate.notes));
    for (Resource& resource : of_organization_) organization.add(std::move(resource));
    for (const ReadRecord& read : reads_) organization.read(read);
    for (auto& [uid, resource] : held_) builder.add(resource);
    builder.end_of_unit();
  }

 private:
  const OrganizationBuilder& organization_;
  int64_t stated_ = 0, bound_ = 0;
  std::map<std::string, Resource> held_;  // a newer Config item may still withdraw one
  std::vector<Resource> of_organization_;
  std::vector<ReadRecord> reads_;
  std::vector<Error> problems_, notes_;
};

void know_types(AccessEstate& estate, const ResourceCatalogue& catalogue, const AccessReadOptions& options) {
  for (const ResourceTypePtr& type : catalogue.types()) {
    if (options.keep_documents) estate.kept.push_back(type);
    if (type->access.policy.empty()) continue;
    for (const std::string& permission : type->permissions) estate.policy_services.insert(permission.substr(0, permission.find(':')));
    if (!type->access.resource.empty()) estate.policy_services.insert(std::string(arn_service(type->access.resource)));
  }
}

AccessEstate read_units(const std::vector<std::string>& sources, const ResourceCatalogue& catalogue, const AccessReadOptions& options, bool standalone) {
  AccessEstate estate;
  Inputs inputs = find_inputs(sources, catalogue);
  estate.problems = std::move(inputs.problems);
  estate.notes = std::move(inputs.notes);
  know_types(estate, catalogue, options);
  EstateBuilder builder(estate, options);
  OrganizationBuilder organization(estate, builder);
  int64_t stated = 0, bound = 0;
  // Units are read on all threads and built into the estate one after the other, in their order: whoever holds the first one that is not
  // built yet never waits, and no thread holds more than one.
  std::mutex turn;
  std::condition_variable turned;
  size_t next = 0;
  parallel_for(inputs.units.size(), worker_count(), [&](size_t at, size_t) {
    AccessSink sink(organization);
    load_unit(inputs.units[at], catalogue, sink);
    std::unique_lock lock(turn);
    turned.wait(lock, [&] { return next == at; });
    sink.give(estate, builder, organization);
    stated = std::max(stated, sink.stated());
    bound = std::max(bound, sink.bound());
    ++next;
    turned.notify_all();
  });
  estate.newest_ms = stated ? stated : bound;
  if (!standalone) organization.finish();
  builder.finish();
  return estate;
}

}  // namespace

struct AccessEstateMaker::State {
  explicit State(const AccessReadOptions& given) : options(given), builder(estate, options), organization(estate, builder) {}
  AccessEstate estate;
  AccessReadOptions options;
  EstateBuilder builder;
  OrganizationBuilder organization;
};

AccessEstateMaker::AccessEstateMaker(const ResourceCatalogue& catalogue, const AccessReadOptions& options) : state_(std::make_unique<State>(options)) {
  know_types(state_->estate, catalogue, options);
}
AccessEstateMaker::~AccessEstateMaker() = default;

void AccessEstateMaker::add(Resource resource) {
  if (state_->organization.takes(resource)) state_->organization.add(std::move(resource));
  else state_->builder.add(resource);
}

void AccessEstateMaker::read(const ReadRecord& record) { state_->organization.read(record); }

AccessEstate AccessEstateMaker::finish() {
  state_->builder.end_of_unit();
  state_->organization.finish();
  state_->builder.finish();
  return std::move(state_->estate);
}

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
