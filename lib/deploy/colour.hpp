// Blue-green deployment: two places for versions of the application that take turns. A new version
// is started beside the one that serves; then nginx is told to ask it instead.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "deploy/plan.hpp"
#include "os/owner.hpp"
#include "service/manager.hpp"

namespace nutricount::deploy {
struct Site;
class Observer;

/// "blue" or "green"; empty: the application as strategy "restart" runs it.
using Colour = std::string;

[[nodiscard]] bool is_blue_green(const config::Settings& settings);

/// The one that nginx asks, by the upstream file; empty where that says neither.
[[nodiscard]] Colour live_colour(const config::Settings& settings);
/// While no deployment is in flight: throws where one of them may run, and the upstream file says
/// neither. It was changed by hand.
void refuse_changed_upstream(const config::Settings& settings);
/// The way from the live one to the other.
[[nodiscard]] Route next_route(const config::Settings& settings);

/// Its working tree: beside the application's directory. The data is in that, and linked.
[[nodiscard]] std::filesystem::path tree_of(const config::Settings& settings, const Colour& colour);
[[nodiscard]] std::string unit_of(const config::Settings& settings, const Colour& colour);
/// Of everything that may run a version, by the strategy.
[[nodiscard]] std::vector<std::string> all_units(const config::Settings& settings);
/// Of that one; app.units for none.
[[nodiscard]] std::vector<std::string> units_of(const config::Settings& settings,
                                                const Colour& colour);
/// How that one is asked: at its own port, past nginx.
[[nodiscard]] config::Health health_of(const config::Settings& settings, const Colour& colour);
[[nodiscard]] config::Health live_health(const config::Settings& settings);
[[nodiscard]] std::unique_ptr<service::Manager> manager_of(const config::Settings& settings,
                                                           const os::Owner& owner,
                                                           const Colour& colour);

/// Before anything is asked of its manager but what runs: where the process manager keeps its
/// notes.
void make_room(const config::Settings& settings, const Colour& colour);
/// STATE/colours/NAME, durable: this one may run, also after a boot. Its unit asks for the file
/// (ConditionPathExists=), and takes its port from it (EnvironmentFile=).
void admit(const config::Settings& settings, const Colour& colour);
void dismiss(const config::Settings& settings, const Colour& colour);

/// What the upstream file says while this one is live.
[[nodiscard]] std::string upstream_text(const config::Settings& settings, const Colour& colour);
/// Whether nginx would take its files as they are; throws, with its lines, where it would not.
void test_proxy(const config::Settings& settings, const Deadline& deadline);
/// Has nginx read them. Throws likewise.
void reload_proxy(const config::Settings& settings, const Deadline& deadline);
/// Waits until nobody is connected to that one any more, at most blue_green.drain.
void drain(const config::Settings& settings, const Colour& colour);

/// Once the deployment is committed: drains and stops the version before; what cannot be stopped is
/// noted.
void retire(const Site& site, const Plan& plan, Observer& observer);

}  // namespace nutricount::deploy
