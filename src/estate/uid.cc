// Names that no reply gives: uids and ARNs made of what is known.
#include "aws/region.h"
#include "estate/resource.h"

namespace reeve {

std::string native_uid(std::string_view account, std::string_view region, std::string_view type, std::string_view id) {
  std::string_view partition = partition_of_region(region);
  std::string out(partition.empty() ? "aws" : partition);
  for (std::string_view part : {account, region, type, id}) {
    out += '/';
    out += part;
  }
  return out;
}

std::string fill_arn(std::string_view arn_template, std::string_view account, std::string_view region, std::string_view id) {
  std::string_view partition = partition_of_region(region);
  std::string out;
  for (size_t i = 0; i < arn_template.size();) {
    if (arn_template[i] == '{') {
      size_t end = arn_template.find('}', i);
      if (end == std::string_view::npos) end = arn_template.size() - 1;
      std::string_view name = arn_template.substr(i + 1, end - i - 1);
      if (name == "partition") out += partition.empty() ? "aws" : partition;
      else if (name == "account") out += account;
      else if (name == "region") out += region == "global" ? "" : region;
      else if (name == "id") out += id;
      i = end + 1;
    } else {
      out += arn_template[i++];
    }
  }
  return out;
}

}  // namespace reeve
