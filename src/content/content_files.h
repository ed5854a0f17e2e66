// Where content comes from: read-only trees of small files, laid over one another (design §10.8).
//
//   built in  <  --content DIR  <  the workspace
//
// A tree has one folder for each kind (controls, practices, resources …) and in it one folder or file for each item. The item is the
// unit of replacement: a layer that has `controls/root-mfa-enabled/` replaces the whole folder of every layer below it, so no
// control is ever put together from files of two layers.
//
// Nothing is parsed here; paths inside the tree are what identifies a file, and `shown` is what people are told.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace reeve {

enum class LayerKind : uint8_t { built_in, folder, workspace };

struct ContentFile {
  std::string path;   // inside the tree: controls/root-mfa-enabled/control.yaml
  std::string shown;  // for messages: the path on disk, or `built-in/controls/…`
  std::string text;
};

struct ContentLayer {
  LayerKind kind = LayerKind::folder;
  std::string root;                // as given; `built-in` for the embedded tree
  std::vector<ContentFile> files;  // sorted by path; `examples/` too where the layer is on disk
  // SHA-256 in hex over path and text of every file but the examples and apis/: the tree packed into the program and the same tree on
  // disk agree.
  std::string digest() const;
};

// The kinds of content there are; the names of the folders at the top of a tree, sorted.
const std::vector<std::string>& content_kinds();

// The tree that was packed into the program when it was built, but for apis/, which none but a collector asks for. Fails only if the
// program file is damaged.
Result<ContentLayer> built_in_layer();
Result<std::vector<ContentFile>> built_in_apis();
// The files of one kind of that tree, nothing of the others read.
Result<std::vector<ContentFile>> built_in_files(std::string_view kind);
// One item of that tree, nothing of the others read: for who needs ten controls of hundreds, and now. No files: there is no such item.
struct BuiltInItem;
Result<std::shared_ptr<const BuiltInItem>> built_in_item(std::string_view kind, std::string_view name);
// The names of all items of a kind, sorted.
Result<std::vector<std::string>> built_in_names(std::string_view kind);
// A tree on disk. What cannot be read, and a folder that is no kind of content, becomes an Error in `problems`; the rest is there.
// In a workspace only the folders of content are looked at.
ContentLayer folder_layer(const std::string& root, LayerKind kind, std::vector<Error>& problems);
// A tree given as path → text, for tests and for what a program makes up.
ContentLayer memory_layer(const std::map<std::string, std::string>& files, std::string root = "memory", LayerKind kind = LayerKind::folder);

// One item as it stands after layering.
struct ContentItem {
  std::string kind;  // controls
  std::string name;  // folder name, or file name with its ending
  LayerKind layer = LayerKind::built_in;
  std::string shown;                      // its folder or file for messages
  std::vector<const ContentFile*> files;  // sorted by path
  // The file at `relative` to the item's folder, or null.
  const ContentFile* find(std::string_view relative) const;
  std::string_view relative(const ContentFile& file) const;
};

struct BuiltInItem {
  std::vector<ContentFile> files;
  ContentItem item;  // of these files
};

class ContentFiles {
 public:
  explicit ContentFiles(std::vector<ContentLayer> layers);  // lowest first
  ContentFiles(const ContentFiles&) = delete;
  ContentFiles& operator=(const ContentFiles&) = delete;

  // The items of a kind, sorted by name.
  const std::vector<ContentItem>& items(std::string_view kind) const;
  const std::vector<ContentLayer>& layers() const { return layers_; }
  // Digest over the tree as it stands after layering, by the rule of ContentLayer::digest.
  std::string digest() const;

 private:
  std::vector<ContentLayer> layers_;
  std::map<std::string, std::vector<ContentItem>, std::less<>> items_;
};

}  // namespace reeve
