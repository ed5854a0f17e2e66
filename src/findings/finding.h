// Findings: what a control says of a resource, and the evidence a person can follow to the byte.
//
// A verdict is one of five; *unknown* is one of them and never counts as pass. A Finding is a verdict worth keeping: fail, unknown or
// excepted (passes are kept as bitmaps by the store, with their counts). Its evidence names the original answer: file or call, time,
// JSON path, value found, value expected. Secrets are blacked out here, at the edge, before anything is kept or printed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "formats/document.h"
#include "formats/json.h"

namespace reeve {

// In the order of badness used when several are folded: fail worst.
enum class Verdict : uint8_t { fail, unknown, pass, excepted, not_applicable };
std::string_view name(Verdict verdict);
std::optional<Verdict> parse_verdict(std::string_view text);

struct Evidence {
  std::string resource;    // uid of the resource the fact is about
  std::string source;      // file's path, or `service:Operation` for a reply that has no file of its own or was never made
  Time time;               // when the fact was true; 0 not known
  std::string time_basis;  // empty if the time is the reply's own, else `file` or `unknown`
  std::string path;        // JSON path in the source
  std::string value;       // JSON text as found, secrets blacked out; empty if there was nothing
  std::string read_as;     // JSON text: what the mapping made of it and the control judged; empty if that is the same
  std::string expected;    // in words
  uint32_t line = 0, column = 0;           // in the source file; 0 not known
  std::vector<std::string> unread;         // mitigations that could not be read and so did not soften the verdict (design §10.14)
  bool operator==(const Evidence&) const = default;
};

struct ResourceName {
  std::string uid, type, account, region;
  bool operator==(const ResourceName&) const = default;
};

struct Finding {
  std::string id;
  std::string control;
  ResourceName resource;
  Verdict status = Verdict::fail;
  std::string reason;
  std::vector<Evidence> evidence;
};

// First 128 bits of SHA-256(control, NUL, uid) in lower-case base32: 26 characters, the same for ever (design §10.2).
std::string finding_id(std::string_view control, std::string_view uid);

// Evidence for a value of a judged document: source, time, path, line and column are those of its origin.
Evidence evidence_at(Value value, std::string resource_uid, std::string expected);

// The JSON array that the store keeps and `assess` prints; keys with nothing to say are left out. Reading it back gives equal evidence.
std::string evidence_to_json(const std::vector<Evidence>& evidence);
Result<std::vector<Evidence>> evidence_from_json(std::string_view json);

// A value as JSON text with secrets blacked out: values under keys that name a password, secret, token or private key; all values of
// environment variables; user data; access keys and PEM blocks inside any text. `bytes_max` bounds the text; a longer one ends
// in a note of its length. Unknown nodes print as {"$unknown": reason}.
std::string redacted_json(Value value, size_t bytes_max = 4096);
// The same for one text that has no key (an error message, a reason).
std::string redacted_text(std::string_view text);
// The same for a text that stands under a key.
std::string redacted_text_under(std::string_view key, std::string_view text);
bool names_secret(std::string_view key);
inline constexpr std::string_view redaction_mark = "[redacted]";

}  // namespace reeve
