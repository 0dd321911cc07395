// The verdict and the cards.
#include <algorithm>
#include <cmath>

#include "base/quantity.hpp"
#include "deploy/checks.hpp"
#include "deploy/plan.hpp"
#include "report/metrics.hpp"
#include "report/page.hpp"

namespace nutricount::report {
using deploy::Status;
namespace {
Markup card(std::string_view title, const Markup& value, const Markup& below = {}) {
  const Markup small = below.text.empty() ? Markup() : markup("<small>{}</small>", below);
  return markup("<div class=\"card\"><h3>{}</h3><b>{}</b>{}</div>\n", title, value, small);
}

/// With a bar: red above the limit.
Markup share_card(std::string_view title, int percent, int limit, const Markup& below) {
  const Markup over{percent > limit ? "bad" : ""};
  return markup(
      R"(<div class="card"><h3>{}</h3><b class="{}">{} %</b>)"
      R"(<div class="bar"><i class="{}" style="width:{}%"></i></div><small>{}</small></div>)"
      "\n",
      title, over, percent, over, std::clamp(percent, 0, 100), below);
}

Markup used_of(std::uint64_t used, std::uint64_t all) {
  return markup("{} of {}", format_bytes(used), format_bytes(all));
}

Markup unit_card(const Status& status, std::string_view title, const service::UnitState& unit) {
  const bool good = unit.active == "active";
  Markup below = markup("{}", unit.unit);
  if (unit.since) below += markup("<br/>for {}", age_at(status, *unit.since));
  if (unit.restarts > 0) below += markup(", {}", count_of(unit.restarts, "restart"));
  if (!unit.reason.empty()) below += markup("<br/>{}", unit.reason);
  return card(title,
              markup("<span class=\"{}\">{}</span>", Markup{good ? "good" : "bad"},
                     good ? "running" : unit.active),
              below);
}

Markup version_card(const Status& status) {
  const auto* one = status.live();
  if (one == nullptr) return {};
  return markup(R"(<div class="card double"><h3>Version</h3><b><code>{}</code></b>)"
                R"(<small><em>{}</em>for {}</small></div>)"
                "\n",
                deploy::brief(one->to), one->subject, age_at(status, one->started));
}

Markup temperature_card(const Status& status) {
  const auto zone = hottest(status.machine.zones);
  if (!zone) return {};
  const bool over = zone->celsius > status.settings.health.temperature_limit;
  Markup below = markup("{}", zone->type);
  if (const auto& throttling = status.machine.throttling) {
    const auto words = words_of(throttling->now);
    const auto before = words_of(throttling->since_boot);
    below += markup("<br/>{}", words.empty() ? "not throttled" : words);
    if (!before.empty() && words != before) below += markup("<br/>since boot: {}", before);
  }
  return card(
      "Temperature",
      markup("<span class=\"{}\">{:.1f} °C</span>", Markup{over ? "bad" : ""}, zone->celsius),
      below);
}

Markup machine_cards(const Status& status) {
  const auto& machine = status.machine;
  const auto& limits = status.settings.health;
  Markup cards;
  if (machine.cpu_shares) {
    constexpr int kAlwaysGood = 100;
    const auto busy = static_cast<int>(std::lround(100 * machine::busy_share(*machine.cpu_shares)));
    Markup below;
    if (machine.load) below += markup("load {:.2f}<br/>", machine.load->at(0));
    if (machine.uptime_seconds) below += markup("up {}", format_seconds(*machine.uptime_seconds));
    cards += share_card("Processor", busy, kAlwaysGood, below);
  }
  if (const auto& memory = machine.memory) {
    cards += share_card("Memory", used_percent(*memory), limits.memory_limit,
                        used_of(memory->used(), memory->total));
  }
  for (const auto& disk : machine.disks) {
    cards += share_card("Disk " + disk.path.string(), used_percent(disk), limits.disk_limit,
                        used_of(disk.used, disk.size));
  }
  cards += temperature_card(status);
  return cards;
}

Markup backup_card(const Status& status) {
  if (status.backups.empty()) return card("Newest backup", {"none"});
  Markup below = markup("{} kept", status.backups.size());
  if (const auto bad = status.damaged().size(); bad > 0) {
    below += markup("<br/><span class=\"bad\">{} damaged</span>", bad);
  } else if (const auto verified = status.last_verification()) {
    below += markup("<br/>verified {} ago", age_at(status, verified->time));
  }
  return card("Newest backup", markup("{} ago", age_at(status, status.backups.back().time)), below);
}
}  // namespace

Markup verdict_of(const Status& status) {
  const auto all = deploy::failed_checks(status);
  const bool failure =
      std::any_of(all.begin(), all.end(), [](const auto& one) { return one.group == "services"; });
  const bool well = all.empty() && status.problems.empty();
  const char* const kind = failure ? "bad" : well ? "good" : "warn";
  const char* const words = failure ? "Something is wrong"
                            : well  ? "All is well"
                                    : "It runs, but look at this";
  Markup list;
  for (const auto& one : all) list += markup("<li>{}: {}</li>", one.name, one.detail);
  for (const auto& one : status.problems) list += markup("<li>not known: {}</li>", one);
  if (!well) list = markup("<ul>{}</ul>", list);
  return markup("<section class=\"verdict {}\"><strong>{}</strong>{}</section>\n", kind, words,
                list);
}

Markup cards_of(const Status& status) {
  Markup cards;
  for (const auto& unit : status.units) cards += unit_card(status, "Application", unit);
  if (status.webhook) cards += unit_card(status, "Webhook", *status.webhook);
  cards += version_card(status);
  cards += backup_card(status);
  cards += machine_cards(status);
  return markup("<div class=\"cards\">\n{}</div>\n", cards);
}

}  // namespace nutricount::report
