#include "backup/settle.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "base/error.hpp"
#include "os/file.hpp"
#include "sqlite/database.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
// Listed before any is opened: SQLite makes and removes files beside them.
std::vector<fs::path> databases_below(const fs::path& tree) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(tree)) {
    const auto st = os::look_at(entry.path());
    if (!st || !S_ISREG(st->st_mode)) continue;
    const os::Fd file = os::open_file(entry.path(), O_RDONLY | O_NOFOLLOW);
    if (sqlite::is_database(file.get())) found.push_back(entry.path());
  }
  return found;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}
}  // namespace

void settle_databases(const fs::path& tree, const fs::path& shown) {
  for (const auto& database : databases_below(tree)) {
    try {
      sqlite::fold_wal(database);
      sqlite::quick_check(database);
    } catch (const Error& error) {
      // The copy is gone when this is read.
      throw Error(replaced(error.what(), tree.string(), shown.string()),
                  "choose another backup: nutricount-deploy rollback --list; to save what is left "
                  "of this one, of a copy: sqlite3 COPY .recover | sqlite3 NEW",
                  error.status());
    }
  }
}

}  // namespace nutricount::backup
