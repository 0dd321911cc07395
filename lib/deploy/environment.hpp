// The Python environment's names in the application directory: `venv` is a plain directory, as
// people make it, or a symbolic link to `venv.ID`, so that another one is put in its place by one
// rename.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "config/settings.hpp"
#include "deploy/plan.hpp"
#include "os/child.hpp"

namespace nutricount::deploy {

/// Where the environment `name` in `directory` really lies: "venv.20261124_101500", or `name`
/// itself for a plain directory; empty where there is none.
[[nodiscard]] std::string environment_in_use(const std::filesystem::path& directory,
                                             const std::string& name);

/// What the next environment is made with: as pyvenv.cfg says of the one in use, or as the settings
/// say where there is none.
struct Making {
  std::string interpreter;  ///< a path, or a name to look up in PATH
  bool system_site_packages = false;
  bool operator==(const Making&) const = default;
};
[[nodiscard]] Making making_of(const std::filesystem::path& environment,
                               const config::Python& settings);

/// What an environment was built from: path -> content of the requirements files. Nothing for one
/// that this program did not build.
using Requirements = std::map<std::string, std::string>;
[[nodiscard]] std::optional<Requirements> built_from(const std::filesystem::path& environment);
void note_built_from(const std::filesystem::path& environment, const Requirements& requirements);

/// Makes `change.after` the live one. One rename; a plain directory gets the name `change.before`
/// by the same rename (RENAME_EXCHANGE). Safe to repeat. As the owner.
void switch_environment(const std::filesystem::path& directory, const EnvironmentChange& change,
                        const os::Bounds& bounds);
/// Makes the one before live again, as a plain directory where it was one. Safe to repeat.
void switch_environment_back(const std::filesystem::path& directory,
                             const EnvironmentChange& change, const os::Bounds& bounds);

/// Removes a tree below `directory`, as the owner.
void remove_tree(const std::filesystem::path& path, const os::Bounds& bounds);

/// Environments `name`.* in `directory` that are neither in use nor in `kept`: older ones, and ones
/// whose building was interrupted.
[[nodiscard]] std::vector<std::string> unused_environments(const std::filesystem::path& directory,
                                                           const std::string& name,
                                                           const std::set<std::string>& kept);

}  // namespace nutricount::deploy
