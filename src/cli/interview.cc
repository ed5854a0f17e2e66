#include "cli/interview.h"

#include "base/text.h"

namespace reeve {

Interview::Interview(Io& io, const Content& content, const Workspace& workspace, Time today) : io_(io), content_(content), workspace_(workspace), today_(today) {}

std::vector<const Control*> attested_controls(const Content& content) {
  std::vector<const Control*> out;
  for (const Practice& practice : content.practices)
    for (int level = 1; level <= 4; ++level)
      for (const Control& control : content.controls)
        if (control.judge == Judge::attested && control.practice == practice.slug && control.level == level) out.push_back(&control);
  return out;
}

void print_attestation(Io& io, const std::string& path, const Attestation& attestation) {
  io.print("Wrote " + safe(path) + "\n");
  const std::string text = attestation_yaml(attestation);
  for (std::string_view line : split(text, '\n'))
    if (!line.empty()) io.print("   " + safe(line) + "\n");
}

void Interview::show(const Control& control) {
  const int width = std::min(io_.error_terminal.width, 100);
  io_.say("\n" + paint(io_.error_terminal, Ink::heading, control.id) + "\n" + wrap(control.attest->question, width, 0) + "\n");
  io_.say(wrap("Claim: " + control.attest->claim, width, 3) + "\n");
  if (const Word word = word_on(&workspace_, control, today_); word.said)
    io_.say(wrap("Said so far: " + (word.why.empty() ? "yes, by " + word.said->owner + ", until " + rfc3339(word.until).substr(0, 10) : word.why), width, 3) + "\n");
}

std::optional<std::string> Interview::text(const std::string& what, const std::string& otherwise) {
  for (;;) {
    auto line = io_.ask("   " + what + (otherwise.empty() ? "" : " [" + safe(otherwise) + "]") + ": ");
    if (!line) return std::nullopt;
    if (line->empty()) line = otherwise;
    if (!line->empty()) return line;
    io_.say("   somebody must stand behind it\n");
  }
}

std::optional<Time> Interview::day(const std::string& what, Time otherwise) {
  for (;;) {
    auto line = io_.ask("   " + what + " [" + rfc3339(otherwise).substr(0, 10) + "]: ");
    if (!line) return std::nullopt;
    if (line->empty()) return otherwise;
    if (auto time = parse_time(*line)) return time;
    io_.say("   a date such as " + rfc3339(otherwise).substr(0, 10) + "\n");
  }
}

Interview::Ended Interview::one(const Control& control, Attestation& a, bool may_skip) {
  show(control);
  const bool owner_given = !a.owner.empty(), approver_given = !a.approver.empty(), expires_given = a.expires.known();
  bool evidence_given = !a.evidence.empty();
  for (;;) {
    auto line = io_.ask(may_skip ? "   Does it hold? yes, no, Enter to skip, q to stop: " : "   Does it hold? yes or no: ");
    if (!line || *line == "q") return Ended::stopped;
    if (line->empty() && may_skip) return Ended::skipped;
    const std::string word = lower(*line);
    if (word == "yes" || word == "y") a.answer = true;
    else if (word == "no" || word == "n") a.answer = false;
    else {
      io_.say("   yes or no\n");
      continue;
    }
    break;
  }
  // The person behind the role is the one most likely to say it.
  auto role = workspace_.owners.find(control.owner);
  const std::string likely = !owner_.empty() ? owner_ : role == workspace_.owners.end() ? "" : role->second;
  for (;;) {
    if (!owner_given) {
      auto owner = text("Who says so", a.owner.empty() ? likely : a.owner);
      if (!owner) return Ended::stopped;
      a.owner = *owner;
    }
    if (!approver_given) {
      auto approver = text("Who agreed (somebody else)", equal_ignoring_case(approver_, a.owner) ? "" : approver_);
      if (!approver) return Ended::stopped;
      a.approver = *approver;
    }
    if (!expires_given) {
      Time latest = latest_expiry(control, a.given);
      auto expires = day("Counts until", a.expires.known() ? a.expires : latest.known() ? Time{latest.ms - 86'400'000} : Time{a.given.ms + int64_t{365} * 86'400'000});
      if (!expires) return Ended::stopped;
      a.expires = *expires;
    }
    if (!evidence_given) {
      a.evidence.clear();
      for (;;) {
        auto evidence = io_.ask("   Evidence, a link or where to find it (Enter: no more): ");
        if (!evidence) return Ended::stopped;
        if (evidence->empty()) break;
        a.evidence.push_back(*evidence);
      }
      evidence_given = true;
    }
    auto wrong = objections(a, control);
    if (wrong.empty()) break;
    for (auto& error : wrong) io_.error(error);
    if (owner_given && approver_given && expires_given) return Ended::stopped;  // asking again would change nothing
  }
  owner_ = a.owner, approver_ = a.approver;
  return Ended::answered;
}

size_t Interview::all() {
  size_t answered = 0;
  for (const Control* control : attested_controls(content_)) {
    if (word_on(&workspace_, *control, today_).said) continue;
    Attestation a;
    a.control = control->id;
    a.given = today_;
    const Ended ended = one(*control, a, true);
    if (ended == Ended::stopped) break;
    if (ended == Ended::skipped) continue;
    auto path = write_attestation(workspace_.dir, a);
    if (!path) {
      io_.error(path.error());
      break;
    }
    print_attestation(io_, *path, a);
    ++answered;
  }
  return answered;
}

}  // namespace reeve
