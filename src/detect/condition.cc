#include "detect/condition.h"

#include "base/text.h"

namespace reeve {
namespace {

constexpr size_t condition_depth_max = 200;

struct ConditionWord {
  std::string_view text;
  size_t offset = 0;
};

std::vector<ConditionWord> condition_words(std::string_view text) {
  std::vector<ConditionWord> words;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++i;
    } else if (c == '(' || c == ')') {
      words.push_back({text.substr(i, 1), i});
      ++i;
    } else {
      size_t end = text.find_first_of(" \t\r\n()", i);
      if (end == std::string_view::npos) end = text.size();
      words.push_back({text.substr(i, end - i), i});
      i = end;
    }
  }
  return words;
}

class ConditionReader {
 public:
  ConditionReader(std::string_view text, const std::vector<std::string>& names, const Place& at, std::vector<bool>* used)
      : text_(text), names_(names), at_(at), used_(used), words_(condition_words(text)) {}

  Result<RuleCondition> read() {
    if (words_.empty()) return fail(Code::parse, "an empty condition", at_, "the name of a selection", "");
    RuleCondition whole = TRY(either(0));
    if (next_ < words_.size()) return refuse("`" + std::string(words_[next_].text) + "` is left over", "`and`, `or` or the end of the condition");
    return whole;
  }

 private:
  bool word(std::string_view operation) const { return next_ < words_.size() && equal_ignoring_case(words_[next_].text, operation); }
  bool named(std::string_view text) const {
    for (const std::string& name : names_)
      if (name == text) return true;
    return false;
  }

  tl::unexpected<Error> refuse(std::string what, std::string expected, std::string hint = "") const {
    Place place = at_;
    const size_t offset = next_ < words_.size() ? words_[next_].offset : text_.size();
    if (place.column && text_.substr(0, offset).find('\n') == std::string_view::npos) place.column += static_cast<uint32_t>(offset);
    return fail(Code::parse, "condition `" + std::string(text_.substr(0, 200)) + "`: " + what, place, std::move(expected), std::move(hint));
  }

  static RuleCondition joined(RuleCondition::Kind kind, std::vector<RuleCondition> parts) {
    if (parts.size() == 1) return std::move(parts.front());
    RuleCondition out;
    out.kind = kind;
    out.of = std::move(parts);
    return out;
  }

  Result<RuleCondition> either(size_t depth) {
    std::vector<RuleCondition> parts;
    parts.push_back(TRY(both(depth)));
    while (word("or")) {
      ++next_;
      parts.push_back(TRY(both(depth)));
    }
    return joined(RuleCondition::Kind::any, std::move(parts));
  }

  Result<RuleCondition> both(size_t depth) {
    std::vector<RuleCondition> parts;
    parts.push_back(TRY(one(depth)));
    while (word("and")) {
      ++next_;
      parts.push_back(TRY(one(depth)));
    }
    return joined(RuleCondition::Kind::all, std::move(parts));
  }

  Result<RuleCondition> one(size_t depth) {
    if (depth > condition_depth_max) return fail(Code::limit, "a condition that nests deeper than 200", at_);
    if (next_ == words_.size()) return refuse("it ends too early", "the name of a selection");
    if (word("not") && !named(words_[next_].text)) {
      ++next_;
      RuleCondition out;
      out.kind = RuleCondition::Kind::negation;
      out.of.push_back(TRY(one(depth + 1)));
      return out;
    }
    if (word("(")) {
      ++next_;
      RuleCondition inner = TRY(either(depth + 1));
      if (!word(")")) return refuse("a parenthesis is not closed", "`)`");
      ++next_;
      return inner;
    }
    if (next_ + 1 < words_.size() && equal_ignoring_case(words_[next_ + 1].text, "of")) return several();
    return name_alone();
  }

  Result<RuleCondition> several() {
    const std::string_view number = words_[next_].text;
    const bool all = equal_ignoring_case(number, "all");
    if (!all && number != "1" && !equal_ignoring_case(number, "any"))
      return refuse("`" + std::string(number) + " of` is not in the specification", "`1 of` or `all of`");
    next_ += 2;
    if (next_ == words_.size() || word("(") || word(")")) return refuse("`of` without a pattern", "`them`, or a pattern such as `selection_*`");
    const std::string_view pattern = words_[next_].text;
    const bool them = equal_ignoring_case(pattern, "them");
    std::vector<RuleCondition> parts;
    for (uint32_t i = 0; i < names_.size(); ++i) {
      const std::string& name = names_[i];
      const bool hidden = !name.empty() && name.front() == '_';
      if (hidden && (them || pattern.front() != '_')) continue;
      if (!them && !matches(pattern, name)) continue;
      parts.push_back(leaf(i));
    }
    if (parts.empty()) return refuse("`" + std::string(pattern) + "` matches no selection", "a pattern that matches one of them", known());
    ++next_;
    return joined(all ? RuleCondition::Kind::all : RuleCondition::Kind::any, std::move(parts));
  }

  Result<RuleCondition> name_alone() {
    const std::string_view text = words_[next_].text;
    for (uint32_t i = 0; i < names_.size(); ++i)
      if (names_[i] == text) {
        ++next_;
        return leaf(i);
      }
    if (text == "|" || text.front() == '|')
      return refuse("an aggregation behind `|` is no longer part of Sigma", "the name of a selection", "write a correlation rule");
    if (word(")") || word("and") || word("or") || word("of")) return refuse("`" + std::string(text) + "` stands where a name has to",
        "the name of a selection");
    if (text.find('*') != std::string_view::npos)
      return refuse("the pattern `" + std::string(text) + "` stands alone", "`1 of " + std::string(text) + "` or `all of " + std::string(text) + "`");
    const std::string near = nearest(text, names_);
    return refuse("there is no selection `" + std::string(text) + "`", "the name of a selection", near.empty()
        ? known() : "did you mean `" + near + "`");
  }

  std::string known() const { return names_.empty() ? "" : "there are: " + join(names_, ", "); }

  RuleCondition leaf(uint32_t i) {
    if (used_) {
      used_->resize(names_.size());
      (*used_)[i] = true;
    }
    RuleCondition out;
    out.name = i;
    return out;
  }

  // `*` is any run; everything else stands for itself.
  static bool matches(std::string_view pattern, std::string_view text) {
    size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
    while (t < text.size()) {
      if (p < pattern.size() && pattern[p] == '*') {
        star = p++;
        mark = t;
      } else if (p < pattern.size() && pattern[p] == text[t]) {
        ++p, ++t;
      } else if (star != std::string_view::npos) {
        p = star + 1;
        t = ++mark;
      } else {
        return false;
      }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
  }

  std::string_view text_;
  const std::vector<std::string>& names_;
  const Place& at_;
  std::vector<bool>* used_;
  std::vector<ConditionWord> words_;
  size_t next_ = 0;
};

}  // namespace

bool RuleCondition::holds(const std::function<bool(uint32_t)>& is_true) const {
  switch (kind) {
    case Kind::name: return is_true(name);
    case Kind::negation: return !of.front().holds(is_true);
    case Kind::all:
      for (const RuleCondition& part : of)
        if (!part.holds(is_true)) return false;
      return true;
    case Kind::any:
      for (const RuleCondition& part : of)
        if (part.holds(is_true)) return true;
      return false;
  }
  return false;
}

Result<RuleCondition> parse_condition(std::string_view text, const std::vector<std::string>& names, const Place& at, std::vector<bool>* used) {
  if (used) used->assign(names.size(), false);
  return ConditionReader(text, names, at, used).read();
}

}  // namespace reeve
