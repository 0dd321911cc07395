// STATE/samples.jsonl: disks and temperature over time, for the charts of `metrics --format html`.
// One line a sample. It stays small: a sample each ten minutes for two days, one an hour for
// thirty.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "machine/machine.hpp"

namespace nutricount::deploy {

struct Sample {
  Timestamp time;
  std::map<std::string, int> disks;  ///< path -> percent in use
  std::optional<double> celsius;
};
using Samples = std::vector<Sample>;  ///< oldest first

[[nodiscard]] Sample sample_of(const machine::Machine& machine, Timestamp time);

/// Lines that are not understood are left out.
[[nodiscard]] Samples parse_samples(std::string_view text);
/// A line.
[[nodiscard]] std::string text_of(const Sample& sample);
/// Those that are kept at a time.
[[nodiscard]] Samples thinned(Samples samples, Timestamp now);

/// What is recorded, thinned; nothing where that cannot be read.
[[nodiscard]] Samples read_samples(const std::filesystem::path& state, Timestamp now);
/// Adds one, ten minutes after the last or later. Nothing is recorded where there is no state
/// directory. Throws.
void record_sample(const std::filesystem::path& state, const Sample& sample);

}  // namespace nutricount::deploy
