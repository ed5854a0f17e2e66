#include "check/exceptions.h"

#include <algorithm>

#include "base/text.h"
#include "findings/finding.h"

namespace reeve {
namespace {

std::string_view plain(std::string_view path) {
  while (starts_with(path, "./")) path.remove_prefix(2);
  return path;
}

std::string text_of(Value value) { return value && value.is_scalar() && !value.is_null() ? redacted_text(trim(value.text())) : std::string(); }

std::string day(Time time) { return rfc3339(time).substr(0, 10); }

// The logical id under which the finding stands in the file: that of the path there, since resources may be made of others.
std::string logical_id(const CheckFinding& finding, Value resources) {
  if (resources.get(finding.resource)) return finding.resource;
  std::string_view path = finding.path;
  if (!starts_with(path, "$.Resources.")) return {};
  path.remove_prefix(std::string_view("$.Resources.").size());
  return std::string(path.substr(0, path.find_first_of(".[")));
}

}  // namespace

Exceptions::Exceptions(const Workspace* workspace, const Content* content, Time as_of) : workspace_(workspace), content_(content), as_of_(as_of) {}

void Exceptions::own_words(Value list, const std::string& file, std::vector<Word>& out, std::vector<Error>& problems) const {
  auto wrong = [&](std::string what, Value at, std::string expected) { problems.push_back({Code::parse, std::move(what), {file, at.line(), at.column()}, std::move(expected), "it excepts nothing"}); };
  if (!list.is_list()) return wrong("`reeve.exceptions` is no list", list, "a list of maps with `rule`, `owner`, `reason` and `expires`");
  for (Value item : list.items()) {
    if (!item.is_map()) {
      wrong("an exception is no map", item, "a map with `rule`, `owner`, `reason` and `expires`");
      continue;
    }
    bool good = true;
    const std::vector<std::string> known = {"rule", "owner", "reason", "expires"};
    for (auto entry : item.entries())
      if (std::find(known.begin(), known.end(), entry.key()) == known.end()) {
        wrong("an exception has no `" + std::string(entry.key()) + "`", entry.key_node, "one of " + join(known, ", "));
        good = false;
      }
    Word word;
    word.rules = {text_of(item.get("rule"))};
    word.says = {"reeve", word.rules[0], {file, item.line(), item.column()}, text_of(item.get("owner")), text_of(item.get("reason")), ""};
    if (word.rules[0].empty()) wrong("an exception names no rule", item, "`rule`: the name of a rule or the id of a control"), good = false;
    if (const Value expires = item.get("expires")) {
      const auto time = expires.is_scalar() ? parse_time(expires.text()) : std::nullopt;
      if (time) word.expires = *time, word.says.expires = day(*time);
      else wrong("`expires` is no day", expires, "a day such as 2027-02-01"), good = false;
    }
    if (good) out.push_back(std::move(word));
  }
}

std::vector<Exceptions::Word> Exceptions::words_of(Value metadata, const std::string& file, bool of_resource, std::vector<Error>& problems) const {
  std::vector<Word> out;
  if (const Value list = metadata.get("reeve").get("exceptions")) own_words(list, file, out, problems);
  // Lists of other tools: the ids of rules, or maps with the id and a reason.
  auto theirs = [&](std::string_view tool, Value list, std::string_view reason_key) {
    for (Value item : list.items()) {
      Word word;
      word.says.form = tool;
      word.says.rule = text_of(item.is_map() ? item.get("id") : item);
      if (word.says.rule.empty()) continue;
      word.says.at = {file, item.line(), item.column()};
      if (item.get("applies_to").size()) continue;  // accepts a part of what the rule finds; which, only that tool can tell
      word.says.reason = text_of(item.get(reason_key));
      if (item.get("is_reason_encoded").boolean())
        if (auto decoded = base64_decode(word.says.reason); decoded && valid_utf8(*decoded)) word.says.reason = *decoded;
      word.rules = {word.says.rule};
      if (content_)
        if (const ForeignRule* rule = content_->foreign_rule(tool, word.says.rule)) word.rules.insert(word.rules.end(), rule->controls.begin(), rule->controls.end());
      out.push_back(std::move(word));
    }
  };
  // Whole stacks are spared by cdk_nag alone.
  theirs("cdk_nag", metadata.get("cdk_nag").get("rules_to_suppress"), "reason");
  if (!of_resource) return out;
  theirs("guard", metadata.get("guard").get("SuppressedRules"), "reason");
  theirs("cfn_nag", metadata.get("cfn_nag").get("rules_to_suppress"), "reason");
  theirs("checkov", metadata.get("checkov").get("skip"), "comment");
  return out;
}

void Exceptions::take(CheckFinding& finding, const Word& word) const {
  if (finding.suppressed || std::find(word.rules.begin(), word.rules.end(), finding.rule) == word.rules.end()) return;
  if (!word.expires.known() || as_of_ < word.expires) finding.suppressed = word.says;
  else if (!finding.lapsed) finding.lapsed = word.says;
}

void Exceptions::apply(std::vector<CheckFinding>& findings, Value root, const std::string& file, std::vector<Error>& problems) const {
  const Value resources = root.get("Resources");
  std::map<std::string, std::vector<Word>, std::less<>> words;
  for (auto entry : resources.entries())
    if (const Value metadata = entry.value.get("Metadata"); metadata.is_map())
      if (auto found = words_of(metadata, file, true, problems); !found.empty()) words[std::string(entry.key())] = std::move(found);
  const std::vector<Word> of_all = root.get("Metadata").is_map() ? words_of(root.get("Metadata"), file, false, problems) : std::vector<Word>();
  const bool any = !words.empty() || !of_all.empty() || (workspace_ && (!workspace_->exceptions.empty() || !workspace_->rule_exceptions.empty()));
  if (!any) return;
  for (CheckFinding& finding : findings) {
    if (finding.file != file || !finding.judged()) continue;
    if (const auto own = words.find(logical_id(finding, resources)); own != words.end())
      for (const Word& word : own->second) take(finding, word);
    if (workspace_) {
      const std::string uid = std::string(plain(file)) + "#" + finding.resource, as_written = file + "#" + finding.resource;
      for (const auto* list : {&workspace_->exceptions, &workspace_->rule_exceptions})
        for (const ResourceException& one : *list)
          if (one.covers(finding.rule, uid) || one.covers(finding.rule, as_written))
            take(finding, {{finding.rule}, {"workspace", one.control, one.at, one.owner, one.reason, day(one.expires)}, one.expires});
    }
    if (!finding.resource.empty())
      for (const Word& word : of_all) take(finding, word);
    if (finding.suppressed) finding.lapsed.reset();
  }
}

std::string exception_sentence(const CheckFinding& finding) {
  const bool holds = finding.suppressed.has_value();
  const CheckSuppression& word = holds ? *finding.suppressed : *finding.lapsed;
  std::string out = holds ? "excepted" : "the exception";
  out += word.owner.empty() ? " by nobody named" : " by " + word.owner;
  if (!holds) out += " expired on " + word.expires;
  else out += word.expires.empty() ? ", without an end" : " until " + word.expires;
  out += word.reason.empty() ? "; no reason is given" : ": " + word.reason;
  // An id of another tool's: it was written for a rule of that tool that claims the same.
  const std::string by = word.form == "workspace" ? "" : word.form + (word.rule == finding.rule ? "" : " " + word.rule) + ", ";
  return out + " (" + by + word.at.text() + ")";
}

}  // namespace reeve
