// One reply of a unit: its text becomes a document with a time, an error or a body of the right shape, and is put on record.
#include <algorithm>
#include <cctype>
#include <optional>

#include "base/text.h"
#include "estate/pages.h"
#include "estate/replies.h"
#include "estate/reply_error.h"
#include "formats/csv.h"
#include "formats/json.h"

namespace reeve {
namespace {

// Members whose value says when something happened: a reply that mentions a moment was given after it. Times of things to come
// (expiry, next rotation, the start of what AWS Health announces) are not among them.
bool names_a_past_moment(std::string_view key, bool announces) {
  std::string k = lower(key);
  if (announces && contains(k, "starttime")) return false;
  if (contains(k, "next") || contains(k, "expir") || contains(k, "notafter") || contains(k, "until") || contains(k, "earliest")) return false;
  for (std::string_view part : {"creat", "launch", "modif", "updat", "generated", "lastused", "last_used", "rotated", "joined", "changed",
                                "registered", "started", "starttime", "pushedat", "enabledat", "attachtime", "usercreat"})
    if (contains(k, part)) return true;
  return false;
}

int64_t newest_moment(const Document& document, bool announces) {
  int64_t newest = 0;
  const auto& nodes = document.nodes();
  // Keys are string nodes directly before their value; looking at every pair of neighbours is enough, and cheap.
  for (size_t i = 0; i + 1 < nodes.size(); ++i) {
    const Node& value = nodes[i + 1];
    if (nodes[i].kind != Kind::string || value.kind != Kind::string || value.count < 19 || value.count > 35) continue;
    std::string_view text(value.text, value.count);
    if (text[4] != '-' || text[7] != '-' || !names_a_past_moment({nodes[i].text, nodes[i].count}, announces)) continue;
    if (auto time = parse_time(text)) newest = std::max(newest, time->ms);
  }
  return newest;
}

bool is_denied(std::string_view code) {
  for (std::string_view word : {"AccessDenied", "Unauthorized", "NotAuthorized", "AuthFailure", "Forbidden", "UnrecognizedClient", "OptInRequired"})
    if (contains(code, word)) return true;
  return code == "AccessDenied" || code == "403";
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool names_key(const Path& path, std::string_view key) {
  const std::string& text = path.text();
  for (size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + 1))
    if ((at == 0 || !is_word(text[at - 1])) && (at + key.size() == text.size() || !is_word(text[at + key.size()]))) return true;
  return false;
}

bool names_key(const SetForm& form, std::string_view key) {
  if (names_key(form.path, key) || names_key(form.first, key)) return true;
  for (auto& entry : form.list)
    if (names_key(entry.each, key)) return true;
  return false;
}

// Whether the mapping of a call looks at a member of the reply's map.
bool looks_at(const Read& read, std::string_view key) {
  if (read.has_each) return names_key(read.each, key);
  for (const Path* path : {&read.id, &read.arn, &read.name, &read.region, &read.account, &read.tags, &read.time})
    if (names_key(*path, key)) return true;
  return std::any_of(read.set.begin(), read.set.end(), [&](auto& set) { return names_key(set.second, key); });
}

bool has_paths(const Read& read) {
  return read.has_each || std::any_of(read.set.begin(), read.set.end(), [](auto& set) { return !set.second.path.empty() || !set.second.list.empty() || !set.second.first.empty(); });
}

// `Users`, of a path that begins with a plain name.
std::string first_name(const Path& path) {
  std::string_view text = path.text();
  size_t end = 0;
  while (end < text.size() && is_word(text[end])) ++end;
  return end == 0 || (end < text.size() && text[end] == '(') ? "" : std::string(text.substr(0, end));
}

// A member that the answer to a call has, for people: "a map with `Users`".
std::string looked_at_in(const std::vector<ResourceCatalogue::Use>& uses) {
  for (auto& use : uses) {
    std::string name = use.read->has_each ? first_name(use.read->each) : "";
    for (auto& [target, form] : use.read->set)
      if (name.empty()) name = first_name(form.kind == SetForm::Kind::first ? form.first : form.path);
    if (!name.empty()) return "a map with `" + name + "`";
  }
  return "its reply";
}

// What surrounds any answer: pages and HTTP.
bool is_envelope(std::string_view key) {
  return key == "ResponseMetadata" || ends_with(key, "Token") || ends_with(key, "token") || ends_with(key, "Marker") || key == "IsTruncated";
}

}  // namespace

bool ReplySet::read_reply(const Input& input, Reply& reply) {
  reply.source.file = input.shown;
  reply.source.operation = input.call;
  reply.source.path_prefix = "$";
  std::string text;
  auto failed = [&](const Error& error) {
    Error named = error;
    if (named.at.path.empty()) named.at.path = input.shown;
    sink_.problem(std::move(named));
    reply.error_code = "unreadable";
    reply.error_message = error.what;
    return true;
  };
  auto read = input.read(options_.reply_bytes_max);
  bool ok = true;
  if (!read) {
    ok = false;
    failed(read.error());
  } else if (trim(*read).empty()) {
    ok = false;
    // The AWS CLI prints nothing for an empty answer, and for a call that failed where its error went elsewhere.
    bool either = may_answer_nothing(input.call);
    failed(Error{Code::parse, "the reply is empty", {input.shown, 1, 1}, "JSON",
                 either ? "if the call ended with status 0, there is none: write `{}` into the file; if not, make it again" : "make the call again"});
  } else if (input.kind == InputKind::credential_report) {
    Source self = reply.source;
    auto rows = read_csv(*read, self);
    if (!rows) {
      ok = false;
      failed(rows.error());
    } else {
      Builder builder;
      builder.begin_map();
      builder.key("Content");
      builder.copy((*rows)->root(), builder.add_source((*rows)->self()));
      builder.end();
      self.path_prefix = "$";
      reply.document = builder.finish(self);
      reply.body = reply.document->root();
    }
  } else if (auto said = input.frame_bytes == 0 ? error_printed(*read) : std::nullopt) {
    Builder builder;
    builder.begin_map();
    builder.key("Error");
    builder.begin_map();
    builder.key("Code");
    builder.string(said->code);
    builder.key("Message");
    builder.string(said->message);
    builder.end();
    builder.end();
    reply.document = builder.finish(reply.source);
    reply.body = reply.document->root();
  } else {
    auto document = read_json(*read, reply.source);
    if (!document) {
      ok = false;
      Error error = document.error();
      if (ends_early(*read)) error.what = "the file is truncated: it ends before its JSON does; " + error.what, error.hint = "make the call again";
      failed(error);
    } else {
      reply.document = *document;
      reply.body = reply.document->root();
      for (const Place& place : reply.document->duplicate_keys())
        sink_.problem({Code::parse, "a key stands twice in one map; the last value counts", {input.shown, place.line, place.column}, "each key once", ""});
    }
  }
  if (ok && input.frame_bytes != 0) {
    Value frame = reply.body;
    if (Value error = frame.get("error")) {
      reply.error_at = error.get("Code");
      reply.error_code = std::string(error.get("Code").text());
      reply.error_message = std::string(error.get("Message").text());
      reply.absent = error.get("Failure").text() == "absent";
    }
    reply.body = frame.get("reply");
    reply.exact = input.time_ms != 0;
    reply.source.time_ms = input.time_ms;
  } else if (auto error = ok ? error_in(reply.body) : std::nullopt) {
    reply.error_at = error->at;
    reply.error_code = error->code;
    reply.error_message = error->message;
  }
  if (ok && input.call == "iam:GetCredentialReport" && input.kind != InputKind::credential_report && reply.error_code.empty()) credential_report(reply);
  if (ok && reply.error_code.empty()) {
    if (auto wrong = wrong_shape(reply)) failed(*wrong);
  }
  if (reply.document) {
    int64_t newest = newest_moment(*reply.document, starts_with(input.call, "health:"));
    if (!reply.exact) {
      if (auto generated = parse_time(reply.body.get("GeneratedTime").text())) {
        reply.source.time_ms = generated->ms;
        reply.exact = true;
      } else if (newest != 0) {
        reply.source.time_ms = newest;
        reply.source.time_basis = "stated";
      } else {
        reply.source.time_ms = input.mtime_ms;
        reply.source.time_basis = input.mtime_ms != 0 ? "file" : "unknown";
      }
    }
    if (reply.exact) sink_.stated_time(reply.source.time_ms);
  }
  return true;
}

// A reply without items is an answer (there are none), so what is no reply at all must not look like one: everything AWS answers is a
// map, and where a mapping takes items there is a list, null or nothing.
std::optional<Error> ReplySet::wrong_shape(const Reply& reply) const {
  auto wrong = [&](const std::string& what, Value at, const std::string& expected) {
    return Error{Code::parse, what, {reply.input->shown, at.line(), at.column()}, expected, "make the call again"};
  };
  if (!reply.body.is_map()) return wrong("this is no reply of `" + reply.input->call + "`", reply.document->root(), "a JSON map");
  const auto* uses = catalogue_.uses(reply.input->call);
  if (!uses) return {};
  for (auto& use : *uses) {
    const Read& read = *use.read;
    if (!read.has_each || !wanted(reply, read)) continue;
    const std::string& path = read.each.text();
    size_t bracket = path.find('[');
    if (bracket == std::string::npos || path.find_first_of("\"(|") < bracket) continue;
    Value at = reply.body;
    for (auto name : split(std::string_view(path).substr(0, bracket), '.'))
      if (at.is_map()) at = at.get(name);
    if (at && !at.is_null() && !at.is_list()) return wrong("`" + path.substr(0, bracket) + "` in the reply of `" + reply.input->call + "` is no list", at, "a list");
  }
  // An answer that holds other things only is the answer to another call. One that holds nothing is what a call that failed leaves
  // behind, unless AWS is known to answer so where there is nothing.
  bool other = false, asked = false, may_be_empty = may_answer_nothing(reply.input->call);
  for (auto& use : *uses) asked |= has_paths(*use.read);
  for (auto entry : reply.body.entries()) {
    if (is_envelope(entry.key()) || entry.value.is_null()) continue;
    for (auto& use : *uses)
      if (looks_at(*use.read, entry.key())) return {};
    other = true;
  }
  if (other && asked) return wrong("this holds nothing that `" + reply.input->call + "` tells", reply.body, "its reply");
  if (asked && !may_be_empty) return wrong("this reply of `" + reply.input->call + "` says nothing", reply.body, looked_at_in(*uses));
  return {};
}

// A list that AWS always gives with this answer and that is not in it: what it would have held is not known.
std::string ReplySet::list_not_there(const Reply& reply) const {
  const auto* uses = catalogue_.uses(reply.input->call);
  if (!uses || !reply.error_code.empty() || reply.joined || may_answer_nothing(reply.input->call)) return "";
  for (auto& use : *uses) {
    std::string name = use.read->has_each && wanted(reply, *use.read) ? first_name(use.read->each) : "";
    Value list = name.empty() ? Value() : reply.body.get(name);
    if (!name.empty() && (!list || list.is_null())) return name;
  }
  return "";
}

bool ReplySet::may_answer_nothing(const std::string& call) const {
  const auto* uses = catalogue_.uses(call);
  return uses && std::any_of(uses->begin(), uses->end(), [](auto& use) { return use.read->empty_absent; });
}

// The report arrives as base64 or as the CSV itself; both become the rows, whose places keep the reply's file.
void ReplySet::credential_report(Reply& reply) {
  Value content = reply.body.get("Content");
  std::string decoded;
  std::string_view csv = content.text();
  if (!starts_with(csv, "user,")) {
    auto bytes = base64_decode(csv);
    if (!bytes) {
      sink_.problem({Code::parse, "the credential report's `Content` is neither base64 nor CSV", {reply.input->shown, content.line(), content.column()},
                     "the report as IAM gives it", ""});
      reply.error_code = "unreadable";
      return;
    }
    decoded = *bytes;
    csv = decoded;
  }
  Source self = reply.source;
  auto rows = read_csv(csv, self);
  if (!rows) {
    Error error = rows.error();
    error.at.path = reply.input->shown;
    sink_.problem(std::move(error));
    reply.error_code = "unreadable";
    return;
  }
  Builder builder;
  builder.begin_map();
  for (auto entry : reply.body.entries()) {
    builder.key(entry.key());
    if (entry.key() != "Content") {
      builder.copy(entry.value, builder.add_source(reply.document->self()));
      continue;
    }
    builder.begin_list();  // without lines: those of the CSV are not those of the file
    for (Value row : (*rows)->root().items()) {
      builder.begin_map();
      for (auto cell : row.entries()) {
        builder.key(cell.key());
        builder.string(cell.value.text());
      }
      builder.end();
    }
    builder.end();
  }
  builder.end();
  self.path_prefix = reply.body.origin().path;
  reply.document = builder.finish(self);
  reply.body = reply.document->root();
}

void ReplySet::record(const Reply& reply) {
  ReadRecord read;
  // The management account may ask about a member: the answer is about the member.
  read.account = unit_.kind == Unit::Kind::account ? unit_.account : reply.input->account;
  read.region = reply.input->region;
  read.call = reply.input->call;
  for (auto& [name, value] : reply.input->parameters)
    if (!is_page_parameter(name)) read.parameter += (read.parameter.empty() ? "" : "/") + value;
  read.time_ms = reply.source.time_ms;
  read.time_basis = reply.source.time_basis;
  read.file = reply.source.file;
  if (!reply.error_code.empty()) {
    bool absent = reply.absent;
    if (const auto* uses = catalogue_.uses(read.call))
      for (auto& use : *uses) absent |= std::find(use.read->absent_when.begin(), use.read->absent_when.end(), reply.error_code) != use.read->absent_when.end();
    read.status = absent ? ReadRecord::Status::absent : is_denied(reply.error_code) ? ReadRecord::Status::denied : ReadRecord::Status::error;
    read.error = reply.error_code == "unreadable" ? reply.error_message : reply.error_code;
  } else if (!reply.incomplete.empty()) {
    read.status = ReadRecord::Status::error;
    read.error = "incomplete: " + reply.incomplete;
  } else {
    answered_.insert(read.call);
  }
  SourceRecord source;
  source.file = reply.source.file;
  source.operation = reply.input->call;
  source.time_ms = reply.source.time_ms;
  source.time_basis = reply.source.time_basis;
  source.bytes = reply.input->size_bytes;
  source.kind = reply.input->kind == InputKind::reply && reply.input->frame_bytes != 0 ? "snapshot" : std::string(reeve::name(reply.input->kind));
  sink_.source(std::move(source));
  sink_.read(std::move(read));
}

}  // namespace reeve
