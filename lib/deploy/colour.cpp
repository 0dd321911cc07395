#include "deploy/colour.hpp"

#include <fmt/format.h>

#include <sstream>

#include "base/error.hpp"
#include "deploy/run.hpp"
#include "deploy/site.hpp"
#include "os/file.hpp"
#include "os/interruption.hpp"

namespace nutricount::deploy {
namespace fs = std::filesystem;
namespace {
constexpr const char* kBlue = kColours[0];
constexpr const char* kGreen = kColours[1];
constexpr std::size_t kUpstreamLimit = 65536;

fs::path marks(const config::Settings& settings) { return settings.state.directory / "colours"; }

int port_of(const config::Settings& settings, const Colour& colour) {
  return colour == kBlue ? settings.blue_green.blue_port : settings.blue_green.green_port;
}

std::string environment_text(const config::Settings& settings, const Colour& colour) {
  return fmt::format("PORT={}\n", port_of(settings, colour));
}

/// "http://localhost/health" with that port, on this machine: "http://127.0.0.1:5001/health".
std::string at_port(const std::string& url, int port) {
  const auto host = url.find("://");
  const auto path = host == url.npos ? url.npos : url.find('/', host + 3);
  return fmt::format("http://127.0.0.1:{}{}", port, path == url.npos ? "/" : url.substr(path));
}

/// Whether a client is connected to that port of this machine: proc(5), /proc/net/tcp.
bool has_clients(int port) {
  const std::string local = fmt::format(":{:04X}", port);
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::istringstream lines(os::read_file(table, 64U << 20U).value_or(""));
    for (std::string line; std::getline(lines, line);) {
      std::istringstream fields(line);
      std::string number;
      std::string here;
      std::string there;
      std::string state;
      fields >> number >> here >> there >> state;
      if (here.ends_with(local) && state == "01") return true;  // TCP_ESTABLISHED
    }
  }
  return false;
}

void run_for_proxy(const std::vector<std::string>& argv, const Deadline& deadline) {
  if (!argv.empty()) require_success({.argv = argv}, {.deadline = deadline});
}
}  // namespace

bool is_blue_green(const config::Settings& settings) {
  return settings.update.strategy == config::Strategy::kBlueGreen;
}

Colour live_colour(const config::Settings& settings) {
  if (!is_blue_green(settings)) return {};
  const std::string text = os::read_file(settings.blue_green.upstream, kUpstreamLimit).value_or("");
  for (const char* colour : kColours) {
    if (text == upstream_text(settings, colour)) return colour;
  }
  return {};
}

void refuse_changed_upstream(const config::Settings& settings) {
  if (!live_colour(settings).empty()) return;
  const std::string upstream = settings.blue_green.upstream.string();
  for (const char* colour : kColours) {
    const fs::path mark = marks(settings) / colour;
    if (!os::look_at(mark)) continue;
    if (!is_blue_green(settings)) {
      throw usage_error(
          fmt::format("{} may run, and update.strategy is \"restart\"", colour),
          fmt::format("name the application's own port in {}, stop {}, then remove {}", upstream,
                      unit_of(settings, colour), mark.string()));
    }
    throw Error(
        fmt::format("{} may run, and {} says neither blue nor green", colour, upstream),
        fmt::format("it was changed by hand, or the ports were. Where {0} serves, it says:\n{1}"
                    "where it does not, stop it and remove {2}",
                    colour, upstream_text(settings, colour), mark.string()));
  }
}

Route next_route(const config::Settings& settings) {
  const Colour live = live_colour(settings);
  return {.from = live,
          .to = live == kBlue ? kGreen : kBlue,
          .before = os::read_file(settings.blue_green.upstream, kUpstreamLimit)};
}

fs::path tree_of(const config::Settings& settings, const Colour& colour) {
  if (colour.empty()) return settings.app.directory;
  return settings.app.directory.string() + "." + colour;
}

std::string unit_of(const config::Settings& settings, const Colour& colour) {
  std::string unit = settings.blue_green.unit;
  return unit.insert(unit.rfind('.'), colour);
}

std::vector<std::string> all_units(const config::Settings& settings) {
  auto units = settings.app.units;
  if (!is_blue_green(settings)) return units;
  for (const char* colour : kColours) units.push_back(unit_of(settings, colour));
  return units;
}

std::vector<std::string> units_of(const config::Settings& settings, const Colour& colour) {
  if (colour.empty()) return settings.app.units;
  return {unit_of(settings, colour)};
}

config::Health live_health(const config::Settings& settings) {
  return health_of(settings, live_colour(settings));
}

config::Health health_of(const config::Settings& settings, const Colour& colour) {
  config::Health health = settings.health;
  if (!colour.empty()) health.url = at_port(health.url, port_of(settings, colour));
  return health;
}

std::unique_ptr<service::Manager> manager_of(const config::Settings& settings,
                                             const os::Owner& owner, const Colour& colour) {
  if (colour.empty()) return make_manager(settings, owner);
  if (under_systemd(settings)) return service::make_systemd_manager({unit_of(settings, colour)});
  return service::make_process_manager(
      {.start = settings.service.start,
       .directory = tree_of(settings, colour),
       .state_directory = settings.state.directory / colour,
       .unit = unit_of(settings, colour),
       .owner = owner,
       .stop_timeout = settings.service.stop_timeout,
       .environment = {{"PORT", std::to_string(port_of(settings, colour))}}});
}

void make_room(const config::Settings& settings, const Colour& colour) {
  if (!under_systemd(settings)) fs::create_directories(settings.state.directory / colour);
}

void admit(const config::Settings& settings, const Colour& colour) {
  fs::create_directories(marks(settings));
  os::write_durably(marks(settings) / colour, environment_text(settings, colour));
}

void dismiss(const config::Settings& settings, const Colour& colour) {
  if (!colour.empty() && os::look_at(marks(settings))) {
    os::remove_durably(marks(settings) / colour);
  }
}

std::string upstream_text(const config::Settings& settings, const Colour& colour) {
  return fmt::format(
      "# Written by nutricount-deploy: {} serves.\n"
      "upstream nutricount_application {{\n    server 127.0.0.1:{};\n}}\n",
      colour, port_of(settings, colour));
}

void test_proxy(const config::Settings& settings, const Deadline& deadline) {
  run_for_proxy(settings.blue_green.test, deadline);
}

void reload_proxy(const config::Settings& settings, const Deadline& deadline) {
  run_for_proxy(settings.blue_green.reload, deadline);
}

void drain(const config::Settings& settings, const Colour& colour) {
  // nginx takes a new configuration a moment after it was told.
  constexpr Milliseconds kTaken{1000};
  constexpr Milliseconds kLook{50};
  const Deadline deadline(settings.blue_green.drain);
  os::pause_for(kTaken);
  while (!colour.empty() && !deadline.passed() && has_clients(port_of(settings, colour))) {
    os::pause_for(kLook);
  }
}

void retire(const Site& site, const Plan& plan, Observer& observer) {
  if (!plan.route || plan.first) return;
  const auto& settings = site.settings;
  const Colour& from = plan.route->from;
  const os::Hold hold;
  try {
    drain(settings, from);
    stop_application(*manager_of(settings, site.owner, from), observer, Deadline(kStopLimit));
    dismiss(settings, from);
  } catch (const Error& error) {
    observer.note(
        fmt::format("the version before may still run: {}; {}", error.what(), error.hint()));
  }
}

}  // namespace nutricount::deploy
