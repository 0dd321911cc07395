// The machine as a deployment sees it: the settings, and the adapters made from them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "backup/maker.hpp"
#include "backup/store.hpp"
#include "config/settings.hpp"
#include "deploy/history.hpp"
#include "deploy/journal.hpp"
#include "deploy/lock.hpp"
#include "git/repository.hpp"
#include "os/owner.hpp"
#include "service/manager.hpp"

namespace nutricount::deploy {

struct Site {
  const config::Settings& settings;
  os::Owner owner;         ///< of the application directory: everything in it belongs to this user
  bool installed = false;  ///< the application directory exists
  git::Repository repository;
  git::Remote remote;
  backup::Store store;       ///< data backups
  backup::Store full_store;  ///< backups of the whole directory
  std::unique_ptr<service::Manager> manager;
  Journal journal;
  History history;
  Gate gate;

  [[nodiscard]] const std::filesystem::path& directory() const { return settings.app.directory; }
};

/// Whether it is systemd that runs the application: by the settings, or because it runs here.
[[nodiscard]] bool under_systemd(const config::Settings& settings);
/// What runs the application, which belongs to `owner`.
[[nodiscard]] std::unique_ptr<service::Manager> make_manager(const config::Settings& settings,
                                                             const os::Owner& owner);

/// The site as the settings name it. Throws with exit status 2 where the application's directory is
/// not there or not this user's.
[[nodiscard]] Site site_of(const config::Settings& settings);
/// As site_of, for a deployment: also where repository or units are not what the settings say.
/// Changes nothing.
[[nodiscard]] Site open_site(const config::Settings& settings);

struct Plan;
/// The backup that a plan makes.
[[nodiscard]] backup::Subject backup_subject(const Site& site, const Plan& plan);

/// An id that no deployment and no backup has: a second later where two meet.
[[nodiscard]] std::string new_id(const Site& site, Timestamp started);

}  // namespace nutricount::deploy
