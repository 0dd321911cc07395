// `nutricount-deploy backup`
#pragma once

#include <string>

#include "cli.hpp"
#include "commands/command.hpp"

namespace nutricount::cli {

class BackupCommand : public Command {
 public:
  /// Adds the command with its options and help to the root.
  BackupCommand(CLI::App& root, GlobalOptions& globals);
  [[nodiscard]] ExitStatus run() const override;
  [[nodiscard]] Overrides overrides() const override;

 private:
  CLI::Option* verify_option_ = nullptr;
  bool full_ = false;
  bool list_ = false;
  bool prune_ = false;
  bool check_ = false;
  std::string verify_;
  std::string keep_;
  std::string wait_;
};

}  // namespace nutricount::cli
