// The YAML reader: libyaml's events written onto the tape.
//
// An alias copies the nodes of what it names, which already stand earlier on the tape. A merge key's value is taken off the tape
// as soon as it is read and kept beside its map; when the map ends, the keys that the map does not have itself are appended to it
// (https://yaml.org/type/merge.html: a key of the map wins over a merged one, an earlier merged map over a later one).
#include "formats/yaml.h"

#include <simdjson.h>
#include <yaml.h>

#include <unordered_map>
#include <unordered_set>

#include "base/text.h"
#include "formats/document_parts.h"
#include "formats/yaml_scalars.h"

namespace reeve {
namespace {

constexpr std::string_view kTypePrefix = "tag:yaml.org,2002:";

// Frees the event however the loop is left.
struct Event {
  yaml_event_t raw{};
  ~Event() { yaml_event_delete(&raw); }
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
};

std::string_view view(const yaml_char_t* s) {
  return s ? std::string_view(reinterpret_cast<const char*>(s)) : std::string_view();
}

Style style_of(yaml_scalar_style_t style) {
  switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: return Style::single_quoted;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: return Style::double_quoted;
    case YAML_LITERAL_SCALAR_STYLE: return Style::literal;
    case YAML_FOLDED_SCALAR_STYLE: return Style::folded;
    default: return Style::plain;
  }
}

class Reader {
 public:
  Reader(std::string_view text, const Source& self, const YamlOptions& options) : text_(text), self_(self), options_(options) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    if (starts_with(text, "\xEF\xBB\xBF")) cursor_.byte = cursor_.line_begin = 3;
  }
  ~Reader() { yaml_parser_delete(&parser_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // The next document, or null at the end of the stream.
  Result<DocumentPtr> next();

 private:
  struct Frame {
    uint32_t node;
    uint32_t count = 0;
    bool map = false;
    bool want_key = false;                  // map: the next node is a key
    bool merging = false;                   // map: the next value belongs to `<<`
    bool wrapped = false;                   // a short tag's map stands around this container
    std::string anchor;                     // of this container
    std::vector<std::vector<Node>> merges;  // maps to merge in when it ends
    uint32_t height = 0;                    // of the deepest value in it so far; scalars have 0
  };
  struct Anchor {
    uint32_t node = 0;
    bool complete = false;
    uint32_t height = 0;
    std::vector<Node> taken;  // its nodes, once they were taken off the tape by a merge key
  };

  Place place(const yaml_mark_t& mark) {
    auto [line, column] = position(mark);
    return {self_.file, line, column};
  }
  std::pair<uint32_t, uint32_t> position(const yaml_mark_t& mark);

  tl::unexpected<Error> syntax_error();
  tl::unexpected<Error> refuse(Code code, std::string what, const yaml_mark_t& mark, std::string expected = "",
                               std::string hint = "") {
    return fail(code, std::move(what), place(mark), std::move(expected), std::move(hint));
  }

  Node& add(Kind kind, Style style, const yaml_mark_t& mark) {
    auto [line, column] = position(mark);
    Node& n = nodes_.emplace_back();
    n.kind = kind;
    n.style = style;
    n.line = line;
    n.column = column;
    return n;
  }
  void set_text(Node& n, std::string_view text) {
    n.text = arena_->copy(text);
    n.count = static_cast<uint32_t>(text.size());
  }

  Status scalar(const yaml_event_t& event);
  Status begin(const yaml_event_t& event, bool map);
  Status end(const yaml_event_t& event);
  Status alias(const yaml_event_t& event);
  Status value_done(uint32_t node, uint32_t height, const yaml_mark_t& mark);
  Status take_merge(uint32_t node, const yaml_mark_t& mark);
  Status append_merges(Frame& frame, const yaml_mark_t& mark);
  Status count_copied(size_t nodes, const yaml_mark_t& mark);
  void key_done(uint32_t node);
  // Puts the map and key of a short tag before the value that comes next.
  void open_short(std::string_view key, const yaml_mark_t& mark);
  // What a local tag is written as in long form; empty: it is dropped.
  std::string_view key_of(std::string_view tag, YamlShape shape);
  bool wants_key() const { return !open_.empty() && open_.back().map && open_.back().want_key; }
  void set_anchor(const yaml_char_t* name, uint32_t node, bool complete, uint32_t height) {
    if (!name) return;
    anchors_[std::string(view(name))] = {node, complete, height, {}};
    anchor_order_.emplace_back(node, view(name));
  }

  yaml_parser_t parser_{};
  std::string_view text_;
  const Source& self_;
  const YamlOptions& options_;
  std::vector<Node> nodes_;
  std::vector<Frame> open_;
  std::unordered_map<std::string, Anchor> anchors_;
  std::vector<std::pair<uint32_t, std::string>>
      anchor_order_;  // (node, name) of the anchors whose nodes are on the tape, ascending
  std::shared_ptr<Arena> arena_;
  KeyCheck keys_;
  std::vector<std::pair<uint32_t, uint32_t>> duplicates_;
  uint64_t copied_ = 0;
  bool ended_ = false;
  // libyaml counts columns in characters; this remembers where it last was so that bytes are counted in one pass over the text.
  struct {
    size_t line = 0, byte = 0, line_begin = 0, column = 0;
  } cursor_;
};

std::pair<uint32_t, uint32_t> Reader::position(const yaml_mark_t& mark) {
  auto byte_at = [this](size_t i) { return i < text_.size() ? static_cast<uint8_t>(text_[i]) : uint8_t{0}; };
  if (mark.line < cursor_.line) {  // marks all but never go back; if one does, start over
    cursor_ = {};
    if (starts_with(text_, "\xEF\xBB\xBF")) cursor_.byte = cursor_.line_begin = 3;
  } else if (mark.line == cursor_.line && mark.column < cursor_.column) {
    cursor_.byte = cursor_.line_begin;
    cursor_.column = 0;
  }
  // A line ends for libyaml at CR, LF, CRLF, U+0085, U+2028 and U+2029 (YAML 1.1).
  auto break_size = [&](size_t i) -> size_t {
    uint8_t c = byte_at(i);
    if (c == '\r') return byte_at(i + 1) == '\n' ? 2 : 1;
    if (c == '\n') return 1;
    if (c == 0xC2 && byte_at(i + 1) == 0x85) return 2;
    if (c == 0xE2 && byte_at(i + 1) == 0x80 && (byte_at(i + 2) == 0xA8 || byte_at(i + 2) == 0xA9)) return 3;
    return 0;
  };
  while (cursor_.line < mark.line && cursor_.byte < text_.size()) {
    uint8_t c = byte_at(cursor_.byte);
    size_t bytes = c == '\n' || c == '\r' || c >= 0xC2 ? break_size(cursor_.byte) : 0;
    if (bytes) {
      cursor_.byte += bytes;
      ++cursor_.line;
      cursor_.line_begin = cursor_.byte;
      cursor_.column = 0;
    } else {
      ++cursor_.byte;
    }
  }
  while (cursor_.column < mark.column && cursor_.byte < text_.size()) {
    ++cursor_.byte;
    while (cursor_.byte < text_.size() && (byte_at(cursor_.byte) & 0xC0) == 0x80) ++cursor_.byte;
    ++cursor_.column;
  }
  return {static_cast<uint32_t>(mark.line + 1), static_cast<uint32_t>(cursor_.byte - cursor_.line_begin + 1)};
}

tl::unexpected<Error> Reader::syntax_error() {
  if (parser_.error == YAML_MEMORY_ERROR) return fail(Code::limit, "out of memory while reading YAML", {self_.file, 0, 0});
  std::string what = parser_.problem ? parser_.problem : "the text is not YAML";
  if (parser_.error == YAML_READER_ERROR) {
    // Only characters that YAML forbids come here: the encoding was checked before.
    Place at{self_.file, 1, 1};
    size_t offset = std::min(parser_.problem_offset, text_.size());
    for (size_t i = 0; i < offset; ++i) {
      at.column = text_[i] == '\n' ? 1 : at.column + 1;
      if (text_[i] == '\n') ++at.line;
    }
    return fail(Code::parse, "the text is not YAML: " + what, std::move(at), "",
                "write control characters as escapes in double quotes");
  }
  const yaml_mark_t& mark = parser_.problem_mark;
  Place at = place(mark);
  std::string hint;
  if (cursor_.byte < text_.size() && text_[cursor_.byte] == '\t') hint = "indent with spaces, not tabs";
  if (parser_.context) what += std::string(" ") + parser_.context + " from line " + std::to_string(parser_.context_mark.line + 1);
  return fail(Code::parse, "the text is not YAML: " + what, std::move(at), "", std::move(hint));
}

void Reader::open_short(std::string_view key, const yaml_mark_t& mark) {
  Node& map = add(Kind::map, Style::plain, mark);
  map.count = 1;
  Node& n = add(Kind::string, Style::plain, mark);
  n.text = key.data();  // from the table of tags, which lives as long as the program, or from the arena
  n.count = static_cast<uint32_t>(key.size());
}

std::string_view Reader::key_of(std::string_view tag, YamlShape shape) {
  const auto schema = options_.keep_tags ? YamlOptions::Schema::cloudformation : options_.schema;  // cfn-guard's table is shorter
  if (auto key = long_form(tag.substr(1), shape, schema); !key.empty() || !options_.keep_tags) return key;
  const std::string_view key = tag.find("::") == std::string_view::npos ? tag : tag.substr(1);
  return {arena_->copy(key), key.size()};
}

void Reader::key_done(uint32_t node) {
  Frame& frame = open_.back();
  Node& n = nodes_[node];
  n.kind = Kind::string;
  frame.want_key = false;
  keys_.push(n.text, n.count, node);
}

Status Reader::count_copied(size_t nodes, const yaml_mark_t& mark) {
  copied_ += nodes;
  if (copied_ > options_.alias_nodes_max || nodes_.size() + nodes > UINT32_MAX / 2)
    return refuse(Code::limit, "aliases and merge keys copy more than " + with_thousands(options_.alias_nodes_max) + " values",
                  mark, "", "this looks like an alias bomb; write the values out");
  return {};
}

// A value (not a key) that begins at `node` is complete.
Status Reader::value_done(uint32_t node, uint32_t height, const yaml_mark_t& mark) {
  if (open_.empty()) return {};
  Frame& frame = open_.back();
  frame.height = std::max(frame.height, height);
  if (frame.map) {
    frame.want_key = true;
    if (frame.merging) return take_merge(node, mark);
  }
  ++frame.count;
  return {};
}

// The value of `<<` stands at the end of the tape, from `node` on, after its key.
Status Reader::take_merge(uint32_t node, const yaml_mark_t& mark) {
  Frame& frame = open_.back();
  frame.merging = false;
  auto take = [&](uint32_t first) -> Status {
    if (nodes_[first].kind != Kind::map)
      return refuse(Code::type, "`<<` merges something that is no map", mark, "a map or a list of maps");
    frame.merges.emplace_back(nodes_.begin() + first, nodes_.begin() + first + nodes_[first].span);
    return {};
  };
  TRY(count_copied(nodes_[node].span, mark));
  if (nodes_[node].kind == Kind::list) {
    for (uint32_t i = node + 1; i < nodes_.size(); i += nodes_[i].span) TRY(take(i));
  } else {
    TRY(take(node));
  }
  while (!anchor_order_.empty() && anchor_order_.back().first >= node) {  // anchors inside it must outlive it
    auto& [at, name] = anchor_order_.back();
    Anchor& anchor = anchors_[name];
    if (anchor.node == at && anchor.taken.empty()) {
      TRY(count_copied(nodes_[at].span, mark));
      anchor.taken.assign(nodes_.begin() + at, nodes_.begin() + at + nodes_[at].span);
    }
    anchor_order_.pop_back();
  }
  nodes_.resize(node - 1);
  return {};
}

Status Reader::append_merges(Frame& frame, const yaml_mark_t& mark) {
  std::unordered_set<std::string_view> have;
  for (uint32_t i = frame.node + 1; i < nodes_.size(); i += 1 + nodes_[i + 1].span)
    have.insert({nodes_[i].text, nodes_[i].count});
  for (const auto& map : frame.merges) {
    std::vector<std::string_view>
        added;  // only after the map: of its own duplicate keys both come, and the last wins as anywhere
    for (uint32_t i = 1; i < map.size(); i += 1 + map[i + 1].span) {
      std::string_view key{map[i].text, map[i].count};
      if (have.count(key)) continue;
      added.push_back(key);
      TRY(count_copied(1 + map[i + 1].span, mark));
      nodes_.insert(nodes_.end(), map.begin() + i, map.begin() + i + 1 + map[i + 1].span);
      ++frame.count;
    }
    have.insert(added.begin(), added.end());
  }
  return {};
}

Status Reader::scalar(const yaml_event_t& event) {
  const auto& raw = event.data.scalar;
  std::string_view text(reinterpret_cast<const char*>(raw.value), raw.length);
  std::string_view tag = view(raw.tag);
  Style style = style_of(raw.style);
  if (text.size() >= UINT32_MAX) return refuse(Code::limit, "a scalar of 4 GiB or more", event.start_mark);
  uint32_t first = static_cast<uint32_t>(nodes_.size());

  if (wants_key()) {
    if (options_.merge_keys && text == "<<" && style == Style::plain && (tag.empty() || tag == "tag:yaml.org,2002:merge")) {
      set_text(add(Kind::string, style, event.start_mark), text);
      open_.back().want_key = false;
      open_.back().merging = true;
      return {};
    }
    set_text(add(Kind::string, style, event.start_mark), text);
    set_anchor(raw.anchor, first, true, 0);
    key_done(first);
    return {};
  }

  Kind kind = Kind::string;
  if (tag.empty()) {
    kind = raw.plain_implicit ? plain_kind(text, options_.schema) : Kind::string;
  } else if (starts_with(tag, kTypePrefix)) {
    kind = tagged_kind(text, tag.substr(kTypePrefix.size()));
    if (kind == Kind::unknown)
      return refuse(Code::type, "`" + std::string(text) + "` is no `!!" + std::string(tag.substr(kTypePrefix.size())) + "`",
                    event.start_mark);
  } else if (options_.unknown_tag && tag == "!unknown") {
    kind = Kind::unknown;
  } else if (options_.short_tags && tag.size() > 1 && tag[0] == '!') {
    if (auto key = key_of(tag, YamlShape::scalar); !key.empty()) {
      open_short(key, event.start_mark);
      size_t dot = text.find('.');
      uint32_t height = 1;
      if (key == "Fn::GetAtt" && options_.schema == YamlOptions::Schema::cloudformation && dot != std::string_view::npos) {
        // The name of the resource has no dot, the attribute's may (`Outputs.BucketName` of a nested stack).
        Node& list = add(Kind::list, Style::plain, event.start_mark);
        list.count = 2;
        list.span = 3;
        set_text(add(Kind::string, style, event.start_mark), text.substr(0, dot));
        set_text(add(Kind::string, style, event.start_mark), text.substr(dot + 1));
        nodes_[first].span = 5;
        height = 2;
      } else {
        set_text(add(Kind::string, style, event.start_mark), text);
        nodes_[first].span = 3;
      }
      set_anchor(raw.anchor, first, true, height);
      return value_done(first, height, event.start_mark);
    }
  }
  set_text(add(kind, style, event.start_mark), text);
  set_anchor(raw.anchor, first, true, 0);
  return value_done(first, 0, event.start_mark);
}

Status Reader::begin(const yaml_event_t& event, bool map) {
  std::string_view tag = view(map ? event.data.mapping_start.tag : event.data.sequence_start.tag);
  const yaml_char_t* anchor = map ? event.data.mapping_start.anchor : event.data.sequence_start.anchor;
  if (wants_key())
    return refuse(Code::type, std::string("a ") + (map ? "map" : "list") + " is used as a key", event.start_mark,
                  "a scalar as key", "put text that begins with `{` or `[` in quotes");
  if (open_.size() >= options_.depth_max)
    return refuse(Code::limit, "nested deeper than " + std::to_string(options_.depth_max) + " levels", event.start_mark);
  Frame frame;
  uint32_t first = static_cast<uint32_t>(nodes_.size());
  if (options_.short_tags && tag.size() > 1 && tag[0] == '!') {
    if (auto key = key_of(tag, map ? YamlShape::map : YamlShape::list); !key.empty()) {
      open_short(key, event.start_mark);
      frame.wrapped = true;
    }
  }
  if (anchor) {
    frame.anchor = view(anchor);
    set_anchor(anchor, first, false, 0);
  }
  frame.node = static_cast<uint32_t>(nodes_.size());
  frame.map = frame.want_key = map;
  bool flow = map ? event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
                  : event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
  add(map ? Kind::map : Kind::list, flow ? Style::json : Style::plain, event.start_mark);
  open_.push_back(std::move(frame));
  return {};
}

Status Reader::end(const yaml_event_t& event) {
  Frame frame = std::move(open_.back());
  if (frame.map) {
    keys_.close(frame.count, [this](uint32_t node) { duplicates_.emplace_back(nodes_[node].line, nodes_[node].column); });
    if (!frame.merges.empty()) TRY(append_merges(frame, event.start_mark));
  }
  open_.pop_back();
  Node& n = nodes_[frame.node];
  n.count = frame.count;
  n.span = static_cast<uint32_t>(nodes_.size() - frame.node);
  uint32_t first = frame.node, height = frame.height + (frame.wrapped ? 2 : 1);
  if (frame.wrapped) {
    first -= 2;
    nodes_[first].span = n.span + 2;
  }
  if (!frame.anchor.empty()) {
    // The name may have been given again inside; then the inner use is the later one and stands.
    auto& anchor = anchors_[frame.anchor];
    if (anchor.node == first && !anchor.complete) {
      anchor.complete = true;
      anchor.height = height;
    }
  }
  return value_done(first, height, event.start_mark);
}

Status Reader::alias(const yaml_event_t& event) {
  std::string name(view(event.data.alias.anchor));
  if (!options_.aliases)
    return refuse(Code::unsupported, "the alias `*" + name + "` is not read here", event.start_mark, "the value written out");
  auto at = anchors_.find(name);
  if (at == anchors_.end()) return refuse(Code::parse, "the alias `*" + name + "` names no anchor before it", event.start_mark);
  const Anchor& anchor = at->second;
  if (!anchor.complete) return refuse(Code::parse, "the alias `*" + name + "` stands inside what it names", event.start_mark);
  size_t count = anchor.taken.empty() ? nodes_[anchor.node].span : anchor.taken.size();
  TRY(count_copied(count, event.start_mark));
  // Aliases of aliases could otherwise nest far deeper than any text does.
  if (open_.size() + anchor.height > options_.depth_max)
    return refuse(Code::limit,
                  "nested deeper than " + std::to_string(options_.depth_max) + " levels by the alias `*" + name + "`",
                  event.start_mark);
  uint32_t first = static_cast<uint32_t>(nodes_.size());
  uint32_t height = anchor.height;
  if (nodes_.capacity() - nodes_.size() < count)  // before copying from itself, and by doubling, for there may be many aliases
    nodes_.reserve(std::max(nodes_.size() + count, nodes_.capacity() * 2));
  const Node* from = anchor.taken.empty() ? nodes_.data() + anchor.node : anchor.taken.data();
  for (size_t i = 0; i < count; ++i) nodes_.push_back(from[i]);
  if (wants_key()) {
    Kind kind = nodes_[first].kind;
    if (kind == Kind::map || kind == Kind::list || kind == Kind::unknown)
      return refuse(Code::type, "the alias `*" + name + "` is used as a key but names no scalar", event.start_mark,
                    "a scalar as key");
    auto [line, column] = position(event.start_mark);
    nodes_[first].line = line;
    nodes_[first].column = column;
    key_done(first);
    return {};
  }
  return value_done(first, height, event.start_mark);
}

Result<DocumentPtr> Reader::next() {
  nodes_.clear();
  open_.clear();
  anchors_.clear();
  anchor_order_.clear();
  keys_.clear();
  duplicates_.clear();
  arena_ = std::make_shared<Arena>();
  while (!ended_) {
    Event event;
    if (!yaml_parser_parse(&parser_, &event.raw)) return syntax_error();
    switch (event.raw.type) {
      case YAML_SCALAR_EVENT: TRY(scalar(event.raw)); break;
      case YAML_MAPPING_START_EVENT: TRY(begin(event.raw, true)); break;
      case YAML_SEQUENCE_START_EVENT: TRY(begin(event.raw, false)); break;
      case YAML_MAPPING_END_EVENT:
      case YAML_SEQUENCE_END_EVENT: TRY(end(event.raw)); break;
      case YAML_ALIAS_EVENT: TRY(alias(event.raw)); break;
      case YAML_DOCUMENT_END_EVENT: {
        auto document = std::make_shared<Document>();
        DocumentParts::nodes(*document).assign(nodes_.begin(), nodes_.end());
        DocumentParts::self(*document) = self_;
        DocumentParts::kept(*document).push_back(arena_);
        std::sort(duplicates_.begin(), duplicates_.end());
        if (duplicates_.size() > Document::duplicate_keys_max) duplicates_.resize(Document::duplicate_keys_max);
        for (auto [line, column] : duplicates_) DocumentParts::duplicate_keys(*document).push_back({self_.file, line, column});
        return DocumentPtr(std::move(document));
      }
      case YAML_STREAM_END_EVENT: ended_ = true; break;
      case YAML_STREAM_START_EVENT:
      case YAML_DOCUMENT_START_EVENT:
      case YAML_NO_EVENT: break;
    }
  }
  return DocumentPtr();
}

// libyaml looks each %TAG directive up among all before it, so many of them would take hours.
constexpr size_t kTagDirectivesMax = 100;

bool too_many_tag_directives(std::string_view text) {
  size_t count = 0;
  for (size_t at = text.find("%TAG"); at != std::string_view::npos; at = text.find("%TAG", at + 4)) {
    // A directive stands at the start of a line, however that ends (the last bytes of YAML's other line breaks are 85, A8 and
    // A9).
    auto before = at == 0 ? uint8_t{'\n'} : static_cast<uint8_t>(text[at - 1]);
    if (before == '\n' || before == '\r' || before == 0x85 || before == 0xA8 || before == 0xA9) ++count;
  }
  return count > kTagDirectivesMax;
}

Status check_text(std::string_view text, const Source& self, const YamlOptions& options) {
  uint64_t limit = std::min<uint64_t>(options.bytes_max, UINT32_MAX / 2);
  if (text.size() > limit)
    return fail(Code::limit, "the text is longer than " + with_thousands(limit) + " bytes", {self.file, 0, 0});
  if (too_many_tag_directives(text))
    return fail(Code::limit, "the text has more than " + std::to_string(kTagDirectivesMax) + " %TAG directives",
                {self.file, 0, 0});
  if (simdjson::validate_utf8(text.data(), text.size())) return {};
  Place at{self.file, 1, 1};
  size_t bad = utf8_error(text);
  for (size_t i = 0; i < bad; ++i) {
    at.column = text[i] == '\n' ? 1 : at.column + 1;
    if (text[i] == '\n') ++at.line;
  }
  return fail(Code::parse, "the text is not UTF-8", std::move(at), "YAML in UTF-8");
}

}  // namespace

Result<DocumentPtr> read_yaml(std::string_view text, Source self, const YamlOptions& options) {
  TRY(check_text(text, self, options));
  Reader reader(text, self, options);
  DocumentPtr document = TRY(reader.next());
  if (document) return document;
  // Nothing but white space and comments: YAML calls that null.
  auto empty = std::make_shared<Document>();
  Node n;
  n.style = Style::plain;
  n.text = "";
  n.line = n.column = 1;
  DocumentParts::nodes(*empty).push_back(n);
  DocumentParts::self(*empty) = std::move(self);
  return DocumentPtr(std::move(empty));
}

Result<std::vector<DocumentPtr>> read_yaml_all(std::string_view text, Source self, const YamlOptions& options) {
  TRY(check_text(text, self, options));
  Reader reader(text, self, options);
  std::vector<DocumentPtr> documents;
  while (DocumentPtr document = TRY(reader.next())) documents.push_back(std::move(document));
  return documents;
}

}  // namespace reeve
