// What is said of an alert, in the form of each kind of destination.
//
// Everything comes from the alert as it lies in the outbox. Texts of events are written by whoever attacks: in each form they are data and nothing
// else, and bounded by what the receiver takes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "detect/told_alerts.h"

namespace reeve {

// Of a line of the outbox.
Result<ToldAlert> told_alert(std::string_view line);

// Block Kit for an incoming webhook: what came from events stands in plain text, with & < > as entities, so that nothing of it mentions, links or formats.
std::string slack_payload(const ToldAlert& alert);
// A trigger of the Events API v2; `dedup_key` is the alert's id. `line`: the alert itself, for the details.
std::string pagerduty_payload(const ToldAlert& alert, std::string_view line, std::string_view routing_key);
// A subject for Amazon SNS: printable ASCII, at most 100 characters.
std::string sns_subject(const ToldAlert& alert);
// A whole message (RFC 5322) with lines that end in CRLF; its text is in base64, so no line of it is too long, or a dot alone.
std::string mail_message(const ToldAlert& alert, std::string_view line, std::string_view from, const std::vector<std::string>& to, std::string_view destination, Time now);

std::string base64(std::string_view bytes);

}  // namespace reeve
