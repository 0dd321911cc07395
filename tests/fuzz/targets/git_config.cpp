// The address of a remote in .git/config.
#include "git/configured_url.hpp"

#include <sstream>

#include "fuzz.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;

namespace {
/// Whether a line says `url = URL`.
bool is_said(const std::string& config, const std::string& url) {
  std::istringstream lines(config);
  for (std::string line; std::getline(lines, line);) {
    const auto key = line.find_first_not_of(" \t\r\v\f");
    const auto equals = line.find('=');
    const bool is_url = key != std::string::npos && line.compare(key, 3, "url") == 0 &&
                        line.find_first_not_of(" \t\r\v\f", key + 3) == equals;
    if (is_url && line.find(url, equals) != std::string::npos) return true;
  }
  return false;
}
}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string config = text_of(data, size);
  const std::string url = git::configured_url(config, "origin");
  demand(url == "origin" || is_said(config, url), "no other key's value");
  demand(git::configured_url(config, "no such remote") == "no such remote" ||
             config.find("no such remote") != std::string::npos,
         "no other remote's");
  // As git writes it, after whatever is there.
  if (config.find("origin") == std::string::npos) {
    demand(git::configured_url(config + "\n[remote \"origin\"]\n\turl = https://example.org/x\n"
                                        "\tfetch = +refs/heads/*:refs/remotes/origin/*\n",
                               "origin") == "https://example.org/x",
           "what git writes is found");
  }
  return 0;
}
