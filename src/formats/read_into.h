// A file's bytes into memory that is used again: for those who go through thousands of small files, as logs are delivered.
#pragma once

#include <cstdint>
#include <string>

#include "formats/archive.h"

namespace reeve {

// All of a regular file of at most `bytes_max`. False: it is not that, or cannot be read; FileBytes takes it, or says why not.
bool read_into(const std::string& path, uint64_t bytes_max, TextRoom& out);

}  // namespace reeve
