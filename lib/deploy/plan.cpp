#include "deploy/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/json_text.hpp"
#include "deploy/history.hpp"

namespace nutricount::deploy {
using nlohmann::json;

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CommitRef, id, subject, author)

namespace {
json environment_json(const EnvironmentChange& change) {
  return {{"reason", change.reason}, {"live", change.live},   {"before", change.before},
          {"adopts", change.adopts}, {"after", change.after}, {"is_there", change.is_there},
          {"bytes", change.bytes}};
}

EnvironmentChange environment_from(const json& in) {
  return {.reason = in.at("reason"),
          .live = in.at("live"),
          .before = in.at("before"),
          .adopts = in.at("adopts"),
          .after = in.at("after"),
          .is_there = in.at("is_there"),
          .bytes = whole_number<std::uint64_t>(in.at("bytes"))};
}

json route_json(const Route& route) {
  json out{{"from", route.from}, {"to", route.to}, {"before", nullptr}};
  if (route.before) out["before"] = *route.before;
  return out;
}

Route route_from(const json& in) {
  Route route{.from = in.at("from"), .to = in.at("to"), .before = {}};
  const auto is_colour = [](const std::string& name) {
    return std::find(kColours.begin(), kColours.end(), name) != kColours.end();
  };
  if (!is_colour(route.to) || (!route.from.empty() && !is_colour(route.from))) {
    throw Error("not a colour");
  }
  if (!in.at("before").is_null()) route.before = in["before"].get<std::string>();
  return route;
}

json data_json(const DataChange& change) {
  return {{"backup", change.backup}, {"time", to_utc(change.time)}, {"inodes", change.inodes}};
}

DataChange data_from(const json& in) {
  DataChange change{.backup = in.at("backup")};
  const auto time = from_utc(in.at("time").get<std::string>());
  if (!time || !is_id(change.backup)) throw Error("not a backup's id and time");
  change.time = *time;
  const json& inodes = in.at("inodes");
  if (!inodes.is_object()) throw Error("inodes are wrong");
  for (const auto& [name, inode] : inodes.items()) {
    change.inodes[name] = whole_number<std::uint64_t>(inode);
  }
  return change;
}

Kind kind_from(const std::string& name) {
  if (name == name_of(Kind::kUpdate)) return Kind::kUpdate;
  if (name == name_of(Kind::kRollback)) return Kind::kRollback;
  throw Error(fmt::format("\"{}\" is no kind of deployment", name));
}
}  // namespace

void to_json(json& out, const Plan& plan) {
  // What only --dry-run prints is not kept: recovery has no use for it.
  out = json{{"kind", name_of(plan.kind)},
             {"reason", plan.reason},
             {"data_only", plan.data_only},
             {"data", nullptr},
             {"changes", plan.changes},
             {"deployment", plan.deployment},
             {"trigger", plan.trigger},
             {"delivery", plan.delivery},
             {"started", to_utc(plan.started)},
             {"directory", plan.directory.string()},
             {"first", plan.first},
             {"from", plan.from},
             {"to", plan.to},
             {"environment", nullptr},
             {"route", nullptr},
             {"database_command", plan.database_command},
             {"was_active", plan.was_active},
             {"was_healthy", plan.was_healthy}};
  if (plan.data) out["data"] = data_json(*plan.data);
  if (plan.environment) out["environment"] = environment_json(*plan.environment);
  if (plan.route) out["route"] = route_json(*plan.route);
}

void from_json(const json& in, Plan& plan) {
  plan.kind = kind_from(in.at("kind"));
  in.at("reason").get_to(plan.reason);
  in.at("data_only").get_to(plan.data_only);
  if (!in.at("data").is_null()) plan.data = data_from(in["data"]);
  in.at("changes").get_to(plan.changes);
  if (!plan.changes.empty() && !is_id(plan.changes)) throw Error("not a backup's id");
  in.at("deployment").get_to(plan.deployment);
  in.at("trigger").get_to(plan.trigger);
  in.at("delivery").get_to(plan.delivery);
  const auto started = from_utc(in.at("started").get<std::string>());
  if (!started || !is_id(plan.deployment)) throw Error("not a deployment's id and time");
  plan.started = *started;
  plan.directory = in.at("directory").get<std::string>();
  in.at("first").get_to(plan.first);
  in.at("from").get_to(plan.from);
  in.at("to").get_to(plan.to);
  if (!in.at("environment").is_null()) plan.environment = environment_from(in["environment"]);
  if (!in.at("route").is_null()) plan.route = route_from(in["route"]);
  in.at("database_command").get_to(plan.database_command);
  in.at("was_active").get_to(plan.was_active);
  in.at("was_healthy").get_to(plan.was_healthy);
}

std::string brief(const std::string& commit) { return commit.substr(0, 7); }

}  // namespace nutricount::deploy
