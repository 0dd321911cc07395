#include "service/bus.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "os/interruption.hpp"

namespace nutricount::service {
namespace {
constexpr const char* kService = "org.freedesktop.systemd1";
constexpr const char* kObject = "/org/freedesktop/systemd1";
constexpr const char* kManager = "org.freedesktop.systemd1.Manager";

struct Release {
  void operator()(sd_bus_message* message) const { systemd().bus_message_unref(message); }
  void operator()(sd_bus_slot* slot) const { systemd().bus_slot_unref(slot); }
  void operator()(char* text) const { std::free(text); }
};
using Message = std::unique_ptr<sd_bus_message, Release>;
using Slot = std::unique_ptr<sd_bus_slot, Release>;

// sd_bus_error, freed on every way out.
struct Failure {
  sd_bus_error error{};  // what SD_BUS_ERROR_NULL is, which is C99
  Failure() = default;
  Failure(const Failure&) = delete;
  Failure& operator=(const Failure&) = delete;
  ~Failure() { systemd().bus_error_free(&error); }

  [[nodiscard]] BusFailure with(int result) const {
    if (error.name == nullptr) return {"", std::strerror(-result)};
    return {error.name, error.message != nullptr ? error.message : std::strerror(-result)};
  }
};

struct WaitedJob {
  std::string path;
  std::optional<std::string> result;
};

int on_job_removed(sd_bus_message* message, void* data, sd_bus_error* /*error*/) {
  auto& job = *static_cast<WaitedJob*>(data);
  std::uint32_t id = 0;
  const char* path = nullptr;
  const char* unit = nullptr;
  const char* result = nullptr;
  if (systemd().bus_message_read(message, "uoss", &id, &path, &unit, &result) >= 0 &&
      job.path == path) {
    job.result = result;
  }
  return 0;
}

void check(int result, const std::string& action) {
  if (result < 0) {
    throw system_error(-result, action, "see whether the system bus runs: systemctl status dbus");
  }
}

// Until the bus has something to read, a signal arrives or the deadline passes.
void wait_for_bus(sd_bus* bus, const Deadline& deadline) {
  const int events = systemd().bus_get_events(bus);
  check(events, "the connection to the system bus is broken");
  std::uint64_t until = 0;
  check(systemd().bus_get_timeout(bus, &until), "the connection to the system bus is broken");
  // systemd's own timeouts are rare here; a look once a second serves them.
  const int step = until == UINT64_MAX ? -1 : 1000;
  pollfd fds[2] = {{systemd().bus_get_fd(bus), static_cast<short>(events), 0},
                   {os::signal_fd(), POLLIN, 0}};
  if (poll(fds, 2, deadline.poll_timeout(step)) < 0 && errno != EINTR) {
    throw system_error("cannot wait for the system bus");
  }
}

// True when the job is gone, false at the deadline.
bool wait_for_job(sd_bus* bus, const WaitedJob& job, const Deadline& deadline) {
  while (!job.result) {
    os::throw_if_interrupted();
    const int processed = systemd().bus_process(bus, nullptr);
    check(processed, "the connection to the system bus is broken");
    if (processed > 0) continue;
    if (deadline.passed()) return false;
    wait_for_bus(bus, deadline);
  }
  return true;
}
}  // namespace

Bus::Bus() {
  sd_bus* bus = nullptr;
  const int result = systemd().bus_open_system(&bus);
  bus_.reset(bus);
  if (result < 0) {
    const Error cause = system_error(-result, "cannot connect to systemd over the system bus");
    throw usage_error(cause.what(),
                      "install and start dbus, or set service.manager = \"process\" where systemd "
                      "does not run");
  }
}

std::string Bus::load_unit(const std::string& unit) {
  Failure failure;
  sd_bus_message* raw = nullptr;
  const int result = systemd().bus_call_method(bus_.get(), kService, kObject, kManager, "LoadUnit",
                                               &failure.error, &raw, "s", unit.c_str());
  const Message reply(raw);
  if (result < 0) throw bus_error(fmt::format("cannot look at {}", unit), failure.with(result));
  const char* path = nullptr;
  check(systemd().bus_message_read(reply.get(), "o", &path), "cannot read systemd's answer");
  return path;
}

std::string Bus::text(const std::string& object, const char* interface, const char* property) {
  Failure failure;
  char* raw = nullptr;
  const int result = systemd().bus_get_property_string(
      bus_.get(), kService, object.c_str(), fmt::format("{}.{}", kService, interface).c_str(),
      property, &failure.error, &raw);
  const std::unique_ptr<char, Release> value(raw);
  if (result < 0) throw bus_error(fmt::format("cannot read {}", property), failure.with(result));
  return value.get();
}

void Bus::trivial(const std::string& object, const char* interface, const char* property, char type,
                  void* into) {
  Failure failure;
  const int result = systemd().bus_get_property_trivial(
      bus_.get(), kService, object.c_str(), fmt::format("{}.{}", kService, interface).c_str(),
      property, &failure.error, type, into);
  if (result < 0) throw bus_error(fmt::format("cannot read {}", property), failure.with(result));
}

std::uint32_t Bus::number32(const std::string& object, const char* interface,
                            const char* property) {
  std::uint32_t value = 0;
  trivial(object, interface, property, 'u', &value);
  return value;
}

std::int32_t Bus::signed32(const std::string& object, const char* interface, const char* property) {
  std::int32_t value = 0;
  trivial(object, interface, property, 'i', &value);
  return value;
}

std::uint64_t Bus::number64(const std::string& object, const char* interface,
                            const char* property) {
  std::uint64_t value = 0;
  trivial(object, interface, property, 't', &value);
  return value;
}

std::optional<BusFailure> Bus::reset_failed(const std::string& unit) {
  Failure failure;
  const int result =
      systemd().bus_call_method(bus_.get(), kService, kObject, kManager, "ResetFailedUnit",
                                &failure.error, nullptr, "s", unit.c_str());
  if (result < 0) return failure.with(result);
  return std::nullopt;
}

Bus::Job Bus::run_job(const char* method, const std::string& unit, const Deadline& deadline) {
  if (!subscribed_) {
    // Without it systemd sends no signals. Refused to nobody, and asked for once is enough.
    check(systemd().bus_call_method(bus_.get(), kService, kObject, kManager, "Subscribe", nullptr,
                                    nullptr, nullptr),
          "cannot subscribe to systemd's signals");
    subscribed_ = true;
  }
  // Matched before the call: a job may be gone before its path is known here. The signals then wait
  // in the connection's queue until wait_for_job looks at them.
  WaitedJob job;
  sd_bus_slot* raw_slot = nullptr;
  check(systemd().bus_match_signal(bus_.get(), &raw_slot, kService, kObject, kManager, "JobRemoved",
                                   on_job_removed, &job),
        "cannot watch systemd's jobs");
  const Slot slot(raw_slot);

  Failure failure;
  sd_bus_message* raw = nullptr;
  const int result = systemd().bus_call_method(bus_.get(), kService, kObject, kManager, method,
                                               &failure.error, &raw, "ss", unit.c_str(), "replace");
  const Message reply(raw);
  if (result < 0) return {failure.with(result), {}};
  const char* path = nullptr;
  check(systemd().bus_message_read(reply.get(), "o", &path), "cannot read systemd's answer");
  job.path = path;
  if (!wait_for_job(bus_.get(), job, deadline)) return {};
  return {std::nullopt, *job.result};
}

Error bus_error(const std::string& action, const BusFailure& failure) {
  const auto is = [&](const char* name) { return failure.name == name; };
  std::string hint = "see systemctl status and journalctl -b for what systemd says about it";
  if (is("org.freedesktop.DBus.Error.AccessDenied") ||
      is("org.freedesktop.DBus.Error.InteractiveAuthorizationRequired")) {
    hint = "run as root or install the polkit rule";
  } else if (is("org.freedesktop.systemd1.NoSuchUnit")) {
    hint =
        "check app.units in the configuration; install the unit file and run "
        "systemctl daemon-reload";
  } else if (is("org.freedesktop.systemd1.UnitMasked")) {
    hint = "the unit is masked: systemctl unmask it";
  } else if (is("org.freedesktop.systemd1.BadUnitSetting")) {
    hint = "the unit file has an error: systemd-analyze verify it";
  } else if (is("org.freedesktop.DBus.Error.InvalidArgs")) {
    hint = "check app.units in the configuration: a unit is named like nutrition-tracker.service";
  }
  return Error(fmt::format("{}: {}", action, failure.message), hint);
}

}  // namespace nutricount::service
