// What main needs of a command.
#pragma once

#include "base/error.hpp"
#include "cli.hpp"

namespace nutricount::cli {

class Command {
 public:
  virtual ~Command() = default;
  [[nodiscard]] virtual bool chosen() const = 0;
  /// Throws Error; returns how it ended.
  [[nodiscard]] virtual ExitStatus run() const = 0;
  [[nodiscard]] virtual Overrides overrides() const = 0;
};

}  // namespace nutricount::cli
