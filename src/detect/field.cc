#include "detect/field.h"

#include "logs/token.h"

namespace reeve {
namespace {

constexpr size_t field_depth_max = 512;

void flatten(std::string_view token, std::vector<std::string_view>& tokens, size_t depth) {
  if (token_kind(token) != TokenKind::list) {
    tokens.push_back(token);
    return;
  }
  if (depth > field_depth_max) return;
  for (TokenItems items(token); items.next();) flatten(items.value(), tokens, depth + 1);
}

// `name` from its byte `from` on, below `token`.
bool descend(std::string_view token, const std::string& name, const std::vector<size_t>& dots, size_t from, std::vector<std::string_view>& tokens,
             size_t depth) {
  if (depth > field_depth_max) return false;
  if (token_kind(token) == TokenKind::list) {
    bool found = false;
    for (TokenItems items(token); items.next();) found |= descend(items.value(), name, dots, from, tokens, depth + 1);
    return found;
  }
  if (token_kind(token) != TokenKind::map) return false;
  const std::string_view rest = std::string_view(name).substr(from);
  if (const std::string_view whole = token_member(token, rest); !whole.empty()) {
    flatten(whole, tokens, 0);
    return true;
  }
  for (size_t i = dots.size(); i-- > 0 && dots[i] >= from;) {
    const std::string_view below = token_member(token, std::string_view(name).substr(from, dots[i] - from));
    if (!below.empty() && descend(below, name, dots, dots[i] + 1, tokens, depth + 1)) return true;
  }
  return false;
}

}  // namespace

FieldPath::FieldPath(std::string name) : name_(std::move(name)) {
  for (size_t i = 0; i < name_.size(); ++i)
    if (name_[i] == '.') dots_.push_back(i);
  root_ = field_of(std::string_view(name_).substr(0, dots_.empty() ? name_.size() : dots_.front()));
}

bool field_tokens(const LogEvent& event, const FieldPath& path, std::vector<std::string_view>& tokens) {
  if (path.is_root()) {
    const std::string_view token = event.raw(path.root());
    if (token.empty()) return false;
    flatten(token, tokens, 0);
    return true;
  }
  const std::string& name = path.name();
  const std::vector<size_t>& dots = path.dots();
  // Names with dots, or of no place of their own, stand among the others, if there are any.
  if (!event.others.empty()) {
    if (const std::string_view whole = event.raw(name); !whole.empty()) {
      flatten(whole, tokens, 0);
      return true;
    }
    for (size_t i = dots.size(); i-- > 0;) {
      const std::string_view below = event.raw(std::string_view(name).substr(0, dots[i]));
      if (!below.empty() && descend(below, name, dots, dots[i] + 1, tokens, 0)) return true;
    }
    return false;
  }
  if (path.root() == LogField::count || dots.empty()) return false;
  const std::string_view below = event.raw(path.root());
  return !below.empty() && descend(below, name, dots, dots.front() + 1, tokens, 0);
}

AskedField FieldPlan::ask(FieldPath path) {
  AskedField out{std::move(path)};
  if (out.path.is_root()) out.whole = out.path.root();
  if (out.path.root() != LogField::count && !out.path.dots().empty())
    out.slot = members_.ask(out.path.root(), std::string_view(out.path.name()).substr(out.path.dots().front() + 1));
  return out;
}

void EventFields::begin(const LogEvent& event) {
  event_ = &event;
  slots_.resize(plan_.members().size());
  walked_.fill(Walked::not_yet);
  if (early_ != LogField::count && event.early_at != nullptr && event.early_at == event.raw(early_).data()) walked_[static_cast<size_t>(early_)] = Walked::found;
  odd_names_ = false;
  for (const auto& [name, token] : event.others) odd_names_ = odd_names_ || name.find('.') != std::string_view::npos;
}

EarlyMembers EventFields::early(LogField root) {
  early_ = root;
  if (root == LogField::count) return {};
  return {&plan_.members(), root, slots_.data()};
}

EventFields::Walked EventFields::walk(LogField root) {
  const TokenKind kind = token_kind(event_->raw(root));
  Walked walked = Walked::by_itself;
  if (kind != TokenKind::map && kind != TokenKind::list) walked = Walked::nothing;
  else if (kind == TokenKind::map && plan_.members().find(*event_, root, slots_.data())) walked = Walked::found;
  return walked_[static_cast<size_t>(root)] = walked;
}

bool EventFields::tokens(const AskedField& field, std::vector<std::string_view>& tokens) {
  tokens.clear();
  std::string_view value;
  if (!at_once(field, value)) return field_tokens(*event_, field.path, tokens);
  if (value.empty()) return false;
  flatten(value, tokens, 0);
  return true;
}

std::string_view EventFields::member(const AskedField& field) {
  std::string_view value;
  if (field.slot != UINT32_MAX && at_once(field, value)) return value;
  const FieldPath& path = field.path;
  if (path.root() == LogField::count) return {};
  std::string_view token = event_->raw(path.root());
  for (size_t i = 0; i < path.dots().size() && !token.empty(); ++i) {
    const size_t from = path.dots()[i] + 1, end = i + 1 < path.dots().size() ? path.dots()[i + 1] : path.name().size();
    token = token_member(token, std::string_view(path.name()).substr(from, end - from));
  }
  return token;
}

}  // namespace reeve
