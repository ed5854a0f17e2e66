#include "collect/engine.h"

#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "collect/engine_test_kit.h"

namespace reeve {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

TEST(Engine, answers_every_call_and_asks_for_credentials_once_an_account) {
  LoopbackServer server([](const SeenRequest& request, ServedConnection& connection) { connection.send(tables({account_of(request)})); });
  EngineHouse house(server);
  for (int account = 0; account < 5; ++account)
    for (int i = 0; i < 100; ++i) house.engine->ask(list_tables(std::to_string(account), "eu-west-" + std::to_string(i % 4)));
  EXPECT_EQ(house.engine->waiting(), 500u);
  const auto outcomes = house.all();
  ASSERT_EQ(outcomes.size(), 500u);
  for (const CallOutcome& outcome : outcomes) {
    ASSERT_EQ(name(outcome.failure), "none") << outcome.error_code << " " << outcome.error_message;
    ASSERT_EQ(outcome.pages.size(), 1u);
    EXPECT_EQ(outcome.attempts, 1);
    EXPECT_EQ(outcome.pages[0].reply_json, "{\"TableNames\":[\"" + outcome.call.place.account + "\"]}");  // signed with the keys of its account
    EXPECT_EQ(outcome.pages[0].request_id, "request");
    EXPECT_TRUE(outcome.pages[0].time.known());
  }
  for (const auto& [account, provider] : house.providers) {
    EXPECT_EQ(provider->asked, 1) << account;
    EXPECT_EQ(provider->refused, 0);
  }
  EXPECT_EQ(house.engine->counts().requests, 500u);
  EXPECT_EQ(house.engine->counts().retries, 0u);
  EXPECT_EQ(house.engine->counts().bytes, 500u * 20);
}

TEST(Engine, tells_apart_what_became_of_a_call) {
  LoopbackServer server([](const SeenRequest& request, ServedConnection& connection) {
    const std::string table = table_of(request);
    if (table == "slow") connection.sleep_ms(2000), connection.close();
    else if (table == "cut") connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), connection.close();
    else if (table == "page") connection.send(answer_text(404, "<html>no such thing</html>"));
    else if (table == "fallen") connection.send(answer_text(500, "<html>sorry</html>"));
    else connection.send(refusal(400, table, table == "AccessDeniedException" ? "you may not" : "no"));
  });
  EngineOptions options;
  options.http.total_timeout_ms = 200;
  options.attempts_max = 4;
  EngineHouse house(server, options);
  struct Row {
    const char *table, *failure, *code;
    int attempts;
  };
  const Row rows[] = {
      {"AccessDeniedException", "denied", "AccessDeniedException", 1},
      {"SubscriptionRequiredException", "not_enabled", "SubscriptionRequiredException", 1},
      {"UnrecognizedClientException", "unsupported", "UnrecognizedClientException", 1},
      {"ResourceNotFoundException", "other", "ResourceNotFoundException", 1},
      {"InternalServerError", "transient", "InternalServerError", 4},
      {"slow", "timed_out", "TimedOut", 3},
      {"cut", "transient", "ConnectionCut", 4},
      {"page", "other", "HTTP 404", 1},
      {"fallen", "transient", "HTTP 500", 2},
  };
  for (const Row& row : rows) house.engine->ask(describe_table("1", "eu-west-1", row.table));
  PlannedCall unknown = list_tables("1", "eu-west-1");
  unknown.call = "dynamodb:DropTables";
  house.engine->ask(unknown);
  PlannedCall lacking = describe_table("1", "eu-west-1", "x");
  lacking.input = document("{}");
  house.engine->ask(lacking);
  std::map<std::string, CallOutcome> by_table;
  for (CallOutcome& outcome : house.all()) {
    const std::string key = outcome.call.call == "dynamodb:DropTables" ? "unknown" : std::string(outcome.call.input->root().get("TableName") ? outcome.call.input->root().get("TableName").text() : "lacking");
    by_table[key] = std::move(outcome);
  }
  for (const Row& row : rows) {
    const CallOutcome& outcome = by_table[row.table];
    EXPECT_EQ(name(outcome.failure), row.failure) << row.table;
    EXPECT_EQ(outcome.error_code, row.code) << row.table;
    EXPECT_EQ(outcome.attempts, row.attempts) << row.table;
    EXPECT_TRUE(outcome.pages.empty()) << row.table;
    EXPECT_TRUE(outcome.error_time.known()) << row.table;
  }
  EXPECT_EQ(by_table["AccessDeniedException"].error_message, "you may not");
  EXPECT_EQ(by_table["AccessDeniedException"].error_request_id, "request");
  for (const char* key : {"unknown", "lacking"}) {
    EXPECT_EQ(name(by_table[key].failure), "other");
    EXPECT_EQ(by_table[key].error_code, "InvalidCall") << by_table[key].error_message;
    EXPECT_EQ(by_table[key].attempts, 0);
  }
}

TEST(Engine, finds_out_once_that_a_host_has_no_such_operation) {
  LoopbackServer server([](const SeenRequest& request, ServedConnection& connection) {
    if (table_of(request).empty()) connection.send(tables({"t"}));
    else connection.send(answer_text(500, "<html>sorry</html>"));
  });
  EngineOptions options;
  options.in_flight_max = 8;
  EngineHouse house(server, options);
  for (int i = 0; i < 60; ++i) house.engine->ask(describe_table(std::to_string(i % 3), "eu-west-1", "t" + std::to_string(i)));
  house.engine->ask(list_tables("1", "eu-west-1"));
  std::map<std::string, int> ends;
  for (const CallOutcome& outcome : house.all()) ++ends[std::string(name(outcome.failure)) + " " + outcome.error_code];
  EXPECT_EQ(ends, (std::map<std::string, int>{{"transient HTTP 500", 60}, {"none ", 1}}));
  EXPECT_EQ(house.engine->counts().requests, 1u + 2u);  // the list, and the one that finds out
}

TEST(Engine, believes_no_page_of_an_operation_that_answered) {
  std::atomic<int> asked{0};
  LoopbackServer server([&](const SeenRequest&, ServedConnection& connection) {
    if (asked++ == 0) connection.send(tables({"t"}));
    else connection.send(answer_text(500, "<html>sorry</html>"));
  });
  EngineHouse house(server);
  house.engine->ask(list_tables("1", "eu-west-1"));
  EXPECT_EQ(house.all().size(), 1u);
  for (int i = 0; i < 5; ++i) house.engine->ask(list_tables("1", "eu-west-1"));
  for (const CallOutcome& outcome : house.all()) EXPECT_EQ(outcome.attempts, 2);
  EXPECT_EQ(asked, 1 + 5 * 2);
}

TEST(Engine, names_what_it_did_not_reach) {
  LoopbackServer server([](const SeenRequest&, ServedConnection&) {});
  struct Row {
    std::string url;
    const char* code;
  };
  for (const Row& row : {Row{"http://127.0.0.1:" + std::to_string(closed_port()), "CouldNotConnect"}, Row{"http://no-such-host.invalid", "CouldNotResolve"}}) {
    EngineOptions options;
    options.endpoints.url = row.url;
    EngineHouse house(server, options);
    house.engine->ask(list_tables("1", "eu-west-1"));
    const auto outcomes = house.all();
    ASSERT_EQ(outcomes.size(), 1u);
    EXPECT_EQ(name(outcomes[0].failure), "unreachable");
    EXPECT_EQ(outcomes[0].error_code, row.code);
    EXPECT_EQ(outcomes[0].attempts, 3);
  }
}

TEST(Engine, a_throttle_storm_passes) {
  const auto began = Clock::now();
  std::atomic<int> refused{0};
  LoopbackServer server([&](const SeenRequest&, ServedConnection& connection) {
    if (Clock::now() - began < 700ms) ++refused, connection.send(refusal(400, "ThrottlingException", "Rate exceeded", {{"x-amz-retry-after", "20"}}));
    else connection.send(tables({}));
  });
  EngineHouse house(server);
  for (int i = 0; i < 60; ++i) house.engine->ask(list_tables(std::to_string(i % 3), "eu-west-1"));
  for (const CallOutcome& outcome : house.all()) EXPECT_EQ(name(outcome.failure), "none") << outcome.error_code;
  EXPECT_GE(refused, 3);
  EXPECT_EQ(house.engine->counts().throttled, static_cast<uint64_t>(refused.load()));
  EXPECT_EQ(house.engine->counts().requests, 60u + static_cast<uint64_t>(refused.load()));
}

TEST(Engine, endless_throttling_is_given_up_by_name) {
  LoopbackServer server([](const SeenRequest& request, ServedConnection& connection) {
    if (account_of(request) == "1") connection.send(refusal(400, "ThrottlingException", "Rate exceeded"));
    else connection.send(tables({}));
  });
  EngineOptions options;
  options.give_up_ms = 400;
  EngineHouse house(server, options);
  house.engine->ask(list_tables("1", "eu-west-1"));
  house.engine->ask(list_tables("2", "eu-west-1"));
  const auto began = Clock::now();
  std::map<std::string, CallOutcome> by_account;
  for (CallOutcome& outcome : house.all()) by_account[outcome.call.place.account] = std::move(outcome);
  EXPECT_LT(Clock::now() - began, 10s);
  EXPECT_EQ(name(by_account["1"].failure), "throttled");
  EXPECT_EQ(by_account["1"].error_code, "ThrottlingException");
  EXPECT_GE(by_account["1"].attempts, 2);
  EXPECT_EQ(name(by_account["2"].failure), "none");
}

TEST(Engine, never_asks_faster_than_its_buckets) {
  // The server keeps the books: when which bucket was asked.
  std::mutex guard;
  std::map<std::string, std::vector<Clock::time_point>> books;
  LoopbackServer server([&](const SeenRequest& request, ServedConnection& connection) {
    {
      std::lock_guard lock(guard);
      books[account_of(request) + region_of(request) + *request.header("X-Amz-Target")].push_back(Clock::now());
    }
    connection.send(tables({}));
  });
  EngineOptions options;
  options.rates = rates("{per_s: 40, burst: 20, each_operation: true}");  // of which half is ours
  EngineHouse house(server, options);
  for (int i = 0; i < 200; ++i) house.engine->ask(list_tables(std::to_string(i % 2), i % 4 < 2 ? "eu-west-1" : "eu-west-2"));
  const auto began = Clock::now();
  for (const CallOutcome& outcome : house.all()) ASSERT_EQ(name(outcome.failure), "none");
  const double took = std::chrono::duration<double>(Clock::now() - began).count();
  EXPECT_EQ(books.size(), 4u);
  // Between any two calls there was time for those behind the burst. Requests may be late by themselves, and others not: `late` allows for it.
  constexpr double per_s = 20, burst = 10, late = 1;
  for (const auto& [bucket, times] : books) {
    EXPECT_EQ(times.size(), 50u) << bucket;
    for (size_t first = 0; first < times.size(); ++first)
      for (size_t last = first; last < times.size(); ++last) {
        const double between = std::chrono::duration<double>(times[last] - times[first]).count();
        ASSERT_LE(static_cast<double>(last - first + 1), burst + per_s * (between + late)) << bucket << " " << first << " " << last;
      }
  }
  EXPECT_GE(took, 1.9);  // (50 - 10) / 20
  EXPECT_LT(took, 15);   // and not slower by far than it must be
}

TEST(Engine, a_bound_over_all_holds) {
  LoopbackServer server([](const SeenRequest&, ServedConnection& connection) { connection.send(tables({})); });
  EngineOptions options;
  options.rps_max = 50;
  EngineHouse house(server, options);
  for (int i = 0; i < 80; ++i) house.engine->ask(list_tables(std::to_string(i % 10), "eu-west-1"));
  const auto began = Clock::now();
  EXPECT_EQ(house.all().size(), 80u);
  EXPECT_GE(Clock::now() - began, 1400ms);  // (80 - 5) / 50
}

TEST(Engine, what_was_cut_is_asked_again) {
  std::atomic<int> count{0}, cut{0};
  LoopbackServer server([&](const SeenRequest&, ServedConnection& connection) {
    const std::string whole = tables({"a", "b"});
    if (++count % 5 == 0) ++cut, connection.send(whole.substr(0, whole.size() - 3)), connection.close();
    else connection.send(whole);
  });
  EngineHouse house(server);
  for (int i = 0; i < 200; ++i) house.engine->ask(list_tables(std::to_string(i % 20), "eu-west-1"));
  for (const CallOutcome& outcome : house.all()) {
    ASSERT_EQ(name(outcome.failure), "none") << outcome.error_code;
    EXPECT_EQ(outcome.pages[0].reply_json, R"({"TableNames":["a","b"]})");
  }
  EXPECT_GE(cut, 40);
  EXPECT_EQ(house.engine->counts().retries, static_cast<uint64_t>(cut.load()));
}

TEST(Engine, credentials_that_expire_are_renewed_once_for_all_calls) {
  LoopbackServer server([](const SeenRequest& request, ServedConnection& connection) {
    if (key_of(request).ends_with("GEN1")) connection.send(refusal(400, "ExpiredTokenException", "The security token included in the request is expired"));
    else connection.send(tables({}));
  });
  EngineHouse house(server);
  for (int i = 0; i < 50; ++i) house.engine->ask(list_tables("1", "eu-west-1"));
  for (const CallOutcome& outcome : house.all()) EXPECT_EQ(name(outcome.failure), "none") << outcome.error_code;
  EXPECT_EQ(house.providers["1"]->asked, 2);
  EXPECT_EQ(house.providers["1"]->refused, 1);
}

TEST(Engine, credentials_that_stay_expired_are_not_asked_for_without_end) {
  LoopbackServer server([](const SeenRequest&, ServedConnection& connection) { connection.send(refusal(400, "ExpiredTokenException", "expired")); });
  EngineHouse house(server);
  for (int i = 0; i < 20; ++i) house.engine->ask(list_tables("1", "eu-west-1"));
  for (const CallOutcome& outcome : house.all()) EXPECT_EQ(name(outcome.failure), "expired_credentials");
  EXPECT_LE(house.providers["1"]->asked, 4);
}

TEST(Engine, an_account_that_loses_its_role_on_the_way_is_named) {
  std::atomic<int> count{0};
  LoopbackServer server([&](const SeenRequest& request, ServedConnection& connection) {
    const int number = account_of(request) == "1" ? ++count : 0;
    if (number > 5) connection.send(refusal(400, "ExpiredTokenException", "expired"));
    else if (number > 3) connection.send(refusal(500, "InternalServerError", "again"));  // waits, to be asked again, while the role is lost
    else connection.send(tables({}));
  });
  EngineOptions options;
  options.in_flight_max = 3;
  EngineHouse house(server, options);
  house.refused_later = {"1"};
  for (int i = 0; i < 60; ++i) house.engine->ask(list_tables(std::to_string(1 + i % 2), "eu-west-" + std::to_string(i % 5)));
  std::map<std::string, int> answered, lost;
  for (const CallOutcome& outcome : house.all()) {
    ++(outcome.failure == Failure::none ? answered : lost)[outcome.call.place.account];
    if (outcome.failure == Failure::none) continue;
    EXPECT_EQ(outcome.error_code, "NoCredentials");
    EXPECT_NE(outcome.error_message.find("AccessDenied"), std::string::npos);
  }
  EXPECT_EQ(answered["2"], 30);
  EXPECT_EQ(lost["2"], 0);
  EXPECT_EQ(answered["1"], 3);
  EXPECT_EQ(answered["1"] + lost["1"], 30);
  EXPECT_EQ(house.providers["1"]->asked, 2);
}

TEST(Engine, credentials_about_to_expire_are_renewed_before_a_call) {
  LoopbackServer server([](const SeenRequest&, ServedConnection& connection) { connection.send(tables({})); });
  std::atomic<int64_t> now{parse_time("2026-11-29T12:00:00Z")->ms};
  EngineOptions options;
  options.now = [&] { return Time{now}; };
  EngineHouse house(server, options);
  house.lifetime_ms = 3600000;
  auto one = [&] {
    house.engine->ask(list_tables("1", "eu-west-1"));
    return house.all().size();
  };
  EXPECT_EQ(one(), 1u);
  now += 3000000;
  EXPECT_EQ(one(), 1u);
  EXPECT_EQ(house.providers["1"]->asked, 1);
  now += 400000;  // less than five minutes are left
  EXPECT_EQ(one(), 1u);
  EXPECT_EQ(house.providers["1"]->asked, 2);
  house.lifetime_ms = 1000;  // so short that it is always less
  now += 3600000;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(one(), 1u);
  EXPECT_EQ(house.providers["1"]->asked, 3);
}

TEST(Engine, an_account_without_credentials_is_named_and_holds_up_no_other) {
  LoopbackServer server([](const SeenRequest&, ServedConnection& connection) { connection.send(tables({})); });
  EngineHouse house(server);
  house.without = {"2"};
  house.refused = {"3"};
  house.slow = {"4"};
  for (int i = 0; i < 40; ++i) house.engine->ask(list_tables(std::to_string(1 + i % 4), "eu-west-1"));
  const auto began = Clock::now();
  std::map<std::string, int> none, denied;
  CallOutcome outcome;
  Clock::duration first_done{};
  while (house.engine->next(outcome)) {
    const std::string& account = outcome.call.place.account;
    if (outcome.failure == Failure::none) {
      if (++none[account] == 10 && account == "1") first_done = Clock::now() - began;
      continue;
    }
    EXPECT_EQ(name(outcome.failure), "denied");
    EXPECT_EQ(outcome.error_code, "NoCredentials");
    EXPECT_EQ(outcome.attempts, 0);
    EXPECT_NE(outcome.error_message.find(account == "3" ? "AccessDenied" : "2"), std::string::npos) << outcome.error_message;
    ++denied[account];
  }
  EXPECT_EQ(none, (std::map<std::string, int>{{"1", 10}, {"4", 10}}));
  EXPECT_EQ(denied, (std::map<std::string, int>{{"2", 10}, {"3", 10}}));
  EXPECT_LT(first_done, 1800ms);  // the slow one takes 2,000
}

TEST(Engine, roles_that_are_slow_to_take_hold_up_no_other) {
  LoopbackServer server([](const SeenRequest&, ServedConnection& connection) { connection.send(tables({})); });
  EngineHouse house(server);
  house.slow = {"1", "2", "3", "4"};  // asked for first
  for (int i = 1; i <= 6; ++i) house.engine->ask(list_tables(std::to_string(i), "eu-west-1"));
  const auto began = Clock::now();
  std::vector<std::string> order;
  CallOutcome outcome;
  while (house.engine->next(outcome)) {
    EXPECT_EQ(name(outcome.failure), "none") << outcome.error_message;
    order.push_back(outcome.call.place.account);
    if (order.size() == 2) {
      EXPECT_LT(Clock::now() - began, 1800ms);  // a slow one takes 2,000
    }
  }
  ASSERT_EQ(order.size(), 6u);
  EXPECT_EQ((std::set<std::string>{order[0], order[1]}), (std::set<std::string>{"5", "6"}));
  EXPECT_LT(Clock::now() - began, 7s) << "one after another they take 8";
}

TEST(Engine, follows_pages_to_the_last) {
  LoopbackServer server([](const SeenRequest& request, ServedConnection& connection) {
    const DocumentPtr body = document(request.body);
    const Value start = body->root().get("ExclusiveStartTableName");
    const int page = start ? static_cast<int>(*parse_int(start.text())) : 0;
    connection.send(page < 4 ? tables({"t" + std::to_string(page)}, std::to_string(page + 1)) : tables({"last"}));
  });
  EngineHouse house(server);
  house.engine->ask(list_tables("1", "eu-west-1"));
  const auto outcomes = house.all();
  ASSERT_EQ(outcomes.size(), 1u);
  ASSERT_EQ(name(outcomes[0].failure), "none") << outcomes[0].error_message;
  ASSERT_EQ(outcomes[0].pages.size(), 5u);
  EXPECT_EQ(outcomes[0].pages[0].reply_json, R"({"TableNames":["t0"],"LastEvaluatedTableName":"1"})");
  EXPECT_EQ(to_json(outcomes[0].pages[3].input->root()), R"({"ExclusiveStartTableName":"3"})");
  EXPECT_EQ(outcomes[0].pages[4].reply_json, R"({"TableNames":["last"]})");
  EXPECT_EQ(outcomes[0].attempts, 5);
  EXPECT_EQ(house.engine->counts().retries, 0u);
}

TEST(Engine, pages_that_do_not_end_are_named) {
  std::atomic<int> many{0};
  LoopbackServer server([&](const SeenRequest& request, ServedConnection& connection) {
    const std::string account = account_of(request);
    const DocumentPtr body = document(request.body);
    const Value start = body->root().get("ExclusiveStartTableName");
    if (account == "1") connection.send(tables({"t"}, "same"));
    else if (account == "2") connection.send(tables({"t"}, start && start.text() == "a" ? "b" : "a"));
    else if (account == "3") connection.send(tables({"t"}, std::to_string(++many)));
    else if (!start) connection.send(tables({"t"}, "next"));
    else connection.send(refusal(400, "AccessDeniedException", "not this page"));
  });
  EngineOptions options;
  options.pages_max = 20;
  EngineHouse house(server, options);
  struct Row {
    const char* code;
    size_t pages;
  };
  const std::map<std::string, Row> rows = {{"1", {"RepeatedPage", 2}}, {"2", {"RepeatedPage", 3}}, {"3", {"TooManyPages", 20}}, {"4", {"AccessDeniedException", 1}}};
  for (const auto& [account, row] : rows) house.engine->ask(list_tables(account, "eu-west-1"));
  for (const CallOutcome& outcome : house.all()) {
    const Row& row = rows.at(outcome.call.place.account);
    EXPECT_EQ(outcome.error_code, row.code) << outcome.call.place.account;
    EXPECT_NE(outcome.failure, Failure::none);
    EXPECT_EQ(outcome.pages.size(), row.pages) << outcome.call.place.account;
  }
}

TEST(Engine, a_clock_that_is_wrong_is_corrected) {
  const Time theirs = *parse_time("2026-11-29T15:00:00Z");
  std::atomic<int> skewed{0};
  LoopbackServer server([&](const SeenRequest& request, ServedConnection& connection) {
    const HttpHeaders date{{"Date", "Sun, 29 Nov 2026 15:00:00 GMT"}};
    std::string stamp = *request.header("X-Amz-Date");  // 20261129T150000Z
    for (size_t at : {4, 7}) stamp.insert(at, "-");
    for (size_t at : {13, 16}) stamp.insert(at, ":");
    if (std::abs(parse_time(stamp)->ms - theirs.ms) > 300000) ++skewed, connection.send(refusal(403, "InvalidSignatureException", "Signature expired: …", date));
    else connection.send(tables({}));
  });
  EngineOptions options;
  options.now = [&] { return Time{theirs.ms - 7200000}; };
  options.in_flight_max = 1;
  EngineHouse house(server, options);
  for (int i = 0; i < 10; ++i) house.engine->ask(list_tables("1", "eu-west-1"));
  for (const CallOutcome& outcome : house.all()) {
    EXPECT_EQ(name(outcome.failure), "none") << outcome.error_code;
    ASSERT_EQ(outcome.pages.size(), 1u);
    EXPECT_EQ(outcome.pages[0].time, theirs);  // and what is recorded has the right time
  }
  EXPECT_EQ(skewed, 1);
}

TEST(Engine, a_bucket_is_followed_to_its_region) {
  std::atomic<int> asked{0};
  LoopbackServer server([&](const SeenRequest& request, ServedConnection& connection) {
    ++asked;
    if (region_of(request) != "ap-south-1") connection.send(answer_text(301, "<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message></Error>", {{"x-amz-bucket-region", "ap-south-1"}}));
    else connection.send(answer_text(200, "{\"Version\":\"2012-10-17\",\"Statement\":[]}"));
  });
  EngineOptions options;
  options.in_flight_max = 1;
  EngineHouse house(server, options);
  for (int i = 0; i < 5; ++i) house.engine->ask({{"1", "global"}, "s3:GetBucketPolicy", document(R"({"Bucket": "b"})")});
  for (const CallOutcome& outcome : house.all()) EXPECT_EQ(name(outcome.failure), "none") << outcome.error_code << outcome.error_message;
  EXPECT_EQ(asked, 6);
}

TEST(Engine, accounts_take_turns) {
  LoopbackServer server([](const SeenRequest&, ServedConnection& connection) {
    connection.sleep_ms(5);
    connection.send(tables({}));
  });
  EngineOptions options;
  options.in_flight_max = 4;
  EngineHouse house(server, options);
  for (int i = 0; i < 300; ++i) house.engine->ask(list_tables("large", "eu-west-" + std::to_string(i % 5)));
  for (int i = 0; i < 10; ++i) house.engine->ask(list_tables("small", "eu-west-1"));
  int place = 0, last = 0;
  for (const CallOutcome& outcome : house.all()) {
    ++place;
    if (outcome.call.place.account == "small") last = place;
  }
  EXPECT_LT(last, 60);
}

TEST(Engine, stops_at_once_and_gives_out_what_was_answered) {
  LoopbackServer server([](const SeenRequest& request, ServedConnection& connection) {
    if (account_of(request) == "slow") connection.sleep_ms(8000);
    connection.send(tables({}));
  });
  EngineHouse house(server);
  for (int i = 0; i < 5; ++i) house.engine->ask(list_tables("slow", "eu-west-1"));
  for (int i = 0; i < 5; ++i) house.engine->ask(list_tables("quick", "eu-west-1"));
  std::thread other([&] {
    std::this_thread::sleep_for(4000ms);
    house.engine->stop();
  });
  const auto began = Clock::now();
  const auto outcomes = house.all();
  EXPECT_EQ(outcomes.size(), 5u);
  for (const CallOutcome& outcome : outcomes) EXPECT_EQ(outcome.call.place.account, "quick");
  CallOutcome none;
  EXPECT_FALSE(house.engine->next(none));
  house.engine.reset();
  EXPECT_LT(Clock::now() - began, 7s);
  other.join();
}

TEST(Engine, says_when_it_is_full) {
  LoopbackServer server([](const SeenRequest&, ServedConnection& connection) { connection.send(tables({})); });
  EngineOptions options;
  options.waiting_max = 10;
  EngineHouse house(server, options);
  int asked = 0;
  while (!house.engine->full()) house.engine->ask(list_tables("1", "eu-west-" + std::to_string(++asked)));
  EXPECT_EQ(asked, 10);
  CallOutcome outcome;
  ASSERT_TRUE(house.engine->next(outcome));
  EXPECT_FALSE(house.engine->full());
  EXPECT_EQ(house.all().size(), 9u);
}

}  // namespace
}  // namespace reeve
