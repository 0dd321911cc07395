// What units wrote to the journal.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"

namespace nutricount::service {

/// The last lines that processes of the units wrote since `since`, oldest first, at most `count`.
/// Empty where the journal cannot be read: only root and members of systemd-journal and adm may.
[[nodiscard]] std::vector<std::string> last_journal_lines(const std::vector<std::string>& units,
                                                          std::size_t count, Timestamp since);

}  // namespace nutricount::service
