// What a deployment is going to do: decided before anything changes, printed by --dry-run, kept in
// the journal so that an interrupted deployment can be settled from it.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "deploy/outcome.hpp"
#include "model/data_rule.hpp"

namespace nutricount::deploy {

/// A new Python environment, built beside the one in use.
struct EnvironmentChange {
  std::string reason;   ///< "requirements.txt changed", "venv is missing"
  std::string live;     ///< the name that the application uses: "venv"
  std::string before;   ///< where the one in use lies, or will lie once it is replaced; empty: none
  bool adopts = false;  ///< `live` is a plain directory that becomes `before`
  std::string after;    ///< the new one: "venv.20261124_101500"
  bool is_there = false;    ///< a rollback's: kept since it was in use, so not to be built
  std::uint64_t bytes = 0;  ///< of the one in use: what the new one may take
};

/// Data that a rollback puts back.
struct DataChange {
  std::string backup;  ///< id
  Timestamp time{};    ///< of the backup
  std::uint64_t bytes = 0;
  bool verified = true;  ///< has a manifest; else only its databases can be checked
  /// Of the names that go back.
  std::map<std::string, std::uint64_t> inodes =
      {};  ///< of the live trees; 0 for one that is not there
};

/// The two that take turns.
inline constexpr std::array<const char*, 2> kColours{"blue", "green"};

/// Of a blue-green deployment (deploy/colour.hpp): which one serves, and which one will.
struct Route {
  std::string from;
  std::string to;
  std::optional<std::string> before;  ///< what the upstream file said; nothing: there was none
};

struct Plan {
  Kind kind = Kind::kUpdate;
  std::string reason;      ///< of a rollback
  bool data_only = false;  ///< a rollback that leaves code and environment
  std::optional<DataChange> data;
  std::string changes;     ///< the backup with what had been changed in place at `to`; empty: none
  std::string deployment;  ///< id; the backup has the same one
  std::string trigger;
  std::string delivery;
  Timestamp started;
  std::filesystem::path directory;
  bool first = false;  ///< there is no application yet
  std::string branch;
  CommitRef from;
  CommitRef to;
  std::vector<CommitRef> commits;  ///< the newest of from..to
  std::uint64_t commit_count = 0;
  std::vector<std::string> changed_files;
  std::uint64_t changed_file_count = 0;
  std::optional<EnvironmentChange> environment;
  std::optional<Route> route;                 ///< nothing: the application is stopped and started
  std::vector<std::string> database_command;  ///< empty: none
  std::vector<std::string> overwritten;       ///< changed here; kept in the backup
  std::vector<std::string> prunes;            ///< backup ids
  bool was_active = false;                    ///< the application ran before
  bool was_healthy = false;                   ///< and answered
  std::string over;                           ///< the backup that the new one is made over
  std::uint64_t data_bytes = 0;
  std::uint64_t data_files = 0;
  std::uint64_t backup_needs = 0;  ///< of the free space
  std::uint64_t free_bytes = 0;
  std::optional<double> usual_downtime;
  std::optional<model::DataDifference> difference;  ///< of live data to the restore point's
  std::vector<std::string> settles;  ///< for --dry-run: the interrupted deployment that comes first

  /// Whose turn it was, and will be; empty where the application is stopped and started.
  [[nodiscard]] std::string colour_before() const { return route ? route->from : std::string(); }
  [[nodiscard]] std::string colour_after() const { return route ? route->to : std::string(); }
};

void to_json(nlohmann::json& json, const Plan& plan);
void from_json(const nlohmann::json& json, Plan& plan);

/// The first seven digits of a commit's id.
[[nodiscard]] std::string brief(const std::string& commit);

}  // namespace nutricount::deploy
