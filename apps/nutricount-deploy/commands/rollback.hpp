// `nutricount-deploy rollback`
#pragma once

#include <string>

#include "commands/command.hpp"
#include "deploy/rollback.hpp"

namespace nutricount::cli {

class RollbackCommand : public Command {
 public:
  /// Adds the command with its options and help to the root.
  RollbackCommand(CLI::App& root, GlobalOptions& globals);
  [[nodiscard]] ExitStatus run() const override;
  [[nodiscard]] Overrides overrides() const override;

 private:
  [[nodiscard]] deploy::RollbackRequest request(const report::Options& options) const;
  [[nodiscard]] ExitStatus resume(const config::Settings& settings,
                                  const report::Options& options) const;
  bool list_ = false;
  bool resume_ = false;
  bool keep_data_ = false;
  bool restore_data_ = false;
  bool data_only_ = false;
  bool dry_run_ = false;
  bool yes_ = false;
  std::string to_;
  std::string reason_;
  std::string timeout_;
  std::string wait_;
};

}  // namespace nutricount::cli
