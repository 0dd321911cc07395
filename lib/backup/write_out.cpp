#include "backup/write_out.hpp"

#include <chrono>

#include "base/error.hpp"
#include "os/file.hpp"

namespace nutricount::backup {

void WriteOut::wrote(std::uint64_t bytes) {
  constexpr std::uint64_t kEvery = 64U << 20U;
  bytes_ += bytes;
  if (bytes_ < kEvery) return;
  if (flush_.valid() && flush_.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
    return;
  bytes_ = 0;
  flush_ = std::async(std::launch::async, [this] {
    try {
      os::sync_file_system(copy_);
    } catch (const Error&) {  // the flush at the end says so
    }
  });
}

}  // namespace nutricount::backup
