#include "estate/stack_files.h"

#include <filesystem>

#include "aws/region.h"
#include "base/file.h"
#include "base/text.h"
#include "estate/template.h"
#include "estate/template_include.h"
#include "formats/json.h"

namespace reeve {
namespace {

constexpr uint64_t kFileBytesMax = 64ull << 20;

// What a file of parameters says. False: it has another shape.
bool take(Value root, std::map<std::string, StackParameter, std::less<>>& into) {
  auto put = [&](std::string_view key, Value value) {
    std::string text;
    if (value.is_list()) {
      for (Value each : value.items()) text += (text.empty() ? "" : ",") + std::string(each.scalar_text().value_or(""));
    } else if (auto scalar = value.scalar_text()) {
      text = std::string(*scalar);
    } else {
      return false;
    }
    into[std::string(key)] = {text, ""};
    return true;
  };
  if (root.is_map() && root.get("Parameters").is_map()) root = root.get("Parameters");
  if (root.is_map()) {
    for (auto entry : root.entries())
      if (!put(entry.key(), entry.value)) return false;
    return true;
  }
  if (!root.is_list()) return false;
  for (Value item : root.items()) {
    if (const size_t sign = item.is_string() ? item.text().find('=') : std::string_view::npos; sign != std::string_view::npos) {
      into[std::string(item.text().substr(0, sign))] = {std::string(item.text().substr(sign + 1)), ""};
      continue;
    }
    const Value key = item.get("ParameterKey"), value = item.get("ParameterValue");
    if (!key.is_string()) return false;
    if (value ? !put(key.text(), value) : !item.get("UsePreviousValue")) return false;
  }
  return true;
}

}  // namespace

std::string cdk_manifest_of(const std::string& file) { return ends_with(file, ".template.json") ? plain_path(join_path(folder_of(file), "manifest.json")) : ""; }

// Where the stack goes stands there as `aws://ACCOUNT/REGION`.
void cdk_environment(std::string_view text, const std::string& file, StackOptions& options) {
  auto manifest = read_json(text, Source{.file = cdk_manifest_of(file)});
  if (!manifest) return;
  for (auto artifact : (*manifest)->root().get("artifacts").entries()) {
    const Value properties = artifact.value.get("properties"), template_file = properties.get("templateFile"), place = artifact.value.get("environment");
    if (!template_file.is_string() || template_file.text() != file_name(file) || !place.is_string() || !starts_with(place.text(), "aws://")) continue;
    const std::string_view where = place.text().substr(6);
    const size_t slash = where.find('/');
    if (slash == std::string_view::npos) continue;
    auto put = [&](const char* name, std::string_view value, bool known) {
      if (known) options.parameters.try_emplace(name, StackParameter{std::string(value), ""});
    };
    put("AWS::AccountId", where.substr(0, slash), is_account_id(where.substr(0, slash)));
    put("AWS::Region", where.substr(slash + 1), is_region_name(where.substr(slash + 1)));
    if (Value name = properties.get("stackName"); name.is_string()) put("AWS::StackName", name.text(), true);
    for (auto entry : properties.get("parameters").entries())
      if (auto scalar = entry.value.scalar_text()) options.parameters.try_emplace(std::string(entry.key()), StackParameter{std::string(*scalar), ""});
  }
}

std::string plain_path(const std::string& path) { return std::filesystem::path(path).lexically_normal().string(); }

Result<StackFiles> StackFiles::with_parameters(const std::vector<std::string>& words) {
  StackFiles out;
  for (const std::string& word : words) {
    std::string path = starts_with(word, "file://") ? word.substr(7) : word;
    const size_t sign = word.find('=');
    if (path == word && sign != std::string::npos && !exists(path)) {
      out.parameters_[word.substr(0, sign)] = {word.substr(sign + 1), ""};
      continue;
    }
    const std::string text = TRY(read_file(path, kFileBytesMax));
    auto document = read_template(text, Source{.file = path});
    if (!document) return tl::unexpected(document.error());
    const Value root = (*document)->root();
    if (!take(root, out.parameters_))
      return fail(Code::parse, "the file has another shape than parameters", {path, root ? root.line() : 1, root ? root.column() : 1}, "a list of `ParameterKey` and `ParameterValue`, or a map of texts");
  }
  return out;
}

StackOptions StackFiles::options_for(const std::string& file) const {
  StackOptions out;
  out.parameters = parameters_;
  if (const std::string path = cdk_manifest_of(file); !path.empty() && exists(path))
    if (auto text = read_file(path, kFileBytesMax)) cdk_environment(*text, file, out);
  out.open_nested = [](const std::string& url, const std::string& from, std::string& shown) -> Result<DocumentPtr> {
    shown = opened_path(url, from);
    std::error_code failed;
    if (!std::filesystem::is_regular_file(shown, failed)) return DocumentPtr();
    const std::string text = TRY(read_file(shown, kFileBytesMax));
    Source self;
    self.file = shown;
    self.path_prefix = "$";
    return read_template(text, self);
  };
  return out;
}

std::string opened_path(const std::string& url, const std::string& from) {
  const std::string local = starts_with(url, "file://") ? url.substr(7) : url;
  return starts_with(local, "/") ? local : plain_path(join_path(folder_of(from), local));
}

std::set<std::string> included_files(const Document& document, const std::string& file) {
  std::set<std::string> out;
  const auto& nodes = document.nodes();
  for (uint32_t i = 0; i < nodes.size(); ++i)
    if (nodes[i].kind == Kind::map)
      if (const auto location = include_location(Value(&document, i)); !location.empty() && !contains(location, "://")) out.insert(opened_path(std::string(location), file));
  return out;
}

std::set<std::string> nested_files(Value root, const std::string& file) {
  std::set<std::string> out;
  for (auto entry : root.get("Resources").entries()) {
    const Value type = entry.value.get("Type"), properties = entry.value.get("Properties");
    if (!type.is_string()) continue;
    Value named;
    if (type.text() == "AWS::CloudFormation::Stack") named = entry.value.get("Metadata").get("aws:asset:path") ? entry.value.get("Metadata").get("aws:asset:path") : properties.get("TemplateURL");
    if (type.text() == "AWS::Serverless::Application") named = properties.get("Location");
    if (named.is_string() && !contains(named.text(), "://")) out.insert(opened_path(std::string(named.text()), file));
  }
  return out;
}

std::set<std::string> nested_in_others(const std::vector<std::string>& files) {
  std::map<std::string, std::set<std::string>> holds;
  std::set<std::string> held;
  for (const std::string& file : files) {
    if (file == "-") continue;
    auto bytes = FileBytes::open(file);
    if (!bytes || (!contains((*bytes)->view(), "AWS::CloudFormation::Stack") && !contains((*bytes)->view(), "AWS::Serverless::Application"))) continue;
    auto document = read_template((*bytes)->view(), Source{.file = file});
    if (!document) continue;
    auto& below = holds[plain_path(file)] = nested_files((*document)->root(), file);
    held.insert(below.begin(), below.end());
  }
  // What is reached from a template that nobody holds is judged there.
  std::vector<std::string> open;
  for (const auto& [file, below] : holds)
    if (!held.count(file)) open.push_back(file);
  std::set<std::string> out;
  while (!open.empty()) {
    auto at = holds.find(open.back());
    open.pop_back();
    if (at == holds.end()) continue;
    for (const std::string& each : at->second)
      if (out.insert(each).second) open.push_back(each);
  }
  return out;
}

}  // namespace reeve
