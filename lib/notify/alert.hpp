// What somebody is told about: a deployment that ended, an application that is down.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace nutricount::notify {

enum class Event { kSucceeded, kRolledBack, kFailed, kDown, kRecovered };

struct Alert {
  Event event = Event::kSucceeded;
  std::string application;
  std::string host;
  Timestamp time;
  std::string title;  ///< one line: "updated to 8ab41d0 Shopping list"
  std::string text;   ///< why, and what to do next; may be empty
  /// Names and values: ("commit", "8ab41d0…"), ("down for", "1.3 s").
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<std::string> commands;  ///< to run, where hands are needed
  /// It tells the end of failures that were told; not kept.
  bool is_over = false;
};

/// "succeeded", "rolled-back", "failed", "down", "recovered".
[[nodiscard]] std::string name_of(Event event);
/// The word of notify.events that stands for it: "health" for the last two.
[[nodiscard]] std::string setting_of(Event event);

/// What the generic channel is sent, and what is kept on disk: {"event", "application", "host",
/// "time", "title", "text", "facts": {name: value}, "commands": […]}.
[[nodiscard]] nlohmann::json to_json(const Alert& alert);
/// The reverse. Throws for what to_json() does not make.
[[nodiscard]] Alert alert_from(const nlohmann::json& json);

}  // namespace nutricount::notify
