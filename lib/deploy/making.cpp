// What pyvenv.cfg says of how an environment was made.
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>

#include "base/line.hpp"
#include "deploy/environment.hpp"
#include "os/file.hpp"

namespace nutricount::deploy {
namespace fs = std::filesystem;
namespace {
std::string lower(std::string_view line) {
  std::string text(line);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// As Python's site.py reads it: KEY = VALUE, the key in any case, the last one counts.
std::map<std::string, std::string> values_in(const std::string& text) {
  std::map<std::string, std::string> values;
  std::istringstream lines(text);
  for (std::string whole; std::getline(lines, whole);) {
    const std::string_view line = whole;
    const auto equals = line.find('=');
    if (equals == std::string::npos) continue;
    values[lower(trimmed(line.substr(0, equals)))] = trimmed(line.substr(equals + 1));
  }
  return values;
}
}  // namespace

Making making_of(const fs::path& environment, const config::Python& settings) {
  Making making{settings.interpreter, settings.system_site_packages};
  const auto text = os::read_file(environment / "pyvenv.cfg", 65536);
  if (!text) return making;
  auto values = values_in(*text);
  making.system_site_packages = lower(values["include-system-site-packages"]) == "true";
  const std::string& home = values["home"];
  if (!home.starts_with('/') || home.find('\0') != std::string::npos) return making;
  const std::string interpreter = fs::path(home) / "python3";
  if (access(interpreter.c_str(), X_OK) == 0) making.interpreter = interpreter;
  return making;
}

}  // namespace nutricount::deploy
