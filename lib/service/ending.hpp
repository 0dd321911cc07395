// How a process ended, in words.
#pragma once

#include <string>

namespace nutricount::service {

/// From siginfo_t of waitid(2), which systemd's ExecMainCode and ExecMainStatus repeat: "exited
/// with status 1", "killed by SIGKILL"; empty where `code` says nothing about an end.
[[nodiscard]] std::string describe_end(int code, int status);

}  // namespace nutricount::service
