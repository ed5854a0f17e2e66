#include "access/event_uses.h"

#include <algorithm>

#include "access/event_request.h"
#include "base/text.h"
#include "base/time.h"

namespace reeve {

EventUses::EventUses(const EventActions& events) : events_(events) {
  std::vector<std::string> paths = event_paths({"eventCategory", "managementEvent"});
  management_ = paths.size() - 1;
  category_ = management_ - 1;
  picker_ = std::make_unique<JsonPicker>(paths, "Records");
}

void EventUses::add(std::string_view text) {
  static const EventOrganization none;
  picker_->each(
      text,
      [&](const JsonPicker::Picked& picked) {
        const EventRequest request(picked, none);
        const auto time = parse_time(request.text(EventField::time));
        ++count_;
        if (time) {
          first_ms_ = first_ms_ == 0 ? time->ms : std::min(first_ms_, time->ms);
          last_ms_ = std::max(last_ms_, time->ms);
        }
        const EventActions::Mapping mapping = events_.mapping(request.text(EventField::source), request.text(EventField::name));
        if (!mapping.prefix.empty() && (picked[management_] == "false" || picked[category_] == "\"Data\"")) data_told_.insert(mapping.prefix);
        std::string arn = request.principal_arn();
        if (arn.empty() || !time) return;
        Of& of = of_[std::move(arn)];
        of.last_ms = std::max(of.last_ms, time->ms);
        if (!mapping.known) of.unmapped.insert(request.text(EventField::source) + " " + request.text(EventField::name));
        for (const std::string& action : mapping.actions) {
          int64_t& last = of.actions[action];
          last = std::max(last, time->ms);
        }
      },
      [](Error) {});  // whoever read the log has told of it
}

void EventUses::merge(EventUses&& other) {
  for (auto& [arn, theirs] : other.of_) {
    Of& of = of_[arn];
    of.last_ms = std::max(of.last_ms, theirs.last_ms);
    of.unmapped.merge(theirs.unmapped);
    for (auto& [action, last] : theirs.actions) {
      int64_t& mine = of.actions[action];
      mine = std::max(mine, last);
    }
  }
  data_told_.merge(other.data_told_);
  count_ += other.count_;
  if (other.first_ms_) first_ms_ = first_ms_ ? std::min(first_ms_, other.first_ms_) : other.first_ms_;
  last_ms_ = std::max(last_ms_, other.last_ms_);
}

const EventUses::Of* EventUses::find(std::string_view principal_arn) const {
  auto found = of_.find(std::string(principal_arn));
  return found == of_.end() ? nullptr : &found->second;
}

}  // namespace reeve
