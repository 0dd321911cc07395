// The processes of one session, and lines of text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "os/process.hpp"

namespace nutricount::service {

/// The live processes in the session that `leader` leads, itself included; found by session id, and
/// none that is older than the leader.
[[nodiscard]] std::vector<os::ProcessId> session_of(const os::ProcessId& leader);

/// The last `count` lines that are not empty.
[[nodiscard]] std::vector<std::string> tail_of(std::string_view text, std::size_t count);

}  // namespace nutricount::service
