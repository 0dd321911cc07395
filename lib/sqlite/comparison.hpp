// What became of a live database since an older copy of it was made.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace nutricount::sqlite {

struct TableRows {
  std::string table;
  std::uint64_t written = 0;  ///< rows of `live` that `old` does not have: new, or changed
  std::uint64_t gone = 0;     ///< rows of `old` that `live` does not have: deleted, or changed
};

struct Difference {
  /// Tables that only one of the two has, or whose SQL differs, or that of an index or a trigger on
  /// them. A view counts as a table. By name.
  std::vector<std::string> reshaped;
  /// Tables whose rows differ in the columns that both have. SQLite's own are left out; a virtual
  /// table's rows are those of the tables below it. By name.
  std::vector<TableRows> rows;
};

/// `live` may be in use, and is neither changed nor checkpointed; but without a WAL its writers
/// wait meanwhile. `old` is closed and nobody writes it. As with ReadTransaction, this process must
/// have no other connection to `live`. Throws Error, also where `live` is locked for 5 seconds.
[[nodiscard]] Difference compare(const std::filesystem::path& live,
                                 const std::filesystem::path& old);

}  // namespace nutricount::sqlite
