// The machine as a deployment sees it: the settings, and the adapters made from them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "backup/store.hpp"
#include "config/settings.hpp"
#include "deploy/history.hpp"
#include "deploy/journal.hpp"
#include "git/repository.hpp"
#include "os/lock.hpp"
#include "os/owner.hpp"
#include "service/manager.hpp"

namespace nutricount::deploy {

struct Site {
  const config::Settings& settings;
  os::Owner owner;         ///< of the application directory: everything in it belongs to this user
  bool installed = false;  ///< the application directory exists
  git::Repository repository;
  git::Remote remote;
  backup::Store store;
  std::unique_ptr<service::Manager> manager;
  Journal journal;
  History history;

  [[nodiscard]] const std::filesystem::path& directory() const { return settings.app.directory; }
};

/// Checks what the settings name and changes nothing. Throws with exit status 2 where the
/// application's directory, repository or units are not what the settings say.
[[nodiscard]] Site open_site(const config::Settings& settings);

/// The lock on the state directory, which is made where it is missing. Throws with exit status 4,
/// naming the holder, when it is not free within `wait`.
[[nodiscard]] os::FileLock take_lock(const config::Settings& settings, Milliseconds wait);
/// What the lock's holder is doing, for whoever finds it held.
void describe(const os::FileLock& lock, std::string_view step);
/// Who holds the lock, from the text that `describe` leaves in it: "another deployment is running:
/// update by pi (pid 7) since 10:15:00, now at "fetch"". Says less where the text says something
/// else; never throws.
[[nodiscard]] std::string holder_in(const std::filesystem::path& lock);

}  // namespace nutricount::deploy
