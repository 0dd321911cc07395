#include "status.hpp"

#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "deploy/history.hpp"
#include "deploy/lock.hpp"
#include "deploy/status.hpp"
#include "report/metrics.hpp"
#include "webhook/spool.hpp"

namespace nutricount::receiver {
namespace {
using nlohmann::ordered_json;

template <class Read>
ordered_json or_null(Read&& read) {
  try {
    return read();
  } catch (const std::exception&) {
    return nullptr;
  }
}

ordered_json app_status(const config::Settings& settings) {
  const auto states = deploy::application_units(settings);
  const bool running = !states.empty() && std::all_of(states.begin(), states.end(), [](auto& one) {
    return one.active == "active";
  });
  return running ? "running" : "stopped";
}

ordered_json in_flight(const config::Settings& settings) {
  const auto holder = deploy::holder_of(settings.state.directory / "lock");
  // One that was killed says nothing any more, but its text stays.
  const bool lives = holder && (kill(holder->pid, 0) == 0 || errno == EPERM);
  if (!lives) return nullptr;
  return {{"command", holder->command}, {"since", holder->since}, {"step", holder->step}};
}

ordered_json last_deployment(const config::Settings& settings) {
  const auto newest = deploy::History(settings.state.directory / "history.jsonl").newest(1);
  if (newest.empty()) return nullptr;
  return report::deployment_json(newest.back());
}
}  // namespace

std::string status_document(const config::Settings& settings) {
  const webhook::Spool spool(settings.webhook.spool);
  const ordered_json document{{"webhook_status", "running"},
                              {"app_status", or_null([&] { return app_status(settings); })},
                              {"timestamp", to_utc(now())},
                              {"deployment",
                               {{"running", or_null([&] { return in_flight(settings); })},
                                {"waiting", or_null([&] { return ordered_json(spool.count()); })},
                                {"last", or_null([&] { return last_deployment(settings); })}}}};
  return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace nutricount::receiver
