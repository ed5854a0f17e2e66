#include "cli/detect_outputs.h"

#include <algorithm>

#include "base/text.h"
#include "cli/collect_settings.h"

namespace reeve {
namespace {

constexpr int64_t ask_ms = 20'000;

RuleLevel level_of(std::string_view text) {
  for (RuleLevel level : {RuleLevel::informational, RuleLevel::low, RuleLevel::medium, RuleLevel::high, RuleLevel::critical})
    if (name(level) == text) return level;
  return RuleLevel::medium;
}

}  // namespace

DetectOutputs::DetectOutputs(const std::string& workspace, const Options& options, Io& io, std::vector<Error>& errors) {
  for (AlertOutput& output : load_outputs(workspace, errors)) {
    SenderOptions how;
    how.user_agent = std::string("reeve/") + std::string(reeve_program().version);
    if (output.kind == OutputKind::sns) {
      if (!caller_) {
        EngineOptions engine;
        engine.now = wall_clock;
        engine.attempts_max = 1;  // the outbox tries again
        engine.give_up_ms = ask_ms;
        engine.http.total_timeout_ms = ask_ms;
        auto caller = AwsCaller::open(caller_settings(options, io), std::move(engine), [this] { return over_.load(); });
        if (caller) caller_ = std::move(*caller);
        else errors.push_back({caller.error().code, "`" + output.id + "` cannot be sent to now: " + caller.error().what, output.at, caller.error().expected, caller.error().hint});
      }
      if (caller_) how.ask_aws = [asks = caller_.get()](const std::string& region, const std::string& operation, DocumentPtr input) { return asks->call(region, operation, std::move(input)); };
    }
    for (const SecretRef* secret : {&output.url, &output.token, &output.routing_key, &output.password}) {
      if (!secret->given()) continue;
      auto text = read_secret(*secret);
      if (!text) {
        errors.push_back(std::move(text.error()));
      } else if (secret == &output.url) {
        if (auto address = web_address(*text, secret->at); !address) errors.push_back(std::move(address.error()));
      }
    }
    Destination one;
    one.level = level_of(output.level);
    if (output.kind != OutputKind::sns || how.ask_aws) {
      auto sender = make_sender(output, how);
      if (sender) one.sender = std::move(*sender);
      else errors.push_back(std::move(sender.error()));
    }
    one.output = std::move(output);
    destinations_.push_back(std::move(one));
  }
}

DetectOutputs::~DetectOutputs() { over_ = true; }

PostOffice& DetectOutputs::open(const RuleSet& rules, std::function<void(Error)> dead) {
  office_ = std::make_unique<PostOffice>(std::move(destinations_), rules, std::move(dead));
  return *office_;
}

bool DetectOutputs::finish(const std::string& state, int64_t most_ms, const std::function<bool()>& stop, Io& io) {
  const int64_t until = steady_ms() + most_ms;
  // A call of AWS that is on its way ends with the run.
  auto done = office_->finish(state, most_ms, [&] {
    const bool end = stop();
    if (end || steady_ms() >= until) over_ = true;
    return end;
  });
  over_ = true;
  if (!done) {
    io.error(done.error());
    return false;
  }
  bool nothing_left = true;
  for (const auto& [destination, counts] : office_->counts()) {
    if (counts.depth.waiting > 0)
      io.error({Code::io, with_thousands(counts.depth.waiting) + (counts.depth.waiting == 1 ? " alert waits" : " alerts wait") + " in the outbox for `" + destination + "`", {}, "", "the next run with this state goes on"});
    if (counts.depth.dead > 0)
      io.error({Code::io, with_thousands(counts.depth.dead) + (counts.depth.dead == 1 ? " alert was" : " alerts were") + " given up for `" + destination + "`", {}, "", "`reeve detect outbox` lists and requeues them"});
    nothing_left = nothing_left && counts.depth.waiting + counts.depth.dead == 0;
  }
  return nothing_left;
}

}  // namespace reeve
