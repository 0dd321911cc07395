#include "deploy/bytecode.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace nutricount::deploy {
namespace fs = std::filesystem;
namespace {
void remove_file(const fs::path& file) {
  std::error_code error;
  fs::remove(file, error);
  if (!error) return;
  throw Error(fmt::format("cannot remove {}: {}", file.string(), error.message()),
              "remove it by hand: Python could take it for a newer file's");
}

void remove_compiled(const fs::path& source) {
  const fs::path cache = source.parent_path() / "__pycache__";
  const std::string beginning = source.stem().string() + ".";
  std::error_code absent;  // no cache, nothing to remove
  for (const auto& entry : fs::directory_iterator(cache, absent)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind(beginning, 0) == 0 && entry.path().extension() == ".pyc")
      remove_file(entry.path());
  }
}
}  // namespace

void remove_bytecode(const fs::path& directory, const std::vector<std::string>& paths) {
  for (const auto& path : paths) {
    const fs::path source = directory / path;
    if (source.extension() == ".py") remove_compiled(source);
  }
}

}  // namespace nutricount::deploy
