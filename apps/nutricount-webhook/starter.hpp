// Who deploys what is in the spool. Under systemd a path unit sees the request; anywhere else this
// process starts `nutricount-deploy update`, which does not end with it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "config/settings.hpp"
#include "http/server.hpp"
#include "talk.hpp"
#include "webhook/spool.hpp"

namespace nutricount::receiver {

/// All on the server's thread.
class Starter {
 public:
  /// `arguments` go before the command: --config, --log-file.
  Starter(const config::Settings& settings, std::vector<std::string> arguments,
          http::Server& server, Talk& talk);

  /// Something may wait in the spool.
  void wake();
  /// SIGCHLD.
  void child_ended();

 private:
  void start();
  void try_later();
  [[nodiscard]] bool something_waits() const;
  webhook::Spool spool_;
  bool starts_;  ///< nobody else does
  std::vector<std::string> arguments_;
  http::Server& server_;
  Talk& talk_;
  pid_t child_ = 0;
  static constexpr Milliseconds kPause = std::chrono::seconds(5);
  Milliseconds pause_ = kPause;  ///< before the next try
  bool tries_later_ = false;
};

}  // namespace nutricount::receiver
