// The lines of a manifest.
#pragma once

#include <string>
#include <string_view>

#include "backup/manifest.hpp"

namespace nutricount::backup {

[[nodiscard]] std::string header_line(const Header& header);
[[nodiscard]] std::string directory_line(const Directory& directory);
void append_entry_line(std::string& out, const NamedEntry& entry);
[[nodiscard]] std::string summary_line(const Summary& summary);
[[nodiscard]] std::string seal_line(const crypto::Digest& digest);

/// The reverse. Each throws std::exception for a line that is not what it should be.
[[nodiscard]] Header header_of(std::string_view line);
[[nodiscard]] Summary summary_of(std::string_view line);
[[nodiscard]] crypto::Digest seal_of(std::string_view line);
/// Nothing where the line is no directory's.
[[nodiscard]] std::optional<Directory> directory_of(std::string_view line);
[[nodiscard]] NamedEntry entry_of(std::string_view line);

}  // namespace nutricount::backup
