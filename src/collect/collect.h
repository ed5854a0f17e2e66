// `reeve collect`: the whole organization, read-only, into a snapshot, exact about what it could not read.
//
//   who am I (sts:GetCallerIdentity) → which accounts (organizations, by OU) → a role in each → which Regions are on →
//   for each (account, Region): plan.h says what to ask, engine.h asks it, record.h keeps it → summary.json
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "collect/engine.h"
#include "collect/plan.h"
#include "collect/record.h"
#include "content/content.h"

namespace reeve {

struct CollectOptions {
  std::string out;                              // the snapshot's folder
  std::vector<std::string> accounts, regions, organizational_units, services;  // empty: all
  std::string role_name, external_id;           // empty role: only the caller's account
  CredentialSettings credentials;
  EngineOptions engine;
};

struct CollectSummary {
  uint64_t calls = 0, bytes = 0, throttled = 0;
  double duration_s = 0;
  struct Gap { std::string account, region, operation, code, message; };
  std::vector<Gap> denied, errors, absent;      // `errors`: given up, unreachable, an operation the endpoint does not have
  struct Account { std::string id, name, state, reason; };  // state: read | partly | not_reached
  std::vector<Account> accounts;
  bool complete = false;                        // contracts §1: exit status 0, else 3
};
std::string summary_json(const CollectSummary& summary);

struct CollectProgress { uint64_t done = 0, known = 0, in_flight = 0; double per_s = 0; int64_t eta_s = -1; };

Result<CollectSummary> collect(const CollectOptions& options, const ResourceCatalogue& catalogue, const ApiCatalogue& apis,
                               const std::function<void(const CollectProgress&)>& progress);

}  // namespace reeve
