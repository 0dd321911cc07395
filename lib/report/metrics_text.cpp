#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/printable.hpp"
#include "base/quantity.hpp"
#include "deploy/plan.hpp"
#include "report/metrics.hpp"

namespace nutricount::report {
using deploy::Status;
namespace {
class Lines {
 public:
  void section(std::string_view title) {
    if (!text_.empty()) text_ += '\n';
    text_ += fmt::format("=== {} ===\n", title);
  }
  void line(std::string_view text) { text_ += printable(text) + "\n"; }
  [[nodiscard]] std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

std::string ago(const Status& status, Timestamp time) {
  return format_between(time, status.time) + " ago";
}

std::string parts_of(const machine::ByMode& shares) {
  constexpr double kShown = 0.0005;  // as 0.1
  std::vector<std::string> parts;
  for (std::size_t mode = 0; mode < shares.size(); ++mode) {
    if (shares.at(mode) < kShown) continue;
    parts.push_back(fmt::format("{} {:.1f}", machine::kCpuModes.at(mode), 100 * shares.at(mode)));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string used_of(std::uint64_t used, std::uint64_t all) {
  return fmt::format("{}/{}", format_bytes(used), format_bytes(all));
}

void add_throttling(Lines& lines, const machine::Machine& machine) {
  if (machine.throttling) {
    const auto now = words_of(machine.throttling->now);
    const auto before = words_of(machine.throttling->since_boot);
    lines.line(fmt::format("Throttling: {}{}", now.empty() ? "none" : now,
                           before.empty() ? "" : fmt::format(" (since boot: {})", before)));
  } else if (machine.under_voltage) {
    lines.line(fmt::format("Voltage: {}", *machine.under_voltage ? "too low" : "good"));
  }
}

void add_machine(Lines& lines, const machine::Machine& machine) {
  lines.section("System Metrics");
  if (machine.cpu_shares) {
    lines.line(fmt::format("CPU: {:.1f} % ({})", 100 * machine::busy_share(*machine.cpu_shares),
                           parts_of(*machine.cpu_shares)));
  }
  if (const auto& memory = machine.memory) {
    lines.line(fmt::format("Memory: {}", used_of(memory->used(), memory->total)));
    if (memory->swap_total > 0) {
      lines.line(fmt::format("Swap: {}", used_of(memory->swap_used(), memory->swap_total)));
    }
  }
  for (const auto& disk : machine.disks) {
    lines.line(fmt::format("Disk: {} ({}%) {}", used_of(disk.used, disk.size), used_percent(disk),
                           disk.path.string()));
  }
  if (const auto zone = hottest(machine.zones)) {
    lines.line(fmt::format("Temperature: {:.1f} °C ({})", zone->celsius, zone->type));
  }
  add_throttling(lines, machine);
  if (machine.load) lines.line(fmt::format("Load: {:.2f}", fmt::join(*machine.load, " ")));
  if (machine.uptime_seconds) {
    lines.line(fmt::format("Uptime: {}", format_seconds(*machine.uptime_seconds)));
  }
}

std::string words_of(const Status& status, const service::UnitState& unit) {
  std::string words = fmt::format("{} ({}", unit.active, unit.unit);
  if (unit.since) words += fmt::format(", started {}", ago(status, *unit.since));
  if (unit.restarts > 0) words += ", " + count_of(unit.restarts, "restart");
  if (!unit.reason.empty()) words += ", " + unit.reason;
  return words + ")";
}

void add_services(Lines& lines, const Status& status) {
  lines.section("Service Status");
  if (status.webhook) lines.line("Webhook: " + words_of(status, *status.webhook));
  for (const auto& unit : status.units) lines.line("App: " + words_of(status, unit));
}

void add_deployments(Lines& lines, const Status& status, std::size_t count) {
  lines.section("Recent Deployments");
  for (const auto& one : newest(status.deployments, count)) {
    const std::string down =
        one.downtime_seconds ? fmt::format(", down {}", format_seconds(*one.downtime_seconds)) : "";
    lines.line(fmt::format("{}  {:<8}  {:<11}  {}  {}  ({}{})", one.id, one.command, one.result,
                           deploy::brief(one.to), one.subject, format_seconds(one.seconds), down));
  }
  std::vector<std::string> counts;
  for (const auto& [what, times] : status.outcomes) {
    counts.push_back(fmt::format("{} {} {}", what.first, what.second, times));
  }
  lines.line(fmt::format("Outcomes: {}",
                         counts.empty() ? "none" : fmt::format("{}", fmt::join(counts, ", "))));
  if (const auto* one = status.live()) {
    lines.line(fmt::format("Live: {} (since {}, {})", deploy::brief(one->to), one->id,
                           ago(status, one->started)));
  }
}

void add_backups(Lines& lines, const Status& status) {
  lines.section("Backups");
  lines.line(
      fmt::format("Count: {} ({})", status.backups.size(), format_bytes(status.backup_bytes())));
  if (!status.backups.empty()) {
    const auto& newest = status.backups.back();
    lines.line(fmt::format("Newest: {} ({})", newest.id, ago(status, newest.time)));
  }
  if (const auto verified = status.last_verification()) {
    const auto bad = status.damaged();
    lines.line(fmt::format("Verified: {} ({})", bad.empty() ? "good" : "damaged",
                           ago(status, verified->time)));
    if (!bad.empty()) lines.line(fmt::format("Damaged: {}", fmt::join(bad, ", ")));
  }
}
}  // namespace

model::Deployments newest(const model::Deployments& deployments, std::size_t count) {
  const auto taken = static_cast<std::ptrdiff_t>(std::min(count, deployments.size()));
  return {deployments.rbegin(), deployments.rbegin() + taken};
}

std::string words_of(const machine::Throttling::Flags& flags) {
  std::vector<std::string_view> words;
  if (flags.under_voltage) words.emplace_back("under-voltage");
  if (flags.frequency_capped) words.emplace_back("frequency capped");
  if (flags.throttled) words.emplace_back("throttled");
  if (flags.soft_temperature_limit) words.emplace_back("soft temperature limit");
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string metrics_text(const Status& status, std::size_t deployments) {
  Lines lines;
  add_machine(lines, status.machine);
  add_services(lines, status);
  add_deployments(lines, status, deployments);
  add_backups(lines, status);
  return std::move(lines).text();
}

}  // namespace nutricount::report
