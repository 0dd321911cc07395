// /etc/nutricount-deploy/config.toml.
#include <algorithm>

#include "config_settings.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  place().write("config.toml", text_of(data, size));
  const auto loaded = accepted([] { return config::load({.file = place().path("config.toml")}); },
                               ExitStatus::kUsage);
  if (!loaded) return 0;
  check_settings(loaded->settings);
  check_read_back(*loaded);
  return 0;
}
