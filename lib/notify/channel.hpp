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
  std::string name;   ///< "slack", "discord", "json"
  Secret url;         ///< empty where it cannot be used
  std::string fault;  ///< why not, naming the file and never its content, and what to do
};

/// How a request ended.
struct Sent {
  std::string why;              ///< it was not taken, without the address; empty where it was
  bool refused = false;         ///< it will be next time, too
  bool dislikes_alert = false;  ///< this one: the channel may take others
};

/// Whether any is configured; opens nothing.
[[nodiscard]] bool is_configured(const config::Notify& settings);

/// Those that are configured: by a file that the settings name, else by the systemd credential
/// slack-url, discord-url, json-url (systemd.exec(5), $CREDENTIALS_DIRECTORY).
[[nodiscard]] std::vector<Channel> channels(const config::Notify& settings);

/// Sends to a channel that can be used.
[[nodiscard]] Sent send(const Channel& channel, const Alert& alert, Milliseconds timeout);

}  // namespace nutricount::notify
