#include "estate/pages.h"

#include <algorithm>
#include <array>
#include <map>

namespace reeve {
namespace {

// As botocore's paginators name them in replies. `Marker` alone is an echo of the request where a flag stands beside it.
// `ContinuationToken` is the next page's in s3:ListBuckets; where it repeats the request's own, a flag says whether there is more.
constexpr std::array<std::string_view, 13> kTokens = {"NextToken", "nextToken", "NextMarker", "nextMarker", "Marker", "marker", "PaginationToken", "NextPageToken",
                                                      "nextPageToken", "NextContinuationToken", "position", "LastEvaluatedTableName", "ContinuationToken"};
constexpr std::array<std::string_view, 7> kFlags = {"IsTruncated", "isTruncated", "Truncated", "truncated", "HasMoreStreams", "HasMoreDeliveryStreams", "HasMoreResults"};
constexpr std::array<std::string_view, 13> kParameters = {"NextToken", "nextToken", "NextMarker", "Marker", "marker", "StartingToken", "PaginationToken", "NextPageToken",
                                                          "nextPageToken", "pageToken", "ContinuationToken", "position", "ExclusiveStartTableName"};

std::string key_of(const Reply& reply) {
  const Input& input = *reply.input;
  std::string key = input.folder + "\n" + input.call + "\n" + input.account + "\n" + input.region;
  for (auto& [name, value] : input.parameters)
    if (!is_page_parameter(name)) key += "\n" + name + "=" + value;
  return key;
}

std::string token_asked(const Input& input) {
  for (auto& [name, value] : input.parameters)
    if (is_page_parameter(name)) return value;
  return "";
}

// Lists end to end, maps member by member, of anything else the first.
void join(Builder& builder, const std::vector<std::pair<Value, uint16_t>>& parts) {
  auto all = [&](auto is) { return std::all_of(parts.begin(), parts.end(), [&](auto& part) { return is(part.first); }); };
  if (parts.size() > 1 && all([](Value value) { return value.is_list(); })) {
    builder.begin_list();
    for (auto& [list, slot] : parts)
      for (Value item : list.items()) builder.copy(item, slot);
    return builder.end();
  }
  if (parts.size() > 1 && all([](Value value) { return value.is_map(); })) {
    std::vector<std::string> keys;
    for (auto& [map, slot] : parts)
      for (auto entry : map.entries())
        if (std::find(keys.begin(), keys.end(), entry.key()) == keys.end()) keys.emplace_back(entry.key());
    builder.begin_map();
    for (auto& key : keys) {
      if (std::find(kTokens.begin(), kTokens.end(), key) != kTokens.end() || std::find(kFlags.begin(), kFlags.end(), key) != kFlags.end()) continue;
      std::vector<std::pair<Value, uint16_t>> members;
      for (auto& [map, slot] : parts)
        if (Value member = map.get(key); member && !member.is_null()) members.emplace_back(member, slot);
      if (members.empty()) continue;
      builder.key(key);
      join(builder, members);
    }
    return builder.end();
  }
  builder.copy(parts.front().first, parts.front().second);
}

void join_chain(std::vector<Reply>& replies, const std::vector<size_t>& chain) {
  Reply& first = replies[chain.front()];
  Builder builder;
  std::vector<std::pair<Value, uint16_t>> parts;
  Source self = first.source;
  for (size_t page : chain) {
    Source source = replies[page].source;
    source.document = replies[page].document;
    source.path_prefix = replies[page].document->self().path_prefix;
    parts.emplace_back(replies[page].body, builder.add_source(source));
    if (replies[page].source.time_ms > first.source.time_ms) {  // the list was whole when its last page was read
      first.source.time_ms = replies[page].source.time_ms;
      first.source.time_basis = replies[page].source.time_basis;
    }
  }
  join(builder, parts);
  self.path_prefix = first.body.origin().path;
  first.document = builder.finish(self);
  first.body = first.document->root();
  for (size_t i = 1; i < chain.size(); ++i) replies[chain[i]].joined = replies[chain[i]].used = true;
}

}  // namespace

namespace {

MorePages more_behind(Value body) {
  MorePages out;
  for (auto token : kTokens) {
    Value value = body.get(token);
    if (!value || !value.is_string() || value.text().empty()) continue;
    out = {true, std::string(token), std::string(value.text())};
    break;
  }
  for (auto flag : kFlags) {
    Value value = body.get(flag);
    if (!value.is_bool()) continue;
    if (!value.boolean()) return {};
    out.more = true;
    if (out.member.empty()) out.member = std::string(flag);
  }
  return out;
}

bool has_flag(Value map) {
  return std::any_of(kFlags.begin(), kFlags.end(), [&](std::string_view flag) { return map.get(flag).is_bool(); });
}

}  // namespace

MorePages more_pages(Value body) {
  if (!body.is_map()) return {};
  MorePages out = more_behind(body);
  if (out.more || has_flag(body)) return out;
  // CloudFront keeps the list with its flag in a map of its own (`DistributionList`).
  for (auto entry : body.entries()) {
    if (!entry.value.is_map() || !has_flag(entry.value)) continue;
    if (MorePages nested = more_behind(entry.value); nested.more) {
      nested.member = std::string(entry.key()) + "." + nested.member;
      return nested;
    }
  }
  return out;
}

bool is_page_parameter(std::string_view name) { return std::find(kParameters.begin(), kParameters.end(), name) != kParameters.end(); }

void join_pages(std::vector<Reply>& replies) {
  std::map<std::string, std::vector<size_t>> groups;
  for (size_t i = 0; i < replies.size(); ++i) groups[key_of(replies[i])].push_back(i);
  std::vector<bool> follows(replies.size());
  for (auto& [key, group] : groups) {
    std::map<std::string, size_t> by_token;  // asked → the reply to it; the last of several
    std::map<uint32_t, size_t> by_page;
    for (size_t i : group) {
      if (auto token = token_asked(*replies[i].input); !token.empty()) by_token[token] = i, follows[i] = true;
      if (replies[i].input->page > 0) by_page[replies[i].input->page] = i, follows[i] = true;
    }
    std::vector<bool> taken(replies.size());
    for (size_t i : group) {
      // `x-1.json` (or `x-0.json`) is a first page where there is no `x.json`.
      bool numbered_first = by_page.size() > 1 && by_page.begin()->second == i && by_page.begin()->first <= 1;
      if ((follows[i] && !numbered_first) || !replies[i].error_code.empty()) continue;
      std::vector<size_t> chain{i};
      taken[i] = true;
      bool of_frames = replies[i].input->frame_bytes != 0;
      uint32_t page = replies[i].input->page;
      for (;;) {
        MorePages more = more_pages(replies[chain.back()].body);
        size_t next = replies.size();
        if (of_frames && more.more) {
          if (auto found = by_token.find(more.token); found != by_token.end()) next = found->second;
        } else if (!of_frames) {
          auto found = by_page.find(page == 0 ? (by_page.count(1) && by_page.at(1) != i ? 1 : 2) : page + 1);
          if (found != by_page.end()) next = found->second, page = found->first;
        }
        bool there = next < replies.size() && !taken[next] && replies[next].error_code.empty();
        if (!there) {
          if (more.more) replies[i].incomplete = "`" + more.member + "` says that there is more";
          break;
        }
        taken[next] = true;
        chain.push_back(next);
      }
      if (chain.size() > 1) join_chain(replies, chain);
    }
    bool orphans = false;
    for (size_t i : group) {
      if (taken[i] || !replies[i].error_code.empty()) continue;
      orphans = true;
      replies[i].incomplete = replies[i].input->frame_bytes != 0 ? "it is a later page, and no page before it names its token `" + token_asked(*replies[i].input) + "`"
                                                                 : "it is a later page, and one before it is not there";
    }
    // A list that says it ends, though there is a page behind it that nothing leads to, may have lost some in between.
    if (!orphans) continue;
    for (size_t i : group)
      if (taken[i] && !replies[i].joined && replies[i].incomplete.empty() && replies[i].error_code.empty())
        replies[i].incomplete = "it names no next page, though a later one is there";
  }
}

}  // namespace reeve
