#include "report/health_text.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "report/screen.hpp"

namespace nutricount::report {

nlohmann::json to_json(const deploy::HealthSeen& seen) {
  return {{"status", seen.healthy ? "healthy" : "unhealthy"},
          {"timestamp", to_utc(now())},
          {"http_status", seen.status},
          {"attempts", seen.attempts},
          {"seconds", seen.seconds},
          {"reason", seen.reason}};
}

void tell_health(const deploy::HealthSeen& seen, const Options& options) {
  const std::string words = seen.healthy
                                ? "Application is healthy"
                                : fmt::format("Application health check failed: {}", seen.reason);
  options.log.write(seen.healthy ? LogLevel::kInfo : LogLevel::kError, words);
  if (options.json) {
    print_document(to_json(seen));
    return;
  }
  if (options.quiet && seen.healthy) return;
  Screen screen(options.quiet ? stderr : stdout, options.color);
  screen.line(screen.mark(seen.healthy ? "✅" : "❌", seen.healthy ? "ok" : "failed"), words);
}

}  // namespace nutricount::report
