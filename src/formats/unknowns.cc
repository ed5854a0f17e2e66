#include "formats/unknowns.h"

#include "formats/document_parts.h"

namespace reeve {

Value written_in(Value unknown) { return unknown.is_unknown() && unknown.node().span > 1 ? Value(unknown.document(), unknown.index() + 1) : Value(); }

const std::string* Unknowns::kept(std::string_view reason) {
  if (reasons_->empty() || reasons_->back() != reason) reasons_->emplace_back(reason);
  return &reasons_->back();
}

void Unknowns::add(Builder& builder, std::string_view reason, bool sure) {
  if (sure) made_.push_back({builder.size(), kept(reason), true});
  builder.unknown(reason);
}

void Unknowns::begin(Builder& builder, std::string_view reason, bool sure) {
  made_.push_back({builder.size(), kept(reason), sure});
  builder.begin_list();  // until `finish`, where its span is known
}

DocumentPtr Unknowns::finish(Builder& builder, Source self) {
  builder.keep(reasons_);
  DocumentPtr document = builder.finish(std::move(self));
  auto& nodes = DocumentParts::nodes(const_cast<Document&>(*document));  // nobody else has seen it yet
  for (const Made& made : made_) {
    Node& node = nodes[made.node];
    node.kind = Kind::unknown;
    node.style = made.sure ? style_sure : Style::built;
    node.text = made.reason->data();
    node.count = static_cast<uint32_t>(made.reason->size());
  }
  made_.clear();
  reasons_ = std::make_shared<std::deque<std::string>>();
  return document;
}

}  // namespace reeve
