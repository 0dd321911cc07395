// STATE/verification: when each backup was last compared to its manifest, and how that ended. What
// is damaged stays damaged until it is found good, or is gone.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace nutricount::deploy {

struct Verification {
  Timestamp time;
  bool good = false;
};
using Verifications = std::map<std::string, Verification>;  ///< by the backup's id

/// Of STATE/verification; throws for text that is none.
[[nodiscard]] Verifications parse_verifications(std::string_view text);
/// The reverse.
[[nodiscard]] std::string text_of(const Verifications& verifications);

/// Those of the backups that are listed; none where the file is missing or damaged.
[[nodiscard]] Verifications read_verifications(const std::filesystem::path& state,
                                               const std::vector<std::string>& listed);
/// Adds to what is recorded of those that are listed. Throws.
void record_verifications(const std::filesystem::path& state, const Verifications& made,
                          const std::vector<std::string>& listed);

}  // namespace nutricount::deploy
