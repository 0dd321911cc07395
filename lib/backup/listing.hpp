// What a directory holds, by descriptors: a link on the way cannot lead elsewhere.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "os/fd.hpp"

namespace nutricount::backup {

struct Name {
  std::string name;
  ino_t inode;
};
/// The names in an open directory, which `shown` is in errors. Throws.
[[nodiscard]] std::vector<Name> names_in(int directory, const std::filesystem::path& shown);

/// Opens the directory `name` in an open one, never through a link. Empty where there is none;
/// throws for any other reason.
[[nodiscard]] os::Fd directory_below(int parent, const std::string& name,
                                     const std::filesystem::path& shown);

}  // namespace nutricount::backup
