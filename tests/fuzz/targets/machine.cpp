// Files of /proc and /sys: each of their readers gets the same text.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "fuzz.hpp"
#include "machine/cpu.hpp"
#include "machine/disk.hpp"
#include "machine/load.hpp"
#include "machine/memory.hpp"
#include "machine/temperature.hpp"
#include "machine/throttling.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;

namespace {
void check_cpu(const machine::ByMode& seconds) {
  demand(std::all_of(seconds.begin(), seconds.end(), [](double one) { return one >= 0; }),
         "time is not negative");
  const auto shares = machine::cpu_shares({}, seconds);
  if (!shares) return;
  demand(std::abs(std::accumulate(shares->begin(), shares->end(), 0.0) - 1) < 1e-6,
         "shares are of 1");
  const double busy = machine::busy_share(*shares);
  demand(busy >= 0 && busy <= 1.000001, "a share of it is busy");
}
}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = text_of(data, size);
  if (const auto seconds = machine::parse_cpu_seconds(text)) check_cpu(*seconds);
  if (const auto memory = machine::parse_memory(text)) {
    demand(memory->used() <= memory->total, "no more is used than there is");
    demand(memory->swap_used() <= memory->swap_total, "nor of swap");
    const int used = machine::used_percent(*memory);
    demand(used >= 0 && used <= 100, "percent");
  }
  if (const auto load = machine::parse_load(text)) {
    demand(std::all_of(load->begin(), load->end(), [](double one) { return one >= 0; }), "a load");
  }
  if (const auto uptime = machine::parse_uptime(text)) demand(*uptime >= 0, "an uptime");
  if (const auto celsius = machine::parse_celsius(text)) {
    demand(*celsius >= -100 && *celsius <= 1000, "a temperature");
  }
  static_cast<void>(machine::parse_throttled(text));
  return 0;
}
