// What kinds of input are called, and the digest by which a unit is known again.
#include "base/hash.h"
#include "estate/inputs.h"

namespace reeve {

std::string_view name(InputKind kind) {
  switch (kind) {
    case InputKind::reply: return "reply";
    case InputKind::config: return "config";
    case InputKind::alerts: return "alerts";
    case InputKind::credential_report: return "credential_report";
    case InputKind::authorization_details: return "authorization_details";
    case InputKind::cloudformation: return "cloudformation";
    case InputKind::terraform: return "terraform";
    case InputKind::snapshot: return "snapshot";
    case InputKind::ignored: return "ignored";
    case InputKind::unplaced: return "unplaced";
    case InputKind::broken: return "broken";
  }
  return "broken";
}

std::string Unit::digest() const {
  Sha256Stream all;
  for (const auto* some : {&inputs, &beside})
    for (const Input& input : *some) {
      all.add(input.shown);
      all.add(std::string("\0", 1));
      all.add(input.digest);
      all.add(std::to_string(input.mtime_ms) + "," + input.account + "\n");
    }
  return hex(all.finish());
}

}  // namespace reeve
