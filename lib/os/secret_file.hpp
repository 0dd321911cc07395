// Secrets that lie in files: nobody else may read them, and they are never printed.
#pragma once

#include <filesystem>
#include <string>

#include "base/secret.hpp"

namespace nutricount::os {

/// The content without the line's end. Throws, with exit status 2, where the file is not there, is
/// empty, or can be read by others; `key` is the setting that names it, `what` what it holds: "the
/// token".
[[nodiscard]] Secret read_secret(const std::filesystem::path& path, const std::string& key,
                                 const std::string& what);

/// The same of a systemd credential, whoever its mode lets read it: its directory is the unit's
/// alone, and the ACL of one for a unit with User= shows as a group's right.
[[nodiscard]] Secret read_credential(const std::filesystem::path& path, const std::string& what);

/// Where systemd put that credential of the unit; empty where there is none.
[[nodiscard]] std::filesystem::path credential(const std::string& name);

}  // namespace nutricount::os
