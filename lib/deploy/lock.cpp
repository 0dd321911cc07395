#include "deploy/lock.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/json_text.hpp"
#include "base/quantity.hpp"
#include "os/owner.hpp"
#include "os/process.hpp"

namespace nutricount::deploy {
namespace fs = std::filesystem;
using nlohmann::json;
namespace {
fs::path path_in(const config::Settings& settings) {
  const fs::path& state = settings.state.directory;
  std::error_code error;
  fs::create_directories(state, error);
  if (!error && access(state.c_str(), W_OK) == 0) return state / "lock";
  throw usage_error(fmt::format("cannot write to the state directory {}", state.string()),
                    fmt::format("run the command as root, or give it to {}: chown {} {}",
                                os::current_user().name, os::current_user().name, state.string()));
}

// A holder that was killed while it started a process leaves the lock to that process, until it has
// become the application or the command: nobody deploys, and nobody may be told so.
std::optional<os::FileLock> take_file(const fs::path& path, Milliseconds wait) {
  constexpr Milliseconds kStarted{5000};
  auto file = os::FileLock::take(path, Deadline(wait));
  if (file) return file;
  const auto holder = holder_of(path);
  if (!holder || os::identify(holder->pid)) return std::nullopt;
  return os::FileLock::take(path, Deadline(kStarted));
}
}  // namespace

Lock::Lock(os::FileLock file, std::string command)
    : file_(std::move(file)),
      command_(std::move(command)),
      since_(to_log_time(now()).substr(11, 8)) {
  at("begin");
}

Lock Lock::take(const config::Settings& settings, std::string command, Milliseconds wait) {
  const fs::path path = path_in(settings);
  auto file = take_file(path, wait);
  if (file) return {std::move(*file), std::move(command)};
  throw Error(
      holder_in(path),
      wait.count() > 0
          ? fmt::format("it did not end within {}", format_duration(wait))
          : "wait for it with --wait 5m, or watch it: journalctl -fu nutricount-deploy-update",
      ExitStatus::kLocked);
}

std::optional<Lock> Lock::try_take(const config::Settings& settings, std::string command) {
  auto file = take_file(path_in(settings), Milliseconds(0));
  if (!file) return std::nullopt;
  return Lock(std::move(*file), std::move(command));
}

void Lock::at(std::string_view step) const {
  file_.describe(json{
      {"pid", getpid()},
      {"user", os::current_user().name},
      {"command", command_},
      {"since", since_},
      {"step", step}}.dump());
}

std::optional<Holder> holder_of(const fs::path& lock) {
  try {
    const json text = parse_json(os::FileLock::text(lock));
    return Holder{.pid = whole_number<pid_t>(text.at("pid")),
                  .user = text.at("user").get<std::string>(),
                  .command = text.at("command").get<std::string>(),
                  .since = text.at("since").get<std::string>(),
                  .step = text.at("step").get<std::string>()};
  } catch (const std::exception&) {
    return std::nullopt;  // it has not said yet, or a newer version says it differently
  }
}

std::string holder_in(const fs::path& lock) {
  std::string who = "another deployment is running";
  const auto holder = holder_of(lock);
  if (!holder) return who;
  return who + fmt::format(": {} by {} (pid {}) since {}, now at \"{}\"", holder->command,
                           holder->user, holder->pid, holder->since, holder->step);
}

void Gate::close() {
  constexpr Milliseconds kLookedAt{5000};  // others hold it for the moment of a look
  if (file_) return;
  file_ = os::FileLock::take(path_, Deadline(kLookedAt));
  if (file_) return;
  throw Error(fmt::format("cannot close {}: another process holds it", path_.string()),
              fmt::format("see which one, and end it: fuser -v {}", path_.string()));
}

bool Gate::is_closed() const { return !os::FileLock::take(path_, Deadline(Milliseconds(0))); }

}  // namespace nutricount::deploy
