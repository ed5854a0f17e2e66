#include "aws/arn.h"

namespace reeve {

std::optional<Arn> parse_arn(std::string_view text) {
  if (text.substr(0, 4) != "arn:") return std::nullopt;
  std::string_view rest = text.substr(4), parts[4];
  for (auto& part : parts) {
    size_t colon = rest.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    part = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
  }
  if (parts[0].empty() || parts[1].empty()) return std::nullopt;
  return Arn{parts[0], parts[1], parts[2], parts[3], rest};
}

std::string Arn::text() const { return make_arn(partition, service, region, account, resource); }

std::string_view Arn::resource_type() const {
  size_t end = resource.find_first_of(":/");
  return end == std::string_view::npos ? std::string_view() : resource.substr(0, end);
}

std::string_view Arn::resource_id() const {
  size_t end = resource.find_first_of(":/");
  return end == std::string_view::npos ? resource : resource.substr(end + 1);
}

std::string_view Arn::name() const {
  std::string_view id = resource_id();
  size_t slash = id.rfind('/');
  return slash == std::string_view::npos ? id : id.substr(slash + 1);
}

namespace {
std::string_view part(std::string_view arn, std::string_view Arn::*member) {
  auto parsed = parse_arn(arn);
  return parsed ? (*parsed).*member : std::string_view();
}
}  // namespace

std::string_view arn_partition(std::string_view arn) { return part(arn, &Arn::partition); }
std::string_view arn_service(std::string_view arn) { return part(arn, &Arn::service); }
std::string_view arn_region(std::string_view arn) { return part(arn, &Arn::region); }
std::string_view arn_account(std::string_view arn) { return part(arn, &Arn::account); }
std::string_view arn_resource(std::string_view arn) { return part(arn, &Arn::resource); }

std::string make_arn(std::string_view partition, std::string_view service, std::string_view region, std::string_view account,
                     std::string_view resource) {
  std::string out = "arn:";
  for (auto piece : {partition, service, region, account}) {
    out += piece;
    out += ':';
  }
  return out += resource;
}

}  // namespace reeve
