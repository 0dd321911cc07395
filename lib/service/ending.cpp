#include "service/ending.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstring>

namespace nutricount::service {

std::string describe_end(int code, int status) {
  if (code == CLD_EXITED) return fmt::format("exited with status {}", status);
  if (code != CLD_KILLED && code != CLD_DUMPED) return {};
  const char* name = sigabbrev_np(status);
  return name != nullptr ? fmt::format("killed by SIG{}", name)
                         : fmt::format("killed by signal {}", status);
}

}  // namespace nutricount::service
