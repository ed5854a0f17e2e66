#include "estate/resource_type.h"

#include <algorithm>

#include "base/text.h"
#include "estate/resource_events.h"

namespace reeve {
namespace {

Place place(Value value, const std::string& file) { return {file, value.line(), value.column()}; }

// As Terraform's AWS provider names attributes: `KMSKeyId` → `kms_key_id`, `S3BucketName` → `s3_bucket_name`.
std::string snake_case(std::string_view name) {
  auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    const bool begins = upper(name[i]) && i > 0 && (!upper(name[i - 1]) || (i + 1 < name.size() && name[i + 1] >= 'a' && name[i + 1] <= 'z'));
    if (begins) out += '_';
    out += upper(name[i]) ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
  }
  return out;
}

class TypeReader {
 public:
  TypeReader(Value root, const std::string& file) : root_(root), file_(file), type_(std::make_shared<ResourceType>()) {}

  Result<ResourceTypePtr> read() {
    type_->file = file_;
    if (!root_.is_map()) return wrong(root_, "a resource type is a map", "`type`, `reads` …");
    TRY(known(root_, {"type", "title", "scope", "diagram", "singleton", "arn", "columns", "edges", "access", "terraform", "template", "permissions", "named", "ordered", "reads", "events", "config", "cites", "note"}));
    type_->type = TRY(text(root_, "type", true));
    type_->title = TRY(text(root_, "title", true));
    type_->arn_template = TRY(text(root_, "arn", false));
    TRY(arn_template(type_->arn_template, root_.get("arn")));
    std::string scope = TRY(text(root_, "scope", true));
    if (scope != "global" && scope != "regional") return wrong(root_.get("scope"), "`" + scope + "` is no scope", "`global` or `regional`");
    type_->global = scope == "global";
    type_->diagram = TRY(text(root_, "diagram", false));
    static const std::vector<std::string> columns_drawn = {"", "edge", "compute", "messages", "data", "identity"};
    if (std::find(columns_drawn.begin(), columns_drawn.end(), type_->diagram) == columns_drawn.end())
      return wrong(root_.get("diagram"), "`" + type_->diagram + "` is no column of a diagram", "`edge`, `compute`, `messages`, `data` or `identity`");
    std::string singleton = TRY(text(root_, "singleton", false));
    if (singleton == "account") type_->singleton = Singleton::account;
    else if (singleton == "region") type_->singleton = Singleton::region;
    else if (singleton == "organization") type_->singleton = Singleton::organization;
    else if (!singleton.empty()) return wrong(root_.get("singleton"), "`" + singleton + "` is no singleton", "`account`, `region` or `organization`");
    type_->permissions = TRY(texts(root_.get("permissions"), "permissions"));

    Value reads = root_.get("reads");
    if (reads && !reads.is_list()) return wrong(reads, "`reads` is a list of calls", "a list");
    for (Value read : reads.items()) type_->reads.push_back(TRY(this->read(read)));
    if (Value config = root_.get("config")) {
      if (!config.is_map()) return wrong(config, "`config` is a map", "`set` and what else docs/formats/resources.md names");
      type_->has_config = true;
      TRY(known(config, {"type", "set", "cites", "note"}));
      type_->config_type = TRY(text(config, "type", false));
      type_->config = TRY(set(config.get("set")));
      for (uint32_t i = 0; i < type_->config.size(); ++i)
        if (type_->config[i].second.looks_up()) type_->config_paths.add(type_->config[i].second.path, i);
    }
    if (Value columns = root_.get("columns"); columns && !columns.is_map()) return wrong(columns, "`columns` is a map from names to paths", "a map");
    if (Value edges = root_.get("edges"); edges && !edges.is_list()) return wrong(edges, "`edges` is a list", "a list");
    for (auto column : root_.get("columns").entries()) {
      type_->columns.emplace_back(std::string(column.key()), TRY(body_path(column.value, "column `" + std::string(column.key()) + "`")));
      type_->column_paths.add(type_->columns.back().second, static_cast<uint32_t>(type_->columns.size() - 1));
    }
    for (Value edge : root_.get("edges").items()) {
      if (!edge.is_map()) return wrong(edge, "an edge is a map", "`kind`, `to` and `by`");
      TRY(known(edge, {"kind", "to", "by", "note"}));
      Edge out;
      out.kind = TRY(text(edge, "kind", true));
      out.to = TRY(text(edge, "to", true));
      if (!edge.get("by")) return wrong(edge, "an edge needs `by`", "a path");
      out.by = TRY(body_path(edge.get("by"), "edge `" + out.kind + "`"));
      type_->edges.push_back(std::move(out));
    }
    TRY(access());

    type_->setters.resize(type_->targets.size());
    for (uint32_t r = 0; r < type_->reads.size(); ++r)
      for (auto& [target, form] : type_->reads[r].set) type_->setters[target].push_back(r);
    TRY(build_tree());
    TRY(matches());
    TRY(compared());
    type_->events = TRY(read_event_rules(root_.get("events"), *type_, file_));
    TRY(terraform());
    TRY(template_parts());
    return ResourceTypePtr(type_);
  }

 private:
  // `named` and `ordered`. The properties that a read takes id, ARN or name from name the resource without being listed.
  Status compared() {
    type_->named = TRY(texts(root_.get("named"), "named"));
    for (const std::string& name : type_->named)
      if (!starts_with(name, "Properties.")) return wrong(root_.get("named"), "`" + name + "` is no property", "`Properties.QueueName`");
    for (const Read& read : type_->reads)
      for (const auto& [target, form] : read.set) {
        const bool names = form.kind == SetForm::Kind::path && (form.path.text() == read.id.text() || form.path.text() == read.arn.text() || form.path.text() == read.name.text());
        const std::string& name = type_->targets[target];
        if (names && starts_with(name, "Properties.") && std::find(type_->named.begin(), type_->named.end(), name) == type_->named.end()) type_->named.push_back(name);
      }
    for (std::string& path : TRY(texts(root_.get("ordered"), "ordered"))) {
      std::string plain;
      for (std::string_view part : split(path, '.')) plain += (plain.empty() ? "" : ".") + std::string(ends_with(part, "[]") ? part.substr(0, part.size() - 2) : part);
      if (!type_->maps(plain)) return wrong(root_.get("ordered"), "`" + path + "` is nothing that a read sets", "a target, or a list below one");
      type_->ordered.insert(std::move(path));
    }
    return {};
  }

  Status access() {
    const Value from = root_.get("access");
    if (!from) return {};
    if (!from.is_map() || !from.get("policy")) return wrong(from, "`access` has no `policy`", "a map with the path of the resource policy");
    TRY(known(from, {"policy", "resource", "restrict_public", "note"}));
    for (auto [key, path] : {std::pair("policy", &type_->access.policy), std::pair("restrict_public", &type_->access.restrict_public)}) {
      if (!from.get(key)) continue;
      *path = TRY(body_path(from.get(key), "`" + std::string(key) + "`"));
      if (path->keys().empty()) return wrong(from.get(key), "`" + path->text() + "` is no plain path", "names joined by dots");
    }
    type_->access.resource = TRY(text(from, "resource", false));
    return arn_template(type_->access.resource, from.get("resource"));
  }

  Status template_parts() {
    const Value from = root_.get("template");
    if (!from) return {};
    if (!from.is_map() || !from.get("parts").is_list()) return wrong(from, "`template` has no `parts`", "a map with a list `parts`");
    TRY(known(from, {"names", "parts", "note"}));
    type_->template_names = TRY(texts(from.get("names"), "names"));
    for (Value part : from.get("parts").items()) {
      if (!part.is_map()) return wrong(part, "a part is a map", "`type`, `of`, and `add` or `set`");
      TRY(known(part, {"type", "of", "add", "set", "path", "note"}));
      TemplatePart out;
      out.type = TRY(text(part, "type", true));
      out.of = TRY(texts(part.get("of"), "of"));
      out.path = TRY(text(part, "path", false));
      out.list = bool(part.get("add"));
      if (out.of.empty() || out.list == bool(part.get("set"))) return wrong(part, "a part says what it is `of`, and either `add` or `set`", "`of: GroupId`, `add: Properties.SecurityGroupIngress`");
      out.target = TRY(text(part, out.list ? "add" : "set", true));
      if (!type_->maps(out.target) || std::count(out.target.begin(), out.target.end(), '.') != 1) return wrong(part, "`" + out.target + "` is no target that a read gives", "a member of Properties or Observed that some read sets");
      type_->template_parts.push_back(std::move(out));
    }
    return {};
  }

  // A list of names, one map, or one map for each group of Terraform's types that write things differently.
  Status terraform() {
    Value all = root_.get("terraform");
    if (!all || all.is_null()) return {};
    if (all.is_map()) return terraform(all);
    if (!all.is_list()) return wrong(all, "`terraform` is a list of types or a map", "`[aws_s3_bucket]`, or a map with `types` and `set`");
    if (all.at(0).is_map()) {
      for (Value one : all.items()) TRY(terraform(one));
      return {};
    }
    return terraform(all);
  }

  Status terraform(Value from) {
    auto map = std::make_shared<TerraformMap>();
    TypeReader made(root_, file_);
    made.type_->type = type_->type;
    made.type_->file = file_;
    map->names = {"id", "arn"};
    if (from.is_list()) {
      map->types = TRY(texts(from, "terraform"));
    } else {
      if (!from.is_map()) return wrong(from, "one of `terraform` is a map, another is not", "maps, each with `types`");
      TRY(known(from, {"types", "parts", "names", "blocks", "set", "cites", "note"}));
      map->types = TRY(texts(from.get("types"), "types"));
      if (from.get("names")) map->names = TRY(texts(from.get("names"), "names"));
      map->blocks = TRY(texts(from.get("blocks"), "blocks"));
      if (Value parts = from.get("parts"); parts && !parts.is_map()) return wrong(parts, "`parts` is a map from types to attributes", "`aws_s3_bucket_versioning: bucket`");
      for (auto part : from.get("parts").entries()) map->parts.emplace_back(std::string(part.key()), std::string(part.value.text()));
      map->set = TRY(made.set(from.get("set")));
    }
    if (map->types.empty()) return wrong(from, "no type of Terraform's is named", "`types: [aws_s3_bucket]`");
    const std::vector<std::string> named = made.type_->targets;
    for (const std::string& target : type_->targets) {
      if (!starts_with(target, "Properties.")) continue;
      auto overlaps = [&](const std::string& one) { return one == target || starts_with(one, target + ".") || starts_with(target, one + "."); };
      if (std::any_of(named.begin(), named.end(), overlaps)) continue;
      TerraformMap::ByRule rule;
      std::string path;
      if (target == "Properties.Tags") {
        rule.attribute = "tags";
        rule.form.kind = SetForm::Kind::entries;
        path = "tags_all || tags";
      } else {
        for (std::string_view part : split(std::string_view(target).substr(11), '.')) {
          path += (path.empty() ? "" : "[0].") + snake_case(part);
          if (rule.attribute.empty()) rule.attribute = path;
        }
      }
      rule.form.path = TRY(Path::compile(path, place(root_, file_)));
      rule.target = made.target_index(target);
      map->by_rule.push_back(std::move(rule));
    }
    TRY(made.build_tree());
    map->shape = made.type_;
    type_->terraform.push_back(std::move(map));
    return {};
  }

  // Placeholders that `fill_arn` knows.
  Status arn_template(std::string_view text, Value at) {
    for (size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
      size_t end = text.find('}', open);
      std::string name(end == std::string_view::npos ? text.substr(open) : text.substr(open, end - open + 1));
      if (name != "{partition}" && name != "{account}" && name != "{region}" && name != "{id}")
        return wrong(at, "`" + name + "` is nothing an ARN is filled with", "{partition}, {account}, {region} or {id}");
    }
    return {};
  }

  // `match` names the id, the ARN or something that is set; `named_by` another read of the file, which lists.
  Status matches() {
    for (size_t r = 0; r < type_->reads.size(); ++r) {
      if (auto& by = type_->reads[r].named_by; !by.empty() && std::none_of(type_->reads.begin(), type_->reads.end(), [&](auto& one) { return one.call == by && one.lists() && one.has_each && !one.id.empty(); }))
        return wrong(root_.get("reads").at(r).get("named_by"), "`named_by` names `" + by + "`, which lists none of these", "a read with `each` and `id` and without `parameter`");
      const std::string& match = type_->reads[r].match;
      if (match == "id" || match == "arn" || std::find(type_->targets.begin(), type_->targets.end(), match) != type_->targets.end()) continue;
      return wrong(root_.get("reads").at(r).get("match"), "`match` names `" + match + "`, which no read sets", "`id`, `arn` or a target");
    }
    return {};
  }

  Result<Read> read(Value from) {
    if (!from.is_map()) return wrong(from, "a read is a map", "`call`, `set` …");
    TRY(known(from, {"call", "each", "id", "under", "arn", "name", "region", "account", "tags", "time", "parameter", "match", "with", "absent_when", "empty", "unlisted", "from", "ask", "batch", "after", "again_when", "only_in", "named_by", "asked_by", "in_account", "left_to", "set", "cites", "note"}));
    Read read;
    read.call = TRY(text(from, "call", true));
    size_t colon = read.call.find(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == read.call.size()) return wrong(from.get("call"), "`" + read.call + "` is no call", "`service:Operation`");
    read.service = read.call.substr(0, colon);
    read.operation = read.call.substr(colon + 1);
    read.has_each = from.get("each") && !from.get("each").is_null();
    if (Value with = from.get("with"); with && !with.is_map()) return wrong(with, "`with` is a map from parameters to values", "a map");
    struct {
      const char* key;
      Path* path;
    } paths[] = {{"each", &read.each}, {"id", &read.id}, {"arn", &read.arn}, {"name", &read.name}, {"region", &read.region},
                 {"account", &read.account}, {"tags", &read.tags}, {"time", &read.time}};
    for (auto& [key, path] : paths) {
      Value value = from.get(key);
      if (value && !value.is_null()) *path = TRY(this->path(value));
    }
    read.parameters = TRY(texts(from.get("parameter"), "parameter"));
    if (from.get("match")) read.match = TRY(text(from, "match", true));
    if (Value under = from.get("under")) {
      TRY(known(under, {"request", "by"}));
      read.under = TRY(text(under, "request", true));
      read.joint = TRY(text(under, "by", true));
      if (read.id.empty() || std::find(read.parameters.begin(), read.parameters.end(), read.under) == read.parameters.end())
        return wrong(under, "`under` says which request an `id` belongs to", "an `id`, and a `parameter` of this read");
    }
    for (auto fixed : from.get("with").entries())
      read.with.emplace_back(std::string(fixed.key()), TRY(texts(fixed.value, "with")));
    read.absent_when = TRY(texts(from.get("absent_when"), "absent_when"));
    if (Value empty = from.get("empty")) {
      if (empty.text() != "absent") return wrong(empty, "`" + std::string(empty.text()) + "` is nothing that an empty answer can mean", "`absent`");
      read.empty_absent = true;
    }
    if (Value unlisted = from.get("unlisted")) {
      if (unlisted.text() != "absent") return wrong(unlisted, "`" + std::string(unlisted.text()) + "` is nothing that not being listed can mean", "`absent`");
      if (!read.has_each || !read.lists()) return wrong(unlisted, "`unlisted` is about a call that lists", "a read with `each` and without `parameter`");
      read.unlisted_absent = true;
    }
    TRY(collected(from, read));
    read.set = TRY(set(from.get("set")));
    return read;
  }

  // What only the collector looks at.
  Status collected(Value from, Read& read) {
    if (Value sources = from.get("from"); sources && !sources.is_map()) return wrong(sources, "`from` is a map from parameters to what gives them", "`cluster: AWS::ECS::Cluster`");
    for (auto source : from.get("from").entries()) {
      std::string parameter(source.key());
      if (std::find(read.parameters.begin(), read.parameters.end(), parameter) == read.parameters.end())
        return wrong(source.key_node, "`from` names `" + parameter + "`, which is no `parameter` of this read", join(read.parameters, ", "));
      read.from.emplace_back(std::move(parameter), TRY(texts(source.value, "from")));
    }
    if (Value ask = from.get("ask")) {
      if (!ask.is_map()) return wrong(ask, "`ask` is a map of the request's further members", "`ask: {Scope: Local}`");
      Builder builder;
      builder.copy(ask, builder.add_source({}));
      read.ask = builder.finish();
    }
    if (Value batch = from.get("batch")) {
      auto size = batch.integer();
      if (!size || *size < 1 || *size > 10000 || read.parameters.empty()) return wrong(batch, "`batch` says how many values of its last `parameter` a call takes", "a number from 1 to 10000, and a `parameter`");
      read.batch = static_cast<uint32_t>(*size);
    }
    read.after = TRY(text(from, "after", false));
    read.again_when = TRY(texts(from.get("again_when"), "again_when"));
    read.only_in = TRY(texts(from.get("only_in"), "only_in"));
    if (Value by = from.get("asked_by")) {
      if (by.text() != "administrators") return wrong(by, "`" + std::string(by.text()) + "` are no accounts that ask", "`administrators`");
      read.by_administrators = true;
    }
    read.in_account = TRY(text(from, "in_account", false));
    if (!read.in_account.empty() && std::find(read.parameters.begin(), read.parameters.end(), read.in_account) == read.parameters.end())
      return wrong(from.get("in_account"), "`in_account` names `" + read.in_account + "`, which is no `parameter` of this read", join(read.parameters, ", "));
    read.left_to = TRY(text(from, "left_to", false));
    if (starts_with(read.left_to, "-") && read.left_to != "--all-facts") return wrong(from.get("left_to"), "there is no option `" + read.left_to + "`", "a call, or `--all-facts`");
    read.named_by = TRY(text(from, "named_by", false));
    if (!read.named_by.empty() && (read.lists() || read.match != "id")) return wrong(from.get("named_by"), "`named_by` is about a call for each resource, named by its id", "a `parameter`, and no `match`");
    return {};
  }

  Result<std::vector<std::pair<uint32_t, SetForm>>> set(Value from) {
    std::vector<std::pair<uint32_t, SetForm>> out;
    if (from && !from.is_null() && !from.is_map()) return wrong(from, "`set` is a map from targets to values", "a map");
    for (auto entry : from.entries()) {
      std::string target(entry.key());
      if (!starts_with(target, "Properties.") && !starts_with(target, "Observed."))
        return wrong(entry.key_node, "`" + target + "` is no target", "a name that begins with `Properties.` or `Observed.`");
      out.emplace_back(target_index(target), TRY(form(entry.value)));
    }
    return out;
  }

  Result<SetForm> form(Value from) {
    SetForm out;
    if (from.is_string()) {
      out.path = TRY(path(from));
      return out;
    }
    if (!from.is_map()) return wrong(from, "a target is set from a path or a form", "a path, or a map with `path`, `present`, `const`, `entries` or `list`");
    TRY(known(from, {"path", "keys", "rename", "values", "present", "const", "entries", "list", "map", "first", "request", "absent", "nothing", "always", "note"}));
    TRY(fits_together(from));
    if (Value list = from.get("list")) {
      if (!list.is_list() || list.size() == 0) return wrong(list, "`list` is a list of entries", "at least one map with `each` and `item`");
      out.kind = SetForm::Kind::list;
      if (Value always = from.get("always")) {
        if (!always.is_bool() || !always.boolean()) return wrong(always, "`always` is true or not there", "`always: true`");
        out.always = true;
      }
      for (Value entry : list.items()) {
        TRY(known(entry, {"each", "inner", "outer", "item", "value", "note"}));
        SetForm::ListEntry made;
        if (!entry.get("each")) return wrong(entry, "a list entry needs `each`", "a path");
        made.each = TRY(path(entry.get("each")));
        made.has_inner = static_cast<bool>(entry.get("inner"));
        if (made.has_inner) made.inner = TRY(path(entry.get("inner")));
        for (auto member : entry.get("outer").entries()) made.outer.push_back({std::string(member.key()), TRY(form(member.value))});
        for (auto member : entry.get("item").entries()) made.item.push_back({std::string(member.key()), TRY(form(member.value))});
        made.has_value = static_cast<bool>(entry.get("value"));
        if (made.has_value) made.value = TRY(path(entry.get("value")));
        const bool maps = !made.outer.empty() || !made.item.empty();
        if (!maps && !made.has_value) return wrong(entry, "a list entry makes nothing", "`item`, `outer` or `value`");
        if (maps && made.has_value) return wrong(entry, "a list entry makes maps or values", "`value`, or `item` and `outer`");
        out.list.push_back(std::move(made));
      }
      return out;
    }
    if (Value map = from.get("map")) {
      if (!map.is_map() || map.size() == 0) return wrong(map, "`map` is a map from keys to values", "at least one key");
      out.kind = SetForm::Kind::map;
      for (auto member : map.entries()) out.map.push_back({std::string(member.key()), TRY(form(member.value))});
      return out;
    }
    if (Value absent = from.get("absent")) {
      if (!absent.is_bool() || !absent.boolean()) return wrong(absent, "`absent` is true or not there", "`absent: true`");
      out.kind = SetForm::Kind::absent;
      return out;
    }
    if (Value constant = from.get("const")) {
      out.kind = SetForm::Kind::constant;
      Builder builder;
      builder.copy(constant, builder.add_source({}));
      out.constant = builder.finish();
      return out;
    }
    if (from.get("present")) {
      out.kind = SetForm::Kind::present;
      out.path = TRY(path(from.get("present")));
      return out;
    }
    if (from.get("entries")) {
      out.kind = SetForm::Kind::entries;
      out.path = TRY(path(from.get("entries")));
      return out;
    }
    if (from.get("request")) {
      out.kind = SetForm::Kind::request;
      out.request = TRY(text(from, "request", true));
      return out;
    }
    if (from.get("first")) {
      out.kind = SetForm::Kind::first;
      out.first = TRY(path(from.get("first")));
      if (from.get("path")) out.path = TRY(path(from.get("path")));
      else out.path = TRY(Path::compile("@", place(from, file_)));
      return out;
    }
    if (Value rename = from.get("rename"); rename && !rename.is_map()) return wrong(rename, "`rename` is a map from keys to keys", "a map");
    if (Value values = from.get("values"); values && !values.is_map()) return wrong(values, "`values` is a map from words to values", "a map");
    if (!from.get("path")) return wrong(from, "this form has no source", "`path`, `present`, `const`, `entries` or `list`");
    out.path = TRY(path(from.get("path")));
    if (Value keys = from.get("keys")) {
      if (keys.text() != "upper_first") return wrong(keys, "`" + std::string(keys.text()) + "` is no way to change keys", "`upper_first`");
      out.keys_upper_first = true;
    }
    out.nothing = TRY(texts(from.get("nothing"), "nothing"));
    for (auto rename : from.get("rename").entries()) out.rename.emplace_back(rename.key(), rename.value.text());
    if (Value values = from.get("values")) {
      out.kind = SetForm::Kind::values;
      for (auto value : values.entries()) {
        Builder builder;
        builder.copy(value.value, builder.add_source({}));
        out.values.emplace_back(std::string(value.key()), builder.finish());
      }
    }
    return out;
  }

  // One source for each form, and of `keys`, `rename` and `values` only where a path is copied.
  Status fits_together(Value from) {
    std::string source;
    for (const char* key : {"list", "map", "absent", "const", "present", "entries", "request", "first", "path"}) {
      if (!from.get(key)) continue;
      if (source == "first") continue;  // which has a path of its own
      if (!source.empty()) return wrong(from.get(key), "`" + source + "` and `" + key + "` do not go together", "one source for a target");
      source = key;
    }
    if (from.get("always") && source != "list") return wrong(from.get("always"), "`always` needs `list`", "a list that every answer has");
    for (const char* key : {"keys", "rename", "values", "nothing"})
      if (from.get(key) && source != "path") return wrong(from.get(key), "`" + std::string(key) + "` needs `path`", "a path whose value is changed");
    return {};
  }

  uint32_t target_index(const std::string& target) {
    auto& all = type_->targets;
    auto found = std::find(all.begin(), all.end(), target);
    if (found == all.end()) {
      all.push_back(target);
      return static_cast<uint32_t>(all.size() - 1);
    }
    return static_cast<uint32_t>(found - all.begin());
  }

  Status build_tree() {
    for (size_t i = 0; i < type_->targets.size(); ++i) {
      ResourceType::Branch* at = &type_->tree;
      for (std::string_view part : split(type_->targets[i], '.')) {
        if (at->target >= 0) return clash(type_->targets[i]);
        auto next = std::find_if(at->children.begin(), at->children.end(), [&](auto& child) { return child.key == part; });
        if (next == at->children.end()) {
          at->children.push_back({std::string(part), -1, {}});
          next = at->children.end() - 1;
        }
        at = &*next;
      }
      if (!at->children.empty()) return clash(type_->targets[i]);
      at->target = static_cast<int32_t>(i);
    }
    return {};
  }
  tl::unexpected<Error> clash(const std::string& target) {
    return fail(Code::parse, "target `" + target + "` is set both whole and in parts", {file_, root_.line(), root_.column()},
                "one of the two in all reads of the file");
  }

  // A path from the document's body whose first two identifiers must name something that is set.
  Result<Path> body_path(Value from, const std::string& what) {
    Path out = TRY(path(from));
    std::string plain;
    for (char c : out.text()) {
      if (c == '[' || c == ' ' || c == '|') break;
      plain += c;
    }
    while (ends_with(plain, ".")) plain.pop_back();
    bool mapped = false;
    for (auto& target : type_->targets)
      mapped |= target == plain || starts_with(target, plain + ".") || starts_with(plain, target + ".");
    if (!mapped && from) return wrong(from, what + " asks for `" + plain + "`, which no read sets", "a target, or a path below or above one");
    return out;
  }

  Result<Path> path(Value from) {
    if (!from.is_string() && !from.is_scalar()) return wrong(from, "a path is text", "a path");
    return Path::compile(from.text(), place(from, file_));
  }
  Result<std::string> text(Value from, const char* key, bool needed) {
    Value value = from.get(key);
    if (!value || value.is_null()) {
      if (needed) return wrong(from, "`" + std::string(key) + "` is missing", "a text");
      return std::string();
    }
    if (!value.is_scalar()) return wrong(value, "`" + std::string(key) + "` is not a text", "a text");
    return std::string(value.text());
  }
  Result<std::vector<std::string>> texts(Value from, const char* key) {
    std::vector<std::string> out;
    if (!from || from.is_null()) return out;
    if (from.is_scalar()) return std::vector<std::string>{std::string(from.text())};
    if (!from.is_list()) return wrong(from, "`" + std::string(key) + "` is not a list of texts", "a list");
    for (Value item : from.items()) out.emplace_back(item.text());
    return out;
  }
  Status known(Value map, const std::vector<std::string>& keys) {
    for (auto entry : map.entries()) {
      if (std::find(keys.begin(), keys.end(), entry.key()) != keys.end()) continue;
      std::string near = nearest(entry.key(), keys);
      return fail(Code::parse, "unknown key `" + std::string(entry.key()) + "`", place(entry.key_node, file_),
                  near.empty() ? "one of: " + join(keys, ", ") : "`" + near + "`");
    }
    return {};
  }
  tl::unexpected<Error> wrong(Value at, std::string what, std::string expected) {
    return fail(Code::parse, std::move(what), at ? place(at, file_) : Place{file_, root_.line(), root_.column()}, std::move(expected));
  }

  Value root_;
  const std::string& file_;
  std::shared_ptr<ResourceType> type_;
};

}  // namespace

bool ResourceType::maps(std::string_view path) const {
  for (const std::string& target : targets) {
    if (target == path) return true;
    if (starts_with(path, target) && path[target.size()] == '.') return true;
    if (starts_with(target, path) && target[path.size()] == '.') return true;
  }
  return path == "Properties" || path == "Observed" || path == "Type";
}

Result<ResourceTypePtr> read_resource_type(Value root, const std::string& file) { return TypeReader(root, file).read(); }

}  // namespace reeve
