#include "config/reader.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <toml++/toml.h>
#include <algorithm>
#include <cctype>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "config/keys.hpp"

namespace nutricount::config {
namespace fs = std::filesystem;
namespace {
constexpr std::uintmax_t kLimit = 1U << 20U;
constexpr std::string_view kPrefix = "NUTRICOUNT_DEPLOY_";
constexpr const char* kBuiltIn = "built-in";
constexpr const char* kAllKeys = "all keys: man nutricount-deploy.toml";

std::string place(const fs::path& file, const toml::source_position& at) {
  return fmt::format("{}:{}:{}", file.string(), at.line, at.column);
}

const Key* find_key(const std::string& name) {
  const auto found =
      std::find_if(keys().begin(), keys().end(), [&](const Key& key) { return key.name == name; });
  return found == keys().end() ? nullptr : &*found;
}

std::string did_you_mean(const std::string& name) {
  const std::string nearest = nearest_key(name);
  return nearest.empty() ? kAllKeys : fmt::format("did you mean \"{}\"? {}", nearest, kAllKeys);
}

std::string variable_of(const std::string& key) {
  std::string name(kPrefix);
  for (const char c : key) {
    name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

/// Addresses, and commands that have one as an argument.
bool may_hold_credentials(const std::string& key) {
  return key.ends_with("url") || key == "python.install" || key == "database.command" ||
         key == "service.start";
}

/// A TOML node as the key's type; nothing where it is of another type.
std::optional<Value> value_of(const toml::node& node, const Value& like) {
  if (std::holds_alternative<std::string>(like)) {
    if (const auto* text = node.as_string()) return text->get();
  } else if (std::holds_alternative<std::int64_t>(like)) {
    if (const auto* number = node.as_integer()) return number->get();
  } else if (std::holds_alternative<bool>(like)) {
    if (const auto* flag = node.as_boolean()) return flag->get();
  } else if (const auto* array = node.as_array()) {
    std::vector<std::string> values;
    for (const auto& element : *array) {
      const auto* text = element.as_string();
      if (text == nullptr) return std::nullopt;
      values.push_back(text->get());
    }
    return values;
  }
  return std::nullopt;
}

/// Text from the environment or the command line: lists as TOML arrays or one plain value.
Value value_of_text(const std::string& text, const Value& like, const std::string& origin) {
  if (std::holds_alternative<std::string>(like)) return text;
  if (std::holds_alternative<std::vector<std::string>>(like) && !text.starts_with('[')) {
    return std::vector<std::string>{text};
  }
  try {
    const toml::table table = toml::parse("v = " + text);
    const toml::node* node = table.get("v");
    if (node != nullptr && table.size() == 1) {
      if (auto value = value_of(*node, like)) return *value;
    }
  } catch (const toml::parse_error&) {  // the same as a wrong type
  }
  const std::string shown = text.find('@') == std::string::npos ? text : "…";  // credentials
  throw usage_error(fmt::format("{}: \"{}\" is not {}", origin, shown, type_name(like)),
                    fmt::format("give {}, e.g. {}", type_name(like), to_toml(like)));
}

class Loader {
 public:
  Loader() {
    for (const auto& key : keys()) {
      if (auto wrong = key.set(loaded_.settings, key.fallback); !wrong.empty()) {
        throw Error(fmt::format("built-in {} {}", key.name, wrong));
      }
      loaded_.origins.push_back({key.name, to_toml(key.fallback), kBuiltIn});
    }
  }

  void read_file(const fs::path& file, bool must_exist) {
    if (!must_exist && access(file.c_str(), F_OK) != 0) return;
    if (access(file.c_str(), R_OK) != 0) {
      const Error cause = system_error(fmt::format("cannot read {}", file.string()));
      throw usage_error(cause.what(), "name a readable file with --config");
    }
    std::error_code error;
    if (!fs::is_regular_file(file, error) || fs::file_size(file, error) > kLimit) {
      throw usage_error(fmt::format("{} is not a file of at most 1 MiB", file.string()),
                        "name a configuration file with --config");
    }
    try {
      const toml::table table = toml::parse_file(file.string());
      for (const auto& [section, node] : table) read_section(file, section, node);
    } catch (const toml::parse_error& error_at) {
      throw usage_error(
          fmt::format("{}: {}", place(file, error_at.source().begin), error_at.description()),
          "the file must be TOML 1.0: strings in quotes, lists in [ ]");
    }
  }

  void read_environment(const std::map<std::string, std::string>& environment) {
    for (const auto& [name, text] : environment) {
      if (!name.starts_with(kPrefix)) continue;
      const auto key = std::find_if(
          keys().begin(), keys().end(),
          [&, &variable = name](const Key& one) { return variable_of(one.name) == variable; });
      if (key == keys().end()) {
        std::string guess = name.substr(kPrefix.size());
        std::transform(guess.begin(), guess.end(), guess.begin(),
                       [](unsigned char c) { return std::tolower(c); });
        if (const auto at = guess.find('_'); at != std::string::npos) guess[at] = '.';
        const std::string nearest = nearest_key(guess);
        throw usage_error(
            fmt::format("unknown environment variable {}", name),
            nearest.empty() ? kAllKeys : fmt::format("did you mean {}?", variable_of(nearest)));
      }
      set(*key, value_of_text(text, key->fallback, name), name);
    }
  }

  void read_command_line(
      const std::map<std::string, std::pair<std::string, std::string>>& command_line) {
    for (const auto& [name, given] : command_line) {
      const Key* key = find_key(name);
      if (key == nullptr) throw Error(fmt::format("option {} sets no key", given.second));
      set(*key, value_of_text(given.first, key->fallback, given.second), given.second);
    }
  }

  Loaded finish() {
    const auto& backup = loaded_.settings.backup;
    const auto is_backed_up = [&](const std::string& name) {
      return std::find(backup.include.begin(), backup.include.end(), name) != backup.include.end();
    };
    for (const auto& name : backup.restore) {
      if (is_backed_up(name)) continue;
      throw usage_error(fmt::format("{}: backup.restore has \"{}\", which is not in backup.include",
                                    given_place("backup.restore", "backup.include"), name),
                        "what shall be put back must be in the backup: add it to backup.include");
    }
    const std::string& environment = loaded_.settings.python.environment;
    if (is_backed_up(environment)) {
      throw usage_error(
          fmt::format("{}: python.environment is \"{}\", which is in backup.include",
                      given_place("python.environment", "backup.include"), environment),
          "give the environment a name of its own: it is replaced as a whole");
    }
    const auto& colours = loaded_.settings.blue_green;
    if (colours.blue_port == colours.green_port) {
      throw usage_error(
          fmt::format("{}: blue_green.blue_port and blue_green.green_port are both {}",
                      given_place("blue_green.blue_port", "blue_green.green_port"),
                      colours.blue_port),
          "both run for a while: give each a port of its own");
    }
    return std::move(loaded_);
  }

 private:
  /// Of the one that is not built in, where two do not fit each other.
  std::string given_place(const std::string& key, const std::string& other) {
    const std::string& place = origin_of(key).origin;
    return place == kBuiltIn ? origin_of(other).origin : place;
  }

  Origin& origin_of(const std::string& key) {
    return *std::find_if(loaded_.origins.begin(), loaded_.origins.end(),
                         [&](const Origin& one) { return one.key == key; });
  }

  void read_section(const fs::path& file, const toml::key& section, const toml::node& node) {
    const auto* table = node.as_table();
    const std::string name(section.str());
    const bool known = std::any_of(keys().begin(), keys().end(), [&](const Key& key) {
      return key.name.starts_with(name + ".");
    });
    if (table == nullptr || !known) {
      throw usage_error(fmt::format("{}: unknown {} \"{}\"", place(file, section.source().begin),
                                    table == nullptr ? "key" : "section", name),
                        did_you_mean(name));
    }
    for (const auto& [entry, value] : *table) {
      const std::string key_name = fmt::format("{}.{}", name, entry.str());
      const Key* key = find_key(key_name);
      if (key == nullptr) {
        throw usage_error(
            fmt::format("{}: unknown key \"{}\"", place(file, entry.source().begin), key_name),
            did_you_mean(key_name));
      }
      const std::string origin = place(file, value.source().begin);
      const auto read = value_of(value, key->fallback);
      if (!read) {
        throw usage_error(
            fmt::format("{}: {} must be {}", origin, key_name, type_name(key->fallback)),
            fmt::format("e.g. {} = {}", entry.str(), to_toml(key->fallback)));
      }
      set(*key, *read, origin);
    }
  }

  void set(const Key& key, const Value& value, const std::string& origin) {
    if (const auto wrong = key.set(loaded_.settings, value); !wrong.empty()) {
      throw usage_error(fmt::format("{}: {} = {} {}", origin, key.name, shown(key, value), wrong),
                        fmt::format("see {} in man nutricount-deploy.toml", key.name));
    }
    origin_of(key.name) = {key.name, shown(key, value), origin};
  }

  static std::string shown(const Key& key, Value value) {
    if (!may_hold_credentials(key.name)) return to_toml(value);
    if (auto* text = std::get_if<std::string>(&value)) *text = redact_url(*text);
    if (auto* list = std::get_if<std::vector<std::string>>(&value)) {
      std::transform(list->begin(), list->end(), list->begin(), redact_url);
    }
    return to_toml(value);
  }

  Loaded loaded_;
};
}  // namespace

Loaded load(const Sources& sources) {
  Loader loader;
  loader.read_file(sources.file.value_or(kDefaultFile), sources.file.has_value());
  loader.read_environment(sources.environment);
  loader.read_command_line(sources.command_line);
  return loader.finish();
}

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) {
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return variables;
}

}  // namespace nutricount::config
