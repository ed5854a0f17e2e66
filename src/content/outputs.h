// Where alerts are sent, under `outputs` of a workspace's reeve.yaml (docs/delivering.md).
//
// The file is kept in git, so what is secret stands elsewhere and is named here: `{env: NAME}` or `{file: PATH}`. A secret that stands in the file
// itself is refused by place, and never repeated in a message.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace reeve {

struct SecretRef {
  std::string env;   // of an environment variable, or
  std::string file;  // relative to where the program runs
  Place at;
  bool given() const { return !env.empty() || !file.empty(); }
};

// What it refers to, without the white space around it. Errors (at its place) name the variable or file and no more: not there, empty, more than
// 64 KiB or more than one line.
Result<std::string> read_secret(const SecretRef& secret);

enum class OutputKind : uint8_t { webhook, slack, pagerduty, sns, smtp };
std::string_view name(OutputKind kind);

struct AlertOutput {
  std::string id;  // a slug
  OutputKind kind = OutputKind::webhook;
  std::string level;    // the least that is sent: critical, high, medium (unless said), low or informational
  int attempts = 100;   // then it is a dead letter
  std::string ca_file;  // in place of the system's certificates; may be empty
  SecretRef url;        // webhook, slack
  SecretRef token;      // webhook: sent as a bearer token; may be absent
  SecretRef routing_key;  // pagerduty
  std::string service;    // pagerduty: scheme, host and port; empty: PagerDuty's own in the US
  std::string topic;      // sns: its ARN
  std::string server;     // smtp: smtp://HOST[:PORT] (STARTTLS) or smtps://HOST[:PORT]
  std::string from;       // smtp: an address
  std::vector<std::string> to;
  std::string user;       // smtp: empty: nobody logs in
  SecretRef password;
  Place at;
};

// In the order of the file; none if there is no `outputs`. One that does not hold is left out and named.
std::vector<AlertOutput> load_outputs(const std::string& workspace_dir, std::vector<Error>& errors);

// `127.…`, `[::1]` or `localhost`: what is sent there does not leave the machine. Of `host`, `host:port` or `[v6]:port`.
bool is_loopback_authority(std::string_view authority);
// An address of mail as it stands in an envelope: no white space, no control characters, no `<>`, one `@`, ASCII.
bool is_mail_address(std::string_view text);

}  // namespace reeve
