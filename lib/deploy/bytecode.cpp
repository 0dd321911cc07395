#include "deploy/bytecode.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

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

using Modules = std::set<std::string>;

// "app.cpython-311.opt-1.pyc" is of the module "app"; modules and tags may have dots themselves.
bool compiled_from(const Modules& modules, const fs::path& file) {
  if (file.extension() != ".pyc") return false;
  const std::string name = file.filename().string();
  for (auto dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1))
    if (modules.contains(name.substr(0, dot))) return true;
  return false;
}

std::vector<fs::path> compiled(const fs::path& cache, const Modules& modules) {
  std::vector<fs::path> files;
  if (!fs::is_directory(cache)) return files;  // no cache, nothing to remove
  if (const auto denied = os::listing_denied(cache)) {
    throw system_error(denied->error, fmt::format("cannot look into {}", cache.string()));
  }
  for (const auto& entry : fs::directory_iterator(cache))
    if (compiled_from(modules, entry.path())) files.push_back(entry.path());
  return files;
}

using Caches = std::map<fs::path, Modules>;

Caches caches_of(const fs::path& directory, const std::vector<std::string>& paths) {
  Caches caches;  // each is read once: the application waits for this
  for (const auto& path : paths) {
    const fs::path source = directory / path;
    if (source.extension() == ".py")
      caches[source.parent_path() / "__pycache__"].insert(source.stem().string());
  }
  return caches;
}
}  // namespace

void remove_bytecode(const fs::path& directory, const std::vector<std::string>& paths) {
  for (const auto& [cache, modules] : caches_of(directory, paths))
    for (const auto& file : compiled(cache, modules)) remove_file(file);
}

std::vector<os::Denied> irremovable_bytecode(const fs::path& directory,
                                             const std::vector<std::string>& paths) {
  std::vector<os::Denied> found;
  for (const auto& [cache, modules] : caches_of(directory, paths)) {
    if (!fs::is_directory(cache)) continue;
    auto denied = os::listing_denied(cache);
    if (!denied && !compiled(cache, modules).empty()) denied = os::entry_denied(cache);
    if (denied) found.push_back(std::move(*denied));
  }
  return found;
}

}  // namespace nutricount::deploy
