#include "formats/csv.h"

#include <simdjson.h>

#include <unordered_map>

#include "base/text.h"

namespace reeve {
namespace {

// One field: where it began and its text, which points into the input unless quotes had to be undone.
struct Field {
  std::string_view text;
  std::string unquoted;
  bool rewritten = false;
  uint32_t line = 0, column = 0;
  std::string_view value() const { return rewritten ? std::string_view(unquoted) : text; }
};

class Reader {
 public:
  Reader(std::string_view text, const Source& self, char separator) : text_(text), self_(self), separator_(separator) {
    if (starts_with(text, "\xEF\xBB\xBF")) at_ = line_begin_ = 3;
  }

  // Reads the next row into `row`; false at the end of the text. Empty lines hold nothing and are passed over.
  Result<bool> next(std::vector<Field>& row) {
    while (at_ < text_.size() && (text_[at_] == '\n' || at_line_end())) end_line();
    if (at_ >= text_.size()) return false;
    size_t count = 0;
    for (;;) {
      if (count == row.size()) row.emplace_back();
      TRY(read_field(row[count++]));
      if (at_ < text_.size() && text_[at_] == separator_) {
        ++at_;
        continue;
      }
      row.resize(count);
      if (at_ < text_.size()) end_line();
      return true;
    }
  }

  // After a row that could not be read: on to the next line, which is the one behind the place where it went wrong. A quote that is
  // never closed would otherwise take the whole rest with it.
  void skip_line() {
    while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    if (at_ < text_.size()) end_line();
  }

 private:
  Place place() const { return {self_.file, line_, static_cast<uint32_t>(at_ - line_begin_ + 1)}; }
  bool at_line_end() const {
    return text_[at_] == '\n' || (text_[at_] == '\r' && (at_ + 1 == text_.size() || text_[at_ + 1] == '\n'));
  }
  void end_line() {
    if (text_[at_] == '\r') ++at_;
    if (at_ < text_.size()) ++at_;
    ++line_;
    line_begin_ = at_;
  }

  Status read_field(Field& field) {
    field.line = line_;
    field.column = static_cast<uint32_t>(at_ - line_begin_ + 1);
    field.rewritten = false;
    if (at_ < text_.size() && text_[at_] == '"') return read_quoted(field);
    size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != separator_ && !at_line_end()) {
      if (text_[at_] == '"')
        return fail(Code::parse, "a quote stands inside a field that does not begin with one", place(),
                    "the whole field in quotes");
      ++at_;
    }
    field.text = text_.substr(begin, at_ - begin);
    return {};
  }

  Status read_quoted(Field& field) {
    Place opening = place();
    size_t begin = ++at_;
    for (;;) {
      size_t quote = text_.find('"', at_);
      if (quote == std::string_view::npos) return fail(Code::parse, "a quoted field is not closed", opening, "a closing `\"`");
      for (size_t i = at_; i < quote; ++i)
        if (text_[i] == '\n') ++line_, line_begin_ = i + 1;
      if (quote + 1 < text_.size() && text_[quote + 1] == '"') {  // a doubled quote is one quote
        if (!field.rewritten) field.unquoted.clear();
        field.rewritten = true;
        field.unquoted.append(text_, begin, quote + 1 - begin);
        begin = at_ = quote + 2;
        continue;
      }
      if (field.rewritten) field.unquoted.append(text_, begin, quote - begin);
      else field.text = text_.substr(begin, quote - begin);
      at_ = quote + 1;
      break;
    }
    if (at_ < text_.size() && text_[at_] != separator_ && !at_line_end())
      return fail(Code::parse, "text follows a closing quote", place(),
                  std::string("`") + separator_ + "` or the end of the line");
    return {};
  }

  std::string_view text_;
  const Source& self_;
  char separator_;
  size_t at_ = 0, line_begin_ = 0;
  uint32_t line_ = 1;
};

}  // namespace

static Result<DocumentPtr> read_rows(std::string_view text, Source self, char separator, std::vector<Error>* refused) {
  if (text.size() >= UINT32_MAX) return fail(Code::limit, "the text is 4 GiB or longer", {self.file, 0, 0});
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    Place at{self.file, 1, 1};
    size_t bad = utf8_error(text);
    for (size_t i = 0; i < bad; ++i) {
      at.column = text[i] == '\n' ? 1 : at.column + 1;
      if (text[i] == '\n') ++at.line;
    }
    return fail(Code::parse, "the text is not UTF-8", std::move(at), "CSV in UTF-8");
  }
  auto owner = std::make_shared<const std::string>(text);
  Reader reader(*owner, self, separator);
  std::vector<Field> columns, row;
  if (!TRY(reader.next(columns)))
    return fail(Code::parse, "the text is empty", {self.file, 0, 0}, "a first row that names the columns");
  std::unordered_map<std::string_view, const Field*> seen;
  for (const Field& column : columns)
    if (auto [at, is_new] = seen.try_emplace(column.value(), &column); !is_new)
      return fail(Code::conflict, "the column `" + std::string(column.value()) + "` is named twice",
                  {self.file, column.line, column.column});

  Builder builder;
  builder.keep(owner);
  builder.at(columns[0].line, columns[0].column);
  builder.begin_list();
  // Every row repeats the names, so they are stored once.
  auto names = std::make_shared<std::vector<std::string>>();
  for (const Field& column : columns) names->emplace_back(column.value());
  builder.keep(names);
  for (;;) {
    auto more = reader.next(row);
    if (!more) {
      if (!refused) return tl::unexpected(more.error());
      refused->push_back(more.error());
      reader.skip_line();
      continue;
    }
    if (!*more) break;
    if (row.size() != columns.size()) {
      Error error{Code::parse,
                  "the row has " + std::to_string(row.size()) + " fields, the first row names " + std::to_string(columns.size()) +
                      " columns",
                  {self.file, row[0].line, row[0].column}, "one field for each column",
                  "is the separator another one, or a quote missing?"};
      if (!refused) return tl::unexpected(std::move(error));
      refused->push_back(std::move(error));
      continue;
    }
    builder.at(row[0].line, row[0].column);
    builder.begin_map();
    for (size_t i = 0; i < row.size(); ++i) {
      builder.at(row[i].line, row[i].column);
      builder.key((*names)[i], true);
      builder.string(row[i].value(), Style::plain, !row[i].rewritten);
    }
    builder.end();
  }
  builder.end();
  return builder.finish(std::move(self));
}

Result<DocumentPtr> read_csv(std::string_view text, Source self, char separator) { return read_rows(text, std::move(self), separator, nullptr); }

Result<DocumentPtr> read_csv_rows(std::string_view text, Source self, char separator, std::vector<Error>& refused) {
  return read_rows(text, std::move(self), separator, &refused);
}

namespace {
// What spreadsheets take for the beginning of a formula, and the apostrophe itself, so that taking one away gives the text back.
constexpr std::string_view formula_starts = "=+-@\t\r\n'";
}  // namespace

std::string csv_cell(std::string_view text) {
  std::string out;
  if (!text.empty() && formula_starts.find(text.front()) != std::string_view::npos) out = "'";
  out += text;
  if (out.find_first_of(",\"\r\n") == std::string::npos) return out;
  std::string quoted = "\"";
  for (char c : out) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string_view csv_text(std::string_view cell) {
  if (cell.size() > 1 && cell[0] == '\'' && formula_starts.find(cell[1]) != std::string_view::npos) cell.remove_prefix(1);
  return cell;
}

}  // namespace reeve
