#include "estate/pack.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "estate/pages.h"
#include "estate/reply_error.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr uint64_t kReplyBytesMax = 1ull << 30;

using Parameters = std::vector<std::pair<std::string, std::string>>;

// The fixed parameter of a read whose value this is.
std::string fixed_by(const Read& read, const std::string& value) {
  for (auto& [name, values] : read.with)
    if (std::find(values.begin(), values.end(), value) != values.end()) return name;
  return "";
}

// What a read calls the parameters that are not fixed, outermost first; a list that looks at its request has no `parameter`.
std::vector<std::string> names_of(const Read& read) {
  if (!read.parameters.empty()) return read.parameters;
  if (!read.under.empty()) return {read.under};
  for (auto& [target, form] : read.set)
    if (form.kind == SetForm::Kind::request && std::none_of(read.with.begin(), read.with.end(), [&form = form](auto& with) { return with.first == form.request; })) return {form.request};
  return {};
}

// The member of a reply that has the next page's token, and the parameter of the request that takes it.
std::string page_parameter(const std::string& member) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> unlike = {{{"NextMarker", "Marker"}, {"nextMarker", "marker"},
      {"NextContinuationToken", "ContinuationToken"}, {"LastEvaluatedTableName", "ExclusiveStartTableName"}, {"nextPageToken", "pageToken"}}};
  for (auto& [reply, request] : unlike)
    if (reply == member) return std::string(request);
  return member;
}

class Packer {
 public:
  Packer(const Inputs& inputs, const ResourceCatalogue& catalogue, SnapshotWriter& writer) : inputs_(inputs), catalogue_(catalogue), writer_(writer) {}

  Result<Packed> all() {
    std::set<std::string> seen;  // an input may stand in two units
    std::vector<const Input*> replies;
    for (auto& unit : inputs_.units)
      for (auto& input : unit.inputs) {
        if (!seen.insert(input.shown).second) continue;
        if (input.kind != InputKind::reply && input.kind != InputKind::authorization_details) {
          ++out_.no_replies;
          continue;
        }
        replies.push_back(&input);
        if (input.page > 0) pages_[pages_key(input)][input.page] = &input;
      }
    for (auto& input : replies)
      if (input->page == 0) pages_[pages_key(*input)].emplace(0, input);
    for (auto& input : inputs_.set_aside) out_.not_read += input.kind == InputKind::unplaced;
    for (auto& input : replies) TRY(add(*input));
    return std::move(out_);
  }

 private:
  // Page 0 is the one without a number.
  static std::string pages_key(const Input& input) {
    std::string key = input.folder + "\n" + input.call + "\n" + input.account + "\n" + input.region;
    for (auto& [name, value] : input.parameters) key += "\n" + name + "=" + value;
    return key;
  }

  Status add(const Input& input) {
    SnapshotCall call;
    call.account = input.account;
    call.region = input.region.empty() ? "global" : input.region;
    call.call = input.call;
    call.parameters = request_parameters(input, catalogue_);
    call.time = {input.time_ms != 0 ? input.time_ms : input.mtime_ms};
    if (input.time_ms == 0) call.time_basis = "file";
    auto text = input.read(kReplyBytesMax);
    auto error = text && input.frame_bytes == 0 ? error_printed(*text) : std::nullopt;
    DocumentPtr document;
    if (text && !error) {
      auto read = read_json(*text, Source{nullptr, input.shown, "", 0, "", ""});
      if (read) document = *read, error = input.frame_bytes == 0 ? error_in(document->root()) : std::nullopt;
      else text = tl::unexpected(read.error());
    }
    if (!text) {
      Error named = text.error();
      if (named.at.path.empty()) named.at.path = input.shown;
      out_.errors.push_back(std::move(named));
      return {};
    }
    if (input.frame_bytes != 0) {  // a frame of another snapshot
      Value frame = document->root(), refused = frame.get("error");
      call.request_id = std::string(frame.get("request_id").text());
      if (refused) error = ReplyError{std::string(refused.get("Code").text()), std::string(refused.get("Message").text()), {}};
      else call.reply_json = to_json(frame.get("reply"));
    } else if (!error) {
      call.reply_json = std::string(trim(*text));
      if (starts_with(call.reply_json, "\xef\xbb\xbf")) call.reply_json.erase(0, 3);
    }
    if (error) call.error_code = error->code, call.error_message = error->message;
    if (input.page > 0) {
      if (auto token = token_of(input)) call.parameters.push_back(*token);
      else if (follows(input)) {
        out_.errors.push_back({Code::not_found, "the page before this one of `" + input.call + "` names no token that leads to it", {input.shown},
                               "all pages of the call as it gave them", "export the call again"});
        return {};
      }
    }
    ++out_.calls;
    return writer_.add(call);
  }

  // The input that holds the page before, if there is one.
  const Input* before(const Input& input) const {
    auto& pages = pages_.at(pages_key(input));
    auto at = pages.find(input.page);
    return at == pages.begin() ? nullptr : std::prev(at)->second;
  }
  bool follows(const Input& input) const { return before(input) != nullptr; }

  std::optional<std::pair<std::string, std::string>> token_of(const Input& input) const {
    const Input* page = before(input);
    auto text = page ? page->read(kReplyBytesMax) : Result<std::string>("");
    auto document = text && !text->empty() ? read_json(*text, Source{nullptr, input.shown, "", 0, "", ""}) : Result<DocumentPtr>(nullptr);
    if (!document || !*document) return std::nullopt;
    MorePages more = more_pages((*document)->root());
    if (!more.more || more.token.empty()) return std::nullopt;
    return std::pair(page_parameter(more.member), more.token);
  }

  const Inputs& inputs_;
  const ResourceCatalogue& catalogue_;
  SnapshotWriter& writer_;
  std::map<std::string, std::map<uint32_t, const Input*>> pages_;
  Packed out_;
};

}  // namespace

Parameters request_parameters(const Input& input, const ResourceCatalogue& catalogue) {
  Parameters out = input.parameters;
  std::vector<size_t> unnamed;  // of those that no read fixes
  const auto* uses = catalogue.uses(input.call);
  for (size_t i = 0; i < out.size(); ++i) {
    if (!out[i].first.empty()) continue;
    if (uses)
      for (auto& use : *uses)
        if (out[i].first.empty()) out[i].first = fixed_by(*use.read, out[i].second);
    if (out[i].first.empty()) unnamed.push_back(i);
  }
  std::vector<std::string> names;  // of the read that names the most
  if (uses)
    for (auto& use : *uses)
      if (auto its = names_of(*use.read); its.size() > names.size()) names = std::move(its);
  // The last names the resource; outer ones may be left out.
  int nameless = 0;
  for (size_t i = 0; i < unnamed.size(); ++i) {
    size_t from_end = unnamed.size() - i;
    out[unnamed[i]].first = from_end <= names.size() ? names[names.size() - from_end] : "parameter_" + std::to_string(++nameless);
  }
  return out;
}

Result<Packed> pack_snapshot(const Inputs& inputs, const ResourceCatalogue& catalogue, SnapshotWriter& out) { return Packer(inputs, catalogue, out).all(); }

}  // namespace reeve
