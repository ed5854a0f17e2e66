#include "aws/api.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>

#include "base/text.h"

namespace reeve {
namespace {

using Kind = ApiShape::Kind;

struct KindName {
  std::string_view name;
  Kind kind;
};
// What a member may be that needs no shape of its own. `policy` and `timestamp:FORMAT` are told apart in `scalar`.
constexpr KindName kKinds[] = {{"string", Kind::string},       {"integer", Kind::integer}, {"number", Kind::number},
                               {"boolean", Kind::boolean},     {"timestamp", Kind::timestamp}, {"blob", Kind::blob},
                               {"document", Kind::document},   {"policy", Kind::string}};

class Reader {
 public:
  Reader(Value root, const std::string& file) : root_(root), file_(file), service_(std::make_shared<ApiService>()) {}

  Result<ApiServicePtr> read() {
    if (!root_.is_map()) return wrong(root_, "this is no service", "a map");
    TRY(only(root_, {"service", "source", "id", "protocol", "version", "endpoint_prefix", "signing_name", "target_prefix", "json_version", "query_compatible",
                     "headers", "global", "hosts", "operations", "shapes"}));
    TRY(text(root_, "service", service_->name, true));
    TRY(text(root_, "endpoint_prefix", service_->endpoint_prefix, true));
    TRY(text(root_, "signing_name", service_->signing_name, true));
    TRY(text(root_, "version", service_->version, true));
    TRY(text(root_, "target_prefix", service_->target_prefix));
    TRY(text(root_, "json_version", service_->json_version));
    TRY(flag(root_, "query_compatible", service_->query_compatible));
    std::string id;
    TRY(text(root_, "id", id, true));
    for (char c : id) {
      bool word = std::isalnum(static_cast<unsigned char>(c));
      service_->endpoint_env += word ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : '_';
      service_->config_name += word ? static_cast<char>(std::tolower(static_cast<unsigned char>(c))) : '_';
    }
    TRY(protocol());
    TRY(places());
    TRY(shapes());
    Value operations = root_.get("operations");
    if (!operations.is_map()) return wrong(operations ? operations : root_, "`operations` is no map", "operations by name");
    for (auto entry : operations.entries()) TRY(operation(std::string(entry.key()), entry.value));
    return ApiServicePtr(std::move(service_));
  }

 private:
  tl::unexpected<Error> wrong(Value at, std::string what, std::string expected = {}, std::string hint = {}) const {
    return fail(Code::parse, std::move(what), {file_, at ? at.line() : 0, at ? at.column() : 0}, std::move(expected), std::move(hint));
  }
  Status only(Value map, std::initializer_list<std::string_view> keys) const {
    for (auto entry : map.entries())
      if (std::find(keys.begin(), keys.end(), entry.key()) == keys.end()) {
        std::string near = nearest(std::string(entry.key()), std::vector<std::string>(keys.begin(), keys.end()));
        return wrong(entry.key_node, "`" + std::string(entry.key()) + "` has no meaning here", {}, near.empty() ? "" : "did you mean `" + near + "`?");
      }
    return {};
  }
  Status text(Value map, std::string_view key, std::string& out, bool required = false) const {
    Value value = map.get(key);
    if (!value && !required) return {};
    if (!value.is_string() || (required && value.text().empty())) return wrong(value ? value : map, "`" + std::string(key) + "` is missing or no text", "a text");
    out = value.text();
    return {};
  }
  Status flag(Value map, std::string_view key, bool& out) const {
    Value value = map.get(key);
    if (value && !value.is_bool()) return wrong(value, "`" + std::string(key) + "` is neither true nor false");
    if (value) out = value.boolean();
    return {};
  }
  Status texts(Value map, std::string_view key, std::vector<std::string>& out) const {
    Value value = map.get(key);
    if (!value) return {};
    if (!value.is_list()) return wrong(value, "`" + std::string(key) + "` is no list");
    for (Value item : value.items()) {
      if (!item.is_string()) return wrong(item, "a text belongs here");
      out.emplace_back(item.text());
    }
    return {};
  }

  Status protocol() {
    std::string name;
    TRY(text(root_, "protocol", name, true));
    if (name == "query") service_->protocol = ApiProtocol::query;
    else if (name == "ec2") service_->protocol = ApiProtocol::ec2;
    else if (name == "json") service_->protocol = ApiProtocol::json;
    else if (name == "rest-json") service_->protocol = ApiProtocol::rest_json;
    else if (name == "rest-xml") service_->protocol = ApiProtocol::rest_xml;
    else return wrong(root_.get("protocol"), "there is no protocol `" + name + "`", "query, ec2, json, rest-json or rest-xml");
    if (service_->protocol == ApiProtocol::json && (service_->target_prefix.empty() || service_->json_version.empty()))
      return wrong(root_, "a service that speaks json names its operations", "`target_prefix` and `json_version`");
    return {};
  }

  Status places() {
    for (auto entry : root_.get("headers").entries()) {
      if (!entry.value.is_string()) return wrong(entry.value, "a header's value is a text");
      service_->headers.emplace_back(entry.key(), entry.value.text());
    }
    for (auto entry : root_.get("hosts").entries()) {
      if (!entry.value.is_string()) return wrong(entry.value, "a host is a text");
      service_->hosts[std::string(entry.key())] = entry.value.text();
    }
    for (auto entry : root_.get("global").entries()) {
      TRY(only(entry.value, {"region", "host"}));
      ApiService::Global& one = service_->global[std::string(entry.key())];
      TRY(text(entry.value, "region", one.region, true));
      TRY(text(entry.value, "host", one.host, true));
    }
    return {};
  }

  // The shape that a member, a list or a map names: a kind, or one of the file's own.
  Result<const ApiShape*> shape(Value name) {
    if (!name.is_string()) return wrong(name, "a shape is missing", "a kind or the name of a shape");
    auto known = by_name_.find(name.text());
    if (known != by_name_.end()) return const_cast<const ApiShape*>(known->second);
    auto [kind, format] = cut(name.text());
    for (const KindName& one : kKinds) {
      if (one.name != kind) continue;
      if (!format.empty() && one.kind != Kind::timestamp) break;
      if (!format.empty() && format != "iso8601" && format != "unixTimestamp" && format != "rfc822")
        return wrong(name, "there is no form of time `" + std::string(format) + "`", "iso8601, unixTimestamp or rfc822");
      ApiShape* made = add(name.text());
      made->kind = one.kind;
      made->policy = one.name == "policy";
      made->timestamp_format = format;
      return const_cast<const ApiShape*>(made);
    }
    std::vector<std::string> words;
    for (auto& [word, of] : by_name_) words.push_back(word);
    std::string near = nearest(std::string(name.text()), words);
    return wrong(name, "there is no shape `" + std::string(name.text()) + "`", {}, near.empty() ? "" : "did you mean `" + near + "`?");
  }
  static std::pair<std::string_view, std::string_view> cut(std::string_view name) {
    size_t colon = name.find(':');
    return colon == name.npos ? std::pair(name, std::string_view()) : std::pair(name.substr(0, colon), name.substr(colon + 1));
  }
  ApiShape* add(std::string_view name) {
    service_->shapes.push_back(std::make_unique<ApiShape>());
    return by_name_[std::string(name)] = service_->shapes.back().get();
  }

  // Names first: a shape may contain one that stands behind it, or itself.
  Status shapes() {
    Value all = root_.get("shapes");
    if (all && !all.is_map()) return wrong(all, "`shapes` is no map", "shapes by name");
    for (auto entry : all.entries()) {
      for (const KindName& kind : kKinds)
        if (entry.key() == kind.name) return wrong(entry.key_node, "`" + std::string(entry.key()) + "` is the name of a kind", "another name");
      add(entry.key());
    }
    for (auto entry : all.entries()) TRY(fill(*by_name_.find(entry.key())->second, entry.value));
    return {};
  }
  Status fill(ApiShape& out, Value value) {
    if (!value.is_map()) return wrong(value, "this is no shape", "a map with `members`, `list` or `map`");
    TRY(only(value, {"members", "list", "map", "wire", "key", "flat"}));
    TRY(text(value, "wire", out.element_wire));
    TRY(text(value, "key", out.key_wire));
    TRY(flag(value, "flat", out.flattened));
    Value members = value.get("members"), list = value.get("list"), map = value.get("map");
    if (bool(members) + bool(list) + bool(map) != 1) return wrong(value, "this is no shape", "one of `members`, `list` and `map`");
    if (list || map) {
      out.kind = list ? Kind::list : Kind::map;
      out.element = TRY(shape(list ? list : map));
      return {};
    }
    out.kind = Kind::structure;
    if (!members.is_map()) return wrong(members, "`members` is no map", "members by name");
    for (auto entry : members.entries()) out.members.push_back(TRY(member(std::string(entry.key()), entry.value)));
    return {};
  }
  Result<ApiMember> member(std::string name, Value value) {
    ApiMember out;
    out.name = std::move(name);
    if (!value.is_map()) {
      out.shape = TRY(shape(value));
      return out;
    }
    TRY(only(value, {"is", "wire", "in", "payload", "required", "attribute", "last_part", "max"}));
    out.shape = TRY(shape(value.get("is") ? value.get("is") : value));
    TRY(text(value, "wire", out.wire));
    TRY(flag(value, "payload", out.payload));
    TRY(flag(value, "required", out.required));
    TRY(flag(value, "attribute", out.xml_attribute));
    TRY(flag(value, "last_part", out.last_part));
    if (Value max = value.get("max")) {
      if (!max.integer() || *max.integer() < 1) return wrong(max, "`max` is no number of things", "a whole number from 1");
      out.max = *max.integer();
    }
    std::string where;
    TRY(text(value, "in", where));
    using Where = ApiMember::Where;
    if (where == "uri") out.where = Where::uri;
    else if (where == "query") out.where = Where::query;
    else if (where == "header") out.where = Where::header;
    else if (where == "headers") out.where = Where::headers;
    else if (where == "status") out.where = Where::status;
    else if (!where.empty()) return wrong(value.get("in"), "there is no place `" + where + "`", "uri, query, header, headers or status");
    return out;
  }

  Status operation(std::string name, Value value) {
    if (!value.is_map()) return wrong(value, "this is no operation", "a map");
    TRY(only(value, {"method", "uri", "input", "output", "wrapper", "root_text", "host_prefix", "unsigned", "writes", "pages"}));
    ApiOperation out;
    out.name = name;
    out.method = "POST";
    out.uri = "/";
    TRY(text(value, "method", out.method));
    TRY(text(value, "uri", out.uri));
    TRY(text(value, "wrapper", out.output_wrapper));
    TRY(text(value, "root_text", out.root_text));
    TRY(text(value, "host_prefix", out.host_prefix));
    TRY(flag(value, "unsigned", out.unsigned_request));
    TRY(flag(value, "writes", out.writes));
    if (!starts_with(out.uri, "/")) return wrong(value.get("uri"), "a URI begins with a slash");
    for (std::string_view key : {"input", "output"}) {
      if (!value.get(key)) continue;
      const ApiShape* found = TRY(shape(value.get(key)));
      if (found->kind != Kind::structure) return wrong(value.get(key), "`" + std::string(key) + "` is no structure");
      (key == "input" ? out.input : out.output) = found;
    }
    Value pages = value.get("pages");
    if (pages) {
      if (!pages.is_map()) return wrong(pages, "`pages` is no map");
      TRY(only(pages, {"in", "out", "more", "limit", "lists"}));
      TRY(texts(pages, "in", out.pages.input_tokens));
      TRY(texts(pages, "out", out.pages.output_tokens));
      TRY(texts(pages, "lists", out.pages.lists));
      TRY(text(pages, "more", out.pages.more));
      TRY(text(pages, "limit", out.pages.limit));
      if (out.pages.input_tokens.empty() || out.pages.input_tokens.size() != out.pages.output_tokens.size())
        return wrong(pages, "tokens do not match", "as many in `out` as in `in`, at least one");
    }
    service_->operations.emplace(std::move(name), std::move(out));
    return {};
  }

  Value root_;
  const std::string& file_;
  std::shared_ptr<ApiService> service_;
  std::map<std::string, ApiShape*, std::less<>> by_name_;
};

}  // namespace

const ApiMember* ApiShape::member(std::string_view wanted) const {
  for (const ApiMember& one : members)
    if (one.name == wanted) return &one;
  return nullptr;
}

Result<ApiServicePtr> read_api(Value root, const std::string& file) { return Reader(root, file).read(); }

void ApiCatalogue::add(ApiServicePtr service) {
  std::string name = service->name;
  services_[std::move(name)] = std::move(service);
}

const ApiService* ApiCatalogue::service(std::string_view name) const {
  auto found = services_.find(name);
  return found == services_.end() ? nullptr : found->second.get();
}

const ApiOperation* ApiCatalogue::operation(std::string_view call, const ApiService** service_out) const {
  size_t colon = call.find(':');
  if (colon == call.npos) return nullptr;
  const ApiService* of = service(call.substr(0, colon));
  if (!of) return nullptr;
  auto found = of->operations.find(call.substr(colon + 1));
  if (found == of->operations.end()) return nullptr;
  if (service_out) *service_out = of;
  return &found->second;
}

}  // namespace reeve
