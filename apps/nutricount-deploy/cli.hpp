// The command line: global options, before or after the command, and the commands.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "config/reader.hpp"
#include "report/observers.hpp"

namespace nutricount::cli {

/// What a command's options say about settings: key -> (value, option).
using Overrides = std::map<std::string, std::pair<std::string, std::string>>;

struct GlobalOptions {
  std::string config;
  bool json = false;
  std::string color = "auto";
  bool quiet = false;
  bool verbose = false;
  std::string log_file;
  bool print_config = false;
};

/// Adds the global options to the root or to a command.
void add_global_options(CLI::App& app, GlobalOptions& options);
/// An option with a value, which must not be empty: an unset variable in a script must not mean
/// "not given". Nor may it begin with "-": --log-file --dry-run would deploy.
CLI::Option* add_value(CLI::App& app, const std::string& name, std::string& value,
                       const std::string& description, const std::string& type);
/// An option without a value.
CLI::Option* add_switch(CLI::App& app, const std::string& name, bool& value,
                        const std::string& description);
/// Throws where an option with a value was given before the command and after it.
void refuse_twice(const CLI::App& root);

/// The settings, with what the command line says about them.
[[nodiscard]] config::Loaded load_settings(const GlobalOptions& options, Overrides command_line);

/// The number, from 0 to 1000, that an option was given. Throws, naming the option.
[[nodiscard]] int number_of(const std::string& option, const std::string& text);
/// The duration that an option was given. Throws, naming the option.
[[nodiscard]] Milliseconds duration_of(const std::string& option, const std::string& text);
/// Adds what a duration option says about a setting, where it was given. Throws as duration_of.
void override_duration(Overrides& overrides, const std::string& key, const std::string& option,
                       const std::string& text);

[[nodiscard]] report::Options report_options(const GlobalOptions& options,
                                             const config::Settings& settings);

}  // namespace nutricount::cli
