#include "estate/load.h"

#include <map>
#include <set>
#include <tuple>

#include "aws/region.h"
#include "base/hash.h"
#include "base/text.h"
#include "estate/replies.h"
#include "estate/template.h"
#include "estate/terraform.h"
#include "formats/json.h"

namespace reeve {
namespace {

// The items of AWS Config files. Spellings differ between the API and the files in S3 (research: `accountId`/`awsAccountId`,
// `arn`/`ARN`, `configuration` as text or map); all are read.
class ConfigItems {
 public:
  ConfigItems(const Unit& unit, const ResourceCatalogue& catalogue, UnitSink& sink, ReplySet& replies)
      : unit_(unit), catalogue_(catalogue), sink_(sink), replies_(replies) {}

  void read(const Input& input) {
    JsonArrayScanner scanner("configurationItems");
    JsonArrayScanner::Item item;
    size_t items = 0;
    bool broken = false;
    recorded_.clear();
    recorded_last_ = 0;
    auto drain = [&] {
      for (;;) {
        switch (scanner.next(item)) {
          case JsonArrayScanner::Step::item:
            ++items;
            one(input, item);
            break;
          case JsonArrayScanner::Step::refused: {
            Error error = scanner.error();
            error.at.path = input.shown;
            sink_.problem(std::move(error));
            broken = true;
            break;
          }
          case JsonArrayScanner::Step::need_more:
          case JsonArrayScanner::Step::done: return;
        }
      }
    };
    auto status = input.stream([&](std::string_view piece) {
      scanner.feed(piece);
      drain();
      return true;
    });
    if (!status) {
      Error error = status.error();
      error.at.path = input.shown;
      error.hint = "the " + std::to_string(items) + " items before the break were judged";
      sink_.problem(std::move(error));
      broken = true;
    } else {
      scanner.finish();
      drain();
    }
    // A snapshot names everything that its recorder records; a history, and a file cut short, prove nothing about what they lack.
    if (!broken && contains(scanner.envelope(), "\"configSnapshotId\""))
      for (auto& [account, region, type] : recorded_)
        sink_.read({account, region, "config:DeliverConfigSnapshot", type, ReadRecord::Status::ok, "", newest_, input.shown, ""});
    SourceRecord source;
    source.file = input.shown;
    source.time_ms = newest_;
    source.bytes = input.size_bytes;
    source.kind = "config";
    source.resources = items;
    sink_.source(std::move(source));
  }

  void finish() {
    for (auto& [uid, read] : deleted_) sink_.read(std::move(read));
    for (auto& [type, count] : no_file_)
      sink_.note({Code::unsupported, with_thousands(count) + " items of type `" + type + "` are not judged", {}, "a file for the type in content/resources", ""});
  }

 private:
  struct Seen {
    int64_t time_ms;
    uint64_t spelling;  // digest of its text
    bool deleted, conflict;
    // What it says, in whatever order and spelling, is wanted only where two items of one moment are spelled differently: digesting each
    // costs as much as parsing it. The text is kept to tell it from, or its digest where there are too many texts to keep.
    std::shared_ptr<const std::string> text;
    uint64_t meaning = 0;
  };
  static constexpr size_t kTextsMax = 32 << 20;

  static uint64_t digest_of(Value value) {
    uint64_t kind = static_cast<uint64_t>(value.kind()) + 1;
    if (value.is_map()) {
      uint64_t sum = 0;
      for (auto entry : value.entries()) sum += hash64(entry.key(), digest_of(entry.value));
      return hash64("map", sum);
    }
    if (value.is_list()) {
      uint64_t all = kind;
      for (Value item : value.items()) all = hash64("item", all * 31 + digest_of(item));
      return all;
    }
    return hash64(value.text(), kind);
  }

  static Value either(Value item, std::string_view a, std::string_view b) {
    Value value = item.get(a);
    return value ? value : item.get(b);
  }

  void one(const Input& input, const JsonArrayScanner::Item& item) {
    Source self;
    self.file = input.shown;
    self.path_prefix = "$.configurationItems[" + std::to_string(item.index) + "]";
    JsonOptions options;
    options.first_line = item.line;
    options.first_column = item.column;
    // The item's text is gone when the scanner goes on: documents that stay (held drafts) need their own copy.
    auto text = std::make_shared<std::string>(item.text);
    auto parsed = read_json(*text, text, self, options);
    if (!parsed) {
      Error error = parsed.error();
      if (error.at.path.empty()) error.at.path = input.shown;
      sink_.problem(std::move(error));
      return;
    }
    DocumentPtr document = *parsed;
    for (const Place& place : document->duplicate_keys())
      sink_.problem({Code::parse, "a key stands twice in one map; the last value counts", {input.shown, place.line, place.column}, "each key once", ""});
    Value root = document->root();
    std::string type_name(root.get("resourceType").text());
    std::string region(root.get("awsRegion").text());
    if (is_region_name(region)) replies_.see_region(region);
    std::string_view status = root.get("configurationItemStatus").text();
    const ResourceType* type = catalogue_.find_config(type_name);
    if (!type || !type->has_config) {
      if (type_name.empty())
        sink_.problem({Code::parse, "a configuration item has no `resourceType`", {input.shown, item.line, item.column}, "an item of AWS Config", ""});
      else
        ++no_file_[type_name];
      return;
    }
    auto captured = parse_time(root.get("configurationItemCaptureTime").text());
    self.time_ms = captured ? captured->ms : input.mtime_ms;
    if (!captured) self.time_basis = input.mtime_ms != 0 ? "file" : "unknown";
    if (captured) {
      sink_.stated_time(captured->ms);
      newest_ = std::max(newest_, captured->ms);
    }
    Value configuration = root.get("configuration");
    bool bare = is_bare(configuration);
    if (configuration.is_string() && !bare) {
      auto opened = with_configuration_read(document, self);
      if (!opened) {
        Error error = opened.error();
        error.at = {input.shown, item.line, item.column};
        sink_.problem(std::move(error));
        return;
      }
      document = *opened;
      root = document->root();
    }

    std::string account(either(root, "awsAccountId", "accountId").text());
    if (account.empty()) account = unit_.account;
    std::string id(root.get("resourceId").text());
    std::string arn(either(root, "ARN", "arn").text());
    if (region.empty()) region = "global";
    std::string home = type->global && !is_region_name(region) ? "global" : region;
    std::string uid = starts_with(arn, "arn:") ? arn
                      : !type->arn_template.empty() ? fill_arn(type->arn_template, account, region, id)
                                                    : native_uid(account, type->global ? "global" : region, type->type, id);
    bool deleted = starts_with(status, "ResourceDeleted");
    self.document = document;
    if (hash64(account, hash64(home, reinterpret_cast<uintptr_t>(type))) != recorded_last_) {
      recorded_last_ = hash64(account, hash64(home, reinterpret_cast<uintptr_t>(type)));
      recorded_.emplace(account, home, type->type);
    }

    if (ResourceDraft* draft = replies_.find(uid); draft && &draft->type() == type) {
      if (deleted || bare) return;  // a list that names it is later knowledge, or the lists would not be held together
      uint32_t source = draft->add_source(self, self.time_basis.empty());
      answer(*type, *draft, root, source);
      if (draft->tags.empty()) draft->set_tags(root.get("tags"));
      held_.push_back(document);
      return;
    }
    ResourceDraft& draft = scratch(*type);
    draft.uid = uid;
    draft.account = account;
    draft.region = home;
    draft.id = id;
    std::string_view name = root.get("resourceName").text();
    draft.name = name.empty() ? id : std::string(name);
    draft.set_tags(root.get("tags"));
    uint32_t source = draft.add_source(self, self.time_basis.empty());
    fill(*type, draft, root, source);
    Resource made = draft.finish();

    // Of one resource the newest item counts. The same may come twice (a snapshot and a history), written differently.
    uint64_t spelling = deleted ? 0 : hash64(item.text, 23);
    auto [seen, is_new] = seen_.try_emplace(hash64(uid, 17), Seen{self.time_ms, spelling, deleted, false, nullptr, 0});
    if (!is_new) {
      Seen& before = seen->second;
      if (before.time_ms > self.time_ms) return;
      bool one_moment = before.time_ms == self.time_ms;
      if (one_moment && before.conflict) return;
      if (one_moment && before.deleted == deleted && (before.spelling == spelling || (!deleted && meaning_of(before, *type) == digest_of(made.body())))) return;
      if (!before.deleted) sink_.withdraw(uid);
      else deleted_.erase(uid);
      texts_bytes_ -= before.text ? before.text->size() : 0;
      before = {self.time_ms, spelling, deleted && !one_moment, one_moment, nullptr, 0};
      if (one_moment) made = disagreeing(draft, self);
    }
    if (!deleted && texts_bytes_ + text->size() <= kTextsMax) {
      seen->second.text = text;
      texts_bytes_ += text->size();
    } else if (!deleted) {
      seen->second.meaning = digest_of(made.body());
    }
    if (seen->second.deleted) {
      deleted_[uid] = {account, home, "config:GetResourceConfigHistory", uid, ReadRecord::Status::absent, std::string(status), self.time_ms, self.file, self.time_basis};
      return;
    }
    sink_.resource(std::move(made));
  }

  // Of what its recorder leaves out, Config knows that it is there and no more (`ResourceNotRecorded`).
  static bool is_bare(Value configuration) {
    return !configuration || configuration.is_null() || (configuration.is_string() && trim(configuration.text()).empty());
  }

  // All that an item says of its resource.
  void fill(const ResourceType& type, ResourceDraft& draft, Value root, uint32_t source) {
    std::string_view status = root.get("configurationItemStatus").text();
    if (!is_bare(root.get("configuration")))
      answer(type, draft, root, source);
    else
      for (auto& [target, form] : type.config) draft.not_known(target, "AWS Config has no configuration of it" + (status.empty() ? "" : " (" + std::string(status) + ")"));
    name_missing(type, draft);
  }

  // What an item said that was read before, as `digest_of` the resource made of it.
  uint64_t meaning_of(const Seen& seen, const ResourceType& type) {
    if (!seen.text) return seen.meaning;
    Source self;
    auto parsed = read_json(*seen.text, seen.text, self);
    if (!parsed) return 0;  // it was read once, so it can be
    DocumentPtr document = *parsed;
    Value configuration = document->root().get("configuration");
    if (configuration.is_string() && !is_bare(configuration)) {
      auto opened = with_configuration_read(document, self);
      if (!opened) return 0;
      document = *opened;
    }
    self.document = document;
    ResourceDraft draft(type);
    draft.set_tags(document->root().get("tags"));
    uint32_t source = draft.add_source(self, true);
    fill(type, draft, document->root(), source);
    return digest_of(draft.finish().body());
  }

  void answer(const ResourceType& type, ResourceDraft& draft, Value root, uint32_t source) {
    type.config_paths.find(root, found_);
    for (uint32_t i = 0; i < type.config.size(); ++i) {
      auto& [target, form] = type.config[i];
      if (type.config_paths.has(i)) draft.answer_found(target, form, root, source, found_[i]);
      else draft.answer(target, form, root, source);
    }
  }

  // A resource of which two items of one moment say different things.
  static Resource disagreeing(ResourceDraft& draft, const Source& self) {
    std::string uid = draft.uid, account = draft.account, region = draft.region, id = draft.id, name = draft.name;
    draft.clear();
    draft.uid = uid, draft.account = account, draft.region = region, draft.id = id, draft.name = name;
    draft.add_source(self, true);
    for (uint32_t target = 0; target < draft.type().targets.size(); ++target)
      draft.not_known(target, "conflict: two AWS Config items of " + rfc3339({self.time_ms}) + " disagree");
    return draft.finish();
  }

  // What AWS Config does not record about the type stays unknown, with the calls that would tell.
  void name_missing(const ResourceType& type, ResourceDraft& draft) {
    auto& reasons = missing_[&type];
    if (reasons.empty()) {
      reasons.resize(type.targets.size());
      for (uint32_t target = 0; target < type.targets.size(); ++target) {
        std::string calls;
        for (uint32_t r : type.setters[target])
          if (!contains(calls, type.reads[r].call)) calls += (calls.empty() ? "" : ", ") + type.reads[r].call + " not read";
        reasons[target] = calls.empty() ? "not read" : calls;
      }
    }
    for (uint32_t target = 0; target < type.targets.size(); ++target)
      if (!draft.answered(target)) draft.not_known_for(target, reasons[target]);
  }

  // The API gives `configuration` as JSON text.
  Result<DocumentPtr> with_configuration_read(const DocumentPtr& document, const Source& self) {
    Builder builder;
    uint16_t slot = builder.add_source(document->self());
    builder.begin_map();
    for (auto entry : document->root().entries()) {
      builder.key(entry.key());
      if (entry.key() == "configuration") {
        auto inner = TRY(document_in_string(entry.value));
        builder.copy(inner->root(), builder.add_source(inner->self()));
      } else {
        builder.copy(entry.value, slot);
      }
    }
    builder.end();
    return builder.finish(self);
  }

  ResourceDraft& scratch(const ResourceType& type) {
    auto& draft = scratch_[&type];
    if (!draft) draft = std::make_unique<ResourceDraft>(type);
    draft->clear();
    return *draft;
  }

  const Unit& unit_;
  const ResourceCatalogue& catalogue_;
  UnitSink& sink_;
  ReplySet& replies_;
  std::unordered_map<uint64_t, Seen> seen_;
  size_t texts_bytes_ = 0;  // of the texts that `seen_` keeps
  std::unordered_map<const ResourceType*, std::unique_ptr<ResourceDraft>> scratch_;
  std::unordered_map<const ResourceType*, std::vector<std::string>> missing_;
  std::map<std::string, uint64_t> no_file_;
  std::map<std::string, ReadRecord> deleted_;                            // by uid
  std::set<std::tuple<std::string, std::string, std::string>> recorded_;  // account, Region and type, of the file being read
  uint64_t recorded_last_ = 0;  // digest of the newest of them: neighbours mostly agree
  std::vector<DocumentPtr> held_;
  std::vector<Value> found_;
  int64_t newest_ = 0;
};

}  // namespace

void load_unit(const Unit& unit, const ResourceCatalogue& catalogue, UnitSink& sink, const LoadOptions& options) {
  if (unit.kind == Unit::Kind::cloudformation) {
    for (const Input& input : unit.inputs) input.kind == InputKind::terraform ? load_terraform(input, catalogue, sink) : load_template(input, catalogue, sink, unit.beside);
    return;
  }
  ReplySet replies(unit, catalogue, sink, options);
  replies.assemble();
  ConfigItems items(unit, catalogue, sink, replies);
  for (const Input& input : unit.inputs)
    if (input.kind == InputKind::config) items.read(input);
  replies.finish();
  items.finish();
}

}  // namespace reeve
