#include "os/process.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <sstream>

#include "base/error.hpp"
#include "os/fd.hpp"
#include "os/file.hpp"
#include "os/interruption.hpp"

namespace nutricount::os {
namespace {
struct Stat {
  char state = 0;
  pid_t session = 0;
  std::uint64_t start_time = 0;
};

// Nothing where there is no such process. What else fails is an error: taken for an end, it would
// let a second process be started beside the first.
std::optional<std::string> stat_text(pid_t pid) {
  const std::string path = fmt::format("/proc/{}/stat", pid);
  const Fd file = open_if_exists(path, O_RDONLY);
  if (!file) return std::nullopt;
  std::array<char, 4096> buffer{};
  const ssize_t n = read(file.get(), buffer.data(), buffer.size());
  if (n < 0 && errno == ESRCH) return std::nullopt;  // it ended while we read
  if (n < 0) throw system_error(fmt::format("cannot read {}", path));
  return std::string(buffer.data(), static_cast<std::size_t>(n));
}

Fd open_process(pid_t pid) {
  Fd process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (process || errno == ESRCH || errno == EINVAL) return process;
  throw system_error(fmt::format("cannot watch process {}", pid));
}

std::optional<Stat> read_stat(pid_t pid) {
  const auto text = stat_text(pid);
  if (!text) return std::nullopt;
  // The command in parentheses may hold anything, also spaces and ')': start after the last one.
  const auto end = text->rfind(')');
  if (end == std::string::npos) return std::nullopt;
  std::istringstream fields(text->substr(end + 1));
  Stat stat;
  fields >> stat.state;
  std::string skipped;
  fields >> skipped >> skipped >> stat.session;  // 4: parent, 5: group, 6: session
  for (int field = 7; field < 22; ++field) fields >> skipped;
  fields >> stat.start_time;
  if (!fields) return std::nullopt;
  return stat;
}
}  // namespace

std::string boot_id() {
  auto text = read_file("/proc/sys/kernel/random/boot_id", 128).value_or("");
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::optional<ProcessId> identify(pid_t pid) {
  const auto stat = read_stat(pid);
  if (!stat || stat->state == 'Z' || stat->state == 'X') return std::nullopt;
  return ProcessId{pid, stat->start_time, boot_id()};
}

bool is_alive(const ProcessId& process) {
  return process.pid > 0 && identify(process.pid) == process;
}

bool wait_for_end(const ProcessId& process, const Deadline& deadline) {
  const Fd pidfd = open_process(process.pid);
  // Opened first, compared after: from here on the descriptor means this very process.
  if (!pidfd || !is_alive(process)) return true;
  while (!deadline.passed()) {
    throw_if_interrupted();
    pollfd fds[2] = {{pidfd.get(), POLLIN, 0}, {signal_fd(), POLLIN, 0}};
    if (poll(fds, 2, deadline.poll_timeout()) > 0 && (fds[0].revents & POLLIN) != 0) return true;
  }
  return false;
}

bool signal_group(const ProcessId& leader, int signal) {
  if (leader.pid <= 1 || leader.boot_id != boot_id()) return false;
  // A group keeps its leader's pid from being used again, so another process under this pid means
  // that the group is gone.
  const auto current = read_stat(leader.pid);
  if (current && current->start_time != leader.start_time) return false;
  return kill(-leader.pid, signal) == 0;
}

bool signal_process(const ProcessId& process, int signal) {
  const Fd pidfd = open_process(process.pid);
  // Opened first, compared after: from here on the descriptor means this very process.
  if (!pidfd || !is_alive(process)) return false;
  if (syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0) == 0) return true;
  if (errno == ESRCH) return false;
  throw system_error(fmt::format("cannot send signal {} to process {}", signal, process.pid));
}

std::vector<ProcessId> session_members(const ProcessId& leader) {
  std::vector<ProcessId> members;
  const std::string boot = boot_id();
  if (leader.pid <= 1 || leader.boot_id != boot) return members;
  const auto current = read_stat(leader.pid);
  if (current && current->start_time != leader.start_time) return members;  // the pid is another's
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const pid_t pid = std::stoi(name);
    const auto stat = read_stat(pid);
    if (!stat || stat->state == 'Z' || stat->state == 'X') continue;
    if (stat->session != leader.pid || stat->start_time < leader.start_time) continue;
    members.push_back({pid, stat->start_time, boot});
  }
  return members;
}

}  // namespace nutricount::os
