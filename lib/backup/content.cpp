#include "backup/content.hpp"

#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "backup/hash_behind.hpp"
#include "base/error.hpp"
#include "crypto/sha256.hpp"
#include "os/interruption.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
constexpr std::size_t kPage = 4096;
constexpr off_t kLarge = 4 << 20;  // worth a thread

void write_block(int fd, const char* bytes, std::size_t count, off_t at, const fs::path& shown) {
  while (count > 0) {
    const ssize_t n = pwrite(fd, bytes, count, at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw system_error(fmt::format("cannot write the backup of {}", shown.string()));
    bytes += n;
    at += n;
    count -= static_cast<std::size_t>(n);
  }
}

bool all_zero(const char* bytes, std::size_t count) {
  return count > 0 && bytes[0] == 0 && std::memcmp(bytes, bytes + 1, count - 1) == 0;
}

std::size_t page_at(std::size_t at, std::size_t count) { return std::min(kPage, count - at); }

off_t size_of(int fd, const fs::path& shown) {
  struct stat st {};
  if (fstat(fd, &st) != 0) throw system_error(fmt::format("cannot look at {}", shown.string()));
  return st.st_size;
}

void set_size(int fd, off_t size, const fs::path& shown) {
  if (ftruncate(fd, size) == 0) return;
  throw system_error(fmt::format("cannot write the backup of {}", shown.string()));
}
}  // namespace

std::size_t read_block(int fd, std::span<char> block, off_t at, const fs::path& shown) {
  std::size_t have = 0;
  while (have < block.size()) {
    const ssize_t n =
        pread(fd, block.data() + have, block.size() - have, at + static_cast<off_t>(have));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw system_error(fmt::format("cannot read {}", shown.string()));
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  return have;
}

ContentCopier::ContentCopier(Deadline deadline)
    : deadline_(deadline), source_(kBlock), present_(kBlock) {}

void ContentCopier::check(const fs::path& shown) const {
  os::throw_if_interrupted();
  if (!deadline_.passed()) return;
  throw Error(fmt::format("copying {} took too long", shown.string()),
              "allow more time with --timeout");
}

void ContentCopier::write_what_differs(int to, std::size_t count, off_t at, off_t old_size,
                                       Copied& copied, const fs::path& shown) {
  const std::size_t had = at < old_size ? read_block(to, present_, at, shown) : 0;
  if (had >= count && std::memcmp(source_.data(), present_.data(), count) == 0) return;
  const auto same = [&](std::size_t page) {
    const std::size_t size = page_at(page, count);
    const char* bytes = source_.data() + page;
    if (page + size <= had) return std::memcmp(bytes, present_.data() + page, size) == 0;
    return page >= had && all_zero(bytes, size);
  };
  std::size_t start = 0;
  while (start < count) {
    std::size_t end = start;
    while (end < count && !same(end)) end += page_at(end, count);
    if (end > start) {
      write_block(to, source_.data() + start, end - start, at + static_cast<off_t>(start), shown);
      copied.written += end - start;
    }
    start = end < count ? end + page_at(end, count) : end;
  }
}

Copied ContentCopier::copy(int from, int to, const fs::path& shown, Hash wanted) {
  const off_t old_size = size_of(to, shown);
  off_t has = old_size;
  if (clones_ && ioctl(to, FICLONE, from) == 0) {
    return wanted == Hash::kYes ? read(to, shown) : Copied();
  }
  clones_ = false;
  const off_t size = size_of(from, shown);
  crypto::Sha256 hash;
  std::optional<HashBehind> behind;
  if (wanted == Hash::kYes && size >= kLarge) {
    if (has < size) set_size(to, has = size, shown);  // holes at the end are to be read, too
    behind.emplace(to);
  }
  Copied copied;
  off_t end = 0;
  while (const std::size_t count = read_block(from, source_, end, shown)) {
    check(shown);
    write_what_differs(to, count, end, old_size, copied, shown);
    end += static_cast<off_t>(count);
    if (behind) {
      behind->reached(end);
    } else if (wanted == Hash::kYes) {
      hash.add({source_.data(), count});
    }
    if (count < source_.size()) break;
  }
  copied.bytes = static_cast<std::uint64_t>(end);
  const bool grown_by_writing = end > has && copied.written == copied.bytes;
  if (end != has && !grown_by_writing) set_size(to, end, shown);
  if (!behind) {
    copied.sha256 = hash.digest();
  } else if (const auto digest = behind->digest()) {
    copied.sha256 = *digest;
  } else {
    copied.sha256 = read(to, shown).sha256;
  }
  return copied;
}

Copied ContentCopier::read(int from, const fs::path& shown) {
  Copied found;
  crypto::Sha256 hash;
  while (const std::size_t count =
             read_block(from, source_, static_cast<off_t>(found.bytes), shown)) {
    check(shown);
    hash.add({source_.data(), count});
    found.bytes += count;
    if (count < source_.size()) break;
  }
  found.sha256 = hash.digest();
  return found;
}

}  // namespace nutricount::backup
