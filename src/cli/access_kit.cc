#include "cli/access_kit.h"

#include <algorithm>

#include "aws/arn.h"
#include "base/text.h"
#include "content/workspace.h"
#include "formats/json.h"
#include "policy/witness.h"

namespace reeve {
namespace {

constexpr size_t rows_most = 20;

Status add_context(Context& context, const std::string& given) {
  const size_t equals = given.find('=');
  if (equals == std::string::npos || equals == 0) return fail(Code::usage, "`" + given + "` is no context key with a value", {}, "`--context aws:SourceIp=203.0.113.7`");
  const std::string key = given.substr(0, equals), value = given.substr(equals + 1);
  std::vector<std::string> values;
  if (const ContextValue* known = context.find(key)) values = known->values;
  values.push_back(value);
  context.set(key, ContextValue::of(std::move(values)));
  return {};
}

}  // namespace

std::string AskedEstate::elapsed() const {
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
  return passed < 10'000 ? std::to_string(passed) + " ms" : std::to_string(passed / 1000) + " s";
}

Result<AskedEstate> asked_estate(const Options& options, Io& io, bool principals) {
  AskedEstate out;
  out.text = options.value("--format", io.terminal.tty ? "text" : "ndjson") == "text";
  for (const std::string& given : options.values("--context")) TRY(add_context(out.context, given));
  const std::string dump = options.value("--authorization-details");
  std::vector<std::string> sources = options.values("--source");
  if (!dump.empty() && !sources.empty()) return fail(Code::usage, "--authorization-details is the whole estate, so --source has no place beside it", {}, "one of the two");
  const std::string workspace = workspace_of(options);
  out.content = std::make_shared<const Content>(load_content({.content_dir = options.value("--content"), .workspace_dir = workspace}));
  const Content& content = *out.content;
  out.table = std::make_shared<const ActionTable>(TRY(table_of(content)));
  if (!dump.empty()) {
    out.estate = TRY(read_authorization_details(dump));
  } else {
    if (sources.empty() && !workspace.empty()) sources = TRY(load_workspace(workspace)).sources;
    if (sources.empty()) sources.emplace_back(".");
    out.estate = TRY(read_access_estate(sources, content, {.keep_documents = false}));
  }
  for (const Error& error : out.estate.problems) io.error(error);
  out.incomplete = !out.estate.problems.empty();
  if (principals && out.estate.principals.empty()) {
    io.error({Code::not_found, "no user and no role was found in " + (dump.empty() ? join(sources, ", ") : dump), {}, "an export with iam:GetAccountAuthorizationDetails", "reeve access can --help"});
    out.incomplete = true;
  }
  out.begin = std::chrono::steady_clock::now();
  return out;
}

std::string shown_resource(std::string resource) {
  for (size_t at; (at = resource.find(policy::filler)) != std::string::npos;) resource.replace(at, policy::filler.size(), "*");
  return resource;
}

std::string short_name(const AccessPrincipal& principal) { return std::string(arn_resource(principal.arn)); }

Result<const AccessPrincipal*> principal_named(const AccessEstate& estate, const std::string& name) {
  if (const AccessPrincipal* exact = estate.principal(name)) return exact;
  std::vector<const AccessPrincipal*> fit;
  std::vector<std::string> known;
  for (const AccessPrincipal& one : estate.principals) {
    const std::string with_kind = short_name(one), kind = with_kind.substr(0, with_kind.find('/')) + "/";
    if (one.name() == name || with_kind == name || kind + std::string(one.name()) == name) fit.push_back(&one);
    known.emplace_back(one.name());
  }
  if (fit.size() == 1) return fit.front();
  if (fit.empty()) {
    const std::string near = nearest(name, known);
    return fail(Code::not_found, "the estate has no principal `" + name + "`", {}, near.empty() ? "the ARN or name of a user or role" : "`" + near + "`?");
  }
  std::vector<std::string> arns;
  for (const auto* one : fit) arns.push_back(one->arn);
  return fail(Code::usage, "`" + name + "` is the name of " + std::to_string(fit.size()) + " principals", {}, join(arns, " or "));
}

void write_answer(std::string& out, const AccessEstate& estate, const AccessAnswer& answer, uint32_t about) {
  const uint32_t who = about == no_index ? answer.principal : about;
  JsonWriter json(out);
  json.begin_object().member("principal", who == no_index ? answer.caller : estate.principals[who].arn).member("kind", answer.kind);
  if (!answer.account.empty()) json.member("account", answer.account);
  json.member("action", answer.action).member("resource", shown_resource(answer.resource)).member("answer", name(answer.can)).member("decided_by", name(answer.by));
  json.key("reasons").begin_array();
  for (const AccessReason& one : answer.because) {
    json.begin_object().member("policy_type", name(one.reason.kind)).member("effect", one.reason.effect == Effect::deny ? "Deny" : one.reason.effect == Effect::allow ? "Allow" : "unknown");
    json.member("holds", name(one.reason.holds)).member("text", one.text);
    if (!one.reason.where.policy.empty()) json.member("policy", one.reason.where.policy);
    if (one.reason.where.statement >= 0) json.member("statement", int64_t{one.reason.where.statement});
    if (!one.reason.where.sid.empty()) json.member("sid", one.reason.where.sid);
    if (!one.reason.level.empty()) json.member("level", one.reason.level);
    const bool at_caller = one.at_caller && who != no_index && estate.principals[who].file != no_index;
    const std::string& file = at_caller ? estate.files[estate.principals[who].file] : one.file;
    const uint32_t line = at_caller ? estate.principals[who].line : one.line;
    if (!file.empty()) json.member("file", file);
    if (!file.empty() && line != 0) json.member("line", int64_t{line});
    json.end_object();
  }
  json.end_array().key("unknown").begin_array();
  for (const auto& one : answer.unknown) json.string(one);
  json.end_array().end_object();
  out += '\n';
}

std::string because_text(const AccessAnswer& answer) {
  if (answer.can == Truth::unknown) return answer.unknown.empty() ? "not known" : "hangs on " + answer.unknown.front() + (answer.unknown.size() > 1 ? " and " + std::to_string(answer.unknown.size() - 1) + " more" : "");
  std::string out;
  for (const AccessReason& one : answer.because) {
    if (one.reason.kind == Decision::By::scp && answer.can == Truth::yes) continue;
    if (!out.empty()) return out + " …";
    out = one.text;
  }
  return out;
}

size_t rows_shown(bool all) { return all ? SIZE_MAX : rows_most; }

std::string table_text(const Terminal& terminal, const std::vector<std::vector<std::string>>& rows, bool all, size_t left) {
  std::string out;
  std::vector<size_t> wide;
  const size_t shown = all ? rows.size() : std::min(rows.size(), rows_most + 1);
  for (size_t i = 0; i < shown; ++i)
    for (size_t column = 0; column + 1 < rows[i].size(); ++column) {
      wide.resize(std::max(wide.size(), column + 1));
      wide[column] = std::max(wide[column], rows[i][column].size());
    }
  for (size_t i = 0; i < shown; ++i) {
    std::string line;
    for (size_t column = 0; column < rows[i].size(); ++column) {
      std::string cell = safe(rows[i][column]);
      if (column + 1 < rows[i].size()) cell.resize(std::max(cell.size(), wide[column] + 2), ' ');
      line += cell;
    }
    out += line + "\n";
  }
  out = fold(terminal, out);
  left += rows.size() - shown;
  if (left > 0) out += "… " + with_thousands(left) + " more: --all\n";
  return out;
}

}  // namespace reeve
