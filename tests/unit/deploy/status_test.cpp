#include "deploy/status.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "deploy/samples.hpp"
#include "scratch.hpp"

namespace nutricount::deploy {
namespace {
using namespace std::chrono_literals;
const Timestamp kNow = from_utc("2026-11-24T12:00:00Z").value_or(Timestamp());

struct Place : Scratch {
  Place() {
    settings.app.directory = root / "app";
    settings.state.directory = root / "state";
    settings.backup.directory = root / "backups";
    settings.service.manager = config::ServiceManager::kProcess;
    settings.metrics.disks = {root.string()};
    for (const char* name : {"app", "state"}) std::filesystem::create_directory(root / name);
  }
  config::Settings settings;
};
}  // namespace

TEST_CASE("looking needs nothing, and changes nothing") {
  const Place place;
  const auto status = look(place.settings, 0ms);
  CHECK(status.problems.empty());
  CHECK(status.units.size() == 1);
  CHECK(status.machine.disks.size() == 1);
  CHECK(status.live() == nullptr);
  CHECK(status.last() == nullptr);
  CHECK_FALSE(status.last_downtime());
  CHECK_FALSE(status.last_verification());
  CHECK(std::filesystem::is_empty(place.root / "state"));
  CHECK(std::filesystem::is_empty(place.root / "app"));
}

TEST_CASE("what cannot be looked at is told, and the rest is looked at") {
  const Place place;
  std::filesystem::create_directory(place.root / "state/history.jsonl");
  const auto status = look(place.settings, 0ms);
  REQUIRE(status.problems.size() == 1);
  CHECK(status.problems.front().starts_with("deployments: "));
  CHECK(status.units.size() == 1);
}

TEST_CASE("what is live, and what the last took") {
  Status status;
  model::Deployment good;
  good.result = "updated";
  good.downtime_seconds = 1.5;
  model::Deployment bad;
  bad.result = "failed";
  status.deployments = {good, bad};
  CHECK(status.live() == &status.deployments.front());
  CHECK(status.last() == &status.deployments.back());
  CHECK(status.last_downtime().value_or(0) == 1.5);
}

TEST_CASE("verifications are recorded for the backups that are there") {
  const Place place;
  const auto state = place.settings.state.directory;
  record_verifications(state, {{"20261124_110000", {kNow, false}}}, {"20261124_110000"});
  record_verifications(state, {{"20261124_110001", {kNow, true}}},
                       {"20261124_110000", "20261124_110001"});
  const auto both = read_verifications(state, {"20261124_110000", "20261124_110001"});
  REQUIRE(both.size() == 2);
  CHECK_FALSE(both.at("20261124_110000").good);
  CHECK(both.at("20261124_110001").time == kNow);
  record_verifications(state, {{"20261124_110001", {kNow, true}}}, {"20261124_110001"});
  CHECK(parse_verifications(place.read("state/verification")).size() == 1);
  place.write("state/verification", "{\"backups\":7");
  CHECK(read_verifications(state, {"20261124_110001"}).empty());
}

TEST_CASE("a sample is recorded every ten minutes, in a line") {
  const Place place;
  const auto state = place.settings.state.directory;
  const Sample sample{.time = now(), .disks = {{"/", 50}}, .celsius = 41.5};
  record_sample(state, sample);
  record_sample(state, sample);
  const auto found = read_samples(state, sample.time);
  REQUIRE(found.size() == 1);
  CHECK(found.front().disks.at("/") == 50);
  CHECK(found.front().celsius.value_or(0) == 41.5);
  Sample later = sample;
  later.time += 11min;
  later.celsius.reset();
  record_sample(state, later);
  const auto both = read_samples(state, later.time);
  REQUIRE(both.size() == 2);
  CHECK_FALSE(both.back().celsius);
  record_sample(place.root / "none", sample);
  CHECK_FALSE(std::filesystem::exists(place.root / "none"));
}

TEST_CASE("old samples are an hour apart, and older ones go") {
  Samples samples;
  for (auto age = 40 * 24h + 0min; age > 0min; age -= 10min)
    samples.push_back({.time = kNow - age});
  const auto kept = thinned(samples, kNow);
  CHECK(kept.size() > 900);
  CHECK(kept.size() < 970);
  CHECK(kept.front().time >= kNow - 30 * 24h);
  CHECK(kept.back().time == samples.back().time);
  samples.push_back({.time = kNow + 24h});  // a clock that was wrong
  CHECK(thinned(samples, kNow).size() == kept.size());
}

TEST_CASE("the file of samples stays small, and a torn line is no harm") {
  const Place place;
  const auto state = place.settings.state.directory;
  std::string text;
  for (int i = 6000; i > 0; --i)
    text += text_of(Sample{.time = now() - i * 1min, .disks = {{"/", 1}}});
  REQUIRE(text.size() > 256U << 10U);
  place.write("state/samples.jsonl", text + "{\"time\":\"20");
  std::filesystem::last_write_time(state / "samples.jsonl",
                                   std::filesystem::file_time_type::clock::now() - 1h);
  record_sample(state, {.time = now(), .disks = {{"/", 2}}});
  CHECK(std::filesystem::file_size(state / "samples.jsonl") < 256U << 10U);
  CHECK(read_samples(state, now()).back().disks.at("/") == 2);
}

}  // namespace nutricount::deploy
