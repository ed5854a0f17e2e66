// Demand: what a detection asks of (eventSource, eventName), and of single fields, before anything else of an event need be read.
//
// Always a superset: an event that the detection matches meets its demand. So the Matcher may leave out every rule whose demand an event
// does not meet; src/detect/rules_test.cc and tests/detect_oracle.py hold the two against each other.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "detect/sigma.h"

namespace reeve {

// Names in lower case (ASCII); nothing: any name, or none at all.
struct NamesDemanded {
  std::optional<std::string> source, name;
  auto operator<=>(const NamesDemanded&) const = default;
};

// One of these pairs must fit. Empty: the detection matches no event. One pair of nothings: the names tell nothing.
std::vector<NamesDemanded> names_demanded(const SigmaRule& rule);

// The predicate (an index) that must hold whenever the detection does and costs least to ask; nothing: none is known.
std::optional<uint32_t> guard_of(const SigmaRule& rule);

// The texts (lower case) one of which a value of the field must be for the predicate to hold; nothing: it is no such predicate.
std::optional<std::vector<std::string>> texts_demanded(const Predicate& predicate);

}  // namespace reeve
