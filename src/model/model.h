// Threat models in memory: what is modelled, what may go wrong, what is done about it, and which belongs to which.
//
// The form is that of AWS Threat Composer, version 1 of its data exchange format, because people keep their models in it and its editor
// is free. A Model holds every field of such a document, so reading and writing lose nothing. Sections are by the names that the format
// gives them (`threats`, `mitigationLinks`, `brainstorm.assets`); a section of one record (`applicationInfo`) is a list of one. What is
// absent and what is empty are two things. What Reeve adds stands in metadata whose keys begin with `custom:reeve-`, which the editor keeps.
//
//   Model model = TRY(read_model(text, path)).model;             // model/read.h: Threat Composer, OTM, Threagile, plain YAML
//   for (const Record& threat : model.records("threats")) use(threat.text("threatAction"));
//   std::string file = write_threat_composer(model);             // model/threat_composer.h
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace reeve::model {

using Texts = std::vector<std::string>;

// As it was written, for 1 and 1.0 are the same number in two ways of writing it.
struct Number {
  std::string raw = "0";
  bool whole = true;
  bool operator==(const Number&) const = default;
};

// One pair of a record's metadata: `Comments`, `STRIDE`, `Priority`, a pack's ids, or `custom:` with anything behind it.
struct Metadatum {
  std::string key;
  std::variant<std::string, Texts> value;
  bool operator==(const Metadatum&) const = default;
};
using Metadata = std::vector<Metadatum>;

using FieldValue = std::variant<std::string, Number, Texts, Metadata>;

struct Record {
  std::map<std::string, FieldValue, std::less<>> fields;
  bool operator==(const Record&) const = default;

  bool has(std::string_view field) const { return fields.find(field) != fields.end(); }
  // Empty if there is none, or if the field is no text; of a number, how it was written.
  std::string_view text(std::string_view field) const;
  const Texts& texts(std::string_view field) const;
  // The first metadatum of that key; null if there is none.
  const Metadatum* metadatum(std::string_view key) const;
  std::string_view meta_text(std::string_view key) const;  // its text, or the first of its texts
  Texts meta_texts(std::string_view key) const;            // its texts, or a list of its one text
  void add_metadata(std::string key, std::variant<std::string, Texts> value);
};

struct Model {
  Number version{"1", true};
  bool brainstorm = false;  // the document has that part, be it empty
  std::map<std::string, std::vector<Record>, std::less<>> sections;  // only those that the document has
  bool operator==(const Model&) const = default;

  const std::vector<Record>& records(std::string_view section) const;  // empty if the section is not there
  // The one record of `applicationInfo`, `architecture` and `dataflow`; an empty one if it is not there.
  const Record& single(std::string_view section) const;
};

// A threat's statement as the format's grammar puts it together from its parts (“A [source] [prerequisites] can [action], which leads to
// [impact], resulting in reduced [goal] of [assets]”); what is not known is left out. Empty without a source and an action.
std::string statement_of(const Record& threat);

// Mitigations and assumptions that links tie to a record; links that name what is not there are in `dangling`.
struct Links {
  std::map<std::string, std::vector<const Record*>, std::less<>> mitigations;  // by the id of a threat or an assumption
  std::map<std::string, std::vector<const Record*>, std::less<>> assumptions;  // by the id of a threat or a mitigation
  struct Dangling {
    std::string path;  // mitigationLinks[4].linkedId
    std::string id;
  };
  std::vector<Dangling> dangling;  // in the document's order
};
Links links_of(const Model& model);  // borrows from `model`

}  // namespace reeve::model
