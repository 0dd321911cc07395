// `nutricount-deploy health`
#pragma once

#include <string>

#include "commands/command.hpp"

namespace nutricount::cli {

class HealthCommand : public Command {
 public:
  /// Adds the command with its options and help to the root.
  HealthCommand(CLI::App& root, GlobalOptions& globals);
  [[nodiscard]] ExitStatus run() const override;
  [[nodiscard]] Overrides overrides() const override;

 private:
  bool full_ = false;
  bool probation_ = false;
  std::string url_;
  std::string timeout_;
  std::string retries_;
  std::string interval_;
};

}  // namespace nutricount::cli
