// A connection to systemd over the system bus.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.hpp"

struct sd_bus;

namespace nutricount::service {

inline constexpr const char* kUnitInterface = "org.freedesktop.systemd1.Unit";
inline constexpr const char* kServiceInterface = "org.freedesktop.systemd1.Service";

/// Connects at the first call. Every call throws Error with systemd's own words.
class Bus {
 public:
  /// The unit's object; a unit that does not exist has one, too.
  [[nodiscard]] std::string unit_path(const std::string& unit);
  [[nodiscard]] std::string text(const std::string& path, const char* interface,
                                 const char* property);
  /// `type` is the D-Bus type of the property: 'u' or 't'.
  [[nodiscard]] std::uint64_t number(const std::string& path, const char* interface,
                                     const char* property, char type);
  /// Calls StartUnit or StopUnit and waits for its job: "done", "failed", "dependency", "timeout",
  /// …
  [[nodiscard]] std::string run_job(const char* method, const std::string& unit,
                                    const Deadline& deadline);
  /// Forgets a failure and the start limit's count; a unit that is not loaded is fine.
  void reset_failed(const std::string& unit);

 private:
  struct Close {
    void operator()(sd_bus* bus) const;
  };
  sd_bus* open();
  std::unique_ptr<sd_bus, Close> bus_;
};

}  // namespace nutricount::service
