// Every configuration key, once: its name, its type, where its value goes, what it must be.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "config/settings.hpp"

namespace nutricount::config {

using Value = std::variant<std::string, std::int64_t, bool, std::vector<std::string>>;

struct Key {
  std::string name;  ///< "app.directory"
  Value fallback;    ///< built in; its type is the key's type
  /// Stores a checked value. Returns what is wrong with it ("must be …"), empty where nothing is.
  std::function<std::string(Settings&, const Value&)> set;
};

/// In the order of the man page.
[[nodiscard]] const std::vector<Key>& keys();

/// "a string", "a whole number", "true or false", "a list of strings".
[[nodiscard]] std::string type_name(const Value& value);
/// As TOML writes it.
[[nodiscard]] std::string to_toml(const Value& value);
/// The known key that is nearest to a mistyped one; empty where none is near.
[[nodiscard]] std::string nearest_key(const std::string& name);

}  // namespace nutricount::config
