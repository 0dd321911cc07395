// `nutricount-deploy metrics`
#pragma once

#include <string>

#include "commands/command.hpp"

namespace nutricount::cli {

class MetricsCommand : public Command {
 public:
  /// Adds the command with its options and help to the root.
  MetricsCommand(CLI::App& root, GlobalOptions& globals);
  [[nodiscard]] ExitStatus run() const override;

 private:
  std::string format_;
  std::string output_;
  std::string deployments_;
};

}  // namespace nutricount::cli
