// What access asks of a run's facts: which resources, which of their columns, and what it was told.
//
//   AccessGatherer facts(content, catalogue, errors);
//   facts.take(facts.of(unit));           // of each unit, in their order, while its texts are warm: of() by any thread
//   TRY(facts.read(db));                  // or all of them from the record, where units were kept
//   TRY(facts.behind_balancers(db));
//
// A resource is told by the columns that the record keeps of it, so that a run that kept units says what a fresh one does.
#pragma once

#include <unordered_set>
#include <vector>

#include "access/estate.h"
#include "access/network.h"
#include "assess/recorded_resource.h"
#include "assess/unit_result.h"
#include "content/content.h"
#include "content/escalations.h"
#include "store/store.h"

namespace reeve {

class AccessGatherer {
 public:
  // What is wrong with content/exposure and content/escalations goes to `errors`. Content and catalogue outlive the facts.
  AccessGatherer(const Content& content, const ResourceCatalogue& catalogue, std::vector<Error>& errors);

  struct Told {
    size_t wish;  // of wishes_
    Resource resource;
  };
  Result<std::vector<Told>> of(const UnitResult& unit) const;
  void take(std::vector<Told> told);
  Status read(store::Db& db);
  // What stands behind load balancers needs no address of its own; it is read only if there are any. After all else.
  Status behind_balancers(store::Db& db);

  bool asks_network() const { return asks_network_; }
  bool asks_escalation() const { return asks_escalation_; }
  const NetworkModel& network() const { return network_; }
  const Escalations& escalations() const { return escalations_; }
  // The estate as far as ways to administrator go. Once.
  Result<AccessEstate> estate(store::Db& db);

 private:
  enum class To : uint8_t { network, estate };
  using Wanted = std::function<bool(const RecordedTexts&)>;
  struct Wish {
    To to;
    RecordedShape shape;
    Wanted wanted;  // empty: each
  };
  void wish(To to, std::string_view type, Wanted wanted = {}, const std::set<std::string>& only = {});
  void wish_network(const std::vector<std::string>& exposed);
  void wish_estate();
  void take(Told&& told);

  const ResourceCatalogue& catalogue_;
  bool asks_network_ = false, asks_escalation_ = false, balancers_ = false;
  Escalations escalations_;
  std::vector<Wish> wishes_;
  std::unordered_map<std::string_view, std::vector<size_t>> of_type_;
  std::unordered_set<uint64_t> seen_;  // wish and uid: of what several accounts tell, the first word counts
  NetworkModel network_;
  AccessEstateMaker maker_;
};

}  // namespace reeve
