// For tests of the engine: calls, answers as DynamoDB gives them, and an engine whose accounts have keys that say whose they are.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "aws/http_test_kit.h"
#include "collect/engine.h"
#include "content/apis.h"
#include "formats/json.h"

namespace reeve {

inline DocumentPtr document(std::string_view text) {
  auto out = read_json(text, Source{});
  EXPECT_TRUE(out) << text;
  return out ? *out : nullptr;
}

inline PlannedCall list_tables(std::string account, std::string region) { return {{std::move(account), std::move(region)}, "dynamodb:ListTables", document("{}")}; }
inline PlannedCall describe_table(std::string account, std::string region, const std::string& table) {
  return {{std::move(account), std::move(region)}, "dynamodb:DescribeTable", document("{\"TableName\": \"" + table + "\"}")};
}

inline std::string tables(const std::vector<std::string>& names, const std::string& last = {}) {
  std::string body = "{\"TableNames\":[";
  for (const std::string& table : names) body += (body.back() == '[' ? "\"" : ",\"") + table + "\"";
  body += last.empty() ? "]}" : "],\"LastEvaluatedTableName\":\"" + last + "\"}";
  return answer_text(200, body, {{"x-amzn-RequestId", "request"}});
}
inline std::string refusal(int status, const std::string& code, const std::string& message, HttpHeaders headers = {}) {
  headers.emplace_back("x-amzn-RequestId", "request");
  return answer_text(status, "{\"__type\":\"com.amazonaws#" + code + "\",\"message\":\"" + message + "\"}", headers);
}

// Of `AWS4-HMAC-SHA256 Credential=KEY/20261129/eu-west-1/dynamodb/aws4_request, …`.
inline std::string scope_part(const SeenRequest& request, size_t part) {
  const std::string* header = request.header("Authorization");
  if (!header) return {};
  const auto parts = split(std::string_view(*header).substr(header->find("Credential=") + 11), '/');
  return part < parts.size() ? std::string(parts[part]) : "";
}
inline std::string key_of(const SeenRequest& request) { return scope_part(request, 0); }
inline std::string account_of(const SeenRequest& request) {
  const std::string key = key_of(request);
  return key.substr(0, key.find('.'));
}
inline std::string region_of(const SeenRequest& request) { return scope_part(request, 2); }
inline std::string table_of(const SeenRequest& request) { return std::string(document(request.body)->root().get("TableName").text()); }

inline std::shared_ptr<const ApiRates> rates(const std::string& otherwise) {
  static const std::string path = "quotas/api_rates.yaml";
  ContentFile file{path, path, "as_of: 2026-11-29\nshare: 0.5\ndefault: " + otherwise + "\nservices: {}\n"};
  ContentItem item{"quotas", "api_rates.yaml", LayerKind::folder, path, {&file}};
  std::vector<Error> errors;
  auto out = read_api_rates(item, errors);
  EXPECT_TRUE(out);
  return out ? *out : nullptr;
}

// Keys `ACCOUNT.GEN1`, `ACCOUNT.GEN2`, …
struct TestProvider : CredentialProvider {
  std::string account;
  std::function<Result<Credentials>(int)> give;
  std::atomic<int> asked{0}, refused{0};
  Result<Credentials> get() override { return give(++asked); }
  void refuse() override { ++refused; }
};

struct EngineHouse {
  const ApiCatalogue& apis = catalogue();
  std::map<std::string, std::shared_ptr<TestProvider>> providers;
  // Accounts: no provider, a provider that is refused, one that is refused when it renews, one that takes its time.
  std::set<std::string> without, refused, refused_later, slow;
  std::atomic<int64_t> lifetime_ms{0};
  std::unique_ptr<CollectEngine> engine;

  explicit EngineHouse(const LoopbackServer& server, EngineOptions options = {}) {
    if (options.endpoints.url.empty()) options.endpoints.url = server.origin();
    options.http.proxy = "-";
    if (!options.rates) options.rates = rates("{per_s: 100000, burst: 100000, each_operation: true}");
    const auto now = options.now ? options.now : [] { return wall_clock(); };
    auto made = CollectEngine::make(options, apis, [this, now](const std::string& account) -> std::shared_ptr<CredentialProvider> {
      if (without.contains(account)) return nullptr;
      auto provider = std::make_shared<TestProvider>();
      provider->account = account;
      provider->give = [this, now, account](int generation) -> Result<Credentials> {
        if (refused.contains(account) || (generation > 1 && refused_later.contains(account))) return fail(Code::usage, "AccessDenied: no role for you");
        if (slow.contains(account)) std::this_thread::sleep_for(std::chrono::milliseconds(2000));
        Credentials out;
        out.access_key_id = account + ".GEN" + std::to_string(generation);
        out.secret_access_key = "secret";
        if (lifetime_ms > 0) out.expires = Time{now().ms + lifetime_ms};
        return out;
      };
      providers[account] = provider;
      return provider;
    });
    EXPECT_TRUE(made) << (made ? "" : made.error().text());
    engine = std::move(*made);
  }

  static const ApiCatalogue& catalogue() {
    static const ApiCatalogue out = [] {
      auto read = built_in_api_catalogue();
      EXPECT_TRUE(read) << (read ? "" : read.error().text());
      return read ? std::move(*read) : ApiCatalogue();
    }();
    return out;
  }

  std::vector<CallOutcome> all() {
    std::vector<CallOutcome> out;
    CallOutcome outcome;
    while (engine->next(outcome)) out.push_back(std::move(outcome));
    return out;
  }
};

}  // namespace reeve
