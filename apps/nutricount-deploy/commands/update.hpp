// `nutricount-deploy update`
#pragma once

#include <string>

#include "cli.hpp"
#include "commands/command.hpp"

namespace nutricount::cli {

class UpdateCommand : public Command {
 public:
  /// Adds the command with its options and help to the root.
  UpdateCommand(CLI::App& root, GlobalOptions& globals);
  [[nodiscard]] ExitStatus run() const override;
  [[nodiscard]] Overrides overrides() const override;

 private:
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
