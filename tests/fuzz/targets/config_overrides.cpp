// Environment and command line, as /proc/PID/environ has them: NAME=VALUE with a NUL after each.
// What begins with "--", such as --update.timeout=10m, is an option.
#include <sstream>

#include "config_settings.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;

namespace {
config::Sources sources_in(const std::string& text) {
  config::Sources sources{.file = place().path("empty.toml")};
  std::istringstream entries(text);
  for (std::string entry; std::getline(entries, entry, '\0');) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos) continue;
    const std::string name = entry.substr(0, equals);
    const std::string value = entry.substr(equals + 1);
    if (!name.starts_with("--")) {
      sources.environment.emplace(name, value);
    } else if (is_key(name.substr(2))) {  // an option of a key that there is: the program's own
      sources.command_line.emplace(name.substr(2), std::pair(value, name));
    }
  }
  return sources;
}
}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  place().write("empty.toml", "");
  const auto sources = sources_in(text_of(data, size));
  const auto loaded = accepted([&] { return config::load(sources); }, ExitStatus::kUsage);
  if (!loaded) return 0;
  check_settings(loaded->settings);
  check_read_back(*loaded);
  return 0;
}
