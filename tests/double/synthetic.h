// An organization that nobody recorded: any number of accounts and Regions, every operation answered from its shape alone.
//
// All accounts are alike, so that a reply is written once for each operation and only the account and the Region are put in when it is
// sent: what is measured is the collector, not the double.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "double/asked.h"
#include "double/server.h"

namespace reeve::aws_double {

class Synthetic {
 public:
  Synthetic(size_t accounts, size_t regions, size_t items);
  bool is_account(const std::string& account) const;
  const std::string& management() const { return accounts_[0]; }
  const std::vector<std::string>& regions() const { return regions_; }
  // What an organization says of itself, as JSON; nothing for other operations.
  std::optional<std::string> organization(const Asked& asked) const;
  ServerReply answer(const std::string& account, const std::string& region, const Asked& asked, const std::string& request_id);

 private:
  std::vector<std::string> accounts_, regions_;
  size_t items_;
  std::map<const ApiOperation*, ServerReply> templates_;
};

}  // namespace reeve::aws_double
