// CSV: whatever the bytes, reading ends with a list of maps that all have the same keys, or an error.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "formats/csv.h"
#include "formats/json.h"

using namespace reeve;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  // What refuses no whole text for one row must agree with what does: no refusal, the same rows.
  std::vector<Error> refused;
  auto lenient = read_csv_rows({reinterpret_cast<const char*>(data) + 1, size - 1}, Source{}, data[0] & 1 ? ';' : ',', refused);
  auto document = read_csv({reinterpret_cast<const char*>(data) + 1, size - 1}, Source{}, data[0] & 1 ? ';' : ',');
  if (!document) {
    if (document.error().what.empty() || (lenient && refused.empty())) std::abort();
    return 0;
  }
  Value rows = (*document)->root();
  if (!lenient || !refused.empty() || to_json((*lenient)->root()) != to_json(rows)) std::abort();
  if (!rows.is_list()) std::abort();
  for (Value row : rows.items())
    if (row.size() != rows.at(0).size()) std::abort();
  if (!read_json(to_json(rows), Source{})) std::abort();
  return 0;
}
