// The application as a process that this program starts itself, for machines without systemd.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "os/fd.hpp"
#include "os/file.hpp"
#include "os/interruption.hpp"
#include "service/manager.hpp"
#include "service/session.hpp"

namespace nutricount::service {
namespace fs = std::filesystem;
using nlohmann::json;
namespace {
constexpr off_t kLogLimit = 1 << 20;

struct PidFile {
  os::ProcessId process;
  Timestamp started;
  std::uint64_t log_offset = 0;
};

class ProcessManager : public Manager {
 public:
  explicit ProcessManager(ProcessSettings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] std::string name() const override { return "process"; }

  [[nodiscard]] std::vector<UnitState> states() const override {
    UnitState state{.unit = settings_.unit, .active = "inactive", .sub = "dead"};
    if (const auto file = read_pid_file()) {
      if (os::is_alive(file->process)) {
        state.active = "active";
        state.sub = "running";
        state.main_pid = file->process.pid;
        state.since = file->started;
      } else if (file->process.boot_id == os::boot_id()) {
        // Nobody but its parent learns how a process ended; that it did is enough.
        state.active = state.sub = "failed";
        state.gave_up = true;
        state.reason = "ended right after its start";
      }
    }
    return {state};
  }

  void stop(const Deadline& deadline) override {
    const auto file = read_pid_file();
    if (file && file->process.boot_id == os::boot_id()) end(file->process, deadline);
    os::remove_durably(pid_path());
  }

  void start(const Deadline& /*deadline*/) override {
    if (const auto file = read_pid_file(); file && os::is_alive(file->process)) return;
    rotate_log();
    os::Fd log = os::open_file(log_path(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0640);
    os::give_to(log.get(), settings_.owner, log_path());
    os::Fd pid_file = os::open_file(pid_path(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644);
    os::Pipe failure = os::make_pipe();
    launch(pid_file, log, failure.write);
    failure.write.reset();
    std::string reason;
    std::array<char, 512> buffer{};
    ssize_t n = 0;
    while ((n = read(failure.read.get(), buffer.data(), buffer.size())) > 0 ||
           (n < 0 && errno == EINTR)) {
      if (n > 0) reason.append(buffer.data(), static_cast<std::size_t>(n));
    }
    if (reason.empty()) return;
    os::remove_durably(pid_path());
    throw Error(reason, "check service.start in the configuration");
  }

  [[nodiscard]] std::vector<std::string> last_lines(std::size_t count,
                                                    Timestamp /*since*/) const override {
    const auto file = read_pid_file();
    const os::Fd log = os::open_if_exists(log_path(), O_RDONLY);
    if (!file || !log) return {};
    constexpr off_t kTail = 16384;
    const off_t end = lseek(log.get(), 0, SEEK_END);
    const off_t from = std::max(static_cast<off_t>(file->log_offset), end - kTail);
    std::string text(static_cast<std::size_t>(std::max<off_t>(0, end - from)), '\0');
    const ssize_t n = pread(log.get(), text.data(), text.size(), from);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, n)));
    return tail_of(text, count);
  }

 private:
  [[nodiscard]] fs::path pid_path() const { return settings_.state_directory / "app.pid"; }
  [[nodiscard]] fs::path log_path() const { return settings_.state_directory / "app.log"; }

  [[nodiscard]] std::optional<PidFile> read_pid_file() const {
    const auto text = os::read_file(pid_path(), 4096);
    if (!text) return std::nullopt;
    const json value = json::parse(*text, nullptr, false);
    if (!value.is_object()) return std::nullopt;  // torn by a power cut: no process outlived that
    try {
      const auto started = from_utc(value.at("started").get<std::string>());
      return PidFile{{value.at("pid"), value.at("start_time"), value.at("boot_id")},
                     started.value_or(Timestamp{}),
                     value.at("log_offset")};
    } catch (const json::exception&) {
      return std::nullopt;
    }
  }

  void rotate_log() const {
    const auto st = os::look_at(log_path());
    if (st && st->st_size > kLogLimit) os::rename_durably(log_path(), log_path().string() + ".1");
  }

  void end(const os::ProcessId& leader, const Deadline& deadline) const {
    if (os::is_alive(leader) && kill(leader.pid, SIGTERM) == 0) {
      static_cast<void>(os::wait_for_end(leader, deadline.within(settings_.stop_timeout)));
    }
    // What is left of its session: workers that outlived it, or all of it after the time-out.
    for (const auto& process : session_of(leader)) kill(process.pid, SIGKILL);
    constexpr Milliseconds kGone{5000};
    for (const auto& process : session_of(leader)) {
      if (os::wait_for_end(process, Deadline(kGone))) continue;
      throw Error(
          fmt::format("{} (pid {}) does not end, not even by SIGKILL", settings_.unit, process.pid),
          "it hangs in the kernel: see dmesg");
    }
  }

  // Two forks: the application is nobody's child here, and leads a session of its own.
  void launch(const os::Fd& pid_file, const os::Fd& log, const os::Fd& failure) const {
    const pid_t child = fork();
    if (child < 0) throw system_error("cannot start a process");
    if (child == 0) {
      const pid_t grandchild = fork();
      if (grandchild != 0) _exit(grandchild < 0 ? 1 : 0);
      become_application(pid_file, log, failure);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (status != 0) throw Error("cannot start a process", "see ulimit -u");
  }

  [[noreturn]] void become_application(const os::Fd& pid_file, const os::Fd& log,
                                       const os::Fd& failure) const {
    try {
      os::forget_signals();
      if (setsid() < 0) throw system_error("cannot start a session");
      write_pid_file(pid_file, log);
      for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) std::signal(number, SIG_DFL);
      umask(022);
      const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
      if (null < 0 || dup2(null, 0) < 0 || dup2(log.get(), 1) < 0 || dup2(log.get(), 2) < 0) {
        throw system_error("cannot redirect the application's output");
      }
      os::become(settings_.owner);
      if (chdir(settings_.directory.c_str()) != 0) {
        throw system_error(fmt::format("cannot enter {}", settings_.directory.string()));
      }
      std::vector<char*> argv;
      for (const auto& argument : settings_.start) {
        argv.push_back(const_cast<char*>(argument.c_str()));
      }
      argv.push_back(nullptr);
      execvp(argv[0], argv.data());
      throw system_error(fmt::format("cannot run {}", settings_.start.front()));
    } catch (const std::exception& error) {
      const std::string reason = error.what();
      static_cast<void>(!write(failure.get(), reason.data(), reason.size()));
    }
    _exit(127);
  }

  // By the process itself, before it is the application: there is never one without a pidfile.
  void write_pid_file(const os::Fd& pid_file, const os::Fd& log) const {
    const auto self = os::identify(getpid());
    if (!self) throw Error("cannot read /proc/self/stat");
    const off_t offset = lseek(log.get(), 0, SEEK_END);
    const json text{{"pid", self->pid},
                    {"start_time", self->start_time},
                    {"boot_id", self->boot_id},
                    {"started", to_utc(now())},
                    {"log_offset", std::max<off_t>(0, offset)},
                    {"unit", settings_.unit}};
    os::write_all(pid_file.get(), text.dump() + "\n", pid_path());
  }

  ProcessSettings settings_;
};
}  // namespace

std::unique_ptr<Manager> make_process_manager(ProcessSettings settings) {
  return std::make_unique<ProcessManager>(std::move(settings));
}

}  // namespace nutricount::service
