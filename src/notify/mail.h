// One message to a server of mail. libcurl stands behind it.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "notify/outbox.h"

namespace reeve {

struct Mail {
  std::string server;  // smtps://HOST[:PORT], or smtp://HOST[:PORT]: STARTTLS then, but for a server on loopback to whom nobody logs in
  std::string from;    // addresses, without brackets
  std::vector<std::string> to;
  std::string user, password;  // AUTH PLAIN or LOGIN, over TLS alone; empty: nobody logs in
  std::string ca_file;         // empty: the system's certificates
  std::string message;         // lines that end in CRLF
};

// Taken: the server took it for all of `to`. A reply of 4xx, and no reply, is for later; 5xx for never, but at login, which people mend.
Attempt send_mail(const Mail& mail, int64_t timeout_ms, const std::atomic<bool>& stopped, bool& cancelled);

}  // namespace reeve
