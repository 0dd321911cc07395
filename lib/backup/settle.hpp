// The databases of a copy that no manifest vouches for.
#pragma once

#include <filesystem>

namespace nutricount::backup {

/// Every SQLite database below `tree` (told by its header; links are not followed) becomes one
/// committed state: what its -wal, or the -journal of a killed writer, holds is brought into it,
/// and no -wal or -shm stays beside it. Throws for one that does not pass quick_check; errors name
/// `shown` in the place of `tree`. For the owner of the tree: SQLite writes beside the databases.
void settle_databases(const std::filesystem::path& tree, const std::filesystem::path& shown);

}  // namespace nutricount::backup
