// org.freedesktop.systemd1 over the system bus: calls, properties, and the wait for a job.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "service/libsystemd.hpp"

namespace nutricount::service {

/// What systemd answered with instead of a result.
struct BusFailure {
  std::string name;     ///< org.freedesktop.systemd1.NoSuchUnit, …
  std::string message;  ///< in systemd's words
};

class Bus {
 public:
  /// Connects. Throws, with what to do next, where there is no bus.
  Bus();

  /// The object of a unit, loaded if need be; one without a unit file has LoadState "not-found".
  [[nodiscard]] std::string load_unit(const std::string& unit);
  /// Properties of interface org.freedesktop.systemd1.INTERFACE.
  [[nodiscard]] std::string text(const std::string& object, const char* interface,
                                 const char* property);
  [[nodiscard]] std::uint32_t number32(const std::string& object, const char* interface,
                                       const char* property);
  [[nodiscard]] std::int32_t signed32(const std::string& object, const char* interface,
                                      const char* property);
  [[nodiscard]] std::uint64_t number64(const std::string& object, const char* interface,
                                       const char* property);

  /// ResetFailedUnit: forgets failures and the count of starts that the start limit looks at.
  std::optional<BusFailure> reset_failed(const std::string& unit);

  struct Job {
    std::optional<BusFailure> refused;  ///< no job was made
    std::string result;  ///< "done", "failed", "timeout", "canceled", …; empty at the deadline
  };
  /// Calls StartUnit, StopUnit or RestartUnit (mode "replace") and waits until the job is gone.
  /// Throws on an interruption and where the connection is lost.
  [[nodiscard]] Job run_job(const char* method, const std::string& unit, const Deadline& deadline);

 private:
  void trivial(const std::string& object, const char* interface, const char* property, char type,
               void* into);
  struct Closer {
    void operator()(sd_bus* bus) const { systemd().bus_flush_close_unref(bus); }
  };
  std::unique_ptr<sd_bus, Closer> bus_;
  bool subscribed_ = false;
};

/// An Error in the words of a BusFailure: "ACTION: MESSAGE" and what to do about it.
[[nodiscard]] Error bus_error(const std::string& action, const BusFailure& failure);

}  // namespace nutricount::service
