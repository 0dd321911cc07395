#include "deploy/site.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>

#include "deploy/colour.hpp"
#include "deploy/plan.hpp"
#include "os/file.hpp"

namespace nutricount::deploy {
namespace fs = std::filesystem;
namespace {
void check_user(const fs::path& directory, const os::Owner& owner) {
  if (geteuid() == 0 || geteuid() == owner.uid) return;
  throw usage_error(fmt::format("{} belongs to {}, and this is {}", directory.string(), owner.name,
                                os::current_user().name),
                    fmt::format("run the command as root or as {}", owner.name));
}

void check_units(const service::Manager& manager) {
  for (const auto& state : manager.states()) {
    if (state.exists) continue;
    throw usage_error(
        fmt::format("unit {} does not exist", state.unit),
        "install the unit, or name the right one in app.units (systemctl list-units)");
  }
}

bool check_directory(const config::Settings& settings) {
  const fs::path& directory = settings.app.directory;
  const auto st = os::look_at(directory);
  if (st && !fs::is_directory(directory)) {
    throw usage_error(fmt::format("{} is not a directory", directory.string()),
                      "name the application's directory in app.directory");
  }
  if (!st && settings.source.url.empty()) {
    throw usage_error(fmt::format("{} does not exist", directory.string()),
                      "set app.directory, or source.url to clone it from there");
  }
  const fs::path parent = directory.parent_path();
  if (!st && !fs::is_directory(parent)) {
    throw usage_error(fmt::format("{} {}", parent.string(),
                                  fs::exists(parent) ? "is not a directory" : "does not exist"),
                      "make the directory that the application shall be cloned into");
  }
  return st.has_value();
}
}  // namespace

bool under_systemd(const config::Settings& settings) {
  using config::ServiceManager;
  const auto wanted = settings.service.manager;
  return wanted == ServiceManager::kSystemd ||
         (wanted == ServiceManager::kAuto && service::systemd_runs());
}

std::unique_ptr<service::Manager> make_manager(const config::Settings& settings,
                                               const os::Owner& owner) {
  if (under_systemd(settings)) return service::make_systemd_manager(settings.app.units);
  return service::make_process_manager({.start = settings.service.start,
                                        .directory = settings.app.directory,
                                        .state_directory = settings.state.directory,
                                        .unit = settings.app.units.front(),
                                        .owner = owner,
                                        .stop_timeout = settings.service.stop_timeout,
                                        .listen = settings.service.listen});
}

Site site_of(const config::Settings& settings) {
  const bool installed = check_directory(settings);
  const fs::path& directory = settings.app.directory;
  const os::Owner owner = os::owner_below(directory);
  check_user(directory, owner);
  Site site{.settings = settings,
            .owner = owner,
            .installed = installed,
            .repository = git::Repository(directory, owner),
            .remote = {.name = settings.source.remote,
                       .branch = settings.source.branch,
                       .url = settings.source.url,
                       .ca_file = settings.source.ca_file,
                       .token_file = settings.source.token_file,
                       .ssh_key = settings.source.ssh_key},
            .store = backup::Store(backup::Layout::data(directory, settings.backup.include)),
            .full_store = backup::Store(backup::Layout::full(directory, settings.backup.include,
                                                             settings.backup.directory)),
            .manager = manager_of(settings, owner, live_colour(settings)),
            .journal = Journal(settings.state.directory / "journal"),
            .history = History(settings.state.directory / "history.jsonl"),
            .gate = Gate(settings.state.directory / "gate")};
  return site;
}

Site open_site(const config::Settings& settings) {
  Site site = site_of(settings);
  if (site.installed) site.repository.check(site.remote);
  check_units(*site.manager);
  if (is_blue_green(settings)) {
    for (const char* colour : kColours) {
      check_units(*manager_of(settings, site.owner, colour));
    }
  }
  return site;
}

std::string new_id(const Site& site, Timestamp started) {
  const auto deployments = site.history.recent();
  auto backups = site.store.list();
  for (auto& one : site.full_store.list()) backups.push_back(std::move(one));
  while (true) {
    std::string id = to_id(started);
    const auto has = [&](const auto& one) { return one.id == id; };
    if (std::none_of(deployments.begin(), deployments.end(), has) &&
        std::none_of(backups.begin(), backups.end(), has)) {
      return id;
    }
    started += std::chrono::seconds(1);
  }
}

backup::Subject backup_subject(const Site& site, const Plan& plan) {
  return {.layout = site.store.layout(),
          .id = plan.deployment,
          .time = plan.started,
          .commit = plan.from.id,
          .owner = site.owner,
          .over = plan.over,
          .beside = {}};
}

}  // namespace nutricount::deploy
