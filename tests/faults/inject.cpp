// Runs a command with a fault at its Nth system call of some kinds, counted over all its processes.
//
//   inject KIND N CALLS REPORT COMMAND...
//
// KIND is count (nothing happens), kill (SIGKILL for all of them, before the call), kill-caller
// (for the one that makes it) or the name of an error that the call returns instead of being made;
// N+ is every call from the Nth on. CALLS are names, separated by commas; "openat" counts where it
// may write, "openat-reading" always. REPORT is a file for the number of calls. What the command
// executes (the application, pip) is let go of: only its own forks are followed. Ends with its exit
// status. Exit status 77 where this processor is not known.
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

namespace {
constexpr int kUnknownProcessor = 77;
constexpr int kBroken = 126;

const std::map<std::string, long>& numbers() {
  static const std::map<std::string, long> known{
      {"openat", SYS_openat},
      {"write", SYS_write},
      {"pwrite64", SYS_pwrite64},
      {"read", SYS_read},
      {"pread64", SYS_pread64},
      {"ftruncate", SYS_ftruncate},
      {"fsync", SYS_fsync},
      {"fdatasync", SYS_fdatasync},
      {"syncfs", SYS_syncfs},
      {"renameat", SYS_renameat},
      {"renameat2", SYS_renameat2},
      {"unlinkat", SYS_unlinkat},
      {"mkdirat", SYS_mkdirat},
      {"linkat", SYS_linkat},
      {"symlinkat", SYS_symlinkat},
      {"fchown", SYS_fchown},
      {"fchmod", SYS_fchmod},
      {"fchownat", SYS_fchownat},
      {"fchmodat", SYS_fchmodat},
      {"utimensat", SYS_utimensat},
      {"fsetxattr", SYS_fsetxattr},
      {"getdents64", SYS_getdents64},
      {"newfstatat", SYS_newfstatat},
      {"close", SYS_close},
#ifdef __x86_64__
      {"open", SYS_open},
      {"rename", SYS_rename},
      {"unlink", SYS_unlink},
      {"rmdir", SYS_rmdir},
      {"mkdir", SYS_mkdir},
      {"link", SYS_link},
      {"symlink", SYS_symlink},
      {"chmod", SYS_chmod},
      {"chown", SYS_chown},
      {"lchown", SYS_lchown},
#endif
  };
  return known;
}

int error_named(const std::string& name) {
  if (name == "ENOSPC") return ENOSPC;
  if (name == "EDQUOT") return EDQUOT;
  if (name == "EROFS") return EROFS;
  return name == "EIO" ? EIO : 0;
}

#ifdef __x86_64__
void skip_call(pid_t pid) {
  ptrace(PTRACE_POKEUSER, pid, offsetof(user_regs_struct, orig_rax), -1L);
}
void set_result(pid_t pid, long value) {
  ptrace(PTRACE_POKEUSER, pid, offsetof(user_regs_struct, rax), value);
}
#else
void skip_call(pid_t /*pid*/) { std::_Exit(kUnknownProcessor); }
void set_result(pid_t /*pid*/, long /*value*/) { std::_Exit(kUnknownProcessor); }
#endif

class Injection {
 public:
  Injection(std::string kind, const std::string& when, const std::string& calls)
      : kind_(std::move(kind)), at_(std::stoul(when)), lasts_(when.ends_with('+')) {
    std::istringstream names(calls);
    for (std::string name; std::getline(names, name, ',');) {
      if (name == "openat-reading") {
        reading_ = true;
        calls_.insert(SYS_openat);
      } else {
        calls_.insert(numbers().at(name));
      }
    }
  }

  /// Follows the command until none of its processes is left. Returns its wait(2) status.
  int follow(pid_t command) {
    command_ = command;
    int ended = 0;
    int status = 0;
    known_.insert(command);
    while (!known_.empty()) {
      const pid_t pid = waitpid(-1, &status, __WALL);
      if (pid < 0) break;
      if (WIFSTOPPED(status)) {
        stopped(pid, status);
        continue;
      }
      known_.erase(pid);
      if (pid == command) ended = status;
    }
    return ended;
  }

  [[nodiscard]] unsigned long count() const { return count_; }

 private:
  void stopped(pid_t pid, int status) {
    const int event = status >> 16;
    int signal = WSTOPSIG(status);
    const bool is_new = known_.insert(pid).second;
    if (event == PTRACE_EVENT_EXEC && (pid != command_ || executed_)) {
      known_.erase(pid);
      ptrace(PTRACE_DETACH, pid, nullptr, nullptr);
      return;
    }
    if (event == PTRACE_EVENT_EXEC) executed_ = true;
    if (signal == (SIGTRAP | 0x80)) at_call(pid);
    // A stop of ptrace's own is no signal for the process.
    if (event != 0 || signal == (SIGTRAP | 0x80) || (is_new && signal == SIGSTOP)) signal = 0;
    ptrace(PTRACE_SYSCALL, pid, nullptr, static_cast<long>(signal));
  }

  void at_call(pid_t pid) {
    __ptrace_syscall_info info{};
    ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info);
    if (info.op == PTRACE_SYSCALL_INFO_EXIT && failing_.erase(pid) > 0) {
      set_result(pid, -error_named(kind_));
    }
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY || !executed_ || !counts(info)) return;
    ++count_;
    if (kind_ == "count" || (lasts_ ? count_ < at_ : count_ != at_)) return;
    if (kind_ == "kill") {
      for (const pid_t one : known_) kill(one, SIGKILL);
    } else if (kind_ == "kill-caller") {
      kill(pid, SIGKILL);
    } else {
      failing_.insert(pid);
      if (info.entry.nr != SYS_close) skip_call(pid);  // which lets go even where it fails
    }
  }

  [[nodiscard]] bool counts(const __ptrace_syscall_info& info) const {
    const long number = static_cast<long>(info.entry.nr);
    if (!calls_.contains(number)) return false;
    constexpr unsigned long kWriting = O_WRONLY | O_RDWR | O_CREAT;
    return number != SYS_openat || reading_ || (info.entry.args[2] & kWriting) != 0;
  }

  std::string kind_;
  unsigned long at_;
  bool lasts_;
  bool reading_ = false;
  std::set<long> calls_;
  pid_t command_ = 0;
  bool executed_ = false;
  unsigned long count_ = 0;
  std::set<pid_t> known_;
  std::set<pid_t> failing_;
};

pid_t start(char** argv) {
  const pid_t pid = fork();
  if (pid == 0) {
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    raise(SIGSTOP);
    execv(argv[0], argv);
    std::_Exit(kBroken);
  }
  int status = 0;
  if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status)) std::_Exit(kBroken);
  constexpr long kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                            PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
  ptrace(PTRACE_SETOPTIONS, pid, nullptr, kOptions);
  ptrace(PTRACE_SYSCALL, pid, nullptr, nullptr);
  return pid;
}
}  // namespace

int main(int argc, char** argv) {
  constexpr int kCommand = 5;
  if (argc <= kCommand) return kBroken;
  Injection injection(argv[1], argv[2], argv[3]);
  const int status = injection.follow(start(argv + kCommand));
  std::ofstream(argv[4]) << injection.count() << "\n";
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
