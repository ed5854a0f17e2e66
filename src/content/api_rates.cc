#include "content/api_rates.h"

#include <algorithm>

#include "base/text.h"
#include "content/fields.h"

namespace reeve {
namespace {

constexpr std::string_view api_rates_file = "api_rates.yaml";

struct Pace {
  double per_s = 0, burst = 0;
};

double positive(Fields& fields, std::string_view key, Need need, double most) {
  const std::string expected = "a number above 0, at most " + with_thousands(static_cast<uint64_t>(most));
  const Value value = fields.get(key);
  if (!value) {
    if (need == Need::required) fields.wrong(Code::not_found, "no `" + std::string(key) + "`", fields.at(key), expected);
    return 0;
  }
  const auto text = value.scalar_text();
  const auto number = text ? parse_double(*text) : std::nullopt;
  if (number && *number > 0 && *number <= most) return *number;
  fields.wrong(Code::type, "`" + std::string(key) + "` is no such number", fields.at(key), expected);
  return 0;
}

// A burst that is not published is that of a second.
Pace read_pace(Fields& fields) {
  Pace out;
  out.per_s = positive(fields, "per_s", Need::required, 100000);
  out.burst = positive(fields, "burst", Need::optional, 1000000);
  if (out.burst == 0) out.burst = std::max(1.0, out.per_s);
  return out;
}

bool is_operation(std::string_view text) {
  return !text.empty() && text[0] >= 'A' && text[0] <= 'Z' &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

bool is_page(std::string_view text) { return starts_with(text, "https://"); }

}  // namespace

ApiRate ApiRates::of(std::string_view service, std::string_view operation) const {
  const auto found = services_.find(service);
  const Service& of_service = found == services_.end() ? otherwise_ : found->second;
  ApiRate out{{}, of_service.per_s, of_service.burst, of_service.whole_account};
  if (const auto named = of_service.by_operation.find(operation); named != of_service.by_operation.end()) {
    out.family = named->second.name;
    out.per_s = named->second.per_s;
    out.burst = named->second.burst;
  } else if (of_service.each_operation) {
    out.family = operation;
  }
  out.per_s *= share_;
  out.burst = std::max(1.0, out.burst * share_);
  return out;
}

Result<std::shared_ptr<const ApiRates>> read_api_rates(const ContentItem& item, std::vector<Error>& errors) {
  const ContentFile& file = *item.files.front();
  const size_t before = errors.size();
  const auto refuse = [&]() -> Result<std::shared_ptr<const ApiRates>> {
    if (errors.size() > before) return tl::unexpected(errors.back());
    return fail(Code::parse, "no rates can be read", {file.shown});
  };
  auto document = read_content_yaml(file.text, file.shown, errors);
  if (!document) return refuse();
  auto out = std::make_shared<ApiRates>();
  Fields top((*document)->root(), "the rates of AWS's APIs", {"as_of", "share", "default", "services"}, errors);
  top.time("as_of");
  out->share_ = positive(top, "share", Need::required, 1);
  {
    Fields fields(top.get("default"), "a rate", {"per_s", "burst", "scope", "each_operation"}, errors);
    const Pace pace = read_pace(fields);
    out->otherwise_.per_s = pace.per_s;
    out->otherwise_.burst = pace.burst;
    out->otherwise_.whole_account = fields.word("scope", {"account", "region"}, Need::optional) == "account";
    out->otherwise_.each_operation = fields.yes_or_no("each_operation", false);
    if (!fields.good()) top.fail();
  }
  const Value services = top.get("services");
  if (!services.is_map()) top.wrong(Code::type, "`services` is no map", top.at("services"), "service: {source: …, per_s: …}");
  for (auto entry : services.entries()) {
    const std::string name(entry.key());
    if (!is_slug(name)) top.wrong(Code::type, "`" + name + "` is no name of a service", place_of(entry.key_node), "as the AWS CLI spells it");
    Fields fields(entry.value, "a service's rates", {"source", "note", "scope", "each_operation", "per_s", "burst", "families"}, errors);
    fields.text_like("source", Need::required, "the page that says so, https://…", is_page);
    fields.text("note", Need::optional);
    ApiRates::Service service;
    const Pace pace = read_pace(fields);
    service.per_s = pace.per_s;
    service.burst = pace.burst;
    service.whole_account = fields.word("scope", {"account", "region"}, Need::optional) == "account";
    service.each_operation = fields.yes_or_no("each_operation", false);
    const Value families = fields.get("families");
    if (families && !families.is_list()) fields.wrong(Code::type, "`families` is no list", fields.at("families"));
    for (Value described : families.items()) {
      Fields family(described, "a family of operations", {"operations", "per_s", "burst", "each_operation"}, errors);
      const Pace own = read_pace(family);
      const auto operations = family.texts("operations", Need::required, "names of operations as botocore spells them", is_operation);
      const bool each = family.yes_or_no("each_operation", false);
      for (const std::string& operation : operations) {
        ApiRates::Family made{each ? operation : operations.front(), own.per_s, own.burst};
        if (!service.by_operation.emplace(operation, std::move(made)).second)
          family.wrong(Code::conflict, "`" + operation + "` stands in two families", family.at("operations"));
      }
      if (!family.good()) fields.fail();
    }
    if (!fields.good()) top.fail();
    out->services_.emplace(name, std::move(service));
  }
  if (!top.good()) return refuse();
  return std::shared_ptr<const ApiRates>(std::move(out));
}

std::shared_ptr<const ApiRates> api_rates_of(const ContentFiles& files, std::vector<Error>& errors) {
  for (const ContentItem& item : files.items("quotas")) {
    if (item.name != api_rates_file) continue;
    const size_t before = errors.size();
    if (auto rates = read_api_rates(item, errors)) return *rates;
    else if (errors.size() == before) errors.push_back(rates.error());
  }
  return nullptr;
}

Result<std::shared_ptr<const ApiRates>> built_in_api_rates() {
  auto item = TRY(built_in_item("quotas", api_rates_file));
  if (item->files.empty()) return fail(Code::not_found, "no quotas/" + std::string(api_rates_file) + " in the content", {}, "how fast AWS may be asked");
  std::vector<Error> errors;
  return read_api_rates(item->item, errors);
}

}  // namespace reeve
