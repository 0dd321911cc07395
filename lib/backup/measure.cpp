#include "backup/measure.hpp"

#include <sys/stat.h>

#include "os/file.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
std::uint64_t size_of(const fs::path& path) {
  const auto st = os::look_at(path);
  return st && S_ISREG(st->st_mode) ? static_cast<std::uint64_t>(st->st_size) : 0;
}
}  // namespace

void measure_tree(const fs::path& tree, const std::string& name, const Reuse& reuse,
                  Totals& totals) {
  constexpr std::uint64_t kPage = 4096;
  std::error_code error;
  for (fs::recursive_directory_iterator at(tree, error); at != fs::recursive_directory_iterator();
       at.increment(error)) {
    if (error) break;
    const fs::path below = at->path().lexically_relative(tree);
    if (reuse.excluded && reuse.excluded(name + "/" + below.string())) {
      at.disable_recursion_pending();
      continue;
    }
    struct stat st {};
    if (lstat(at->path().c_str(), &st) != 0 || !S_ISREG(st.st_mode)) continue;
    const auto size = static_cast<std::uint64_t>(st.st_size);
    ++totals.files;
    totals.bytes += size;
    const std::uint64_t had = reuse.over.empty() ? 0 : size_of(reuse.over / below);
    if (had >= size) continue;
    if (!reuse.beside.empty() && size_of(reuse.beside / below) == size) continue;
    totals.needed_bytes += size - had + kPage;
  }
}

}  // namespace nutricount::backup
