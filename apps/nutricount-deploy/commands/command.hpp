// What every command of the command line has.
#pragma once

#include <string>

#include "base/error.hpp"
#include "cli.hpp"

namespace nutricount::cli {

class Command {
 public:
  virtual ~Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  [[nodiscard]] bool chosen() const { return app_.parsed(); }
  /// Throws Error; returns how it ended.
  [[nodiscard]] virtual ExitStatus run() const = 0;
  /// What its options say about settings.
  [[nodiscard]] virtual Overrides overrides() const { return {}; }

 protected:
  /// Adds the command, with the global options, to the root.
  Command(CLI::App& root, GlobalOptions& globals, const std::string& name,
          const std::string& description, const char* footer);

  [[nodiscard]] CLI::App& app() { return app_; }
  [[nodiscard]] bool given(const std::string& option) const { return app_.count(option) > 0; }
  /// The settings; from here on errors are told in the configured log, too.
  [[nodiscard]] config::Settings load() const;
  /// For what needs no settings, and is to work where those of this machine are wrong: of --config
  /// where it is given, else the built-in ones, with --log-file.
  [[nodiscard]] config::Settings load_if_named() const;
  [[nodiscard]] report::Options told(const config::Settings& settings) const {
    return report_options(globals_, settings);
  }

 private:
  GlobalOptions& globals_;
  CLI::App& app_;
};

}  // namespace nutricount::cli
