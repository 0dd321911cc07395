// From built-in defaults, a TOML 1.0 file, the environment and the command line to Settings.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.hpp"

namespace nutricount::config {

inline constexpr const char* kDefaultFile = "/etc/nutricount-deploy/config.toml";

/// Where settings may come from, in rising precedence: built-in, file, environment, command line.
struct Sources {
  /// The file named with --config: must exist. Without one, kDefaultFile is read if it exists.
  std::optional<std::filesystem::path> file;
  /// The process's environment; only NUTRICOUNT_DEPLOY_* matter, e.g.
  /// NUTRICOUNT_DEPLOY_APP_DIRECTORY for app.directory. Lists are TOML arrays or one plain value.
  std::map<std::string, std::string> environment;
  /// key -> (value, the option as typed), e.g. {"update.timeout", {"10m", "--timeout"}}.
  std::map<std::string, std::pair<std::string, std::string>> command_line;
};

/// One effective setting, for --print-config.
struct Origin {
  std::string key;    ///< "app.directory"
  std::string value;  ///< as TOML
  std::string
      origin;  ///< "built-in", "/etc/…/config.toml:3:13", "NUTRICOUNT_DEPLOY_…", "--timeout"
};

struct Loaded {
  Settings settings;
  std::vector<Origin> origins;  ///< every key, in the order of the man page
};

/// Throws Error (exit status 2), "FILE:LINE:COLUMN: what" for what the file says, naming the
/// variable or option otherwise; an unknown key gets a "did you mean" hint, also for an unknown
/// NUTRICOUNT_DEPLOY_* variable.
[[nodiscard]] Loaded load(const Sources& sources);

/// The variables of this process.
[[nodiscard]] std::map<std::string, std::string> process_environment();

}  // namespace nutricount::config
