// What main needs of a command.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "base/error.hpp"

namespace nutricount::cli {

class Command {
 public:
  virtual ~Command() = default;
  [[nodiscard]] virtual bool chosen() const = 0;
  /// Throws Error; returns how it ended.
  [[nodiscard]] virtual ExitStatus run() const = 0;
  /// What the options say about settings: key -> (value, option).
  [[nodiscard]] virtual std::map<std::string, std::pair<std::string, std::string>> overrides()
      const = 0;
};

}  // namespace nutricount::cli
