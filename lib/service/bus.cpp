#include "service/bus.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <systemd/sd-bus.h>

#include <cerrno>
#include <cstdlib>

#include "base/error.hpp"
#include "base/quantity.hpp"
#include "os/interruption.hpp"

namespace nutricount::service {
namespace {
constexpr const char* kDestination = "org.freedesktop.systemd1";
constexpr const char* kManagerPath = "/org/freedesktop/systemd1";
constexpr const char* kManagerInterface = "org.freedesktop.systemd1.Manager";

struct BusError {
  sd_bus_error error = SD_BUS_ERROR_NULL;
  ~BusError() { sd_bus_error_free(&error); }
};
struct DropMessage {
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, DropMessage>;
struct DropSlot {
  void operator()(sd_bus_slot* slot) const { sd_bus_slot_unref(slot); }
};

Error refused(const std::string& action, int result, const BusError& error) {
  const std::string said =
      error.error.message != nullptr ? error.error.message : system_error(-result, action).what();
  const bool denied = result == -EACCES || result == -EPERM;
  return Error(fmt::format("cannot {}: {}", action, said),
               denied ? "run the command as root, or let polkit allow this user to manage the unit"
                      : "see systemctl status, and journalctl -b -u dbus");
}

struct Job {
  std::string path;    // empty until the call has answered
  std::string result;  // empty until it is removed
};

int on_job_removed(sd_bus_message* message, void* data, sd_bus_error* /*error*/) {
  auto& job = *static_cast<Job*>(data);
  std::uint32_t id = 0;
  const char* path = nullptr;
  const char* unit = nullptr;
  const char* result = nullptr;
  if (sd_bus_message_read(message, "uoss", &id, &path, &unit, &result) < 0) return 0;
  if (!job.path.empty() && job.path == path) job.result = result;
  return 0;
}

// Waits for the next message; throws at the deadline and when interrupted.
void wait_for_message(sd_bus* bus, const Deadline& deadline, const std::string& what) {
  while (true) {
    os::throw_if_interrupted();
    if (deadline.passed()) {
      throw Error(fmt::format("{} did not finish within {}", what,
                              format_duration(deadline.allowed().value_or(Milliseconds(0)))),
                  "see systemctl list-jobs");
    }
    pollfd fds[2] = {{sd_bus_get_fd(bus), POLLIN, 0}, {os::signal_fd(), POLLIN, 0}};
    if (poll(fds, 2, deadline.poll_timeout()) > 0 && fds[0].revents != 0) return;
  }
}
}  // namespace

void Bus::Close::operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }

sd_bus* Bus::open() {
  if (bus_) return bus_.get();
  sd_bus* opened = nullptr;
  const int result = sd_bus_open_system(&opened);
  if (result < 0) {
    const Error cause = system_error(-result, "cannot reach systemd over D-Bus");
    throw usage_error(cause.what(),
                      "is dbus running? Without systemd set service.manager = \"process\"");
  }
  bus_.reset(opened);
  return opened;
}

std::string Bus::unit_path(const std::string& unit) {
  BusError error;
  sd_bus_message* raw = nullptr;
  const int result = sd_bus_call_method(open(), kDestination, kManagerPath, kManagerInterface,
                                        "LoadUnit", &error.error, &raw, "s", unit.c_str());
  const Message reply(raw);
  if (result < 0) throw refused("look at " + unit, result, error);
  const char* path = nullptr;
  if (sd_bus_message_read(raw, "o", &path) < 0) throw Error("systemd gave no unit path");
  return path;
}

std::string Bus::text(const std::string& path, const char* interface, const char* property) {
  BusError error;
  char* raw = nullptr;
  const int result = sd_bus_get_property_string(open(), kDestination, path.c_str(), interface,
                                                property, &error.error, &raw);
  const std::unique_ptr<char, decltype(&std::free)> value(raw, std::free);
  if (result < 0) throw refused(fmt::format("read {}", property), result, error);
  return value.get();
}

std::uint64_t Bus::number(const std::string& path, const char* interface, const char* property,
                          char type) {
  BusError error;
  std::uint32_t narrow = 0;
  std::uint64_t wide = 0;
  void* target = type == 'u' ? static_cast<void*>(&narrow) : &wide;
  const int result = sd_bus_get_property_trivial(open(), kDestination, path.c_str(), interface,
                                                 property, &error.error, type, target);
  if (result < 0) throw refused(fmt::format("read {}", property), result, error);
  return type == 'u' ? narrow : wide;
}

std::string Bus::run_job(const char* method, const std::string& unit, const Deadline& deadline) {
  sd_bus* bus = open();
  const std::string action = fmt::format("{} {}", method, unit);
  Job job;
  sd_bus_slot* raw_slot = nullptr;
  // The match comes before the call: a job may be over before the call has answered.
  int result = sd_bus_match_signal(bus, &raw_slot, kDestination, kManagerPath, kManagerInterface,
                                   "JobRemoved", on_job_removed, &job);
  const std::unique_ptr<sd_bus_slot, DropSlot> slot(raw_slot);
  BusError error;
  if (result < 0) throw refused(action, result, error);
  sd_bus_call_method(bus, kDestination, kManagerPath, kManagerInterface, "Subscribe", nullptr,
                     nullptr, "");
  sd_bus_message* raw = nullptr;
  result = sd_bus_call_method(bus, kDestination, kManagerPath, kManagerInterface, method,
                              &error.error, &raw, "ss", unit.c_str(), "replace");
  const Message reply(raw);
  if (result < 0) throw refused(action, result, error);
  const char* path = nullptr;
  if (sd_bus_message_read(raw, "o", &path) < 0) throw Error("systemd gave no job path");
  job.path = path;
  // Signals that came before the answer are still queued: they are dispatched only now.
  while (job.result.empty()) {
    result = sd_bus_process(bus, nullptr);
    if (result < 0) throw refused(action, result, error);
    if (result == 0) wait_for_message(bus, deadline, action);
  }
  return job.result;
}

void Bus::reset_failed(const std::string& unit) {
  BusError error;
  sd_bus_call_method(open(), kDestination, kManagerPath, kManagerInterface, "ResetFailedUnit",
                     &error.error, nullptr, "s", unit.c_str());
}

}  // namespace nutricount::service
