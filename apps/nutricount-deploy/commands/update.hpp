// `nutricount-deploy update`
#pragma once

#include <string>

#include "cli.hpp"

namespace nutricount::cli {

class UpdateCommand {
 public:
  /// Adds the command with its options and help to the root.
  UpdateCommand(CLI::App& root, GlobalOptions& globals);
  [[nodiscard]] bool chosen() const { return app_->parsed(); }
  /// Throws Error; returns how it ended.
  [[nodiscard]] ExitStatus run() const;
  /// What the options say about settings: key -> (value, option).
  [[nodiscard]] std::map<std::string, std::pair<std::string, std::string>> overrides() const;

 private:
  GlobalOptions& globals_;
  CLI::App* app_;
  bool force_ = false;
  bool dry_run_ = false;
  bool backup_only_ = false;
  bool no_rollback_ = false;
  std::string to_;
  std::string expect_;
  std::string timeout_;
  std::string wait_;
  std::string trigger_ = "cli";
  std::string delivery_;
};

}  // namespace nutricount::cli
