// What access asks of a run's facts: which resources, which of their columns, and what it was told.
//
//   AccessGatherer facts(content, catalogue, errors);
//   NetworkModel network = TRY(facts.network(db));    // the views must be there and hold the run
//   AccessEstate estate = TRY(facts.estate(db));      // when the network is no longer needed: each is large
#pragma once

#include <vector>

#include "access/estate.h"
#include "access/network.h"
#include "assess/recorded_resource.h"
#include "content/content.h"
#include "content/escalations.h"
#include "store/store.h"

namespace reeve {

class AccessGatherer {
 public:
  // What is wrong with content/exposure and content/escalations goes to `errors`. Content and catalogue outlive the facts.
  AccessGatherer(const Content& content, const ResourceCatalogue& catalogue, std::vector<Error>& errors);

  bool asks_network() const { return asks_network_; }
  bool asks_escalation() const { return asks_escalation_; }
  const Escalations& escalations() const { return escalations_; }
  Result<NetworkModel> network(store::Db& db);  // once
  Result<AccessEstate> estate(store::Db& db);   // as far as ways to administrator go; once

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
  Status read(store::Db& db, To to, const std::function<void(Resource&&)>& each) const;
  Status behind_balancers(store::Db& db);

  const ResourceCatalogue& catalogue_;
  bool asks_network_ = false, asks_escalation_ = false;
  Escalations escalations_;
  std::vector<Wish> wishes_;
  NetworkModel network_;
  AccessEstateMaker maker_;
};

}  // namespace reeve
