#include "notify/alert.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/json_text.hpp"

namespace nutricount::notify {
using nlohmann::json;
namespace {
constexpr std::array<std::pair<Event, const char*>, 5> kNames{{{Event::kSucceeded, "succeeded"},
                                                               {Event::kRolledBack, "rolled-back"},
                                                               {Event::kFailed, "failed"},
                                                               {Event::kDown, "down"},
                                                               {Event::kRecovered, "recovered"}}};

Event event_of(const std::string& name) {
  for (const auto& [event, known] : kNames) {
    if (name == known) return event;
  }
  throw Error("no event has this name: " + name);
}
}  // namespace

std::string name_of(Event event) { return kNames.at(static_cast<std::size_t>(event)).second; }

std::string setting_of(Event event) {
  return event == Event::kDown || event == Event::kRecovered ? "health" : name_of(event);
}

json to_json(const Alert& alert) {
  json facts = json::object();
  for (const auto& [name, value] : alert.facts) facts[name] = value;
  return {{"event", name_of(alert.event)},
          {"application", alert.application},
          {"host", alert.host},
          {"time", to_utc(alert.time)},
          {"title", alert.title},
          {"text", alert.text},
          {"facts", std::move(facts)},
          {"commands", alert.commands}};
}

Alert alert_from(const json& in) {
  Alert alert{.event = event_of(in.at("event")),
              .application = in.at("application"),
              .host = in.at("host"),
              .time = time_from(in.at("time")),
              .title = in.at("title"),
              .text = in.at("text"),
              .facts = {},
              .commands = in.at("commands")};
  for (const auto& [name, value] : in.at("facts").items()) alert.facts.emplace_back(name, value);
  return alert;
}

}  // namespace nutricount::notify
