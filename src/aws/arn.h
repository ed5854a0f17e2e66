// ARNs: the names AWS gives to everything, `arn:partition:service:region:account:resource`.
//
// Parsing only cuts the text at its first five colons; it does not judge whether such a service, Region or account exists, so ARNs of
// partitions and services that are newer than this program are read like any other. The sixth part keeps its own colons and
// slashes. Account ids are strings of digits everywhere (a leading zero is significant), and may be empty (S3 buckets) or `aws`
// (managed policies). Source: AWS General Reference, "Amazon Resource Names (ARNs)".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace reeve {

// Views into the text that was parsed.
struct Arn {
  std::string_view partition, service, region, account, resource;

  std::string text() const;
  // What kind of resource and which: `role/path/name` → type `role`, id `path/name`; `topic` → type empty, id `topic`.
  std::string_view resource_type() const;
  std::string_view resource_id() const;
  // The last slash-separated piece of the id: the name of a role or user without its path.
  std::string_view name() const;
};

// Nothing unless the text has six colon-separated parts, begins with `arn:` and names a partition and a service.
std::optional<Arn> parse_arn(std::string_view text);

// One part of an ARN; empty if the text is no ARN or the part is not there.
std::string_view arn_partition(std::string_view arn);
std::string_view arn_service(std::string_view arn);
std::string_view arn_region(std::string_view arn);
std::string_view arn_account(std::string_view arn);
std::string_view arn_resource(std::string_view arn);

std::string make_arn(std::string_view partition, std::string_view service, std::string_view region, std::string_view account,
                     std::string_view resource);

}  // namespace reeve
