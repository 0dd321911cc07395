#include "git/configured_url.hpp"

#include <fmt/format.h>

#include <sstream>

#include "base/line.hpp"

namespace nutricount::git {

std::string configured_url(const std::string& config, const std::string& remote) {
  const std::string section = fmt::format("[remote \"{}\"]", remote);
  std::istringstream lines(config);
  bool inside = false;
  for (std::string whole; std::getline(lines, whole);) {
    const std::string_view line = trimmed(whole);
    if (line.starts_with('[')) inside = line.starts_with(section);
    const auto equals = line.find('=');
    if (!inside || equals == std::string::npos) continue;
    std::string url(trimmed(line.substr(equals + 1)));
    if (trimmed(line.substr(0, equals)) == "url" && !url.empty()) return url;
  }
  return remote;
}

}  // namespace nutricount::git
