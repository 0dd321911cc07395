#include "notify/ledger.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/json_text.hpp"
#include "os/file.hpp"

namespace nutricount::notify {
using nlohmann::json;
namespace {
constexpr int kVersion = 1;
constexpr std::size_t kMostOwed = 50;
constexpr std::uint64_t kLimit = 4U << 20U;

Timestamp time_in(const json& value) {
  const auto time = from_utc(value.get<std::string>());
  if (!time) throw Error("that is no time");
  return *time;
}

Run run_from(const json& in) {
  return {in.at("failure"), time_in(in.at("since")), time_in(in.at("told")),
          whole_number<int>(in.at("times"))};
}

Owed owed_from(const json& in) {
  return {alert_from(in.at("alert")), in.at("to").get<std::set<std::string>>(),
          whole_number<int>(in.at("tries"))};
}
}  // namespace

Ledger parse_ledger(std::string_view text) {
  return read_json(text, "the record of alerts", [](const json& in) {
    if (whole_number<int>(in.at("version")) != kVersion) throw Error("its version is another one");
    Ledger ledger{.deployment = in.at("deployment"), .runs = {}, .owed = {}};
    for (const auto& [name, run] : in.at("runs").items()) ledger.runs[name] = run_from(run);
    for (const auto& one : array_in(in.at("owed"))) ledger.owed.push_back(owed_from(one));
    return ledger;
  });
}

std::string text_of(const Ledger& ledger) {
  json runs = json::object();
  for (const auto& [name, run] : ledger.runs) {
    runs[name] = {{"failure", run.failure},
                  {"since", to_utc(run.since)},
                  {"told", to_utc(run.told)},
                  {"times", run.times}};
  }
  json owed = json::array();
  for (const auto& one : ledger.owed) {
    owed.push_back({{"alert", to_json(one.alert)}, {"to", one.to}, {"tries", one.tries}});
  }
  const json out{{"version", kVersion},
                 {"deployment", ledger.deployment},
                 {"runs", std::move(runs)},
                 {"owed", std::move(owed)}};
  return out.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

Ledger read_ledger(const std::filesystem::path& path) {
  const auto text = os::read_file(path, kLimit);
  if (!text) return {.deployment = {}, .runs = {}, .owed = {}, .fresh = true};
  try {
    return parse_ledger(*text);
  } catch (const Error&) {
    return {.deployment = {}, .runs = {}, .owed = {}, .fresh = true};
  }
}

void write_ledger(const std::filesystem::path& path, const Ledger& ledger) {
  os::write_durably(path, text_of(ledger), 0600);
}

void owe(Ledger& ledger, Alert alert, const std::set<std::string>& channels) {
  if (channels.empty()) return;
  ledger.owed.push_back({std::move(alert), channels, 0});
  while (ledger.owed.size() > kMostOwed) ledger.owed.erase(ledger.owed.begin());
}

}  // namespace nutricount::notify
