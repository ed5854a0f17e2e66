#include "report/redaction.h"

#include <algorithm>
#include <array>

#include "aws/arn.h"
#include "aws/region.h"
#include "base/hash.h"
#include "base/text.h"
#include "formats/json.h"
#include "report/alerts_told.h"
#include "report/escalation_drawn.h"
#include "report/threats_told.h"
#include "report/redaction_ids.h"

namespace reeve {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
// Part of a word: names are looked for between words only. Bytes of characters beyond ASCII belong to words.
bool in_word(char c) { return digit(c) || letter(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80; }

// What AWS or Reeve calls the same in every account says nothing of whose it is.
constexpr std::string_view common[] = {"default", "primary", "root", "settings", "global", "unknown", "aws", "amazonaws"};
bool is_common(std::string_view name) {
  return std::find(std::begin(common), std::end(common), name) != std::end(common) || is_region_name(name) || starts_with(name, "AWSServiceRoleFor") ||
         ends_with(name, ".amazonaws.com") || ends_with(name, ".amazonaws.com.cn");
}

// A name without the punctuation around it: `/aws/lambda/f` and `aws/lambda/f` are one name.
std::string_view core(std::string_view name) {
  while (!name.empty() && !in_word(name.front())) name.remove_prefix(1);
  while (!name.empty() && !in_word(name.back())) name.remove_suffix(1);
  return name;
}

std::string_view first_word(std::string_view text) {
  size_t end = 0;
  while (end < text.size() && in_word(text[end])) ++end;
  return text.substr(0, end);
}

// Where anybody may have a mailbox: the name says nothing of whose it is. AWS's own stand in links that explain.
constexpr std::string_view public_domains[] = {"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "icloud.com", "me.com", "mac.com",
                                               "aol.com", "proton.me", "protonmail.com", "gmx.de", "gmx.net", "gmx.com", "web.de", "mail.com", "zoho.com", "yandex.com",
                                               "fastmail.com", "qq.com", "163.com", "amazon.com", "aws.com", "amazonaws.com"};
bool is_public_domain(std::string_view domain) {
  for (auto one : public_domains)
    if (domain == one || (ends_with(domain, one) && domain[domain.size() - one.size() - 1] == '.')) return true;
  return false;
}

std::string quoted(std::string_view text) {
  std::string out;
  JsonWriter(out).string(text);
  return out;
}

std::string letters_only(std::string_view text) {
  std::string out;
  for (char c : text)
    if (digit(c) || letter(c)) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// Length of a mail address at the beginning of `text`; 0: there is none.
size_t mail_length(std::string_view text) {
  auto local = [](char c) { return digit(c) || letter(c) || std::string_view("._%+-").find(c) != std::string_view::npos; };
  size_t at = 0;
  while (at < text.size() && local(text[at])) ++at;
  if (at == 0 || at >= text.size() || text[at] != '@') return 0;
  size_t end = at + 1, dots = 0;
  while (end < text.size() && (digit(text[end]) || letter(text[end]) || text[end] == '.' || text[end] == '-')) dots += text[end++] == '.';
  while (end > at + 1 && !in_word(text[end - 1])) dots -= text[--end] == '.';  // the sentence's own full stop
  return dots > 0 && end > at + 3 ? end : 0;
}

constexpr std::string_view extensions[] = {".json", ".jsn", ".gz", ".zst", ".tar", ".zip", ".yaml", ".yml", ".template", ".csv", ".txt", ".md", ".jsonl", ".snapshot", ".reeve"};
constexpr std::string_view layout[] = {"AWSLogs", "Config", "ConfigSnapshot", "ConfigHistory", "global", ".", "..", "-", ""};

}  // namespace

Redaction::Redaction(std::string salt, const std::vector<std::string>& names) : salt_(std::move(salt)) {
  for (auto& name : names) know(name, mail_length(name) == name.size() ? Kind::mail : Kind::name);
}

// `eu.acme.example` and `acme.example` of a mail address: in lower case, as texts are looked up for them.
void Redaction::know_domains(std::string_view mail) {
  const std::string whole = lower(mail.substr(mail.find('@') + 1));
  if (is_public_domain(whole)) return;
  for (std::string_view domain = whole; contains(domain, "."); domain.remove_prefix(domain.find('.') + 1)) know(domain, Kind::domain);
}

// The names in the uid of a finding whose resource the record may no longer hold.
void Redaction::know_uid(std::string_view uid) {
  if (starts_with(uid, "arn:")) {
    auto parts = split(uid, ':');
    if (parts.size() < 6 || parts[4] == "aws") return;
    std::string_view resource = uid.substr(static_cast<size_t>(parts[5].data() - uid.data()));
    while (!resource.empty()) {
      const size_t end = std::min(resource.find_first_of("/:"), resource.size());
      auto piece = resource.substr(0, end);
      if (!words_.count(std::string(parts[2]) + " " + std::string(piece))) know(piece);
      resource.remove_prefix(std::min(end + 1, resource.size()));
    }
  } else if (starts_with(uid, "aws/")) {
    auto parts = split(uid, '/');
    if (parts.size() < 5) return;
    auto id = uid.substr(static_cast<size_t>(parts[4].data() - uid.data()));
    if (starts_with(id, "arn:")) know_uid(id);
    else if (!starts_with(parts[3], "Reeve::") && !starts_with(id, "(")) know(id);
  } else if (size_t hash = uid.rfind('#'); hash != std::string_view::npos) {
    know(uid.substr(0, hash), Kind::path), know(uid.substr(hash + 1));
  } else {
    know(uid);
  }
}

void Redaction::know(std::string_view name, Kind kind) {
  if (kind == Kind::name) name = core(name);
  if (mail_length(name) == name.size() && !name.empty()) know_domains(name);
  constexpr size_t least = 3;  // shorter ones would turn words to rubbish; where they stand as names they are redacted all the same
  if (name.size() < least || name.size() > 4096 || is_common(name) || std::all_of(name.begin(), name.end(), digit)) return;
  if (!known_.emplace(name, kind).second) return;
  auto& lengths = lengths_[lower(first_word(core(name)))];
  uint32_t length = static_cast<uint32_t>(name.size());
  auto place = std::lower_bound(lengths.begin(), lengths.end(), length, std::greater<>());
  if (place == lengths.end() || *place != length) lengths.insert(place, length);
}

Result<std::unique_ptr<Redaction>> Redaction::of(Assessment& a) {
  std::unique_ptr<Redaction> out(new Redaction);
  Sha256 all{};
  // Order does not count, so that none has to be made.
  auto mix = [&](std::string_view text) {
    auto one = sha256(text);
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint8_t>(all[i] ^ one[i]);
  };
  {
    auto rows = TRY(a.store->db().prepare("SELECT uid,type,id,name FROM temp.resources"));
    while (TRY(rows.step())) {
      mix(rows.text(0));
      if (!starts_with(rows.text(1), "Reeve::")) out->know(rows.text(2));
      out->know(rows.text(3));
    }
  }
  {
    auto rows = TRY(a.store->db().prepare("SELECT account,coalesce(name,''),coalesce(email,'') FROM temp.accounts"));
    while (TRY(rows.step())) {
      mix("account " + std::string(rows.text(0)));
      out->know(rows.text(1));
      out->know(rows.text(2), Kind::mail);
    }
  }
  {
    // Mail addresses among what is known of an account, such as its alternate contacts': their domains may be told bare.
    auto rows = TRY(a.store->db().prepare("SELECT properties FROM temp.resources WHERE type LIKE 'Reeve::%' AND properties LIKE '%@%'"));
    while (TRY(rows.step())) {
      std::string_view text = rows.text(0);
      for (size_t at = 0; at < text.size(); ++at)
        if (size_t length = (at == 0 || !in_word(text[at - 1])) ? mail_length(text.substr(at)) : 0; length > 0) out->know(text.substr(at, length), Kind::mail), at += length;
    }
  }
  {
    // Inline policies have no resource of their own, nor has a group that was not read, and ways to an administrator name them.
    auto rows = TRY(a.store->db().prepare("SELECT value FROM temp.tag_counts WHERE lower(key) IN ('name','owner','contact','customer') AND value IS NOT NULL UNION SELECT json_extract(p.value,'$.PolicyName') "
        "FROM temp.resources r,json_each(r.properties,'$.inline_policies') p WHERE r.type LIKE 'AWS::IAM::%' AND p.type='object' UNION SELECT g.value FROM temp.resources r,json_each(r.properties,'$.groups') g WHERE r.type='AWS::IAM::User' AND g.type='text'"));
    while (TRY(rows.step())) out->know(rows.text(0));
  }
  out->salt_ = hex(all);
  out->know(a.organization);
  if (a.workspace) {
    if (!a.workspace->redaction_salt.empty()) out->salt_ = "given " + a.workspace->redaction_salt;
    out->know(a.workspace->organization);
    for (auto& [role, person] : a.workspace->owners) out->know(person);
    for (auto& given : a.workspace->attestations) out->know(given.owner), out->know(given.approver);
    for (auto& exception : a.workspace->exceptions) out->know(exception.owner), out->know(exception.approver);
    for (auto& drill : a.workspace->drills) {
      out->know(drill.owner);
      for (auto& record : drill.records) out->know(record.by);
    }
  }
  for (auto& source : a.sources) {
    out->know(source.file, Kind::path);
    if (!source.operation.empty()) out->operations_.insert(letters_only(source.operation));
  }
  for (auto& call : a.calls_failed) out->operations_.insert(letters_only(call.call));
  for (auto& name : a.source_names)
    if (contains(name, "/")) out->know(name, Kind::path);
  // `arn:{partition}:athena:{region}:{account}:workgroup/{id}` spells out `workgroup`.
  for (auto& type : a.content.resource_types) {
    auto written = type.document->root().get("arn");
    if (!written || !written.is_string()) continue;
    auto parts = split(written.text(), ':');
    if (parts.size() < 6) continue;
    std::string service(parts[2]), resource = join({parts.begin() + 5, parts.end()} , "/");
    for (auto piece : split(resource, '/'))
      if (!piece.empty() && !contains(piece, "{")) out->words_.insert(service + " " + std::string(piece));
  }
  for (const char* word : {"iam user", "iam role", "iam group", "iam policy", "iam instance-profile", "iam mfa", "iam saml-provider", "iam oidc-provider", "iam server-certificate",
                           "iam service-role", "iam aws-service-role", "sts assumed-role", "sts federated-user", "organizations account", "organizations ou", "organizations root",
                           "organizations policy", "organizations organization", "kms key", "kms alias", "lambda function", "secretsmanager secret", "ssm parameter", "logs log-group",
                           "logs log-stream", "dynamodb index", "elasticloadbalancing app", "elasticloadbalancing net"})
    out->words_.insert(word);
  // Findings whose resources this run did not read, and what other tools found: their uids are all that is left to learn names from.
  for (const char* uids : {"SELECT uid FROM finding WHERE not_rejudged OR status>2 OR closed_at IS NOT NULL", "SELECT DISTINCT resource FROM imported"}) {
    auto rows = TRY(a.store->db().prepare(uids));
    while (TRY(rows.step())) out->know_uid(rows.text(0));
  }
  if (a.workspace)
    for (auto& exception : a.workspace->exceptions) {
      ResourceException told = exception;
      told.resource = out->uid(told.resource);
      told.owner = out->name(told.owner), told.approver = out->name(told.approver), told.reason = out->text(told.reason);
      told.at.path = out->path(told.at.path);
      out->exceptions_.emplace_back(exception, std::move(told));
    }
  return out;
}

std::string Redaction::digest(std::string_view kind, std::string_view text, size_t length) const {
  std::string keyed = salt_;
  keyed.append(1, '\0').append(kind).append(1, '\0').append(text);
  return base32(sha256(keyed), (length * 5 + 7) / 8).substr(0, length);
}

std::string Redaction::account(std::string_view id) const {
  if (id.empty() || is_common(id)) return std::string(id);
  if (!is_account_id(id)) return name(id);
  std::string keyed = salt_;
  keyed.append(1, '\0').append("account").append(1, '\0').append(id);
  auto bytes = sha256(keyed);
  uint64_t number = 0;
  for (size_t i = 0; i < 8; ++i) number = number << 8 | bytes[i];
  std::string digits = std::to_string(number % 10'000'000'000ull);
  return "00" + std::string(10 - digits.size(), '0') + digits;
}

std::string Redaction::name(std::string_view whole) const {
  std::string_view inner = core(whole);
  if (inner.empty() || is_common(inner)) return std::string(whole);
  if (is_account_id(inner)) return account(inner);
  size_t front = static_cast<size_t>(inner.data() - whole.data());
  std::string out(whole.substr(0, front));
  out += mail_length(inner) == inner.size() ? mail(inner) : "n-" + digest("name", inner, 12);
  out += whole.substr(front + inner.size());
  return out;
}

std::string Redaction::mail(std::string_view address) const { return "m-" + digest("mail", lower(address), 12) + "@redacted.invalid"; }

store::StoredFinding Redaction::stored(const store::StoredFinding& finding) const {
  store::StoredFinding out = finding;
  out.uid = uid(finding.uid);
  out.id = finding_id(finding.control, out.uid);
  out.account = account(finding.account);
  out.unit = text(finding.unit);
  const bool gone = withheld(finding);
  out.reason = gone ? std::string(kWithheld) : text(finding.reason);
  out.evidence_json = evidence_json(finding.evidence_json, gone);
  return out;
}

bool Redaction::withheld(const store::StoredFinding& finding) { return finding.not_rejudged || !store::is_open(finding.status); }

size_t Redaction::known_at(std::string_view text, size_t at, Kind& kind) const {
  std::string_view rest = text.substr(at);
  auto lengths = lengths_.find(lower(first_word(core(rest.substr(0, std::min<size_t>(rest.size(), 4096))))));
  if (lengths == lengths_.end()) return 0;
  for (uint32_t length : lengths->second) {
    if (length > rest.size() || (length < rest.size() && in_word(rest[length]) && in_word(rest[length - 1]))) continue;
    auto found = known_.find(std::string(rest.substr(0, length)));
    if (found == known_.end()) {
      found = known_.find(lower(rest.substr(0, length)));
      if (found == known_.end() || found->second != Kind::domain) continue;
    }
    kind = found->second;
    return length;
  }
  return 0;
}

// One piece of an ARN's resource: wildcards and policy variables stay.
std::string Redaction::segment(std::string_view service, std::string_view piece) const {
  if (piece.empty() || words_.count(std::string(service) + " " + std::string(piece))) return std::string(piece);
  std::string out;
  size_t begin = 0;
  auto close = [&](size_t end) {
    if (end > begin) out += name(piece.substr(begin, end - begin));
  };
  for (size_t i = 0; i < piece.size(); ++i) {
    if (piece[i] == '*' || piece[i] == '?') {
      close(i);
      out += piece[i];
      begin = i + 1;
    } else if (piece[i] == '$' && i + 1 < piece.size() && piece[i + 1] == '{') {
      size_t end = piece.find('}', i);
      if (end == std::string_view::npos) break;
      close(i);
      out += piece.substr(i, end + 1 - i);
      begin = end + 1, i = end;
    }
  }
  close(piece.size());
  return out;
}

std::string Redaction::arn(std::string_view text, size_t& at) const {
  auto ends = [](char c) { return static_cast<unsigned char>(c) <= ' ' || std::string_view("\"'`,;()[]<>|").find(c) != std::string_view::npos; };
  std::string parts[5];
  size_t here = at;
  for (auto& part : parts) {
    size_t colon = here;
    while (colon < text.size() && text[colon] != ':' && !ends(text[colon])) ++colon;
    if (colon >= text.size() || text[colon] != ':') return "";
    part = text.substr(here, colon - here);
    here = colon + 1;
  }
  // AWS's own things (managed policies) are the same for everybody.
  if (parts[4] == "aws") {
    while (here < text.size() && !ends(text[here])) ++here;
    std::string out(text.substr(at, here - at));
    at = here;
    return out;
  }
  std::string out = parts[0] + ":" + parts[1] + ":" + parts[2] + ":" + parts[3] + ":" + (is_account_id(parts[4]) ? account(parts[4]) : parts[4].empty() || parts[4] == "*" ? parts[4] : name(parts[4])) + ":";
  while (here < text.size() && !ends(text[here])) {
    if (text[here] == '/' || text[here] == ':') {
      out += text[here++];
      continue;
    }
    Kind kind = Kind::name;
    if (size_t length = known_at(text, here, kind); length > 0 && kind == Kind::name) {
      std::string_view whole = text.substr(here, length);
      out += words_.count(parts[2] + " " + std::string(whole)) ? std::string(whole) : name(whole);
      here += length;
      continue;
    }
    size_t end = here;
    while (end < text.size() && !ends(text[end]) && text[end] != '/' && text[end] != ':') ++end;
    out += segment(parts[2], text.substr(here, end - here));
    here = end;
  }
  at = here;
  return out;
}

std::string Redaction::uid(std::string_view uid) const {
  if (starts_with(uid, "arn:")) {
    size_t at = 0;
    std::string out = arn(uid, at);
    // Behind a blank or bracket the rest of a name may follow.
    return out.empty() ? name(uid) : at < uid.size() ? out + name(uid.substr(at)) : out;
  }
  if (starts_with(uid, "aws/")) {
    size_t account_end = uid.find('/', 4), region_end = account_end == std::string_view::npos ? account_end : uid.find('/', account_end + 1);
    size_t type_end = region_end == std::string_view::npos ? region_end : uid.find('/', region_end + 1);
    if (type_end != std::string_view::npos) {
      auto type = uid.substr(region_end + 1, type_end - region_end - 1), id = uid.substr(type_end + 1);
      return "aws/" + account(uid.substr(4, account_end - 4)) + std::string(uid.substr(account_end, type_end + 1 - account_end)) +
             (starts_with(type, "Reeve::") || starts_with(id, "(") ? text(id) : starts_with(id, "arn:") ? this->uid(id) : name(id));
    }
  }
  if (size_t hash = uid.rfind('#'); hash != std::string_view::npos) return path(uid.substr(0, hash)) + "#" + name(uid.substr(hash + 1));
  if (contains(uid, "*")) return segment("", uid);  // an exception's pattern
  return name(uid);
}

std::string Redaction::path(std::string_view path) const {
  std::string out;
  size_t begin = 0;
  while (true) {
    size_t end = std::min(path.find_first_of("/\\!", begin), path.size());
    std::string_view piece = path.substr(begin, end - begin), stem = piece;
    std::string extension;
    for (bool more = true; more;) {
      more = false;
      for (auto one : extensions)
        if (stem.size() > one.size() && ends_with(stem, one)) extension = std::string(one) + extension, stem.remove_suffix(one.size()), more = true;
    }
    bool plain = std::find(std::begin(layout), std::end(layout), stem) != std::end(layout) || is_region_name(stem) || operations_.count(letters_only(stem)) ||
                 (stem.size() <= 4 && std::all_of(stem.begin(), stem.end(), digit));
    out += plain ? std::string(stem) : name(percent_decode(stem));
    out += extension;
    if (end == path.size()) return out;
    out += path[end];
    begin = end + 1;
  }
}

std::string Redaction::text(std::string_view text) const {
  std::string out;
  if (const auto agreed = external_ids_in(text); !agreed.empty()) {
    size_t from = 0;
    for (auto [begin, end] : agreed) {
      out += this->text(text.substr(from, begin - from));
      out += hidden(text.substr(begin, end - begin));
      from = end;
    }
    return out += this->text(text.substr(from));
  }
  for (size_t at = 0; at < text.size();) {
    bool begins = at == 0 || !in_word(text[at - 1]);
    if (begins && starts_with(text.substr(at), "arn:")) {
      size_t end = at;
      if (std::string told = arn(text, end); !told.empty()) {
        out += told;
        at = end;
        continue;
      }
    }
    if (digit(text[at]) && (at == 0 || !digit(text[at - 1]))) {
      size_t end = at;
      while (end < text.size() && digit(text[end])) ++end;
      if (end - at == 12) {
        out += account(text.substr(at, 12));
        at = end;
        continue;
      }
    }
    if (begins) {
      if (size_t length = mail_length(text.substr(at)); length > 0) {
        out += mail(text.substr(at, length));
        at += length;
        continue;
      }
      Kind kind = Kind::name;
      if (size_t length = known_at(text, at, kind); length > 0) {
        auto whole = text.substr(at, length);
        out += kind == Kind::path ? path(whole) : kind == Kind::mail ? mail(whole) : kind == Kind::domain ? name(lower(whole)) : name(whole);
        at += length;
        continue;
      }
      if (size_t length = id_length(text.substr(at)); length > 0) {
        out += name(text.substr(at, length));
        at += length;
        continue;
      }
    }
    out += text[at++];
  }
  return out;
}

void Redaction::value(Value value, JsonWriter& json) const {
  if (value.is_map()) {
    json.begin_object();
    for (const auto entry : value.entries()) {
      json.key(text(entry.key()));
      if (is_external_id(entry.key())) named(entry.value, json);
      else if (entry.value.is_string() && names_somebody(entry.key())) json.string(name(entry.value.text()));
      else this->value(entry.value, json);
    }
    json.end_object();
  } else if (value.is_list()) {
    json.begin_array();
    for (const auto item : value.items()) this->value(item, json);
    json.end_array();
  } else if (value.is_string()) {
    json.string(text(value.text()));
  } else {
    json.value(value);
  }
}

std::string Redaction::hidden(std::string_view text) const { return "n-" + digest("name", text, 12); }

void Redaction::named(Value value, JsonWriter& json) const {
  if (value.is_list()) {
    json.begin_array();
    for (const auto item : value.items()) named(item, json);
    json.end_array();
  } else if (auto text = value.scalar_text()) {
    json.string(hidden(*text));
  } else {
    this->value(value, json);
  }
}

std::string Redaction::json(std::string_view text) const {
  if (text.empty()) return "";
  auto document = read_json(text, Source{});
  std::string out;
  JsonWriter json(out);
  if (document) value((*document)->root(), json);
  else json.string(this->text(text));
  return out;
}

Evidence Redaction::evidence(const Evidence& one) const {
  Evidence out = one;
  out.resource = uid(one.resource);
  // `service:Operation` stands where there is no file.
  out.source = operations_.count(letters_only(one.source)) || (contains(one.source, ":") && !contains(one.source, "/")) ? one.source : path(one.source);
  out.path = text(one.path);
  const std::string_view member = std::string_view(one.path).substr(one.path.rfind('.') + 1);
  const bool somebody = names_somebody(member), agreed = contains(lower(member), "externalid");
  auto told = [&](const std::string& value) {
    if (agreed && !value.empty()) {
      std::string hidden_one;
      JsonWriter writer(hidden_one);
      if (auto read = read_json(value, Source{})) named((*read)->root(), writer);
      else writer.string(hidden(value));
      return hidden_one;
    }
    auto read = somebody ? read_json(value, Source{}) : Result<DocumentPtr>(nullptr);
    return read && *read && (*read)->root().is_string() ? quoted(name((*read)->root().text())) : json(value);
  };
  out.value = told(one.value);
  out.read_as = told(one.read_as);
  out.expected = text(one.expected);
  for (auto& unread : out.unread) unread = text(unread);
  return out;
}

std::string Redaction::evidence_json(std::string_view array, bool withhold) const {
  if (array.empty()) return "";
  auto read = evidence_from_json(array);
  if (!read) return "[]";
  for (auto& one : *read) {
    one = evidence(one);
    if (!withhold) continue;
    one.path.clear(), one.value.clear(), one.read_as.clear(), one.expected.clear(), one.unread.clear();
  }
  return evidence_to_json(*read);
}

const ResourceException* Redaction::exception(std::string_view control, std::string_view uid, Time as_of) const {
  for (auto& [written, told] : exceptions_)
    if (!written.expired(as_of) && written.covers(control, uid)) return &told;
  return nullptr;
}

void Redaction::apply(Assessment& a) const {
  auto error = [&](Error& e) {
    e.what = text(e.what), e.expected = text(e.expected), e.hint = text(e.hint);
    e.at.path = path(e.at.path);
  };
  if (!a.organization.empty()) a.organization = name(a.organization);
  for (auto& source : a.source_names) source = path(source);
  for (auto& source : a.sources) source.file = path(source.file), source.account = account(source.account), source.why = text(source.why);
  for (auto& result : a.controls) {
    result.reason = text(result.reason);
    for (auto& one : result.evidence) one = evidence(one);
    for (auto& one : result.first_resources) one = uid(one);
    for (auto& cause : result.unknown_causes) cause = text(cause);
  }
  for (auto& practice : a.practices)
    for (auto& blocker : practice.blockers) blocker.why = text(blocker.why);
  for (auto& call : a.calls_failed) {
    call.account = account(call.account);
    call.parameter = starts_with(call.parameter, "arn:") ? uid(call.parameter) : name(call.parameter);
    call.error = text(call.error);
  }
  for (auto& cause : a.unknown_causes) cause.cause = text(cause.cause);
  for (auto& item : a.roadmap) {
    item.person = name(item.person);
    for (auto& one : item.first_resources) one = uid(one);
    for (auto& cause : item.causes) cause = text(cause);
  }
  for (auto& one : a.words.attestations) one.why = text(one.why);
  redact_alerts(*this, a.alerts), redact_escalation(*this, a.escalation), redact_threats(*this, a.threats);
  for (auto& objective : a.objectives)
    for (auto& why : objective.why) why = text(why);
  for (auto& service : a.responsibilities.services)
    for (auto& row : service.rows)
      for (auto& alternative : row.alternatives)
        for (auto& one : alternative.examples) one = uid(one);
  for (auto& problem : a.problems) error(problem);
  for (auto& note : a.notes) error(note);
  for (auto& run : a.history.trend)
    for (auto& event : run.events) event = text(event);
  for (auto& moved : a.history.since_previous.findings) {
    moved.uid = uid(moved.uid), moved.account = account(moved.account), moved.why = text(moved.why);
    moved.id = finding_id(moved.control, moved.uid);
  }
  if (!a.workspace) return;
  Workspace& workspace = *a.workspace;
  workspace.dir = path(workspace.dir);
  if (!workspace.organization.empty()) workspace.organization = name(workspace.organization);
  for (auto& source : workspace.sources) source = path(source);
  for (auto& account : workspace.accounts) account = this->account(account);
  for (auto& [role, person] : workspace.owners) person = name(person);
  for (auto& given : workspace.attestations) {
    given.owner = name(given.owner), given.approver = name(given.approver), given.reason = text(given.reason);
    for (auto& one : given.evidence) one = text(one);
    given.at.path = path(given.at.path);
  }
  for (auto& drill : workspace.drills) {
    drill.owner = name(drill.owner), drill.title = text(drill.title), drill.at.path = path(drill.at.path);
    for (auto& record : drill.records) {
      record.by = name(record.by), record.note = text(record.note), record.at.path = path(record.at.path);
      for (auto& one : record.evidence) one = text(one);
    }
  }
  for (size_t i = 0; i < workspace.exceptions.size() && i < exceptions_.size(); ++i) workspace.exceptions[i] = exceptions_[i].second;
}

}  // namespace reeve
