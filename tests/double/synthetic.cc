#include "double/synthetic.h"

#include <algorithm>

#include "base/text.h"
#include "double/wire_reply.h"
#include "formats/json.h"

namespace reeve::aws_double {
namespace {

constexpr std::string_view account_mark = "999999999999", region_mark = "xx-region-9";
constexpr size_t accounts_page = 20;

void write_example(JsonWriter& out, const ApiShape& shape, const std::string& name, const ApiService& service, size_t items, int depth);

void write_structure(JsonWriter& out, const ApiShape& shape, const ApiService& service, size_t items, int depth, const ApiPages* pages) {
  out.begin_object();
  for (const ApiMember& member : shape.members) {
    if (pages && (std::find(pages->output_tokens.begin(), pages->output_tokens.end(), member.name) != pages->output_tokens.end())) continue;
    if (contains(lower(member.name), "token") || contains(lower(member.name), "marker")) continue;
    if (pages && member.name == pages->more) {
      out.member(member.name, false);
      continue;
    }
    // Only what stands on its own: a structure in another may be one of which exactly one member is set.
    if (depth > 0 && member.shape->kind == ApiShape::Kind::structure) continue;
    out.key(member.name);
    write_example(out, *member.shape, member.name, service, pages ? items : 0, depth + 1);
  }
  out.end_object();
}

void write_example(JsonWriter& out, const ApiShape& shape, const std::string& name, const ApiService& service, size_t items, int depth) {
  using Kind = ApiShape::Kind;
  switch (shape.kind) {
    case Kind::structure: write_structure(out, shape, service, 0, depth, nullptr); break;
    case Kind::list:
      out.begin_array();
      for (size_t i = 0; i < items; ++i) write_example(out, *shape.element, name + std::to_string(i), service, 0, depth);
      out.end_array();
      break;
    case Kind::map: out.begin_object().end_object(); break;
    case Kind::integer: out.integer(1); break;
    case Kind::number: out.number(1); break;
    case Kind::boolean: out.boolean(false); break;
    case Kind::timestamp: out.string("2026-11-22T04:12:00Z"); break;
    case Kind::blob: out.string("cmVldmU="); break;
    case Kind::document: out.begin_object().end_object(); break;
    case Kind::string:
      if (ends_with(name, "Arn") || ends_with(name, "ARN")) {
        std::string arn = "arn:aws:";
        arn.append(service.signing_name).append(":").append(region_mark).append(":").append(account_mark).append(":made/").append(lower(name));
        out.string(arn);
      } else if (name == "Region" || name == "RegionName") {
        out.string(region_mark);
      } else if (contains(lower(name), "account")) {
        out.string(account_mark);
      } else {
        std::string made = lower(name);
        out.string(made.insert(0, "made-"));
      }
      break;
  }
}

void replace_all(std::string& text, std::string_view mark, const std::string& by) {
  for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + by.size())) text.replace(at, mark.size(), by);
}

}  // namespace

Synthetic::Synthetic(size_t accounts, size_t regions, size_t items) : items_(items) {
  for (size_t i = 0; i < std::max<size_t>(1, accounts); ++i) accounts_.push_back(std::to_string(100000000000 + i));
  // The Regions that are on without being asked for, which are seventeen.
  static const std::vector<std::string> by_default = {"us-east-1",    "us-east-2",  "us-west-1",      "us-west-2",      "eu-west-1",      "eu-west-2",
                                                      "eu-west-3",    "eu-north-1", "eu-central-1",   "ca-central-1",   "sa-east-1",      "ap-south-1",
                                                      "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2"};
  for (size_t i = 0; i < std::min(by_default.size(), std::max<size_t>(1, regions)); ++i) regions_.push_back(by_default[i]);
}

bool Synthetic::is_account(const std::string& account) const { return std::binary_search(accounts_.begin(), accounts_.end(), account); }

std::optional<std::string> Synthetic::organization(const Asked& asked) const {
  const std::string call = asked.call();
  std::string out;
  JsonWriter writer(out);
  const auto given = [&](const char* name) {
    auto found = asked.parameters.find(name);
    return found == asked.parameters.end() || found->second.empty() ? std::string() : found->second[0];
  };
  const std::string root = "r-made", arn = "arn:aws:organizations::" + management();
  if (call == "organizations:DescribeOrganization") {
    writer.begin_object().key("Organization").begin_object().member("Id", "o-madeforload").member("Arn", arn + ":organization/o-madeforload");
    writer.member("FeatureSet", "ALL").member("MasterAccountId", management()).member("MasterAccountArn", arn + ":account/o-madeforload/" + management());
    writer.end_object().end_object();
  } else if (call == "organizations:ListRoots") {
    writer.begin_object().key("Roots").begin_array().begin_object().member("Id", root).member("Arn", arn + ":root/o-madeforload/" + root).member("Name", "Root");
    writer.key("PolicyTypes").begin_array().end_array().end_object().end_array().end_object();
  } else if (call == "organizations:ListAccounts" || (call == "organizations:ListAccountsForParent" && given("ParentId") == root)) {
    const size_t from = static_cast<size_t>(std::max<int64_t>(0, parse_int(given("NextToken")).value_or(0)));
    const size_t to = std::min(accounts_.size(), from + accounts_page);
    writer.begin_object().key("Accounts").begin_array();
    for (size_t i = from; i < to; ++i) {
      writer.begin_object().member("Id", accounts_[i]).member("Arn", arn + ":account/o-madeforload/" + accounts_[i]);
      const std::string name = std::string("made-").append(std::to_string(i));
      writer.member("Name", name).member("Email", name + "@example.com").member("Status", "ACTIVE");
      writer.member("State", "ACTIVE").member("JoinedMethod", "CREATED").member("JoinedTimestamp", "2024-01-01T00:00:00Z").end_object();
    }
    writer.end_array();
    if (to < accounts_.size()) writer.member("NextToken", std::to_string(to));
    writer.end_object();
  } else {
    return std::nullopt;
  }
  return out;
}

ServerReply Synthetic::answer(const std::string& account, const std::string& region, const Asked& asked, const std::string& request_id) {
  auto found = templates_.find(asked.operation);
  if (found == templates_.end()) {
    std::string text;
    JsonWriter writer(text);
    if (asked.operation->output) {
      write_structure(writer, *asked.operation->output, *asked.service, items_, 0, &asked.operation->pages);
    } else {
      writer.begin_object().end_object();
    }
    auto document = read_json(text, Source{});
    ServerReply reply = document ? write_answer(*asked.service, *asked.operation, (*document)->root(), "request-mark") : ServerReply{};
    found = templates_.emplace(asked.operation, std::move(reply)).first;
  }
  ServerReply reply = found->second;
  replace_all(reply.body, account_mark, account);
  replace_all(reply.body, region_mark, region);
  replace_all(reply.body, "request-mark", request_id);
  for (auto& [name, value] : reply.headers) {
    if (value == "request-mark") value = request_id;
  }
  return reply;
}

}  // namespace reeve::aws_double
