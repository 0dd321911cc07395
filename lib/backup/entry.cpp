#include "backup/entry.hpp"

#include <algorithm>

namespace nutricount::backup {

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

Signature signature_of(const struct stat& st) {
  return {st.st_ino, static_cast<std::uint64_t>(st.st_size), nanoseconds(st.st_mtim),
          nanoseconds(st.st_ctim)};
}

const Entry* find(const Directory& directory, const std::string& name) {
  const auto at = std::lower_bound(
      directory.entries.begin(), directory.entries.end(), name,
      [](const NamedEntry& one, const std::string& wanted) { return one.name < wanted; });
  return at != directory.entries.end() && at->name == name ? &at->entry : nullptr;
}

bool visited_before(const std::string& left, const std::string& right) {
  // '/' ends a name, so it sorts before every byte that a name can hold.
  const auto rank = [](char c) { return c == '/' ? 0 : static_cast<unsigned char>(c); };
  return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end(),
                                      [&](char a, char b) { return rank(a) < rank(b); });
}

}  // namespace nutricount::backup
