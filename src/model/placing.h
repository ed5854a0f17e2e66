// Placing: what readers of other formats share. Each takes what it has a place for; what nobody took is told at the end, by path, so that an
// import says what it leaves behind. Texts that are longer than the field they go into are cut, and that is told too.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "formats/document.h"
#include "model/model.h"
#include "model/read.h"

namespace reeve::model {

class Placing {
 public:
  // `free_keys`: the maps whose keys are names that people gave, not words of the format.
  Placing(const Document& document, Format format, std::vector<std::string_view> free_keys);

  std::string text(Value map, std::string_view key);  // a scalar's text, trimmed and taken; empty if there is none
  Texts texts(Value map, std::string_view key);       // of a list of scalars
  std::string own(Value scalar);                      // the text of this one
  void taken(Value value) { if (value) taken_.insert(value.index()); }  // a value, or a key, whose meaning went into something else

  // A field of `section`, cut to what its rule allows; nothing is set if `text` is empty.
  void set(Record& record, std::string_view section, std::string_view field, std::string text, Value from);
  void set_tags(Record& record, Texts tags, Value from);
  void comment(Record& record, std::string text, Value from);
  // A record with its id (as given if it is short enough, else made of it) and the next number of its section.
  Record& add(std::string_view section, std::string_view given_id);
  std::string id_of(std::string_view section, std::string_view given_id) const;
  void link(const std::string& mitigation, const std::string& to);  // once, however often it is said

  Model& model() { return out_.model; }
  void problem(Value at, std::string what, std::string expected = {});
  Place place(Value at) const;
  Read finish();  // with what was not taken

 private:
  std::string cut(std::string text, size_t longest, Value from, std::string_view field);
  void walk(Value value, const std::string& path, bool free);
  struct Left;
  const Document& document_;
  Read out_;
  std::vector<std::string_view> free_keys_;
  std::set<uint32_t> taken_;
  std::set<std::pair<std::string, std::string>> links_;
  std::vector<std::pair<std::string, std::pair<Value, size_t>>> left_;  // path, where it first is, how often
};

// Words for STRIDE as formats spell them (`spoofing`, `Information Disclosure`, `denial-of-service`) to its letter; empty: none of them.
std::string stride_letter(std::string_view word);

Read read_otm(const Document& document);
Read read_threagile(const Document& document);
Read read_plain(const Document& document);

}  // namespace reeve::model
