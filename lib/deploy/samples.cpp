#include "deploy/samples.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/json_text.hpp"
#include "machine/text.hpp"
#include "os/file.hpp"

namespace nutricount::deploy {
namespace fs = std::filesystem;
using nlohmann::json;
using namespace std::chrono_literals;
namespace {
constexpr auto kEvery = 10min;
constexpr auto kAllOf = 48h;
constexpr auto kSpan = 30 * 24h;
constexpr std::size_t kLargest = 256U << 10U;  // then the file is written anew, thinned

fs::path path_in(const fs::path& state) { return state / "samples.jsonl"; }

Sample read_sample(const json& in) {
  Sample sample{.time = time_from(in.at("time")), .disks = {}, .celsius = std::nullopt};
  for (const auto& [path, percent] : in.at("disks").items()) {
    sample.disks[path] = std::clamp(whole_number<int>(percent), 0, 100);
  }
  if (in.contains("celsius")) {
    sample.celsius = std::clamp(in.at("celsius").get<double>(), -100.0, 1000.0);
  }
  return sample;
}

auto hour_of(const Sample& sample) { return std::chrono::floor<std::chrono::hours>(sample.time); }

/// Whether one was recorded just now.
bool is_fresh(const fs::path& state, Timestamp now) {
  const auto st = os::look_at(path_in(state));
  if (!st) return false;
  const auto age = now - Timestamp(std::chrono::seconds(st->st_mtim.tv_sec));
  return age >= 0s && age < kEvery;
}

std::string read_text(const fs::path& state) {
  constexpr std::uint64_t kMost = 4 * kLargest;
  return os::read_file(path_in(state), kMost).value_or("");
}
}  // namespace

Sample sample_of(const machine::Machine& machine, Timestamp time) {
  Sample sample{.time = time, .disks = {}, .celsius = std::nullopt};
  for (const auto& disk : machine.disks) sample.disks[disk.path.string()] = used_percent(disk);
  if (const auto zone = machine::hottest(machine.zones)) sample.celsius = zone->celsius;
  return sample;
}

Samples parse_samples(std::string_view text) {
  Samples samples;
  for (const auto line : machine::lines_of(text)) {
    try {
      samples.push_back(read_sample(parse_json(line)));
    } catch (const std::exception&) {
      continue;  // torn by a power cut, or written by a newer version
    }
  }
  return samples;
}

std::string text_of(const Sample& sample) {
  json out{{"time", to_utc(sample.time)}, {"disks", sample.disks}};
  if (sample.celsius) out["celsius"] = *sample.celsius;
  return out.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

Samples thinned(Samples samples, Timestamp now) {
  std::erase_if(samples, [&](const Sample& one) {
    return now - one.time > kSpan || one.time - now > kEvery;  // later: a clock that was wrong
  });
  std::stable_sort(samples.begin(), samples.end(),
                   [](const Sample& a, const Sample& b) { return a.time < b.time; });
  const auto end =
      std::unique(samples.begin(), samples.end(), [&](const Sample& a, const Sample& b) {
        return now - b.time > kAllOf && hour_of(a) == hour_of(b);
      });
  samples.erase(end, samples.end());
  return samples;
}

Samples read_samples(const fs::path& state, Timestamp now) {
  try {
    return thinned(parse_samples(read_text(state)), now);
  } catch (const Error&) {
    return {};
  }
}

void record_sample(const fs::path& state, const Sample& sample) {
  if (!fs::is_directory(state) || is_fresh(state, sample.time)) return;
  const std::string before = read_text(state);
  const std::string line = text_of(sample);
  if (before.size() + line.size() <= kLargest && (before.empty() || before.back() == '\n')) {
    os::append_durably(path_in(state), line);
    return;
  }
  Samples samples = thinned(parse_samples(before), sample.time);
  samples.push_back(sample);
  std::string text;
  for (auto one = samples.rbegin(); one != samples.rend(); ++one) {
    if (text.size() < kLargest / 2) text.insert(0, text_of(*one));
  }
  os::write_durably(path_in(state), text);
}

}  // namespace nutricount::deploy
