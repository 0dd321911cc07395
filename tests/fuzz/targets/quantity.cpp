// Durations as the configuration has them, and quantities as reports have them.
#include "base/quantity.hpp"

#include <cmath>
#include <cstring>

#include "fuzz.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;

namespace {
void check_duration(const std::string& text) {
  const auto duration = parse_duration(text);
  if (!duration) return;
  demand(duration->count() >= 0 && *duration <= std::chrono::days(3650), "at most ten years");
  demand(text.find_first_not_of("0123456789msdh") == std::string::npos, "digits and units");
  demand(parse_duration(format_duration(*duration)) == duration, "what is written is read back");
}

void check_reports(const std::string& text) {
  std::uint64_t bytes = 0;
  if (text.size() < sizeof bytes) return;
  std::memcpy(&bytes, text.data(), sizeof bytes);
  const std::string size = format_bytes(bytes);
  demand(size.ends_with("B") && size.find(' ') <= 5 + (bytes >> 50U) / 1024 + 4, "short sizes");
  demand(!count_of(bytes, "file").empty(), "a count");
  double seconds = 0;
  std::memcpy(&seconds, text.data(), sizeof seconds);
  if (std::isfinite(seconds) && seconds >= 0) {
    demand(format_seconds(seconds).find(' ') != std::string::npos, "a unit");
  }
}
}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = text_of(data, size);
  check_duration(text);
  check_reports(text);
  return 0;
}
