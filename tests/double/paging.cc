// Pages: the lists of all records laid end to end, of which a page shows a window, written into what else the reply says.
#include <algorithm>

#include "base/text.h"
#include "double/records.h"
#include "formats/json.h"

namespace reeve::aws_double {
namespace {

constexpr std::string_view token_prefix = "page-";

// `NextMarker || Contents[-1].Key` → `NextMarker`: a service gives one of the two, and the double the first.
std::string plain(std::string_view path) { return std::string(trim(path.substr(0, path.find("||")))); }

Value at_path(Value value, std::string_view path) {
  for (std::string_view part : split(path, '.')) {
    if (!value) return {};
    value = value.get(part);
  }
  return value;
}

struct Window {
  const ApiPages* pages;
  const std::vector<const Recorded*>* records;
  size_t from, to;
  std::string token;  // empty: the last page
};

bool is_one_of(const std::vector<std::string>& paths, std::string_view path) {
  return std::any_of(paths.begin(), paths.end(), [&](const std::string& one) { return plain(one) == path; });
}

// The list at `path` of all records, `seen` items of other lists being before it.
void write_list(JsonWriter& out, const Window& window, const std::string& path, size_t& seen) {
  out.begin_array();
  for (const Recorded* record : *window.records) {
    for (const DocumentPtr& page : record->pages) {
      if (!page) continue;
      for (Value item : at_path(page->root(), path).items()) {
        if (seen >= window.from && seen < window.to) out.value(item);
        ++seen;
      }
    }
  }
  out.end_array();
}

void write_map(JsonWriter& out, const Window& window, Value value, const std::string& prefix, size_t& seen) {
  out.begin_object();
  for (const auto& entry : value.entries()) {
    const std::string path = prefix + std::string(entry.key());
    if (is_one_of(window.pages->output_tokens, path) || path == window.pages->more) continue;
    out.key(entry.key());
    const bool leads_on = std::any_of(window.pages->lists.begin(), window.pages->lists.end(), [&](const std::string& one) { return starts_with(one, path + "."); });
    if (is_one_of(window.pages->lists, path)) {
      write_list(out, window, path, seen);
    } else if (leads_on && entry.value.is_map()) {
      write_map(out, window, entry.value, path + ".", seen);
    } else {
      out.value(entry.value);
    }
  }
  const auto here = [&](const std::string& path) { return starts_with(path, prefix) && path.find('.', prefix.size()) == std::string::npos; };
  if (!window.pages->output_tokens.empty() && !window.token.empty()) {
    const std::string path = plain(window.pages->output_tokens[0]);
    if (here(path)) out.member(path.substr(prefix.size()), window.token);
  }
  if (!window.pages->more.empty() && here(window.pages->more)) out.member(window.pages->more.substr(prefix.size()), !window.token.empty());
  out.end_object();
}

}  // namespace

std::string page_of(const ApiOperation& operation, const std::vector<const Recorded*>& records, const std::string& token, const Paging& paging) {
  std::vector<size_t> ends;  // where the recorded pages end, in items
  size_t total = 0;
  DocumentPtr first;
  for (const Recorded* record : records) {
    for (const DocumentPtr& page : record->pages) {
      if (!page) continue;
      if (!first) first = page;
      for (const std::string& list : operation.pages.lists) total += at_path(page->root(), plain(list)).size();
      if (records.size() == 1) ends.push_back(total);
    }
  }
  if (!first) return {};
  const bool whole = ends.size() <= 1 && records.size() <= 1 && paging.items == 0 && !paging.repeat_token && !paging.empty_pages;
  if (whole && token.empty()) return to_json(first->root());
  if (!operation.paged()) {
    // Asked in batch: whatever is a list is the lists of all.
    if (!token.empty()) return {};
    ApiPages joined;
    for (const ApiMember& member : operation.output ? operation.output->members : std::vector<ApiMember>()) {
      if (member.shape->kind == ApiShape::Kind::list) joined.lists.push_back(member.name);
    }
    const Window all{&joined, &records, 0, SIZE_MAX, ""};
    std::string out;
    JsonWriter writer(out);
    size_t seen = 0;
    write_map(writer, all, first->root(), "", seen);
    return out;
  }
  size_t from = 0;
  bool after_empty = false;
  if (!token.empty()) {
    if (!starts_with(token, token_prefix)) return {};
    std::string_view rest = std::string_view(token).substr(token_prefix.size());
    if (ends_with(rest, "e")) {
      after_empty = true;
      rest.remove_suffix(1);
    }
    const auto n = parse_int(rest);
    if (!n || *n < 0 || static_cast<size_t>(*n) > total) return {};
    from = static_cast<size_t>(*n);
  }
  Window window{&operation.pages, &records, from, total, ""};
  if (paging.items > 0) {
    window.to = std::min(total, from + paging.items);
  } else if (ends.size() > 1) {
    window.to = *std::upper_bound(ends.begin(), ends.end() - 1, from);
  }
  if (paging.empty_pages && !after_empty) {
    window.to = from;
    window.token = std::string(token_prefix) + std::to_string(from) + "e";
  } else if (window.to < total) {
    window.token = std::string(token_prefix) + std::to_string(window.to);
  }
  if (paging.repeat_token) window.token = std::string(token_prefix) + "0";
  std::string out;
  JsonWriter writer(out);
  size_t seen = 0;
  write_map(writer, window, first->root(), "", seen);
  return out;
}

}  // namespace reeve::aws_double
