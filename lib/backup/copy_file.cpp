#include "backup/copy_file.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "base/error.hpp"
#include "os/interruption.hpp"

namespace nutricount::backup {
namespace {
constexpr std::size_t kBlock = 65536;

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new()) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) {
      throw Error("OpenSSL has no SHA-256");
    }
  }
  void add(const char* bytes, std::size_t count) { EVP_DigestUpdate(context_.get(), bytes, count); }
  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    EVP_DigestFinal_ex(context_.get(), digest.data(), &length);
    std::string text;
    for (unsigned i = 0; i < length; ++i) text += fmt::format("{:02x}", digest.at(i));
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, FreeDigest> context_;
};

// As many bytes as the block holds or the file has; throws.
std::size_t read_block(int fd, std::vector<char>& block, off_t at,
                       const std::filesystem::path& shown) {
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

void write_block(int fd, const char* bytes, std::size_t count, off_t at,
                 const std::filesystem::path& shown) {
  while (count > 0) {
    const ssize_t n = pwrite(fd, bytes, count, at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw system_error(fmt::format("cannot write the backup of {}", shown.string()));
    bytes += n;
    at += n;
    count -= static_cast<std::size_t>(n);
  }
}

void copy_xattrs(int from, int to, const std::filesystem::path& shown) {
  std::vector<char> names(65536);
  const ssize_t length = flistxattr(from, names.data(), names.size());
  if (length < 0 && errno != ENOTSUP) {
    throw system_error(fmt::format("cannot list the attributes of {}", shown.string()));
  }
  std::vector<char> value(65536);
  for (ssize_t at = 0; at < length;) {
    const char* name = names.data() + at;
    at += static_cast<ssize_t>(std::strlen(name)) + 1;
    const ssize_t size = fgetxattr(from, name, value.data(), value.size());
    if (size < 0) continue;  // gone meanwhile, or not ours to read
    if (fsetxattr(to, name, value.data(), static_cast<std::size_t>(size), 0) != 0 &&
        errno != EPERM && errno != ENOTSUP) {
      throw system_error(fmt::format("cannot keep attribute {} of {}", name, shown.string()));
    }
  }
}
}  // namespace

Copied copy_content(int from, int to, const std::filesystem::path& shown,
                    const Deadline& deadline) {
  Copied copied;
  Sha256 hash;
  std::vector<char> source(kBlock);
  std::vector<char> present(kBlock);
  struct stat old {};
  if (fstat(to, &old) != 0) throw system_error(fmt::format("cannot look at {}", shown.string()));
  off_t at = 0;
  while (const std::size_t count = read_block(from, source, at, shown)) {
    os::throw_if_interrupted();
    if (deadline.passed()) {
      throw Error(fmt::format("copying {} took too long", shown.string()),
                  "allow more time with --timeout");
    }
    hash.add(source.data(), count);
    const bool same = at < old.st_size && read_block(to, present, at, shown) >= count &&
                      std::memcmp(source.data(), present.data(), count) == 0;
    if (!same) {
      write_block(to, source.data(), count, at, shown);
      copied.written += count;
    }
    at += static_cast<off_t>(count);
  }
  if (ftruncate(to, at) != 0) {
    throw system_error(fmt::format("cannot write the backup of {}", shown.string()));
  }
  copied.bytes = static_cast<std::uint64_t>(at);
  copied.sha256 = hash.hex();
  return copied;
}

void copy_metadata(int from, int to, const struct stat& st, const std::filesystem::path& shown) {
  const auto refuse = [&](const char* what) {
    throw system_error(fmt::format("cannot keep the {} of {}", what, shown.string()));
  };
  if (geteuid() == 0 && fchown(to, st.st_uid, st.st_gid) != 0) refuse("owner");
  if (fchmod(to, st.st_mode & 07777U) != 0) refuse("mode");
  copy_xattrs(from, to, shown);
  const timespec times[2] = {st.st_atim, st.st_mtim};
  if (futimens(to, times) != 0) refuse("times");
}

std::string hash_of(int fd, const std::filesystem::path& shown) {
  Sha256 hash;
  std::vector<char> block(kBlock);
  off_t at = 0;
  while (const std::size_t count = read_block(fd, block, at, shown)) {
    hash.add(block.data(), count);
    at += static_cast<off_t>(count);
  }
  return hash.hex();
}

}  // namespace nutricount::backup
