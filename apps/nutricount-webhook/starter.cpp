#include "starter.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "base/error.hpp"
#include "deploy/site.hpp"

namespace nutricount::receiver {
namespace fs = std::filesystem;
namespace {
constexpr const char* kDeployer = "nutricount-deploy";

/// The one beside this program, or the PATH's.
std::string deployer() {
  std::error_code error;
  const fs::path beside = fs::read_symlink("/proc/self/exe", error).parent_path() / kDeployer;
  return !error && access(beside.c_str(), X_OK) == 0 ? beside.string() : kDeployer;
}

/// What this process was given for itself alone stays here: the secret above all.
std::vector<char*> environment_for_child() {
  constexpr std::array<std::string_view, 5> kOwn{
      "WEBHOOK_SECRET=", "LISTEN_PID=", "LISTEN_FDS=", "LISTEN_FDNAMES=", "NOTIFY_SOCKET="};
  std::vector<char*> kept;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view text(*one);
    if (std::none_of(kOwn.begin(), kOwn.end(), [&](auto own) { return text.starts_with(own); })) {
      kept.push_back(*one);
    }
  }
  kept.push_back(nullptr);
  return kept;
}

/// posix_spawn(3): safe beside other threads. In a session of its own, with nothing of ours open.
pid_t spawn(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const auto& one : command) argv.push_back(const_cast<char*>(one.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t child = 0;
  const int error = posix_spawnp(&child, argv.front(), &files, &attributes, argv.data(),
                                 environment_for_child().data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw system_error(error, "cannot start " + command.front());
  return child;
}
}  // namespace

Starter::Starter(const config::Settings& settings, std::vector<std::string> arguments,
                 http::Server& server, Talk& talk)
    : spool_(settings.webhook.spool),
      starts_(!deploy::under_systemd(settings)),
      arguments_(std::move(arguments)),
      server_(server),
      talk_(talk) {}

bool Starter::something_waits() const {
  try {
    return spool_.count() > 0;
  } catch (const Error& error) {
    talk_.say(LogLevel::kError, error.what());
    return false;
  }
}

void Starter::wake() {
  // One runs: when it has ended, whatever waits by then is its successor's.
  if (starts_ && child_ == 0 && something_waits()) start();
}

void Starter::start() {
  std::vector<std::string> command{deployer()};
  command.insert(command.end(), arguments_.begin(), arguments_.end());
  command.insert(command.end(), {"update", "--spool", spool_.directory().string()});
  try {
    child_ = spawn(command);
    talk_.say(LogLevel::kInfo, fmt::format("Deployment started (pid {})", child_));
  } catch (const Error& error) {
    talk_.say(LogLevel::kError, fmt::format("{}; the request waits in {}", error.what(),
                                            spool_.directory().string()));
    try_later();
  }
}

void Starter::child_ended() {
  int status = 0;
  if (child_ == 0 || waitpid(child_, &status, WNOHANG) != child_) return;
  child_ = 0;
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  talk_.say(code == 0 ? LogLevel::kInfo : LogLevel::kError,
            fmt::format("Deployment ended with status {}", code));
  if (code == 0) {
    pause_ = kPause;
    return wake();
  }
  try_later();  // it may not have come to the request, for want of a configuration that can be read
}

/// Not at once, and less often each time. What is delivered meanwhile is tried when it comes, and
/// brings no further tries of its own.
void Starter::try_later() {
  if (tries_later_) return;
  tries_later_ = true;
  constexpr Milliseconds kLongest = std::chrono::minutes(10);
  server_.post_after(pause_, [this] {
    tries_later_ = false;
    wake();
  });
  pause_ = std::min(2 * pause_, kLongest);
}

}  // namespace nutricount::receiver
