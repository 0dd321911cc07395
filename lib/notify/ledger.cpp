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
constexpr int kMostRefusals = 20;
constexpr int kFewestTries = 20;
constexpr std::chrono::hours kLongest{7 * 24};
constexpr std::uint64_t kLimit = 4U << 20U;

Run run_from(const json& in) {
  return {in.at("failures").get<std::set<std::string>>(), time_from(in.at("since")),
          time_from(in.at("told")), whole_number<int>(in.at("times"))};
}

Owed owed_from(const json& in) {
  Owed owed{alert_from(in.at("alert")), time_from(in.at("since")), {}};
  for (const auto& [name, tries] : in.at("to").items()) {
    owed.to[name] = {whole_number<int>(tries.at("tries")), whole_number<int>(tries.at("refused"))};
  }
  return owed;
}

json to_json(const Owed& owed) {
  json to = json::object();
  for (const auto& [name, tries] : owed.to) {
    to[name] = {{"tries", tries.all}, {"refused", tries.refused}};
  }
  return {{"alert", to_json(owed.alert)}, {"since", to_utc(owed.since)}, {"to", std::move(to)}};
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
    runs[name] = {{"failures", run.failures},
                  {"since", to_utc(run.since)},
                  {"told", to_utc(run.told)},
                  {"times", run.times}};
  }
  json owed = json::array();
  for (const auto& one : ledger.owed) owed.push_back(to_json(one));
  const json out{{"version", kVersion},
                 {"deployment", ledger.deployment},
                 {"runs", std::move(runs)},
                 {"owed", std::move(owed)}};
  return out.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

Ledger read_ledger(const std::filesystem::path& path) {
  const auto text = os::read_file(path, kLimit);
  if (text) return parse_ledger(*text);
  Ledger ledger;
  ledger.fresh = true;
  return ledger;
}

void write_ledger(const std::filesystem::path& path, const Ledger& ledger) {
  os::write_durably(path, text_of(ledger), 0600);
}

std::optional<Owed> owe(Ledger& ledger, Alert alert, const std::set<std::string>& channels,
                        Timestamp now) {
  Owed owed{std::move(alert), now, {}};
  for (const auto& name : channels) owed.to[name] = {};
  ledger.owed.push_back(std::move(owed));
  if (ledger.owed.size() <= kMostOwed) return std::nullopt;
  Owed oldest = std::move(ledger.owed.front());
  ledger.owed.erase(ledger.owed.begin());
  return oldest;
}

bool is_hopeless(const Owed& owed, const Tries& tries, Timestamp now) {
  if (tries.refused >= kMostRefusals) return true;
  return tries.all >= kFewestTries && now - owed.since > kLongest;
}

}  // namespace nutricount::notify
