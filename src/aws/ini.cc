#include "aws/ini.h"

#include <algorithm>

#include "base/text.h"

namespace reeve {
namespace {

constexpr std::string_view kSpace = " \t\r\f\v";

std::string_view strip(std::string_view line) {
  size_t first = line.find_first_not_of(kSpace);
  if (first == line.npos) return {};
  return line.substr(first, line.find_last_not_of(kSpace) - first + 1);
}

class IniReader {
 public:
  IniReader(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  Result<std::vector<IniSection>> read() {
    if (starts_with(text_, "\xef\xbb\xbf")) text_.remove_prefix(3);
    if (size_t bad = utf8_error(text_); bad != text_.npos) {
      line_ = static_cast<uint32_t>(std::count(text_.begin(), text_.begin() + static_cast<ptrdiff_t>(bad), '\n')) + 1;
      return wrong("is not UTF-8", "a text file");
    }
    while (!text_.empty()) {
      size_t end = text_.find('\n');
      std::string_view line = text_.substr(0, end);
      text_.remove_prefix(end == text_.npos ? text_.size() : end + 1);
      ++line_;
      TRY(take(line));
    }
    TRY(close());
    for (auto& section : sections_)
      for (const auto& [key, value] : defaults_.values) section.values.emplace(key, value);
    return std::move(sections_);
  }

 private:
  tl::unexpected<Error> wrong(std::string what, std::string expected, std::string hint = {}) const {
    return fail(Code::parse, std::move(what), {path_, line_, 0}, std::move(expected), std::move(hint));
  }

  Status take(std::string_view line) {
    std::string_view content = strip(line);
    if (!content.empty() && (content[0] == '#' || content[0] == ';')) return {};
    if (content.empty()) {
      if (value_) value_->text += '\n';
      return {};
    }
    size_t indent = line.find_first_not_of(kSpace);
    if (value_ && indent > indent_) {
      (value_->text += '\n') += content;
      return {};
    }
    TRY(close());
    indent_ = indent;
    size_t bracket = content[0] == '[' ? content.rfind(']') : content.npos;
    if (bracket != content.npos && bracket > 1) return begin_section(content.substr(1, bracket - 1));
    if (!section_) return wrong("a setting stands before any section", "`[profile NAME]` or `[default]` above it");
    return begin_value(content);
  }

  Status begin_section(std::string_view name) {
    if (name == "DEFAULT") {
      section_ = &defaults_;
      return {};
    }
    if (!names_.emplace(name, line_).second)
      return wrong("section `" + std::string(name) + "` stands twice", "each section once",
                   "the first is in line " + std::to_string(names_.find(name)->second));
    sections_.push_back({std::string(name), {}, {path_, line_, 0}});
    section_ = &sections_.back();
    return {};
  }

  Status begin_value(std::string_view content) {
    size_t mark = content.find_first_of("=:");
    if (mark == content.npos) return wrong("a line is neither a section nor a setting", "`[NAME]` or `name = value`");
    std::string key = lower(strip(content.substr(0, mark)));
    if (key.empty()) return wrong("a setting has no name", "`name = value`");
    auto [at, added] =
        section_->values.emplace(key, IniValue{std::string(strip(content.substr(mark + 1))), {}, {path_, line_, 0}});
    if (!added)
      return wrong("`" + key + "` stands twice in section `" + section_->name + "`", "each setting once",
                   "the first is in line " + std::to_string(at->second.at.line));
    value_ = &at->second;
    return {};
  }

  // The value that was being read is at its end.
  Status close() {
    if (!value_) return {};
    IniValue& value = *value_;
    value_ = nullptr;
    while (ends_with(value.text, "\n")) value.text.pop_back();
    if (!starts_with(value.text, "\n")) return {};
    for (auto line : split(value.text, '\n')) {
      line = strip(line);
      if (line.empty()) continue;
      size_t mark = line.find('=');
      if (mark == line.npos)
        return fail(Code::parse, "a nested setting has no `=`", value.at, "`name = value` in each line below");
      value.nested[lower(strip(line.substr(0, mark)))] = strip(line.substr(mark + 1));
    }
    value.text.clear();
    return {};
  }

  std::string_view text_;
  const std::string& path_;
  uint32_t line_ = 0;
  size_t indent_ = 0;
  std::vector<IniSection> sections_;
  std::map<std::string, uint32_t, std::less<>> names_;
  IniSection defaults_;
  IniSection* section_ = nullptr;
  IniValue* value_ = nullptr;
};

}  // namespace

const std::string* IniSection::get(std::string_view key) const {
  auto found = values.find(key);
  return found == values.end() ? nullptr : &found->second.text;
}

Result<std::vector<IniSection>> read_ini(std::string_view text, const std::string& path) { return IniReader(text, path).read(); }

}  // namespace reeve
