// Columns: findings packed for a page that opens a hundred thousand of them in a third of a second.
//
// A finding is a handful of small integers: its words stand once in dictionaries (resources, reasons, paths, values …), its evidence in a
// second table of rows. All of it is one text: a little-endian length, a JSON head with the dictionaries and where each column begins,
// then the columns, each of the narrowest unsigned integers that hold it. Compressed and in base64 it goes into the page.
//
// The id of a finding is a digest of control and resource, which the page computes where it shows one; of each only the first byte is
// kept, so that a link finds its row without the page hashing every row.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/store.h"

namespace reeve {

class FindingColumns {
 public:
  FindingColumns();
  // In the order in which the page lists them when nothing else is asked. Evidence that is no array of evidence is an Error. Of
  // `evidence_max` kinds of proof the first are kept, and how many there were.
  Status add(const store::StoredFinding& finding, size_t control, size_t evidence_max);
  size_t rows() const { return rows_; }

  // `head_members`: members for the head beside the dictionaries, as JSON text that begins with a comma, or empty.
  std::string packed(std::string_view head_members) const;

 private:
  // Texts by number, in order of their first use.
  class Words {
   public:
    uint32_t of(std::string_view text);
    const std::vector<std::string_view>& list() const { return list_; }

   private:
    std::unordered_map<std::string, uint32_t> index_;
    std::vector<std::string_view> list_;
  };
  size_t rows_ = 0;
  std::vector<std::vector<uint32_t>> columns_;
  std::vector<Words> words_;
  std::unordered_map<std::string, uint32_t> resources_;
};

// gzip without a name or a time, then base64: the same bytes for the same text.
Result<std::string> gzip_base64(std::string_view text);

}  // namespace reeve
