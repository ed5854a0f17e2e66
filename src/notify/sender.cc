#include "notify/sender.h"

#include <algorithm>
#include <atomic>

#include "aws/http.h"
#include "base/text.h"
#include "base/time.h"
#include "notify/mail.h"
#include "notify/payload.h"

namespace reeve {
namespace {

constexpr int64_t attempt_ms = 30'000, connect_ms = 10'000, look_ms = 100;
constexpr uint64_t answer_bytes_max = 256 << 10;

Attempt later(std::string reason) { return {Taken::later, std::move(reason), 0}; }
Attempt never(std::string reason) { return {Taken::never, std::move(reason), 0}; }

std::string_view words_for(HttpFailure failure) {
  switch (failure) {
    case HttpFailure::resolve: return "its name cannot be resolved";
    case HttpFailure::connect: return "no connection";
    case HttpFailure::tls: return "TLS failed";
    case HttpFailure::timeout: return "no answer in time";
    case HttpFailure::cut: return "the connection was cut";
    case HttpFailure::too_large: return "the answer is too large";
    default: return "the request failed";
  }
}

class HttpSender : public Sender {
 public:
  HttpSender(AlertOutput output, std::string user_agent) : output_(std::move(output)), user_agent_(std::move(user_agent)) {}

  Status open() {
    HttpOptions how;
    how.connect_timeout_ms = connect_ms;
    how.total_timeout_ms = attempt_ms;
    how.response_bytes_max = answer_bytes_max;
    how.ca_bundle = output_.ca_file;
    client_ = TRY(HttpClient::make(how));
    return {};
  }

  Attempt send(const Delivery& delivery, bool& cancelled) override {
    auto request = request_of(delivery);
    if (!request) return request.error().code == Code::type && request.error().at.path == "outbox" ? never(request.error().what) : later(request.error().what);
    HttpOutcome outcome;
    bool done = false;
    client_->send(std::move(*request), [&](HttpOutcome what) {
      outcome = std::move(what);
      done = true;
    });
    while (!done) {
      if (stopped_) client_->cancel();
      else client_->run(look_ms);
    }
    cancelled = outcome.failure == HttpFailure::cancelled;
    if (outcome.failure != HttpFailure::none) return later(std::string(words_for(outcome.failure)));
    return http_attempt(outcome.response.status, outcome.response.header("retry-after"), wall_clock().ms);
  }

  void stop() override {
    stopped_ = true;
    client_->wake();
  }

 private:
  // Secrets are read anew each time: a file may be changed while a run follows.
  Result<HttpRequest> request_of(const Delivery& delivery) const {
    HttpRequest out;
    out.method = "POST";
    out.headers = {{"Content-Type", "application/json"}, {"User-Agent", user_agent_}};
    WebAddress to;
    switch (output_.kind) {
      case OutputKind::webhook:
        to = TRY(web_address(TRY(read_secret(output_.url)), output_.url.at));
        out.headers.emplace_back("Idempotency-Key", delivery.alert_id);
        if (output_.token.given()) out.headers.emplace_back("Authorization", "Bearer " + TRY(read_secret(output_.token)));
        out.body = delivery.alert;
        break;
      case OutputKind::slack:
        to = TRY(web_address(TRY(read_secret(output_.url)), output_.url.at));
        out.body = slack_payload(TRY(told_alert(delivery.alert)));
        break;
      default:
        to = TRY(web_address((output_.service.empty() ? std::string("https://events.pagerduty.com") : output_.service) + "/v2/enqueue", output_.at));
        out.body = pagerduty_payload(TRY(told_alert(delivery.alert)), delivery.alert, TRY(read_secret(output_.routing_key)));
        break;
    }
    out.origin = std::move(to.origin), out.path = std::move(to.path), out.wire_query = std::move(to.query), out.direct = to.loopback;
    return out;
  }

  AlertOutput output_;
  std::string user_agent_;
  std::unique_ptr<HttpClient> client_;
  std::atomic<bool> stopped_{false};
};

class MailSender : public Sender {
 public:
  explicit MailSender(AlertOutput output) : output_(std::move(output)) {}

  Attempt send(const Delivery& delivery, bool& cancelled) override {
    auto alert = told_alert(delivery.alert);
    if (!alert) return never(alert.error().what);
    Mail mail;
    mail.server = output_.server, mail.from = output_.from, mail.to = output_.to, mail.user = output_.user, mail.ca_file = output_.ca_file;
    if (output_.password.given()) {
      auto password = read_secret(output_.password);
      if (!password) return later(password.error().what);
      mail.password = std::move(*password);
    }
    mail.message = mail_message(*alert, delivery.alert, output_.from, output_.to, output_.id, wall_clock());
    return send_mail(mail, attempt_ms, stopped_, cancelled);
  }

  void stop() override { stopped_ = true; }

 private:
  AlertOutput output_;
  std::atomic<bool> stopped_{false};
};

class SnsSender : public Sender {
 public:
  SnsSender(AlertOutput output, SenderOptions options) : output_(std::move(output)), options_(std::move(options)) {}

  Attempt send(const Delivery& delivery, bool& cancelled) override {
    auto alert = told_alert(delivery.alert);
    if (!alert) return never(alert.error().what);
    constexpr size_t message_most = 256 << 10;
    if (delivery.alert.size() + 1024 > message_most) return never("the alert is larger than SNS takes");
    Builder builder;
    builder.begin_map();
    auto text = [&](const char* key, std::string_view value) { builder.key(key), builder.string(value); };
    text("TopicArn", output_.topic), text("Message", delivery.alert), text("Subject", sns_subject(*alert));
    builder.key("MessageAttributes"), builder.begin_map();
    for (const auto& [key, value] : {std::pair<const char*, std::string>{"alert_id", alert->id}, {"level", std::string(name(alert->level))}, {"rule_id", alert->rule_id}}) {
      builder.key(key), builder.begin_map();
      text("DataType", "String"), text("StringValue", value);
      builder.end();
    }
    builder.end();
    // A queue of its own kind: in order, and nothing twice within five minutes.
    if (ends_with(output_.topic, ".fifo")) text("MessageDeduplicationId", alert->id), text("MessageGroupId", "reeve");
    builder.end();
    auto outcome = options_.ask_aws(std::string(split(output_.topic, ':')[3]), "sns:Publish", builder.finish());
    if (!outcome) {
      cancelled = outcome.error().code == Code::limit;
      return later("SNS could not be asked");
    }
    const std::string said = outcome->error_code.empty() ? std::string(name(outcome->failure)) : outcome->error_code;
    switch (outcome->failure) {
      case Failure::none: return {Taken::yes, {}, 0};
      case Failure::throttled: case Failure::transient: case Failure::expired_credentials: case Failure::clock_skew: case Failure::timed_out: case Failure::unreachable:
        return later("SNS " + said);
      // Permissions and keys are mended by people, and soon: the alert waits for them.
      case Failure::denied: return later("SNS " + said);
      default: return never("SNS " + said);
    }
  }

  void stop() override {}  // the caller of AWS looks at the end of the run itself

 private:
  AlertOutput output_;
  SenderOptions options_;
};

}  // namespace

Attempt http_attempt(int status, const std::string* retry_after, int64_t now_ms) {
  if (status >= 200 && status < 300) return {Taken::yes, {}, 0};
  const std::string said = "HTTP " + std::to_string(status);
  if (status == 408 || status == 425 || status == 429 || status >= 500) return {Taken::later, said, retry_after ? retry_after_ms(*retry_after, now_ms) : 0};
  return never(status >= 300 && status < 400 ? said + " (a redirect is not followed)" : said);
}

Result<WebAddress> web_address(std::string_view url, const Place& at) {
  const auto wrong = [&](const char* what) { return fail(Code::type, what, at, "https://HOST/…", ""); };
  WebAddress out;
  const bool secure = starts_with(url, "https://");
  if (!secure && !starts_with(url, "http://")) return wrong("what is referred to is no address of HTTPS");
  const size_t host_at = secure ? 8 : 7;
  const size_t end = std::min(url.find_first_of("/?#", host_at), url.size());
  const std::string_view host = url.substr(host_at, end - host_at);
  if (host.empty() || host.find_first_of("@\\ \"") != std::string_view::npos) return wrong("the address that is referred to has no host, or a name before it");
  out.loopback = is_loopback_authority(host);
  if (!secure && !out.loopback) return wrong("the address that is referred to is not HTTPS");
  out.origin = std::string(url.substr(0, end));
  std::string_view rest = url.substr(end);
  rest = rest.substr(0, rest.find('#'));
  const size_t question = rest.find('?');
  out.path = std::string(rest.substr(0, question));
  if (out.path.empty()) out.path = "/";
  if (rest.find(' ') != std::string_view::npos) return wrong("the address that is referred to has a space in it");
  if (question != std::string_view::npos) out.query = std::string(rest.substr(question + 1));
  return out;
}

Result<std::unique_ptr<Sender>> make_sender(const AlertOutput& output, const SenderOptions& options) {
  switch (output.kind) {
    case OutputKind::smtp: return std::unique_ptr<Sender>(std::make_unique<MailSender>(output));
    case OutputKind::sns:
      if (!options.ask_aws) return fail(Code::usage, "there is nobody to ask AWS", output.at, "credentials", "");
      return std::unique_ptr<Sender>(std::make_unique<SnsSender>(output, options));
    default: break;
  }
  auto out = std::make_unique<HttpSender>(output, options.user_agent);
  TRY(out->open());
  return std::unique_ptr<Sender>(std::move(out));
}

}  // namespace reeve
