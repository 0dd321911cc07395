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

void remove_compiled(const fs::path& cache, const Modules& modules) {
  std::error_code absent;  // no cache, nothing to remove
  for (const auto& entry : fs::directory_iterator(cache, absent))
    if (compiled_from(modules, entry.path())) remove_file(entry.path());
}
}  // namespace

void remove_bytecode(const fs::path& directory, const std::vector<std::string>& paths) {
  std::map<fs::path, Modules> caches;  // each is read once: the application waits for this
  for (const auto& path : paths) {
    const fs::path source = directory / path;
    if (source.extension() == ".py")
      caches[source.parent_path() / "__pycache__"].insert(source.stem().string());
  }
  for (const auto& [cache, modules] : caches) remove_compiled(cache, modules);
}

}  // namespace nutricount::deploy
