// The least that a backup can do, to measure one against; with --checked at the end also SHA-256 of
// what it reads of the source and, for a SQLite database, quick_check of the copy:
//   floor first FROM TO        read every byte, make every entry, write every byte, flush
//   floor link FROM OLD TO     the second of a full backup: a hard link to OLD where size and time
//                              of change are the same, else as first
//   floor over FROM OLD TO     the second of a data backup: OLD gets the name TO, changed files are
//                              read on both sides, pages that differ are written
#include <fcntl.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fs = std::filesystem;
namespace {
constexpr ssize_t kPage = 4096;
std::vector<char> source(256U << 10U);
std::vector<char> present(256U << 10U);
bool checked = false;

[[noreturn]] void fail(const fs::path& path) {
  std::perror(path.c_str());
  std::exit(1);
}

void check(const fs::path& copied, EVP_MD_CTX* hash) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  if (EVP_DigestFinal_ex(hash, digest, nullptr) != 1) fail(copied);
  if (std::string_view(present.data(), 15) != "SQLite format 3") return;
  sqlite3* database = nullptr;
  if (sqlite3_open(copied.c_str(), &database) != SQLITE_OK ||
      sqlite3_exec(database, "PRAGMA quick_check", nullptr, nullptr, nullptr) != SQLITE_OK) {
    fail(copied);
  }
  sqlite3_close(database);
}

void copy(const fs::path& from, const fs::path& to, bool compare) {
  static EVP_MD_CTX* const hash = EVP_MD_CTX_new();
  if (checked && EVP_DigestInit_ex(hash, EVP_sha256(), nullptr) != 1) fail(to);
  const int in = open(from.c_str(), O_RDONLY);
  const int out = open(to.c_str(), O_RDWR | O_CREAT, 0644);
  if (in < 0 || out < 0) fail(to);
  off_t at = 0;
  while (true) {
    const ssize_t n = pread(in, source.data(), source.size(), at);
    if (n < 0) fail(from);
    if (n == 0) break;
    if (checked) EVP_DigestUpdate(hash, source.data(), static_cast<std::size_t>(n));
    const ssize_t had = compare ? pread(out, present.data(), static_cast<std::size_t>(n), at) : 0;
    for (ssize_t page = 0; page < n;) {
      const ssize_t size = std::min(compare ? kPage : n, n - page);
      const bool same =
          page + size <= had && std::memcmp(source.data() + page, present.data() + page,
                                            static_cast<std::size_t>(size)) == 0;
      if (!same &&
          pwrite(out, source.data() + page, static_cast<std::size_t>(size), at + page) != size)
        fail(to);
      page += size;
    }
    at += n;
  }
  struct stat st {};
  fstat(in, &st);
  const timespec times[2] = {st.st_atim, st.st_mtim};
  if (futimens(out, times) != 0) fail(to);
  close(in);
  if (checked && pread(out, present.data(), 16, 0) >= 0) check(to, hash);
  if (close(out) != 0) fail(to);
}

bool changed(const fs::path& live, const fs::path& old) {
  struct stat a {
  }, b{};
  return lstat(live.c_str(), &a) != 0 || lstat(old.c_str(), &b) != 0 || a.st_size != b.st_size ||
         a.st_mtim.tv_sec != b.st_mtim.tv_sec || a.st_mtim.tv_nsec != b.st_mtim.tv_nsec;
}

void flush(const fs::path& path) {
  const int fd = open(path.c_str(), O_RDONLY);
  if (fd < 0 || syncfs(fd) != 0) fail(path);
  close(fd);
}
}  // namespace

int main(int argc, char** argv) {
  checked = argc > 1 && std::string(argv[argc - 1]) == "--checked";
  if (checked) --argc;
  const std::string mode = argc > 3 ? argv[1] : "";
  if (mode != "first" && argc != 5) return 2;
  const fs::path from = argv[2];
  const fs::path old = mode == "first" ? fs::path() : fs::path(argv[3]);
  const fs::path to = argv[argc - 1];
  if (mode == "over") fs::rename(old, to);
  if (mode != "over") fs::create_directory(to);
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    const fs::path below = entry.path().lexically_relative(from);
    if (entry.is_directory()) {
      if (mode != "over") fs::create_directory(to / below);
    } else if (mode == "first") {
      copy(entry.path(), to / below, false);
    } else if (mode == "over") {
      if (changed(entry.path(), to / below)) copy(entry.path(), to / below, true);
    } else if (changed(entry.path(), old / below) ||
               link((old / below).c_str(), (to / below).c_str()) != 0) {
      copy(entry.path(), to / below, false);
    }
  }
  flush(to);
}
