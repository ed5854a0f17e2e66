// Columns: findings packed for a page that opens a hundred thousand of them in a third of a second.
//
// A finding is a handful of small integers: its words stand once in dictionaries (resources, reasons, paths, values …), its evidence in a
// second table of rows. All of it is one text: a little-endian length, a JSON head with the dictionaries and where each column begins,
// then the columns, each of the narrowest unsigned integers that hold it. Compressed and in base64 it goes into the page.
//
// The id of a finding is a digest of control and resource, which the page computes where it shows one; of each only the first byte is
// kept, so that a link finds its row without the page hashing every row.
#pragma once

#include <array>
#include <optional>
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

  // The number of a resource that a finding is about, and how many findings of a status are about it.
  std::optional<uint32_t> resource(const std::string& uid) const;
  uint64_t open(uint32_t resource, store::FindingStatus status) const;
  // What another tool said of it, in a table of its own that no count reads.
  struct Imported {
    std::string_view tool, check, status, severity, title;
    std::string time;
  };
  void add_imported(uint32_t resource, const Imported& said);

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
  std::vector<std::array<uint32_t, 3>> open_;  // by resource: fail, unknown, excepted
};

// gzip without a name or a time, then base64: the same bytes for the same text.
Result<std::string> gzip_base64(std::string_view text);

}  // namespace reeve
