#include "service/launch.hpp"

#include <fmt/format.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include "base/error.hpp"
#include "os/child.hpp"
#include "os/fd.hpp"
#include "os/file.hpp"
#include "os/interruption.hpp"
#include "service/app_log.hpp"

namespace nutricount::service {
namespace fs = std::filesystem;
namespace {

void default_signals() {
  os::forget_signals();
  for (int number = 1; number < NSIG; ++number) std::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  if (sigprocmask(SIG_SETMASK, &none, nullptr) != 0) throw system_error("cannot unblock signals");
}

// Nothing of this program stays open in the application, its lock least of all.
void redirect(const AppLog& log) {
  const os::Fd null = os::open_file("/dev/null", O_RDONLY);
  if (dup2(null.get(), STDIN_FILENO) < 0 || dup2(log.fd.get(), STDOUT_FILENO) < 0 ||
      dup2(log.fd.get(), STDERR_FILENO) < 0) {
    throw system_error("cannot redirect the application's output");
  }
  if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
    throw system_error("cannot keep descriptors from the application");
  }
}

// To where sd_listen_fds(3) has it. What is there stays open elsewhere until the command runs: it
// may be what this process reports a failure by, or the lock on starts.
void hand_over(const os::Fd& socket, os::Fd& failure) {
  constexpr int kFirst = 3;
  const int elsewhere = fcntl(kFirst, F_DUPFD_CLOEXEC, kFirst + 1);
  if (failure.get() == kFirst) {
    static_cast<void>(failure.release());
    failure = os::Fd(elsewhere);
  }
  // Onto itself dup2(2) leaves O_CLOEXEC as it is.
  if (dup2(socket.get(), kFirst) < 0 || fcntl(kFirst, F_SETFD, 0) != 0) {
    throw system_error("cannot hand the listening socket over");
  }
  setenv("LISTEN_FDS", "1", 1);
  setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
}

// What belongs to this program, or to the unit that it runs in, must not reach the application.
void clean_environment() {
  std::vector<std::string> unwanted = {"WEBHOOK_SECRET", "LISTEN_FDS",     "LISTEN_PID",
                                       "LISTEN_FDNAMES", "NOTIFY_SOCKET",  "CREDENTIALS_DIRECTORY",
                                       "INVOCATION_ID",  "JOURNAL_STREAM", "SUDO_COMMAND",
                                       "SUDO_USER",      "SUDO_UID",       "SUDO_GID",
                                       "OLDPWD"};
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (text.starts_with("NUTRICOUNT_DEPLOY_"))
      unwanted.emplace_back(text.substr(0, text.find('=')));
  }
  for (const auto& name : unwanted) unsetenv(name.c_str());
}

// With a slash the command is a path from the application's directory, without one it is looked up
// in PATH. Who deploys, and from where, makes no difference to the PATH of the application.
fs::path program_of(const ProcessSettings& settings) {
  const std::string& name = settings.start.front();
  return name.find('/') == std::string::npos ? fs::path(name)
                                             : fs::absolute(settings.directory) / name;
}

[[noreturn]] void become_application(const ProcessSettings& settings) {
  os::become(settings.owner);
  umask(022);
  if (chdir(settings.directory.c_str()) != 0) {
    throw system_error(fmt::format("cannot enter {}", settings.directory.string()));
  }
  const fs::path program = program_of(settings);
  const std::string path =
      program.has_parent_path()
          ? fmt::format("{}:{}", program.parent_path().string(), kApplicationPath)
          : std::string(kApplicationPath);
  setenv("PATH", path.c_str(), 1);
  for (const auto& [name, value] : settings.environment) setenv(name.c_str(), value.c_str(), 1);
  setenv("PWD", settings.directory.c_str(), 1);
  std::vector<std::string> arguments = settings.start;
  arguments.front() = program;
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  throw system_error(fmt::format("cannot run {}", program.string()),
                     "check service.start in the configuration and that the file may be executed");
}

// Everything between fork(2) and execve(2).
[[noreturn]] void be_born(const ProcessSettings& settings, const os::Fd& socket, const AppLog& log,
                          PidRecord record, os::Fd failure) {
  try {
    if (setsid() < 0) throw system_error("cannot make a session");
    default_signals();
    record.process = os::identify(getpid()).value();
    record.started = now();
    // Before the change of user: the state directory belongs to whoever deploys.
    umask(022);
    write_pidfile(settings.state_directory, record);
    redirect(log);
    clean_environment();
    if (socket) hand_over(socket, failure);
    become_application(settings);
  } catch (const Error& error) {
    std::string text = error.what();
    text.push_back('\0');
    text += error.hint();
    // Nobody reads any more where this program was killed meanwhile.
    [[maybe_unused]] const ssize_t written = write(failure.get(), text.data(), text.size());
  } catch (...) {
    [[maybe_unused]] const ssize_t written = write(failure.get(), "unexpected failure", 18);
  }
  _exit(127);
}

// What the new process reports before it becomes the command: nothing when all is well.
std::string wait_for_birth(const os::Fd& failure, const std::string& unit,
                           const Deadline& deadline) {
  std::string text;
  std::array<char, 4096> buffer{};
  while (true) {
    os::throw_if_interrupted();
    if (deadline.passed()) throw os::timed_out("the start of " + unit, deadline);
    pollfd fds[2] = {{failure.get(), POLLIN, 0}, {os::signal_fd(), POLLIN, 0}};
    if (poll(fds, 2, deadline.poll_timeout()) <= 0 || fds[0].revents == 0) continue;
    const ssize_t n = read(failure.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
}
}  // namespace

PidRecord launch(const ProcessSettings& settings, const os::Fd& socket,
                 const os::FileLock& /*starting*/, const Deadline& deadline) {
  const AppLog log = open_app_log(settings.state_directory, settings.owner);
  PidRecord draft;
  draft.unit = settings.unit;
  draft.log_offset = log.offset;
  os::Pipe failure = os::make_pipe();
  // Forked once only: as its parent this program can say how it ended, and it outlives its parent.
  const pid_t pid = fork();
  if (pid < 0) throw system_error("cannot start a process");
  if (pid == 0) be_born(settings, socket, log, draft, std::move(failure.write));
  failure.write.reset();
  const std::string text = wait_for_birth(failure.read, settings.unit, deadline);
  if (!text.empty()) {
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    remove_pidfile(settings.state_directory);
    const auto end = text.find('\0');
    throw Error(fmt::format("cannot start {}: {}", settings.unit, text.substr(0, end)),
                end == std::string::npos ? "" : text.substr(end + 1));
  }
  // A process killed before it could write its pidfile looks the same as one that runs.
  const auto record = read_pidfile(settings.state_directory);
  if (!record || record->process.pid != pid) {
    throw Error(fmt::format("cannot start {}: process {} was killed at once", settings.unit, pid),
                "see dmesg: it may have been killed for lack of memory");
  }
  return *record;
}

}  // namespace nutricount::service
