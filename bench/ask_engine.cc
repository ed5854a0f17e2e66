// How fast the engine asks, with nothing behind it: takes a role in each account of an organization, asks the same calls of every account
// and Region, and drops the replies. Part of bench/collect.sh; the organization is the AWS double's (tests/double).
//
//   bench_ask_engine ENDPOINT ACCESS_KEY_ID SECRET ACCOUNT CALLS_A_PLACE CALLS_IN_ALL
//
// ACCOUNT is the one whose keys these are. One line on standard output, by tabs: calls, of them answered, requests, throttled, seconds, CPU
// seconds, peak MiB. Exit status 1 if a call was not answered; why stands on standard error, once for each reason.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "base/text.h"
#include "collect/engine.h"
#include "collect/opener.h"
#include "content/apis.h"
#include "formats/json.h"

using namespace reeve;

namespace {

struct Given : CredentialProvider {
  Credentials credentials;
  Result<Credentials> get() override { return credentials; }
  void refuse() override {}
};

DocumentPtr document(std::string_view text) { return *read_json(text, Source{}); }

// Reads that ask for nothing, of services with an endpoint in each Region, so many of them, the same every time.
std::vector<std::string> reads(const ApiCatalogue& apis, size_t most) {
  std::vector<std::string> out;
  for (const auto& [name, service] : apis.services()) {
    if (!service->global.empty() || name == "sts" || name == "organizations") continue;
    for (const auto& [operation, described] : service->operations) {
      bool asks = described.writes;
      if (described.input)
        for (const ApiMember& member : described.input->members) asks = asks || member.required;
      if (!asks && out.size() < most) out.push_back(name + ":" + operation);
    }
  }
  return out;
}

// The texts of `member` in the lists of a call's pages.
std::vector<std::string> texts(CollectEngine& engine, const std::string& account, const std::string& call, std::string_view list, std::string_view member) {
  std::vector<std::string> out;
  engine.ask({{account, "global"}, call, document("{}")});
  CallOutcome outcome;
  while (engine.next(outcome)) {
    if (outcome.failure != Failure::none) std::fprintf(stderr, "%s: %s %s\n", call.c_str(), outcome.error_code.c_str(), outcome.error_message.c_str());
    for (const auto& page : outcome.pages) {
      const DocumentPtr reply = document(page.reply_json);
      for (Value item : reply->root().get(list).items()) out.emplace_back(item.get(member).text());
    }
  }
  return out;
}

}  // namespace

int main(int count, char** words) {
  if (count != 7 || !parse_int(words[5]) || !parse_int(words[6])) {
    std::fprintf(stderr, "usage: bench_ask_engine ENDPOINT ACCESS_KEY_ID SECRET ACCOUNT CALLS_A_PLACE CALLS_IN_ALL\n");
    return 2;
  }
  const std::string own = words[4];
  const size_t wanted = static_cast<size_t>(*parse_int(words[6]));
  auto apis = built_in_api_catalogue();
  EngineOptions options;
  options.endpoints.url = words[1];
  options.http.proxy = "-";
  auto http = HttpClient::make(options.http);
  if (!apis || !http) return 2;
  auto base = std::make_shared<Given>();
  base->credentials.access_key_id = words[2];
  base->credentials.secret_access_key = words[3];
  auto guard = std::make_shared<std::mutex>();
  auto made = CollectEngine::make(options, *apis, [&](const std::string& account) -> std::shared_ptr<CredentialProvider> {
    if (account == own) return base;
    AssumeRole role;
    role.role_arn = "arn:aws:iam::" + account + ":role/audit";
    return shared_provider(assume_role_provider(base, role, "us-east-1", options.endpoints, **http, *apis, [] { return wall_clock(); }), guard);  // of the one client
  });
  if (!made) return std::fprintf(stderr, "%s\n", made.error().text().c_str()), 2;
  CollectEngine& engine = **made;

  const auto accounts = texts(engine, own, "organizations:ListAccounts", "Accounts", "Id");
  const auto regions = texts(engine, own, "ec2:DescribeRegions", "Regions", "RegionName");
  const auto calls = reads(*apis, static_cast<size_t>(*parse_int(words[5])));
  const DocumentPtr nothing = document("{}");
  const auto began = std::chrono::steady_clock::now();
  size_t asked = 0, answered = 0, account = 0, region = 0, call = 0;
  std::map<std::string, size_t> why;
  CallOutcome outcome;
  while (true) {
    while (!engine.full() && asked < wanted && account < accounts.size()) {
      engine.ask({{accounts[account], regions[region]}, calls[call], nothing});
      ++asked;
      if (++call < calls.size()) continue;
      call = 0;
      if (++region < regions.size()) continue;
      region = 0;
      ++account;
    }
    if (!engine.next(outcome)) break;
    if (outcome.failure == Failure::none) ++answered;
    else if (++why[outcome.call.call + ": " + outcome.error_code] == 1)
      std::fprintf(stderr, "%s in %s of %s: %s %s\n", outcome.call.call.c_str(), outcome.call.place.region.c_str(), outcome.call.place.account.c_str(),
                   outcome.error_code.c_str(), outcome.error_message.c_str());
  }
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  std::printf("%zu\t%zu\t%llu\t%llu\t%.1f\t%.1f\t%ld\n", asked, answered, static_cast<unsigned long long>(engine.counts().requests),
              static_cast<unsigned long long>(engine.counts().throttled), took, seconds(used.ru_utime) + seconds(used.ru_stime), used.ru_maxrss / 1024);
  return answered == asked ? 0 : 1;
}
