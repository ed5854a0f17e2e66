// What several commands of `reeve access` print alike, and how they read a policy.
#pragma once

#include "access/public_access.h"
#include "cli/io.h"
#include "cli/options.h"
#include "formats/json.h"

namespace reeve {

// A policy of a file, by its path's name. Its document must outlive it no longer than the call.
Result<Policy> policy_of_file(const std::string& path);
void write_statement(JsonWriter& json, const Decided& decided);
void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts);
void write_witness(JsonWriter& json, const WitnessRequest& request);
std::string statement_word(const Decided& decided);  // its Sid, else `statement 2`
std::string witness_words(const WitnessRequest& request);

}  // namespace reeve
