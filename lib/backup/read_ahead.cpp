#include "backup/read_ahead.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string>
#include <vector>

#include "backup/listing.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
constexpr std::uint64_t kBatch = 64;
constexpr std::uint64_t kAhead = 4096;  // files: a few times what is in a batch
constexpr off_t kMost = 64 << 10;  // of a file: its rest is read in order, which the kernel sees

class Walk {
 public:
  Walk(int tokens, std::uint64_t passed)
      : tokens_(tokens), seen_(0), skipped_(passed), allowed_(passed + kAhead) {}

  void directory(int fd, const fs::path& shown) {
    auto names = names_in(fd, shown);
    std::sort(names.begin(), names.end(), [](auto& a, auto& b) { return a.inode < b.inode; });
    std::vector<std::string> subdirectories;
    for (const auto& [name, inode] : names) {
      struct stat st {};
      if (fstatat(fd, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) continue;
      if (S_ISREG(st.st_mode)) file(fd, name);
      if (S_ISDIR(st.st_mode)) subdirectories.push_back(name);
    }
    std::sort(subdirectories.begin(), subdirectories.end());
    for (const auto& name : subdirectories) {
      const os::Fd below(openat(fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (below) directory(below.get(), shown / name);
    }
  }

 private:
  void file(int directory, const std::string& name) {
    if (++seen_ <= skipped_) return;
    while (seen_ > allowed_) {
      char token = 0;
      if (read(tokens_, &token, 1) != 1) _exit(0);  // the copy is over
      allowed_ += kBatch;
    }
    const os::Fd fd(
        openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (fd) posix_fadvise(fd.get(), 0, kMost, POSIX_FADV_WILLNEED);
  }

  int tokens_;
  std::uint64_t seen_;
  std::uint64_t skipped_;
  std::uint64_t allowed_;
};

[[noreturn]] void work(const fs::path& tree, int tokens, std::uint64_t passed, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) std::signal(number, SIG_IGN);
  try {
    const os::Fd root(open(tree.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (root) Walk(tokens, passed).directory(root.get(), tree);
  } catch (...) {  // it only helps
  }
  _exit(0);
}
}  // namespace

ReadAhead::ReadAhead(const fs::path& tree, std::uint64_t passed) : passed_(passed) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return;
  const os::Fd from(ends[0]);
  tokens_ = os::Fd(ends[1]);
  const pid_t parent = getpid();
  child_ = fork();
  if (child_ != 0) return;
  // Nothing of the parent's may be held open: neither its lock nor the end that it writes to.
  dup2(from.get(), STDIN_FILENO);
  close_range(STDERR_FILENO + 1, ~0U, 0);
  work(tree, STDIN_FILENO, passed, parent);
}

ReadAhead::~ReadAhead() {
  tokens_.reset();
  if (child_ <= 0) return;
  kill(child_, SIGKILL);
  while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void ReadAhead::pass() {
  if (++passed_ % kBatch != 0 || !tokens_) return;
  const char token = 0;
  const int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
  if (send(tokens_.get(), &token, 1, flags) < 0 && errno == EPIPE) tokens_.reset();
}

bool is_cold(int fd) {
  char byte = 0;
  const iovec to{&byte, 1};
  return preadv2(fd, &to, 1, 0, RWF_NOWAIT) < 0 && errno == EAGAIN;
}

}  // namespace nutricount::backup
