#include "content/outputs.h"

#include <algorithm>
#include <cstdlib>

#include "base/file.h"
#include "base/text.h"
#include "content/fields.h"
#include "findings/secret_patterns.h"

namespace reeve {
namespace {

constexpr uint64_t outputs_yaml_bytes_max = 4 << 20;
constexpr uint64_t secret_bytes_max = 64 << 10;
constexpr size_t outputs_max = 32;  // each has a thread of its own
constexpr int attempts_most = 10'000;
constexpr const char* kRefer = "{env: NAME} or {file: PATH}";

bool is_variable(std::string_view text) {
  return !text.empty() && !(text[0] >= '0' && text[0] <= '9') && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// Nothing that is written here goes into a message: it may be the secret.
SecretRef read_reference(Fields& fields, const char* key, Need need, const std::string& workspace_dir) {
  SecretRef out;
  const Value value = fields.get(key);
  out.at = fields.at(key);
  if (!value) {
    if (need == Need::required) fields.wrong(Code::not_found, "an output lacks `" + std::string(key) + "`", out.at, kRefer);
    return out;
  }
  if (!value.is_map()) {
    fields.wrong(Code::usage, "`" + std::string(key) + "` stands here in clear", out.at, kRefer, "this file is for git: keep secrets elsewhere, and change one that was committed");
    return out;
  }
  size_t entries = 0;
  for (auto entry : value.entries()) {
    ++entries;
    const std::string named(entry.value.is_scalar() && !entry.value.is_null() ? std::string(entry.value.text()) : "");
    if (entry.key() == "env" && is_variable(named)) out.env = named;
    else if (entry.key() == "file" && !named.empty() && named.find("://") == std::string::npos) out.file = starts_with(named, "/") || workspace_dir.empty() || workspace_dir == "." ? named : join_path(workspace_dir, named);
  }
  if (entries != 1 || !out.given()) {
    fields.wrong(Code::type, "`" + std::string(key) + "` refers to no secret", out.at, kRefer, "the name of an environment variable, or the path of a file");
    out.env.clear(), out.file.clear();
  }
  return out;
}

bool plain_text(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

// As Fields::text_like, but what is wrong is not repeated: an address may hold a password.
std::string unquoted(Fields& fields, const char* key, Need need, const char* expected, const std::function<bool(std::string_view)>& holds) {
  std::string text = fields.text(key, need);
  if (text.empty() || holds(text)) return text;
  fields.wrong(Code::type, "`" + std::string(key) + "` does not hold", fields.at(key), expected);
  return {};
}

bool is_origin(std::string_view text, std::string_view plain, std::string_view tls) {
  if (!plain_text(text)) return false;
  const bool secure = starts_with(text, tls);
  if (!secure && !starts_with(text, plain)) return false;
  const std::string_view host = text.substr(secure ? tls.size() : plain.size());
  return !host.empty() && host.find_first_of("/?#@\\\"") == std::string_view::npos;
}

std::optional<AlertOutput> read_output(Value item, const std::string& workspace_dir, std::vector<Error>& errors) {
  Fields kinds(item, "an output", {"id", "kind", "level", "attempts", "ca_file", "url", "token", "routing_key", "service", "topic", "server", "from", "to", "user", "password"}, errors);
  AlertOutput out;
  out.at = place_of(item);
  out.id = kinds.text_like("id", Need::required, "a name such as on-call", [](std::string_view text) { return is_slug(text); });
  const std::string called = kinds.word("kind", {"webhook", "slack", "pagerduty", "sns", "smtp"});
  if (!kinds.good()) return std::nullopt;
  std::vector<std::string> known{"id", "kind", "level", "attempts"};
  auto also = [&](std::initializer_list<const char*> more) { known.insert(known.end(), more.begin(), more.end()); };
  if (called == "webhook") out.kind = OutputKind::webhook, also({"url", "token", "ca_file"});
  if (called == "slack") out.kind = OutputKind::slack, also({"url", "ca_file"});
  if (called == "pagerduty") out.kind = OutputKind::pagerduty, also({"routing_key", "service", "ca_file"});
  if (called == "sns") out.kind = OutputKind::sns, also({"topic"});
  if (called == "smtp") out.kind = OutputKind::smtp, also({"server", "from", "to", "user", "password", "ca_file"});
  Fields fields(item, "an output of kind " + called, known, errors);
  out.level = fields.word("level", {"critical", "high", "medium", "low", "informational"}, Need::optional);
  if (out.level.empty()) out.level = "medium";
  if (fields.get("attempts")) out.attempts = fields.number("attempts", 1, attempts_most);
  if (fields.get("ca_file")) {
    out.ca_file = fields.text("ca_file");
    if (!starts_with(out.ca_file, "/") && !workspace_dir.empty() && workspace_dir != ".") out.ca_file = join_path(workspace_dir, out.ca_file);
  }
  switch (out.kind) {
    case OutputKind::webhook: out.token = read_reference(fields, "token", Need::optional, workspace_dir); [[fallthrough]];
    case OutputKind::slack: out.url = read_reference(fields, "url", Need::required, workspace_dir); break;
    case OutputKind::pagerduty:
      out.routing_key = read_reference(fields, "routing_key", Need::required, workspace_dir);
      out.service = unquoted(fields, "service", Need::optional, "https://HOST, such as https://events.eu.pagerduty.com", [](std::string_view text) {
        return is_origin(text, "http://", "https://") && (starts_with(text, "https://") || is_loopback_authority(text.substr(7)));
      });
      break;
    case OutputKind::sns:
      out.topic = unquoted(fields, "topic", Need::required, "the ARN of a topic", [](std::string_view text) {
        const auto parts = split(text, ':');
        return plain_text(text) && parts.size() == 6 && parts[0] == "arn" && parts[2] == "sns" && !parts[3].empty() && !parts[5].empty();
      });
      break;
    case OutputKind::smtp:
      out.server = unquoted(fields, "server", Need::required, "smtp://HOST:PORT or smtps://HOST:PORT", [](std::string_view text) { return is_origin(text, "smtp://", "smtps://"); });
      out.from = fields.text_like("from", Need::required, "an address of mail", is_mail_address);
      out.to = fields.texts("to", Need::required, "an address of mail", is_mail_address);
      out.user = fields.text("user", Need::optional);
      out.password = read_reference(fields, "password", Need::optional, workspace_dir);
      if (out.user.empty() != !out.password.given()) fields.wrong(Code::usage, "who logs in gives a `user` and a `password`", out.at, "both or neither");
      break;
  }
  if (!fields.good()) return std::nullopt;
  return out;
}

}  // namespace

std::string_view name(OutputKind kind) {
  switch (kind) {
    case OutputKind::webhook: return "webhook";
    case OutputKind::slack: return "slack";
    case OutputKind::pagerduty: return "pagerduty";
    case OutputKind::sns: return "sns";
    case OutputKind::smtp: return "smtp";
  }
  return "webhook";
}

bool is_loopback_authority(std::string_view authority) {
  std::string_view host = authority;
  if (starts_with(host, "[")) {
    const size_t end = host.find(']');
    return end != std::string_view::npos && host.substr(1, end - 1) == "::1";
  }
  host = host.substr(0, host.find(':'));
  if (equal_ignoring_case(host, "localhost")) return true;
  const auto parts = split(host, '.');
  return parts.size() == 4 && parts[0] == "127" && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
    return !part.empty() && part.size() <= 3 && part.find_first_not_of("0123456789") == std::string_view::npos;
  });
}

bool is_mail_address(std::string_view text) {
  const size_t at = text.find('@');
  return plain_text(text) && text.size() <= 254 && text.find_first_of("<>(),;:\\\"") == std::string_view::npos && at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string_view::npos;
}

Result<std::string> read_secret(const SecretRef& secret) {
  std::string text;
  if (!secret.env.empty()) {
    const char* value = std::getenv(secret.env.c_str());
    if (!value) return fail(Code::not_found, "the environment has no `" + secret.env + "`", secret.at, "the secret that is referred to", {});
    text = value;
  } else {
    auto read = read_file(secret.file, secret_bytes_max);
    if (!read) return fail(read.error().code, "cannot read `" + secret.file + "`", secret.at, "a file with the secret that is referred to", {});
    text = std::move(*read);
  }
  text = std::string(trim(text));
  const std::string where = secret.env.empty() ? secret.file : secret.env;
  if (text.empty() || text.size() > secret_bytes_max) return fail(Code::type, "`" + where + "` holds no secret", secret.at, "one line", {});
  if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
    return fail(Code::type, "`" + where + "` holds more than one line, or control characters", secret.at, "one line", {});
  return text;
}

namespace {

// What stands in `outputs` may be a secret that somebody put in the wrong place, an address above all. Of what a message quotes only short names stay.
void withhold(Error& error) {
  constexpr size_t name_most = 24;
  for (std::string* text : {&error.what, &error.hint}) {
    std::string out;
    for (size_t at = 0; at < text->size();) {
      const size_t open = text->find('`', at), close = open == std::string::npos ? open : text->find('`', open + 1);
      if (close == std::string::npos) {
        out.append(*text, at);
        break;
      }
      const std::string_view quoted = std::string_view(*text).substr(open + 1, close - open - 1);
      const bool name = quoted.size() <= name_most && std::all_of(quoted.begin(), quoted.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == ' '; });
      out.append(*text, at, open + 1 - at);
      out += name ? std::string(quoted) : "…";
      out += '`';
      at = close + 1;
    }
    mask_patterns(out);
    *text = std::move(out);
  }
}

}  // namespace

std::vector<AlertOutput> load_outputs(const std::string& workspace_dir, std::vector<Error>& errors) {
  std::vector<AlertOutput> out;
  const std::string path = workspace_dir.empty() || workspace_dir == "." ? "reeve.yaml" : join_path(workspace_dir, "reeve.yaml");
  if (!exists(path)) return out;
  auto text = read_file(path, outputs_yaml_bytes_max);
  if (!text) {
    errors.push_back(std::move(text.error()));
    return out;
  }
  std::vector<Error> of_others;  // what else is wrong with the file is said by who reads all of it
  auto document = read_content_yaml(*text, path, of_others);
  if (!document) return out;
  const Value all = (*document)->root().get("outputs");
  if (!all || all.is_null()) return out;
  if (!all.is_list()) {
    errors.push_back({Code::type, "`outputs` is no list", place_of(all), "`- id: …`, `kind: …` for each", ""});
    return out;
  }
  for (Value item : all.items()) {
    const size_t before = errors.size();
    auto one = read_output(item, workspace_dir, errors);
    for (size_t i = before; i < errors.size(); ++i) withhold(errors[i]);
    if (!one) continue;
    if (std::any_of(out.begin(), out.end(), [&](const AlertOutput& other) { return other.id == one->id; })) {
      errors.push_back({Code::conflict, "two outputs are called `" + one->id + "`", one->at, "an id for each", ""});
    } else if (out.size() == outputs_max) {
      errors.push_back({Code::limit, "there are more than " + std::to_string(outputs_max) + " outputs", one->at, "", ""});
      break;
    } else {
      out.push_back(std::move(*one));
    }
  }
  return out;
}

}  // namespace reeve
