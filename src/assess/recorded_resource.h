// Resources as the record has them, in the shape that the estate gives them: what is kept of them is their columns.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "estate/resource.h"
#include "store/store.h"

namespace reeve {

// What the record keeps of a resource. `properties`, `unknown` and `tags` are JSON objects, or empty for none.
struct RecordedTexts {
  std::string_view uid, account, region, id, name, properties, unknown, tags;
};

// Does a column have a value; is it known that it does not?
bool has_column(const RecordedTexts& row, std::string_view column);
bool unknown_column(const RecordedTexts& row, std::string_view column);

// How resources of a type are told by their tags and columns: a property that is no column's is absent, one whose column is unknown is
// unknown, for the column's reason. Any thread.
class RecordedShape {
 public:
  // `only`: the columns that are wanted; empty: all. The type outlives the shape.
  explicit RecordedShape(const ResourceType& type, const std::set<std::string>& only = {});
  Result<Resource> resource(const RecordedTexts& row) const;
  const ResourceType& type() const { return *type_; }

  // The properties that columns tell, as the tree that they make.
  struct Branch {
    std::string column;  // of a leaf
    std::map<std::string, Branch> below;
  };

 private:
  const ResourceType* type_;
  Branch root_;
};

// Every live resource of the shape's type in this run that is wanted, account by account; what several accounts tell of comes as often.
// The views must be there.
Status each_recorded(store::Db& db, const RecordedShape& shape, const std::function<bool(const RecordedTexts&)>& wanted, const std::function<void(Resource&&)>& each);

}  // namespace reeve
