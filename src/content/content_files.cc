#include "content/content_files.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "content/actions.h"
#include "content/packed_tree.h"

// The packed tree, put into the program by cmake/content.cmake.
extern "C" {
extern const char reeve_content_begin[];
extern const char reeve_content_end[];
}

namespace reeve {
namespace {

namespace fs = std::filesystem;

// Content is written by people and reviewed by people; anything larger than this got there by accident.
constexpr uint64_t file_bytes_max = 4ull << 20;

bool is_example(std::string_view path) { return contains(path, "/examples/"); }

// What says how AWS is asked, and nothing of what is judged: an assessment neither reads it nor hangs on it.
constexpr std::string_view apis_folder = "apis/", actions_folder = "actions/";
bool is_how_to_ask(std::string_view path) { return starts_with(path, apis_folder) || starts_with(path, actions_folder); }

// Files that editors, version control and file managers leave behind.
bool is_litter(std::string_view name) { return starts_with(name, ".") || ends_with(name, "~") || starts_with(name, "#"); }

bool has_litter(std::string_view path) {
  for (std::string_view part : split(path, '/'))
    if (is_litter(part)) return true;
  return false;
}

std::string digest_of(std::vector<const ContentFile*> files) {
  std::sort(files.begin(), files.end(), [](auto* a, auto* b) { return a->path < b->path; });
  Sha256Stream stream;
  for (const ContentFile* file : files) {
    if (is_example(file->path) || is_how_to_ask(file->path)) continue;
    // Lengths first, so that no other cutting of the same bytes into names and texts has the same digest.
    stream.add(std::to_string(file->path.size()) + " " + std::to_string(file->text.size()) + "\n");
    stream.add(file->path);
    stream.add(file->text);
  }
  return hex(stream.finish());
}

// Calls back with path and text of each file.
template <class F>
Status read_packed(F&& each) {
  if (read_packed_tree({reeve_content_begin, static_cast<size_t>(reeve_content_end - reeve_content_begin)}, each)) return {};
  return fail(Code::internal, "the content packed into the program is damaged", {}, {}, "install reeve again");
}

ContentFile built_in_file(std::string_view path, std::string_view text) {
  return {std::string(path), "built-in/" + std::string(path), std::string(text)};
}

// A folder's or file's path, `controls/root-mfa-enabled`, and whether another lies at or below it.
bool is_of(std::string_view path, std::string_view item) {
  return starts_with(path, item) && (path.size() == item.size() || path[item.size()] == '/');
}

void sort_files(std::vector<ContentFile>& files) {
  std::sort(files.begin(), files.end(), [](const ContentFile& a, const ContentFile& b) { return a.path < b.path; });
}

// --- Trees on disk.

bool holds_controls(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator i(folder, error), end; !error && i != end; i.increment(error))
    if (exists((i->path() / "control.yaml").string())) return true;
  return false;
}

// Folders at the top that are no kind of content. In a tree given by --content each is a mistake; a workspace lives in a repository
// with folders of its own, so there only one that holds controls is.
void name_strange_folders(const std::string& root, LayerKind kind, std::vector<Error>& problems) {
  std::set<std::string> strange;
  std::error_code error;
  for (fs::directory_iterator i(root, error), end; !error && i != end; i.increment(error)) {
    std::string name = i->path().filename().string();
    if (is_litter(name) || !is_folder(i->path().string())) continue;
    if (std::binary_search(content_kinds().begin(), content_kinds().end(), name)) continue;
    if (kind == LayerKind::workspace && !holds_controls(i->path())) continue;
    strange.insert(name);
  }
  for (const std::string& name : strange) {
    std::string near = nearest(name, content_kinds());
    problems.push_back({Code::not_found, "`" + name + "` is no kind of content", {join_path(root, name)},
                        near.empty() ? "one of " + join(content_kinds(), ", ") : "", near.empty() ? "" : "did you mean `" + near + "`?"});
  }
}

// The walk leaves links to folders alone; an item that is one would be missing without a word.
void name_linked_items(const std::string& folder, std::vector<Error>& problems) {
  std::set<std::string> linked;
  std::error_code error;
  for (fs::directory_iterator i(folder, error), end; !error && i != end; i.increment(error)) {
    std::error_code ignored;
    if (i->is_symlink(ignored) && i->is_directory(ignored) && !is_litter(i->path().filename().string()))
      linked.insert(i->path().filename().string());
  }
  for (const std::string& name : linked)
    problems.push_back({Code::unsupported, "a link to a folder is not followed", {join_path(folder, name)}, "a folder", {}});
}

}  // namespace

const std::vector<std::string>& content_kinds() {
  static const std::vector<std::string> kinds = {
      "actions",    "apis",      "attack",     "baselines", "challenges", "controls", "detections", "escalations", "exposure", "facts", "frameworks", "hunts",
      "logsources", "objectives", "practices", "quotas",    "redactions", "resources",  "responsibility", "risk", "runbooks",   "schemas", "suppressions", "threats", "views",
  };
  return kinds;
}

std::string ContentLayer::digest() const {
  std::vector<const ContentFile*> all;
  for (const ContentFile& file : files) all.push_back(&file);
  return digest_of(std::move(all));
}

Result<ContentLayer> built_in_layer() {
  ContentLayer layer;
  layer.kind = LayerKind::built_in;
  layer.root = "built-in";
  TRY(read_packed([&](std::string_view path, std::string_view text) {
    if (!is_how_to_ask(path)) layer.files.push_back(built_in_file(path, text));
  }));
  sort_files(layer.files);
  return layer;
}

namespace {

Result<std::vector<ContentFile>> built_in_below(std::string_view folder) {
  std::vector<ContentFile> out;
  TRY(read_packed([&](std::string_view path, std::string_view text) {
    if (starts_with(path, folder)) out.push_back(built_in_file(path, text));
  }));
  sort_files(out);
  return out;
}

}  // namespace

Result<std::vector<ContentFile>> built_in_files(std::string_view kind) { return built_in_below(std::string(kind) + "/"); }
Result<std::vector<ContentFile>> built_in_apis() { return built_in_below(apis_folder); }
Result<std::vector<ContentFile>> built_in_actions() { return built_in_below(actions_folder); }

Result<std::shared_ptr<const BuiltInItem>> built_in_item(std::string_view kind, std::string_view name) {
  auto out = std::make_shared<BuiltInItem>();
  const std::string at = std::string(kind) + "/" + std::string(name);
  TRY(read_packed([&](std::string_view path, std::string_view text) {
    if (is_of(path, at)) out->files.push_back(built_in_file(path, text));
  }));
  sort_files(out->files);
  out->item = {std::string(kind), std::string(name), LayerKind::built_in, "built-in/" + at, {}};
  for (const ContentFile& file : out->files) out->item.files.push_back(&file);
  return std::shared_ptr<const BuiltInItem>(std::move(out));
}

Result<std::vector<std::string>> built_in_names(std::string_view kind) {
  std::set<std::string> names;
  TRY(read_packed([&](std::string_view path, std::string_view) {
    if (is_of(path, kind)) names.emplace(split(path, '/')[1]);
  }));
  return std::vector<std::string>(names.begin(), names.end());
}

ContentLayer folder_layer(const std::string& root, LayerKind kind, std::vector<Error>& problems) {
  ContentLayer layer;
  layer.kind = kind;
  layer.root = root;
  if (!is_folder(root)) {
    problems.push_back({Code::not_found, "no such folder of content", {root}, "a folder with controls/, resources/ or the like", {}});
    return layer;
  }
  name_strange_folders(root, kind, problems);
  for (const std::string& name : content_kinds()) {
    std::string folder = join_path(root == "." ? "" : root, name);
    if (!is_folder(folder)) {
      if (exists(folder)) problems.push_back({Code::type, "`" + name + "` is a file", {folder}, "a folder of content", {}});
      continue;
    }
    name_linked_items(folder, problems);
    for (const Entry& entry : walk(folder, problems)) {
      std::string path = name + "/" + entry.path.substr(std::min(folder.size() + 1, entry.path.size()));
      if (has_litter(path)) continue;
      auto text = read_file(entry.path, file_bytes_max);
      if (!text)
        problems.push_back(text.error());
      else
        layer.files.push_back({std::move(path), entry.path, std::move(*text)});
    }
  }
  sort_files(layer.files);
  return layer;
}

ContentLayer memory_layer(const std::map<std::string, std::string>& files, std::string root, LayerKind kind) {
  ContentLayer layer;
  layer.kind = kind;
  layer.root = std::move(root);
  for (const auto& [path, text] : files) layer.files.push_back({path, layer.root + "/" + path, text});
  return layer;
}

const ContentFile* ContentItem::find(std::string_view relative_path) const {
  for (const ContentFile* file : files)
    if (relative(*file) == relative_path) return file;
  return nullptr;
}

std::string_view ContentItem::relative(const ContentFile& file) const {
  size_t item = kind.size() + 1 + name.size();
  return std::string_view(file.path).substr(std::min(item + 1, file.path.size()));
}

ContentFiles::ContentFiles(std::vector<ContentLayer> layers) : layers_(std::move(layers)) {
  for (const std::string& kind : content_kinds()) items_[kind];
  std::map<std::pair<std::string, std::string>, ContentItem> found;
  for (const ContentLayer& layer : layers_) {
    std::map<std::pair<std::string, std::string>, ContentItem> own;
    for (const ContentFile& file : layer.files) {
      std::vector<std::string_view> parts = split(file.path, '/');
      if (parts.size() < 2) continue;  // a README at the top
      std::pair<std::string, std::string> key(parts[0], parts[1]);
      ContentItem& item = own[key];
      if (item.files.empty()) {
        item.kind = key.first;
        item.name = key.second;
        item.layer = layer.kind;
        size_t below = file.path.size() - key.first.size() - 1 - key.second.size();
        item.shown = file.shown.substr(0, file.shown.size() - std::min(below, file.shown.size()));
      }
      item.files.push_back(&file);
    }
    for (auto& [key, item] : own) found[key] = std::move(item);
  }
  for (auto& [key, item] : found) items_[key.first].push_back(std::move(item));
}

const std::vector<ContentItem>& ContentFiles::items(std::string_view kind) const {
  auto found = items_.find(kind);
  assert(found != items_.end() && "not one of content_kinds()");
  return found->second;
}

std::string ContentFiles::digest() const {
  std::vector<const ContentFile*> all;
  for (const auto& [kind, items] : items_)
    for (const ContentItem& item : items) all.insert(all.end(), item.files.begin(), item.files.end());
  return digest_of(std::move(all));
}

}  // namespace reeve
