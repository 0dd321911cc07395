#include "backup/entry.hpp"

namespace nutricount::backup {

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

Signature signature_of(const struct stat& st) {
  return {st.st_ino, static_cast<std::uint64_t>(st.st_size), nanoseconds(st.st_mtim),
          nanoseconds(st.st_ctim)};
}

}  // namespace nutricount::backup
