// `nutricount-deploy verify-signature`
#pragma once

#include <string>

#include "commands/command.hpp"

namespace nutricount::cli {

class VerifySignatureCommand : public Command {
 public:
  /// Adds the command with its options and help to the root.
  VerifySignatureCommand(CLI::App& root, GlobalOptions& globals);
  [[nodiscard]] ExitStatus run() const override;

 private:
  [[nodiscard]] ExitStatus answer(const report::Options& options) const;
  std::string signature_;
  bool sign_ = false;
  std::string secret_file_;
  std::string file_ = "-";
};

}  // namespace nutricount::cli
