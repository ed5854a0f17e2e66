// Policy documents into statements. The grammar is the IAM User Guide's "Grammar of the IAM JSON policy language"; beyond it, what
// services accept: one statement without a list, one value without a list, unquoted numbers and booleans as condition values.
#include <algorithm>
#include <set>

#include "aws/arn.h"
#include "aws/region.h"
#include "base/text.h"
#include "formats/json.h"
#include "policy/policy.h"

namespace reeve {

Result<PolicyDocument> policy_document(Value value) {
  if (!value) return fail(Code::type, "no policy document", {}, "a map or JSON text");
  if (value.is_map() || value.is_unknown()) return PolicyDocument{value, nullptr};
  auto origin = value.origin();
  Place place{origin.source ? origin.source->file : std::string(), origin.line, origin.column};
  if (!value.is_string())
    return fail(Code::type, "the policy document at `" + value.path() + "` is a " + std::string(name(value.kind())), place, "a map or JSON text");
  std::string text(trim(value.text()));
  // Only an encoded document begins with a percent sign; a decoded one may well hold `%2F` that has to stay.
  if (text.size() >= 3 && text[0] == '%') text = std::string(trim(percent_decode(text)));
  auto document = read_json(text, Source{.file = place.path});
  if (!document) {
    Error error = std::move(document).error();
    error.what = "the policy text at `" + value.path() + "` is no JSON: " + error.what;
    error.at = place;
    return tl::unexpected(std::move(error));
  }
  Value root = (*document)->root();
  if (!root.is_map())
    return fail(Code::type, "the policy text at `" + value.path() + "` holds a " + std::string(name(root.kind())), place, "a JSON object");
  return PolicyDocument{root, *document};
}

namespace {

struct Reader {
  Policy policy;
  std::string file;
  bool own_lines = true;  // lines of text inside a string would mislead

  uint32_t line(Value value) const { return own_lines ? value.origin().line : 0; }

  tl::unexpected<Error> wrong(const std::string& path, Value at, std::string what, std::string expected = {}, std::string hint = {}) const {
    Place place{file, at ? line(at) : 0, at && own_lines ? at.column() : 0};
    return fail(Code::parse, "policy " + (policy.name.empty() ? "" : "`" + policy.name + "` ") + "at `" + path + "`: " + std::move(what), place,
                std::move(expected), std::move(hint));
  }

  // Members that should not be there, twice or at all, are named; AWS refuses them, so a template that has them never deploys.
  void name_odd_members(Value map, const std::string& path, const std::vector<std::string>& known) {
    std::set<std::string_view> seen;
    for (auto entry : map.entries()) {
      std::string key(entry.key());
      if (!seen.insert(entry.key()).second)
        policy.notes.push_back({"element `" + key + "` stands twice, the last counts", path, line(entry.key_node)});
      else if (!known.empty() && std::find(known.begin(), known.end(), key) == known.end()) {
        std::string near = nearest(key, known);
        policy.notes.push_back({"unknown element `" + key + "`" + (near.empty() ? "" : ", did you mean `" + near + "`"), path, line(entry.key_node)});
      }
    }
  }

  // One scalar or a list of them into `values`; unknown parts set the flag.
  Status strings(Value value, const std::string& path, std::vector<std::string>& values, bool& unknown, bool any_scalar) {
    auto one = [&](Value item, const std::string& where) -> Status {
      if (item.is_unknown()) {
        unknown = true;
        return {};
      }
      auto text = any_scalar ? item.scalar_text() : item.is_string() ? std::optional(item.text()) : std::nullopt;
      if (!text || item.is_null())
        return wrong(where, item, "a " + std::string(name(item.kind())) + " where a value belongs", any_scalar ? "a string, number or boolean" : "a string");
      values.emplace_back(*text);
      return {};
    };
    if (!value.is_list()) return one(value, path);
    size_t index = 0;
    for (Value item : value.items()) TRY(one(item, path + "[" + std::to_string(index++) + "]"));
    return {};
  }

  Status terms(Value statement, const std::string& path, const char* positive, const char* negative, Terms& out) {
    Value yes = statement.get(positive), no = statement.get(negative);
    if (yes && no) return wrong(path, yes, std::string("both `") + positive + "` and `" + negative + "`", "one of them");
    if (!yes && !no) {
      // A map of which only some members were read may hold one after all.
      out.unknown = out.present = statement.open();
      return {};
    }
    out.present = true;
    out.negated = bool(no);
    return strings(yes ? yes : no, path + "." + (yes ? positive : negative), out.values, out.unknown, false);
  }

  Result<Principal> aws_principal(std::string_view text, const std::string& path, Value at) {
    if (text == "*") return Principal{Principal::Kind::everyone, "AWS"};
    bool unique_id = text.size() >= 16 && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
                       return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
                     });
    if (is_account_id(text) || unique_id || parse_arn(text)) return Principal{Principal::Kind::aws, std::string(text)};
    return wrong(path, at, "`" + std::string(text) + "` is no AWS principal", "`*`, a 12-digit account id, an ARN or a unique id");
  }

  Status principals(Value value, const std::string& path, Principals& out) {
    out.present = true;
    if (value.is_unknown()) {
      out.unknown = true;
      return {};
    }
    if (value.is_string()) {
      if (value.text() != "*") return wrong(path, value, "`" + std::string(value.text()) + "` as principal", "`*` or a map", "write {\"AWS\": …}");
      out.values.push_back({});
      return {};
    }
    if (!value.is_map()) return wrong(path, value, "a " + std::string(name(value.kind())) + " as principal", "`*` or a map");
    name_odd_members(value, path, {});
    if (value.open()) out.unknown = true;
    std::set<std::string_view> done;
    for (auto entry : value.entries()) {
      if (!done.insert(entry.key()).second) continue;
      Value list = value.get(entry.key());
      std::string where = path + "." + std::string(entry.key());
      Principal::Kind kind;
      if (entry.key() == "AWS")
        kind = Principal::Kind::aws;
      else if (entry.key() == "Service")
        kind = Principal::Kind::service;
      else if (entry.key() == "Federated")
        kind = Principal::Kind::federated;
      else if (entry.key() == "CanonicalUser")
        kind = Principal::Kind::canonical;
      else
        return wrong(where, entry.key_node, "unknown kind of principal `" + std::string(entry.key()) + "`", "AWS, Service, Federated or CanonicalUser");
      std::vector<std::string> texts;
      TRY(strings(list, where, texts, out.unknown, true));
      for (auto& text : texts) {
        if (kind == Principal::Kind::aws) {
          // Unquoted account ids lose leading zeros in YAML and JSON alike, so a short number cannot be a valid one.
          out.values.push_back(TRY(aws_principal(text, where, list)));
        } else {
          // `Federated: "*"` is accepted and means everybody who has any federation; `Service: "*"` is refused by AWS.
          if (text.empty() || (text == "*" && kind == Principal::Kind::service))
            return wrong(where, list, "`" + text + "` as " + std::string(entry.key()) + " principal", "a name");
          out.values.push_back({kind, std::move(text)});
        }
      }
    }
    return {};
  }

  Status condition_operator(std::string_view text, const std::string& path, Value at, Condition& out) {
    out.op_text = std::string(text);
    std::string rest = lower(text);
    for (auto [prefix, set] : {std::pair{"forallvalues:", SetTest::all_values}, {"foranyvalue:", SetTest::any_value}})
      if (starts_with(rest, prefix)) {
        out.set = set;
        rest.erase(0, std::string_view(prefix).size());
      }
    if (ends_with(rest, "ifexists")) {
      out.if_exists = true;
      rest.resize(rest.size() - 8);
    }
    struct Row {
      const char* text;
      Operator op;
      bool negated;
    };
    static constexpr Row rows[] = {
        {"stringequals", Operator::string_equals, false},
        {"stringnotequals", Operator::string_equals, true},
        {"stringequalsignorecase", Operator::string_equals_ignore_case, false},
        {"stringnotequalsignorecase", Operator::string_equals_ignore_case, true},
        {"stringlike", Operator::string_like, false},
        {"stringnotlike", Operator::string_like, true},
        {"numericequals", Operator::numeric_equals, false},
        {"numericnotequals", Operator::numeric_equals, true},
        {"numericlessthan", Operator::numeric_less, false},
        {"numericlessthanequals", Operator::numeric_less_equals, false},
        {"numericgreaterthan", Operator::numeric_greater, false},
        {"numericgreaterthanequals", Operator::numeric_greater_equals, false},
        {"dateequals", Operator::date_equals, false},
        {"datenotequals", Operator::date_equals, true},
        {"datelessthan", Operator::date_less, false},
        {"datelessthanequals", Operator::date_less_equals, false},
        {"dategreaterthan", Operator::date_greater, false},
        {"dategreaterthanequals", Operator::date_greater_equals, false},
        {"bool", Operator::boolean, false},
        {"binaryequals", Operator::binary_equals, false},
        {"ipaddress", Operator::ip_address, false},
        {"notipaddress", Operator::ip_address, true},
        {"arnequals", Operator::arn_like, false},
        {"arnlike", Operator::arn_like, false},
        {"arnnotequals", Operator::arn_like, true},
        {"arnnotlike", Operator::arn_like, true},
        {"null", Operator::null, false},
    };
    for (const auto& row : rows)
      if (rest == row.text) {
        out.op = row.op;
        out.negated = row.negated;
        return {};
      }
    return wrong(path, at, "unknown condition operator `" + std::string(text) + "`", "an operator such as StringEquals, ArnLike or Bool");
  }

  Status conditions(Value value, const std::string& path, Statement& out) {
    if (value.is_unknown()) {
      out.conditions_unknown = true;
      return {};
    }
    if (!value.is_map()) return wrong(path, value, "a " + std::string(name(value.kind())) + " as condition", "a map of operators");
    if (value.open()) out.conditions_unknown = true;
    name_odd_members(value, path, {});
    std::set<std::string_view> operators;
    for (auto entry : value.entries()) {
      if (!operators.insert(entry.key()).second) continue;
      Value keys = value.get(entry.key());
      std::string where = path + (contains(entry.key(), ":") ? "['" + std::string(entry.key()) + "']" : "." + std::string(entry.key()));
      Condition proto;
      TRY(condition_operator(entry.key(), where, entry.key_node, proto));
      if (keys.is_unknown()) {
        out.conditions_unknown = true;
        continue;
      }
      if (!keys.is_map()) return wrong(where, keys, "a " + std::string(name(keys.kind())) + " under an operator", "a map of context keys");
      if (keys.open()) out.conditions_unknown = true;
      name_odd_members(keys, where, {});
      std::set<std::string_view> names;
      for (auto pair : keys.entries()) {
        if (!names.insert(pair.key()).second) continue;
        Condition condition = proto;
        condition.key = std::string(pair.key());
        condition.key_lower = lower(pair.key());
        condition.path = where + "['" + condition.key + "']";
        condition.line = line(pair.key_node);
        TRY(strings(keys.get(pair.key()), condition.path, condition.values, condition.unknown, true));
        out.conditions.push_back(std::move(condition));
      }
    }
    return {};
  }

  Status statement(Value value, const std::string& path) {
    Statement out;
    out.index = static_cast<uint32_t>(policy.statements.size());
    out.path = path;
    out.line = line(value);
    if (value.is_unknown()) {
      out.effect = Effect::unknown;
      out.unknown = std::string(value.text());
      if (out.unknown.empty()) out.unknown = "not read";
      policy.statements.push_back(std::move(out));
      return {};
    }
    if (!value.is_map()) return wrong(path, value, "a " + std::string(name(value.kind())) + " as statement", "a map");
    name_odd_members(value, path,
                     {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"});
    if (auto sid = value.get("Sid").scalar_text()) out.sid = std::string(*sid);
    Value effect = value.get("Effect");
    if (effect.is_unknown() || (!effect && value.open()))
      out.effect = Effect::unknown;
    else if (effect.is_string() && effect.text() == "Allow")
      out.effect = Effect::allow;
    else if (effect.is_string() && effect.text() == "Deny")
      out.effect = Effect::deny;
    else
      return wrong(path, effect ? effect : value, effect ? "Effect is `" + std::string(effect.text()) + "`" : "no Effect", "`Allow` or `Deny`");
    TRY(terms(value, path, "Action", "NotAction", out.actions));
    TRY(terms(value, path, "Resource", "NotResource", out.resources));
    if (!out.actions.present) return wrong(path, value, "neither Action nor NotAction", "one of them");
    Value principal = value.get("Principal"), not_principal = value.get("NotPrincipal");
    if (principal && not_principal) return wrong(path, principal, "both `Principal` and `NotPrincipal`", "one of them");
    if (principal) TRY(principals(principal, path + ".Principal", out.principals));
    if (not_principal) {
      out.principals.negated = true;
      TRY(principals(not_principal, path + ".NotPrincipal", out.principals));
    }
    if (!principal && !not_principal && value.open()) out.principals.present = out.principals.unknown = true;
    Value condition = value.get("Condition");
    if (condition && !condition.is_null())
      TRY(conditions(condition, path + ".Condition", out));
    else if (value.open())
      out.conditions_unknown = true;
    policy.statements.push_back(std::move(out));
    return {};
  }
};

}  // namespace

Result<Policy> parse_policy(Value document, std::string name) {
  PolicyDocument read = TRY(policy_document(document));
  Reader reader;
  reader.policy.name = std::move(name);
  reader.own_lines = read.kept == nullptr;
  if (auto origin = document.origin(); origin.source) reader.file = origin.source->file;
  Value root = read.value;
  if (root.is_unknown()) {
    reader.policy.unknown = root.text().empty() ? "not read" : std::string(root.text());
    return std::move(reader.policy);
  }
  reader.name_odd_members(root, "$", {"Version", "Id", "Statement"});
  if (Value version = root.get("Version")) {
    // CloudFormation's YAML often leaves the date unquoted; its text is what AWS receives.
    auto text = version.scalar_text();
    if (version.is_unknown()) {
      reader.policy.version = "2012-10-17";
      reader.policy.notes.push_back({"the version was not read; 2012-10-17 is assumed", "$.Version", reader.line(version)});
    } else if (!text || (*text != "2012-10-17" && *text != "2008-10-17")) {
      return reader.wrong("$.Version", version, "version `" + std::string(version.text()) + "`", "2012-10-17 or 2008-10-17");
    } else {
      reader.policy.version = std::string(*text);
    }
  }
  if (auto id = root.get("Id").scalar_text()) reader.policy.id = std::string(*id);
  Value statements = root.get("Statement");
  if (!statements) {
    if (!root.open()) return reader.wrong("$", root, "no Statement", "a list of statements");
    reader.policy.unknown = std::string(root.open_reason());
  } else if (statements.is_unknown()) {
    reader.policy.unknown = statements.text().empty() ? "not read" : std::string(statements.text());
  } else if (statements.is_list()) {
    size_t index = 0;
    for (Value item : statements.items()) TRY(reader.statement(item, "$.Statement[" + std::to_string(index++) + "]"));
  } else {
    TRY(reader.statement(statements, "$.Statement"));
  }
  return std::move(reader.policy);
}

}  // namespace reeve
