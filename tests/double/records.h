// What the double replays: the recorded replies of an estate, from a folder of one file per call or from a snapshot, found again by who
// asks where for what.
//
// A record answers a request if each of its parameters is among the values that the request gives; of several the one with most
// parameters, and if those are several too (a request in batch), all of them joined. Files name no parameters, only values, hence this.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "aws/api.h"
#include "double/asked.h"
#include "formats/document.h"

namespace reeve::aws_double {

struct Recorded {
  std::string region;
  std::vector<std::string> parameters;  // values
  std::vector<DocumentPtr> pages;
  std::string error_code, error_message;
};

class Records {
 public:
  // Reads all below `folder`. `account`: whose replies those are that stand under no account's folder. What is no reply of an operation
  // of content/apis is left out and named in `problems`.
  void load(const std::string& folder, const ApiCatalogue& apis, const std::string& account, std::vector<Error>& problems);
  std::vector<const Recorded*> find(const std::string& account, const std::string& region, const Asked& asked) const;
  bool has(const std::string& account, const std::string& call) const { return by_call_.contains(account + " " + call); }
  // What stands above an account or unit by the recorded lists of what stands below each; empty: none of them has it.
  std::string parent_of(const std::string& account, const std::string& child) const;
  const std::map<std::string, std::set<std::string>>& regions() const { return regions_; }  // of each account
  size_t size() const { return size_; }

 private:
  void load_file(const std::string& path, const std::string& below, const ApiCatalogue& apis, const std::string& account, std::vector<Error>& problems);
  void load_frames(const std::string& path, const ApiCatalogue& apis, std::vector<Error>& problems);
  Recorded& record(const std::string& account, const std::string& region, const std::string& call, std::vector<std::string> parameters);

  std::map<std::string, std::vector<Recorded>> by_call_;  // `111122223333 s3:ListBuckets`
  std::map<std::string, std::set<std::string>> regions_;
  std::map<std::string, std::pair<const ApiService*, const ApiOperation*>> by_cli_name_;  // `s3-list-buckets`
  size_t size_ = 0;
};

// How pages are cut; every one but the last names a token.
struct Paging {
  size_t items = 0;           // in a page; 0: all at once, or as they were recorded
  bool empty_pages = false;   // a page without items, with a token, before each page
  bool repeat_token = false;  // the same token again and again: never an end
};
// The page that `token` asks for (empty: the first), as JSON. Empty if the token is none of ours.
std::string page_of(const ApiOperation& operation, const std::vector<const Recorded*>& records, const std::string& token, const Paging& paging);

}  // namespace reeve::aws_double
