// `nutricount-deploy update`
#pragma once

#include <string>

#include "cli.hpp"
#include "commands/command.hpp"
#include "deploy/update.hpp"

namespace nutricount::cli {

class UpdateCommand : public Command {
 public:
  /// Adds the command with its options and help to the root.
  UpdateCommand(CLI::App& root, GlobalOptions& globals);
  [[nodiscard]] ExitStatus run() const override;
  [[nodiscard]] Overrides overrides() const override;

 private:
  [[nodiscard]] deploy::UpdateRequest request() const;
  /// Deploys, and tells whom it concerns how it ended or why it could not begin.
  [[nodiscard]] deploy::Outcome deploy(const deploy::UpdateRequest& request,
                                       const config::Settings& settings,
                                       deploy::Observer& observer) const;
  [[nodiscard]] ExitStatus deploy_spooled(deploy::UpdateRequest like,
                                          const config::Settings& settings,
                                          deploy::Observer& observer) const;
  bool force_ = false;
  bool dry_run_ = false;
  bool backup_only_ = false;
  bool no_rollback_ = false;
  std::string to_;
  std::string expect_;
  std::string timeout_;
  std::string wait_;
  std::string trigger_;
  std::string delivery_;
  std::string spool_;
};

}  // namespace nutricount::cli
