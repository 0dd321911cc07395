// What must hold for settings that were accepted.
#pragma once

#include <algorithm>
#include <vector>

#include "config/keys.hpp"
#include "config/reader.hpp"
#include "fuzz.hpp"

namespace nutricount::fuzz {

inline bool is_key(const std::string& name) {
  return std::any_of(config::keys().begin(), config::keys().end(),
                     [&](const config::Key& key) { return key.name == name; });
}

inline void check_path(const std::string& path, bool absolute) {
  demand(path.find('\0') == std::string::npos, "a path ends where it ends");
  demand(path.empty() || path.starts_with('/') == absolute, "absolute, or not");
}

inline void check_names(const std::vector<std::string>& names) {
  for (const auto& name : names) {
    check_path(name, false);
    demand(!name.empty() && name.find('/') == std::string::npos && name != ".." && name != ".",
           "a name stays in the application directory");
  }
}

inline void check_settings(const config::Settings& settings) {
  for (const auto& path : {settings.app.directory, settings.backup.directory,
                           settings.state.directory, settings.log.file, settings.source.ca_file,
                           settings.source.token_file, settings.source.ssh_key}) {
    check_path(path.string(), true);
  }
  check_names(settings.backup.include);
  check_names(settings.backup.restore);
  check_names({settings.app.name});
  for (const auto& file : settings.python.requirements) {
    check_path(file, false);
    for (const auto& part : std::filesystem::path(file)) demand(part != "..", "no way out");
  }
  for (const auto& list :
       {settings.python.install, settings.database.command, settings.service.start}) {
    for (const auto& word : list) demand(word.find('\0') == std::string::npos, "whole words");
  }
  demand(!settings.app.units.empty() && !settings.service.start.empty(), "something to start");
  demand(settings.backup.keep >= 1 && settings.health.successes >= 1, "numbers in their range");
  demand(settings.health.deadline.count() > 0 && settings.update.timeout.count() > 0, "some time");
}

/// What --print-config shows is a configuration file that says the same.
inline void check_read_back(const config::Loaded& loaded) {
  std::string text;
  for (const auto& one : loaded.origins) {
    if (one.key.ends_with("url")) continue;  // shown without its credentials
    const auto dot = one.key.find('.');
    text += one.key.substr(0, dot) + "." + one.key.substr(dot + 1) + " = " + one.value + "\n";
  }
  place().write("shown.toml", text);
  const auto again = accepted([] { return config::load({.file = place().path("shown.toml")}); });
  demand(again.has_value(), "what --print-config shows can be read");
  for (std::size_t i = 0; i < loaded.origins.size(); ++i) {
    const auto& one = loaded.origins[i];
    demand(one.key.ends_with("url") || again->origins[i].value == one.value,
           "what --print-config shows says the same");
  }
}

}  // namespace nutricount::fuzz
