// Threat Composer's data exchange format, version 1, in and out.
//
// Reading holds a document against the format's rules (model/schema.h) and names each breach by its path (`threats[3].threatAction`) and
// place; a document with one is not read. A version from the future is refused by its number. Links to what is not there are no breach,
// since AWS's own examples have them: they are kept and named (links_of). Two records of one section with the same id are a breach, for
// then a link, an edit or a merge could mean either.
//
// Writing gives sections and fields in the order of the schema, indented by two, so the same model gives the same bytes and a change of one
// field is a change of one line. What was read comes out equal but for the order of keys.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "formats/document.h"
#include "model/model.h"

namespace reeve::model {

constexpr size_t problems_max = 100;  // told of one document; the last says how many more there are

struct Checked {
  Model model;                  // of use only without problems
  std::vector<Error> problems;  // in reading order
};

Checked read_threat_composer(const Document& document);

std::string write_threat_composer(const Model& model);

// A model that was made (imported, merged) against the same rules; places are those of the written document.
std::vector<Error> problems_of(const Model& model, const std::string& file);

}  // namespace reeve::model
