#include "check/drift_record.h"

#include <map>

#include "base/file.h"
#include "base/text.h"
#include "formats/json.h"
#include "store/store.h"

namespace reeve {
namespace {

constexpr std::string_view kNotKept = "the record keeps only some columns of a type; an export tells it";

// What the columns say, as the tree that the type's targets are.
struct Branch {
  std::map<std::string, Branch> below;
  Value value;
  std::string unknown;
  uint16_t slot = 0;
  bool leaf = false, open = false;
};

Branch& at_path(Branch& root, const std::vector<std::string_view>& keys) {
  Branch* at = &root;
  for (std::string_view key : keys) at = &at->below[std::string(key)];
  return *at;
}

void write(Builder& builder, const Branch& branch) {
  if (branch.leaf) {
    if (branch.value) builder.copy(branch.value, branch.slot);
    else builder.unknown(branch.unknown);
    return;
  }
  builder.begin_map();
  if (branch.open) builder.open_map(kNotKept);
  for (const auto& [key, below] : branch.below) {
    builder.key(key);
    write(builder, below);
  }
  builder.end();
}

class Reader {
 public:
  Reader(store::Store& store, const ResourceCatalogue& catalogue, std::string file) : store_(store), catalogue_(catalogue), file_(std::move(file)) {}

  Result<Resource> resource(const store::Store::StoredResource& stored) {
    Resource out;
    out.type_name = stored.type;
    out.type = catalogue_.find(stored.type);
    out.uid = stored.uid, out.account = stored.account, out.region = stored.region, out.id = stored.id, out.name = stored.name;
    const auto tags = TRY(read_json(stored.tags_json, Source{})), columns = TRY(read_json(stored.columns_json, Source{})), unknown = TRY(read_json(stored.unknown_json, Source{})),
               origins = TRY(read_json(stored.origins_json, Source{}));
    for (auto entry : tags->root().entries()) out.tags.emplace_back(entry.key(), entry.value.text());
    Builder builder;
    Branch root;
    if (out.type) {
      for (const auto& [name, path] : out.type->columns) {
        const auto keys = path.keys();
        if (keys.size() < 2) continue;
        Branch& at = at_path(root, keys);
        if (const Value why = unknown->root().get(name)) {
          at.leaf = true, at.unknown = why.text();
        } else if (const Value value = columns->root().get(name)) {
          Source source;
          const Value origin = origins->root().get(name);
          if (auto from = origin.at(0).integer()) {
            auto found = TRY(store_.source(stored.unit, static_cast<uint32_t>(*from)));
            if (found) source.file = found->file, source.operation = found->operation, source.time_ms = found->time.ms;
            source.path_prefix = origin.at(1).text();
            if (out.main_source.file.empty()) out.main_source = source, out.main_path = source.path_prefix;
          }
          // The record keeps the places of a few columns; of the others it is itself the place.
          if (source.file.empty() && source.operation.empty()) source.file = file_, source.path_prefix = name;
          const auto own = TRY(read_json(to_json(value), source));
          source.document = own;
          at.leaf = true, at.value = own->root(), at.slot = builder.add_source(source);
          kept_.push_back(own);
        } else {
          at.leaf = false;  // known to be absent
        }
      }
      prune(root);
      for (const std::string& target : out.type->targets) mark_open(root, split(target, '.'), *out.type);
    }
    builder.begin_map();
    builder.key("Resources");
    builder.begin_map();
    builder.key(out.id);
    builder.begin_map();
    builder.key("Type");
    builder.string(out.type_name);
    for (const auto& [key, below] : root.below) {
      builder.key(key);
      write(builder, below);
    }
    builder.end();
    builder.end();
    builder.end();
    out.document = builder.finish();
    if (out.main_source.file.empty()) out.main_source.file = file_, out.main_path = out.uid;
    kept_.clear();
    return out;
  }

 private:
  // A column that is known to be absent leaves no key, and a map of nothing else neither.
  static bool prune(Branch& branch) {
    for (auto at = branch.below.begin(); at != branch.below.end();) at = prune(at->second) ? std::next(at) : branch.below.erase(at);
    return branch.leaf || branch.open || !branch.below.empty();
  }
  // A target that no column shows is unknown.
  static void mark_open(Branch& root, const std::vector<std::string_view>& keys, const ResourceType& type) {
    const std::string target = join(std::vector<std::string>(keys.begin(), keys.end()), ".");
    for (const auto& [name, path] : type.columns) {
      const std::string text = path.text();
      if (text == target || starts_with(target, text + ".")) return;
      if (starts_with(text, target + ".")) return mark_map(root, keys);
    }
    Branch* at = &root;
    for (std::string_view key : keys) {
      if (at->leaf) return;
      at = &at->below[std::string(key)];
    }
    if (!at->leaf && at->below.empty()) at->leaf = true, at->unknown = kNotKept;
  }
  static void mark_map(Branch& root, const std::vector<std::string_view>& keys) {
    Branch* at = &root;
    for (std::string_view key : keys) {
      if (at->leaf) return;
      const auto found = at->below.find(std::string(key));
      if (found == at->below.end()) return;  // its column says that it is not there
      at = &found->second;
    }
    if (!at->leaf) at->open = true;
  }

  store::Store& store_;
  const ResourceCatalogue& catalogue_;
  std::string file_;
  std::vector<DocumentPtr> kept_;
};

}  // namespace

Status read_record(const std::string& workspace, const ResourceCatalogue& catalogue, const std::function<bool(const std::string& type)>& wanted,
                   const std::function<void(Resource&&)>& resource, const std::function<void(const RecordedRead&)>& read) {
  auto store = TRY(store::Store::open(workspace));
  Reader reader(*store, catalogue, join_path(workspace, ".reeve/store.db"));
  TRY(store->resources([&](store::Store::StoredResource&& stored) -> Status {
    if (!stored.born || !(wanted(stored.type) || contains(stored.tags_json, "aws:cloudformation:stack-name"))) return {};
    auto made = reader.resource(stored);
    if (!made) return tl::unexpected(made.error());
    resource(std::move(*made));
    return {};
  }));
  return store->reads([&](const store::Store::StoredRead& each) -> Status {
    const bool ok = each.status == store::ReadStatus::ok || each.status == store::ReadStatus::absent;
    read({each.account, each.region, each.operation, each.parameter, each.error, ok});
    return {};
  });
}

}  // namespace reeve
