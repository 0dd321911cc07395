// STATE/verification and STATE/samples.jsonl.
#include <algorithm>

#include "deploy/samples.hpp"
#include "deploy/verification.hpp"
#include "fuzz.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;

namespace {
void check_verifications(const std::string& text) {
  const auto found = accepted([&] { return deploy::parse_verifications(text); });
  if (!found) return;
  const auto again = deploy::parse_verifications(deploy::text_of(*found));
  demand(again.size() == found->size(), "what is understood is written so that it is again");
  for (const auto& [id, one] : *found) demand(again.at(id).good == one.good, "the same");
}

void check_samples(const std::string& text) {
  const auto samples = deploy::parse_samples(text);
  std::string written;
  for (const auto& one : samples) {
    for (const auto& [path, used] : one.disks) demand(used >= 0 && used <= 100, "percent");
    written += deploy::text_of(one);
  }
  demand(deploy::parse_samples(written).size() == samples.size(), "written so that it is read");
  const auto kept = deploy::thinned(samples, samples.empty() ? now() : samples.back().time);
  demand(std::is_sorted(kept.begin(), kept.end(),
                        [](const auto& a, const auto& b) { return a.time < b.time; }),
         "in the order of time");
}
}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = text_of(data, size);
  check_verifications(text);
  check_samples(text);
  return 0;
}
