#include "deploy/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "deploy/colour.hpp"
#include "deploy/site.hpp"

namespace nutricount::deploy {
namespace {
/// What cannot be looked at is a problem, and all else is looked at all the same.
void attempt(Status& status, const std::string& what, const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    if (is_interruption(error.status())) throw;
    status.problems.push_back(fmt::format("{}: {}", what, error.what()));
  } catch (const std::filesystem::filesystem_error& error) {
    status.problems.push_back(fmt::format("{}: {}", what, error.what()));
  }
}

void add_units(Status& status, const config::Settings& settings) {
  if (!under_systemd(settings)) {
    status.units = application_units(settings);
    return;
  }
  auto names = units_of(settings, live_colour(settings));
  if (!settings.webhook.unit.empty()) names.push_back(settings.webhook.unit);
  auto states = service::make_systemd_manager(names)->states();
  status.counts_restarts = true;
  if (!settings.webhook.unit.empty()) {
    if (states.back().exists) status.webhook = states.back();
    states.pop_back();
  }
  status.units = std::move(states);
}

void add_backups(Status& status, const config::Settings& settings) {
  const auto& directory = settings.app.directory;
  const auto& include = settings.backup.include;
  using backup::Layout;
  using backup::Store;
  std::vector<std::string> ids;
  for (const auto& store : {Store(Layout::data(directory, include)),
                            Store(Layout::full(directory, include, settings.backup.directory))}) {
    for (auto& one : store.list()) {
      ids.push_back(one.id);
      if (one.verified) status.backups.push_back(std::move(one));
    }
  }
  std::stable_sort(status.backups.begin(), status.backups.end(),
                   [](const auto& a, const auto& b) { return a.time < b.time; });
  status.verifications = read_verifications(settings.state.directory, ids);
}
}  // namespace

std::vector<service::UnitState> application_units(const config::Settings& settings) {
  // Under systemd the application's directory need not be visible to whoever asks.
  if (under_systemd(settings))
    return service::make_systemd_manager(units_of(settings, live_colour(settings)))->states();
  const auto owner = os::owner_below(settings.app.directory);
  return manager_of(settings, owner, live_colour(settings))->states();
}

Status look(const config::Settings& settings, Milliseconds interval, std::size_t count) {
  Status status;
  status.settings = settings;
  const std::vector<std::filesystem::path> disks(settings.metrics.disks.begin(),
                                                 settings.metrics.disks.end());
  status.machine = machine::observe(disks, interval);
  status.time = now();
  attempt(status, "services", [&] { add_units(status, settings); });
  attempt(status, "deployments", [&] {
    const History history(settings.state.directory / "history.jsonl");
    status.deployments = history.newest(std::max<std::size_t>(count, 1));
    status.outcomes = history.outcomes();
  });
  attempt(status, "backups", [&] { add_backups(status, settings); });
  return status;
}

const model::Deployment* Status::live() const { return model::live(deployments); }

const model::Deployment* Status::last() const {
  return deployments.empty() ? nullptr : &deployments.back();
}

std::optional<double> Status::last_downtime() const {
  for (auto one = deployments.rbegin(); one != deployments.rend(); ++one) {
    if (one->downtime_seconds) return one->downtime_seconds;
  }
  return std::nullopt;
}

std::optional<Verification> Status::last_verification() const {
  const auto found =
      std::max_element(verifications.begin(), verifications.end(),
                       [](const auto& a, const auto& b) { return a.second.time < b.second.time; });
  if (found == verifications.end()) return std::nullopt;
  return found->second;
}

std::uint64_t Status::backup_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& one : backups) bytes += one.bytes;
  return bytes;
}

std::vector<std::string> Status::damaged() const {
  std::vector<std::string> ids;
  for (const auto& [id, one] : verifications) {
    if (!one.good) ids.push_back(id);
  }
  return ids;
}

}  // namespace nutricount::deploy
