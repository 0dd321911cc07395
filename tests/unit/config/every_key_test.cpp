// Every key that lib/config/keys.cpp has, from every place that it may come from. A new key without
// a line in the table fails the first case.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "catching.hpp"
#include "config/keys.hpp"
#include "config/reader.hpp"
#include "rows.hpp"
#include "scratch.hpp"

using namespace nutricount;
using namespace nutricount::config;

namespace {
const Row& row_of(const std::string& key) {
  const auto found =
      std::find_if(rows().begin(), rows().end(), [&](const Row& row) { return row.key == key; });
  REQUIRE_MESSAGE(found != rows().end(), key);
  return *found;
}

std::string variable_of(const std::string& key) {
  std::string name = "NUTRICOUNT_DEPLOY_" + key;
  std::replace(name.begin(), name.end(), '.', '_');
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return name;
}

/// A value as the environment or an option has it: without the quotes of a string.
std::string as_text(const std::string& toml) {
  return toml.starts_with('\'') || toml.starts_with('"') ? toml.substr(1, toml.size() - 2) : toml;
}

const Origin& origin_of(const Loaded& loaded, const std::string& key) {
  const auto found = std::find_if(loaded.origins.begin(), loaded.origins.end(),
                                  [&](const Origin& one) { return one.key == key; });
  REQUIRE(found != loaded.origins.end());
  return *found;
}

struct File : Scratch {
  std::filesystem::path path = root / "config.toml";

  /// One key in a file, its value at line 3, column `column`.
  static constexpr const char* kPlace = ":3:";
  std::size_t column = 0;
  Loaded load_with(const std::string& key, const std::string& value) {
    const auto dot = key.find('.');
    const std::string line = "  " + key.substr(dot + 1) + "   = ";
    column = line.size() + 1;
    write("config.toml", "# a comment\n[" + key.substr(0, dot) + "]\n" + line + value + "\n");
    return load({.file = path});
  }
  void check_refused(const std::string& key, const std::string& value, const std::string& words) {
    CAPTURE(key);
    CAPTURE(value);
    const Error error = error_of([&] { static_cast<void>(load_with(key, value)); });
    CHECK(error.status() == ExitStatus::kUsage);
    const std::string place = path.string() + kPlace + std::to_string(column) + ": ";
    CHECK_MESSAGE(std::string(error.what()).starts_with(place), error.what());
    CHECK(tells(error, words));
    CHECK_FALSE(error.hint().empty());
  }
};

const std::vector<std::pair<std::string, std::vector<const char*>>>& values_by_type() {
  static const std::vector<std::pair<std::string, std::vector<const char*>>> all{
      {"a string", {"'text'"}},
      {"a whole number", {"5"}},
      {"true or false", {"true"}},
      {"a list of strings", {"['a.service']"}},
      {"",
       {"1.5", "2025-10-24", "20:00:00", "2025-10-24T20:00:00Z", "{ a = 1 }", "[1]", "['a', 1]",
        "[['a']]", "nan"}}};
  return all;
}
}  // namespace

TEST_CASE("every key has a line in the table, and every line a key") {
  std::set<std::string> variables;
  for (const auto& key : keys()) {
    CAPTURE(key.name);
    const Row& row = row_of(key.name);
    CHECK((!row.bad.empty() || std::holds_alternative<bool>(key.fallback)));
    CHECK_MESSAGE(variables.insert(variable_of(key.name)).second, "two keys share a variable");
  }
  CHECK(rows().size() == keys().size());
}

TEST_CASE("a value of another type is refused with its place") {
  File file;
  for (const auto& key : keys()) {
    const std::string wanted = type_name(key.fallback);
    for (const auto& [type, values] : values_by_type()) {
      if (type == wanted) continue;
      for (const char* value : values) {
        file.check_refused(key.name, value, key.name + " must be " + wanted);
      }
    }
  }
}

TEST_CASE("a bad value is refused with its place") {
  File file;
  for (const auto& row : rows()) {
    for (const char* value : row.bad) file.check_refused(row.key, value, row.key);
  }
}

TEST_CASE("no text of any key may hold what the kernel would take for its end") {
  File file;
  for (const auto& key : keys()) {
    if (std::holds_alternative<std::string>(key.fallback)) {
      file.check_refused(key.name, R"("/a\u0000b")", key.name);
    } else if (std::holds_alternative<std::vector<std::string>>(key.fallback)) {
      file.check_refused(key.name, R"(["a\u0000b.service"])", key.name);
    }
  }
}

TEST_CASE("a good value is stored, from a file, a variable and an option") {
  File file;
  for (const auto& row : rows()) {
    CAPTURE(row.key);
    const Loaded from_file = file.load_with(row.key, row.good);
    CHECK(row.stored(from_file.settings) == row.expected);
    CHECK(origin_of(from_file, row.key).origin ==
          file.path.string() + File::kPlace + std::to_string(file.column));

    file.write("config.toml", "");
    const std::string variable = variable_of(row.key);
    const Loaded from_variable =
        load({.file = file.path, .environment = {{variable, as_text(row.good)}}});
    CHECK(row.stored(from_variable.settings) == row.expected);
    CHECK(origin_of(from_variable, row.key).origin == variable);
    CHECK(origin_of(from_variable, row.key).value == origin_of(from_file, row.key).value);

    const Loaded from_option =
        load({.file = file.path, .command_line = {{row.key, {as_text(row.good), "--it"}}}});
    CHECK(row.stored(from_option.settings) == row.expected);
    CHECK(origin_of(from_option, row.key).origin == "--it");
  }
}

TEST_CASE("the built-in values are in the settings and can be written into a file") {
  File file;
  file.write("config.toml", "");
  const Loaded built_in = load({.file = file.path});
  CHECK(built_in.origins.size() == keys().size());
  for (const auto& row : rows()) {
    CAPTURE(row.key);
    const Origin& origin = origin_of(built_in, row.key);
    CHECK(origin.origin == "built-in");
    CHECK(row.stored(built_in.settings) == row.stored(Settings{}));
    const Loaded again = file.load_with(row.key, origin.value);
    CHECK(origin_of(again, row.key).value == origin.value);
    CHECK(row.stored(again.settings) == row.stored(Settings{}));
  }
}

TEST_CASE("a variable goes before the file, an option before both, for every key") {
  File file;
  for (const auto& key : keys()) {
    CAPTURE(key.name);
    const Row& row = row_of(key.name);
    static_cast<void>(file.load_with(key.name, to_toml(key.fallback)));
    const Loaded loaded =
        load({.file = file.path, .environment = {{variable_of(key.name), as_text(row.good)}}});
    CHECK(row.stored(loaded.settings) == row.expected);
    static_cast<void>(file.load_with(key.name, row.good));
    const Loaded asked =
        load({.file = file.path,
              .environment = {{variable_of(key.name), as_text(row.good)}},
              .command_line = {{key.name, {as_text(to_toml(key.fallback)), "--it"}}}});
    CHECK(origin_of(asked, key.name).origin == "--it");
  }
}

TEST_CASE("a bad variable and a bad option are refused by name") {
  File file;
  file.write("config.toml", "");
  for (const auto& row : rows()) {
    for (const char* value : row.bad) {
      CAPTURE(row.key);
      CAPTURE(value);
      const std::string variable = variable_of(row.key);
      const Error by_variable = error_of([&] {
        static_cast<void>(load({.file = file.path, .environment = {{variable, as_text(value)}}}));
      });
      CHECK(by_variable.status() == ExitStatus::kUsage);
      CHECK(std::string(by_variable.what()).starts_with(variable + ": "));
      const Error by_option = error_of([&] {
        static_cast<void>(
            load({.file = file.path, .command_line = {{row.key, {as_text(value), "--it"}}}}));
      });
      CHECK(std::string(by_option.what()).starts_with("--it: "));
    }
  }
}

TEST_CASE("a variable of another type is refused by name") {
  File file;
  file.write("config.toml", "");
  const auto refused = [&](const std::string& key, const char* text) {
    CAPTURE(key);
    CAPTURE(text);
    const Error error = error_of([&] {
      static_cast<void>(load({.file = file.path, .environment = {{variable_of(key), text}}}));
    });
    CHECK(error.status() == ExitStatus::kUsage);
    CHECK(tells(error, variable_of(key) + ": \"" + text + "\" is not "));
  };
  for (const auto& key : keys()) {
    if (std::holds_alternative<std::int64_t>(key.fallback)) {
      for (const char* text : {"", "five", "5.0", "true", "'5'", "5\nx = 1", "5 6"}) {
        refused(key.name, text);
      }
    } else if (std::holds_alternative<bool>(key.fallback)) {
      for (const char* text : {"", "yes", "1", "True", "'true'"}) refused(key.name, text);
    } else if (std::holds_alternative<std::vector<std::string>>(key.fallback)) {
      for (const char* text : {"[", "[1]", "['a', 1]", "['a'", "['a']\nx = 1"}) {
        refused(key.name, text);
      }
    }
  }
}
