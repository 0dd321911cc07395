// Where alerts go: addresses from files or systemd credentials, and the request that tells.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "config/settings.hpp"
#include "notify/alert.hpp"

namespace nutricount::notify {

struct Channel {
  std::string name;  ///< "slack", "discord", "json"
  Secret url;
};

/// Whether any is configured; opens nothing.
[[nodiscard]] bool is_configured(const config::Notify& settings);

/// Those that are configured: by a file that the settings name, else by the systemd credential
/// slack-url, discord-url, json-url (systemd.exec(5), $CREDENTIALS_DIRECTORY). Throws, naming the
/// file and never its content, where one cannot be used.
[[nodiscard]] std::vector<Channel> channels(const config::Notify& settings);

/// Sends. Returns why it was not taken, without the address; empty where it was.
[[nodiscard]] std::string send(const Channel& channel, const Alert& alert, Milliseconds timeout);

}  // namespace nutricount::notify
