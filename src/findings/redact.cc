// What may be shown of a value. Names of things stay (ARNs, access key ids under their own key, names of environment variables):
// without them evidence cannot be followed. What opens a door does not.
#include <algorithm>
#include <array>
#include <cctype>
#include <unordered_map>

#include "base/hash.h"
#include "base/text.h"
#include "findings/finding.h"
#include "findings/secret_patterns.h"

namespace reeve {

namespace {

// Ends of keys, letters and digits only, whose text value is a secret.
constexpr std::string_view secret_ends[] = {"password",    "passwd",          "pwd",           "passphrase",       "secret",
                                            "secretkey",   "secretaccesskey", "secretstring",  "secretbinary",     "clientsecret",
                                            "apikey",      "authtoken",       "accesstoken",   "sessiontoken",     "refreshtoken",
                                            "idtoken",     "bearertoken",     "securitytoken", "oauthtoken",       "privatekey",
                                            "secrettoken", "credential",      "credentials",   "connectionstring", "keymaterial",
                                            "sshkey",      "presharedkey",    "token",           "xamzsignature"};
// Keys that end like one of those but hold a setting.
constexpr std::string_view harmless[] = {
    "httptokens", "httptoken", "managemasteruserpassword"};
// Tokens that only say where a list or a change stands.
constexpr std::string_view harmless_ends[] = {"nexttoken",     "nextpagetoken", "paginationtoken", "continuationtoken", "clienttoken", "requesttoken",
                                              "creationtoken", "locktoken",     "changetoken",     "updatetoken",       "idempotencytoken", "markertoken"};
// What CodeBuild keeps under `Environment` beside the variables; other services keep the variables there directly.
constexpr std::string_view environment_settings[] = {"type",
                                                     "computetype",
                                                     "image",
                                                     "privilegedmode",
                                                     "certificate",
                                                     "fleet",
                                                     "registrycredential",
                                                     "imagepullcredentialstype",
                                                     "dockerserver"};
// Scripts and documents that may carry anything.
constexpr std::string_view opaque[] = {"userdata", "userdatabase64"};

std::string letters(std::string_view key) {
  std::string out;
  for (char c : key)
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
    else if (c >= 'A' && c <= 'Z') out += static_cast<char>(c - 'A' + 'a');
  return out;
}

template <size_t N>
bool among(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// Base64's alphabet. Asked of every byte of every text, so it is a table.
constexpr std::array<bool, 256> key_characters = [] {
  std::array<bool, 256> table{};
  for (char c = '0'; c <= '9'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<unsigned char>(c)] = table[static_cast<unsigned char>(c - 'a' + 'A')] = true;
  table['/'] = table['+'] = true;
  return table;
}();
bool key_character(char c) { return key_characters[static_cast<unsigned char>(c)]; }

// An access key id in running text: AKIA or ASIA and sixteen more capitals or digits (IAM User Guide, "IAM identifiers").
size_t access_key_at(std::string_view text, size_t at) {
  constexpr size_t length = 20;
  if (text.size() - at < length || (text.compare(at, 4, "AKIA") != 0 && text.compare(at, 4, "ASIA") != 0)) return 0;
  if (at > 0 && key_character(text[at - 1])) return 0;
  for (size_t i = at + 4; i < at + length; ++i)
    if (!std::isdigit(static_cast<unsigned char>(text[i])) && !std::isupper(static_cast<unsigned char>(text[i]))) return 0;
  return at + length < text.size() && std::isalnum(static_cast<unsigned char>(text[at + length])) ? 0 : length;
}

// A run of exactly forty base64 characters with both cases and a digit, as secret access keys are; many slashes make it a path.
// The caller sees to it that a run begins at `at`.
size_t secret_key_at(std::string_view text, size_t at) {
  constexpr size_t length = 40;
  constexpr int slashes_max = 3;
  size_t end = at;
  while (end < text.size() && key_character(text[end])) ++end;
  if (end - at != length) return 0;
  bool upper = false, small = false, digit = false;
  int slashes = 0;
  for (size_t i = at; i < end; ++i) {
    upper |= std::isupper(static_cast<unsigned char>(text[i])) != 0;
    small |= std::islower(static_cast<unsigned char>(text[i])) != 0;
    digit |= std::isdigit(static_cast<unsigned char>(text[i])) != 0;
    slashes += text[i] == '/';
  }
  return upper && small && digit && slashes <= slashes_max ? length : 0;
}

// Where a value stands with regard to environment variables: `below` is a child of a map called Environment, `variable` a value
// that is one of the variables. Nobody can tell which variable holds a secret, so all do.
enum class Within { nothing, below, variable };

// What a key says of its value. An estate spells a few hundred keys a million times, so each is looked at once.
struct KeySays {
  bool secret, opaque, access_key_id;                   // of a value that stands under it
  bool names, is_value;                                 // of the maps that containers and tags are written in
  bool variables_below, variables, environment, setting;  // of environment variables
};

KeySays read_key(std::string_view key) {
  const auto plain = letters(key);
  KeySays says{};
  auto ends = [&](std::string_view end) { return ends_with(plain, end); };
  says.secret = !among(harmless, plain) && std::any_of(std::begin(secret_ends), std::end(secret_ends), ends) &&
                std::none_of(std::begin(harmless_ends), std::end(harmless_ends), ends);
  says.opaque = among(opaque, plain);
  says.access_key_id = ends_with(plain, "accesskeyid");
  says.names = plain == "name" || plain == "key" || plain == "type";
  says.is_value = plain == "value" || plain == "parametervalue";
  says.variables_below = ends_with(plain, "environmentvariables");
  says.variables = plain == "variables";
  says.environment = plain == "environment";
  says.setting = among(environment_settings, plain);
  return says;
}

KeySays says(std::string_view key) {
  constexpr size_t keys_max = 4096, length_max = 256;  // input may invent keys
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return hash64(text); }
  };
  thread_local std::unordered_map<std::string, KeySays, Hash, std::equal_to<>> known;
  if (auto found = known.find(key); found != known.end()) return found->second;
  const KeySays read = read_key(key);
  if (key.size() > length_max) return read;
  if (known.size() >= keys_max) known.clear();
  known.emplace(key, read);
  return read;
}

// The standing of the value at `key` whose map stands at `outer`. `list` says whether the value is a list: `Environment: [{Name,
// Value}]`.
Within within(Within outer, const KeySays& key, bool map, bool list) {
  if (outer == Within::variable) return outer;
  if (key.variables_below || (outer == Within::below && key.variables)) return Within::variable;
  if (outer == Within::below) return key.setting ? Within::nothing : Within::variable;
  if (key.environment) return list ? Within::variable : map ? Within::below : Within::nothing;
  return Within::nothing;
}

std::string shown_text(std::string_view text, const KeySays& said, Within at) {
  if (text.empty()) return {};
  if (at == Within::variable || said.opaque || (said.secret && !is_no_secret(text))) return std::string(redaction_mark);
  return said.access_key_id ? std::string(text) : redacted_text(text);
}

struct Redactor {
  JsonWriter json;
  // `at` is the standing of the value itself, `key` the name it goes by.
  void value(Value value, std::string_view key, Within at);
  void map(Value map, Within at);
};

// `{Name: DB_PASS, Value: …}` as containers and tags write it: the name decides about the value.
std::string_view named_by(Value map) {
  for (std::string_view key : {"Name", "name", "Key", "key", "ParameterKey", "OptionName"})
    if (const auto found = map.get(key); found && found.is_string()) return found.text();
  return {};
}

void Redactor::map(Value map, Within at) {
  const auto given_name = named_by(map);
  json.begin_object();
  for (const auto entry : map.entries()) {
    const auto key = entry.key();
    json.key(key);
    const KeySays said = says(key);
    if (!given_name.empty() && said.is_value) value(entry.value, given_name, at);
    else if (!given_name.empty() && at == Within::variable && said.names) value(entry.value, "", Within::nothing);
    else value(entry.value, key, within(at, said, entry.value.is_map(), entry.value.is_list()));
  }
  json.end_object();
}

void Redactor::value(Value value, std::string_view key, Within at) {
  if (value.is_map()) return map(value, at);
  const KeySays said = says(key);
  switch (value.kind()) {
    case Kind::map: return;
    case Kind::list:
      json.begin_array();
      {
        std::string_view before;
        for (const auto item : value.items()) {
          const std::string_view word = item.is_string() ? item.text() : std::string_view();
          if (announced_by(before, word)) json.string(redaction_mark);
          else this->value(item, key, at);
          before = word;
        }
      }
      json.end_array();
      return;
    case Kind::string:
      json.string(shown_text(value.text(), said, at));
      return;
    case Kind::integer:
    case Kind::number:
      // A number as environment variable or password (a PIN) is as secret as a text.
      if (at == Within::variable || said.secret) json.string(redaction_mark);
      else json.value(value);
      return;
    default: json.value(value); return;
  }
}

// The keys above a value, innermost last: what decides whether it is an environment variable, and its own name.
struct Above {
  std::string key;
  Within at = Within::nothing;
};

Above above(Value value) {
  Above found;
  const auto path = value.path();
  // `$.A.B[0]['c d']`: keys are what stands between dots and brackets; indices keep the key before them.
  size_t at = 1;
  while (at < path.size()) {
    std::string key;
    if (path[at] == '.') {
      const size_t end = std::min(path.find_first_of(".[", at + 1), path.size());
      key = path.substr(at + 1, end - at - 1);
      at = end;
    } else if (path.compare(at, 2, "['") == 0) {
      const size_t end = std::min(path.find("']", at), path.size());
      key = path.substr(at + 2, end - at - 2);
      at = std::min(end + 2, path.size());
    } else {
      at = std::min(path.find(']', at), path.size() - 1) + 1;
      continue;
    }
    const bool list = at < path.size() && path[at] == '[' && path.compare(at, 2, "['") != 0;
    const bool last = at >= path.size();
    found.at = within(found.at, says(key), last ? value.is_map() : !list, last ? value.is_list() : list);
    found.key = key;
  }
  return found;
}

}  // namespace

std::string redacted_text_under(std::string_view key, std::string_view text) {
  const KeySays said = says(key);
  return shown_text(text, said, within(Within::nothing, said, false, false));
}

bool names_secret(std::string_view key) { return says(key).secret; }

std::string redacted_text(std::string_view whole) {
  const std::string masked = masked_patterns(whole);
  const std::string_view text = masked;
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    constexpr std::string_view begin = "-----BEGIN ", end = "-----END ", dashes = "-----";
    if (text[at] == '-' && text.compare(at, begin.size(), begin) == 0) {
      // Certificates and public keys are public; everything else in this armour is not, and a cut-off block is taken whole.
      const auto label = text.substr(at + begin.size(), text.find(dashes, at + begin.size()) - at - begin.size());
      if (contains(label, "PRIVATE")) {
        const auto closing = text.find(end, at);
        const auto last = closing == std::string_view::npos ? closing : text.find(dashes, closing + end.size());
        out += redaction_mark;
        at = last == std::string_view::npos ? text.size() : last + dashes.size();
        continue;
      }
    }
    size_t length = 0;
    if (text[at] == 'A') length = access_key_at(text, at);
    if (length == 0 && key_character(text[at]) && (at == 0 || !key_character(text[at - 1]))) {
      length = secret_key_at(text, at);
      if (length == 0) {  // skip the whole run at once
        size_t run = at;
        while (run < text.size() && key_character(text[run])) ++run;
        if (text.substr(at, run - at).find("AKIA") == std::string_view::npos &&
            text.substr(at, run - at).find("ASIA") == std::string_view::npos) {
          out += text.substr(at, run - at);
          at = run;
          continue;
        }
      }
    }
    if (length > 0) {
      out += redaction_mark;
      at += length;
    } else {
      out += text[at++];
    }
  }
  return out;
}

std::string redacted_json(Value value, size_t bytes_max) {
  std::string out;
  if (!value) return out;
  const auto context = above(value);
  Redactor{JsonWriter(out)}.value(value, context.key, context.at);
  if (out.size() <= bytes_max) return out;
  // Too long to be shown whole: the beginning, as text, and how much there is.
  size_t cut = bytes_max;
  while (cut > 0 && (static_cast<unsigned char>(out[cut]) & 0xc0) == 0x80) --cut;
  std::string shortened;
  JsonWriter(shortened).string(out.substr(0, cut) + "… (" + with_thousands(out.size()) + " bytes)");
  return shortened;
}

}  // namespace reeve
