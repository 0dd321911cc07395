#include "deploy/data_difference.hpp"

#include <fmt/format.h>

#include <functional>

#include "base/json_text.hpp"
#include "os/file.hpp"
#include "sqlite/comparison.hpp"

namespace nutricount::deploy {
namespace fs = std::filesystem;
using nlohmann::json;
namespace {
using PathOf = std::function<fs::path(const std::string& database)>;

model::DataDifference difference_of(const std::vector<std::string>& databases, const PathOf& live,
                                    const PathOf& kept) {
  model::DataDifference difference;
  for (const auto& database : databases) {
    // One database is the rule, and its tables are what people know.
    const std::string prefix =
        databases.size() == 1 ? "" : fs::path(database).filename().string() + ":";
    const auto found = sqlite::compare(live(database), kept(database));
    for (const auto& table : found.reshaped) difference.reshaped.push_back(prefix + table);
    for (const auto& one : found.rows) {
      difference.rows.push_back({prefix + one.table, one.written, one.gone});
    }
  }
  return difference;
}

/// As the owner, who may write to the databases: what SQLite makes beside them must be theirs.
model::DataDifference compare(const Site& site, const std::vector<std::string>& databases,
                              const PathOf& live, const PathOf& kept, const Deadline& deadline) {
  const os::Bounds bounds{.owner = site.owner, .deadline = deadline};
  return difference_from_text(os::run_in_child(
      bounds, [&](const os::Report&) { return to_text(difference_of(databases, live, kept)); }));
}
}  // namespace

std::string to_text(const model::DataDifference& difference) {
  json rows = json::array();
  for (const auto& one : difference.rows) rows.push_back({one.table, one.written, one.gone});
  return json{{"reshaped", difference.reshaped}, {"rows", rows}}.dump(
      -1, ' ', false, json::error_handler_t::replace);
}

model::DataDifference difference_from_text(const std::string& text) {
  return read_json(text, "the comparison of two databases", [](const json& said) {
    model::DataDifference difference;
    for (const auto& table : array_in(said.at("reshaped"))) difference.reshaped.push_back(table);
    for (const auto& one : array_in(said.at("rows"))) {
      difference.rows.push_back({one.at(0), whole_number<std::uint64_t>(one.at(1)),
                                 whole_number<std::uint64_t>(one.at(2))});
    }
    return difference;
  });
}

model::DataDifference difference_to(const Site& site, const std::string& backup,
                                    const Deadline& deadline) {
  const auto& store = site.store;
  const auto since = store.since(backup, site.settings.backup.restore);
  auto difference = compare(
      site, since.databases, [&](const auto& path) { return site.directory() / path; },
      [&](const auto& path) { return store.layout().copy(path, backup); }, deadline);
  difference.files = since.files;
  return difference;
}

std::vector<model::TableRows> rows_aside(const Run& run) {
  const Site& site = run.site;
  const std::string& backup = run.plan.data->backup;
  if (!run.plan.data->verified) return {};
  try {
    const auto since = site.store.since(backup, site.settings.backup.restore);
    const auto put_aside = [&](const std::string& path) {
      const auto slash = path.find('/');
      return site.store.aside(path.substr(0, slash), run.plan.deployment) / path.substr(slash + 1);
    };
    std::vector<std::string> there;
    for (const auto& path : since.databases) {
      if (os::look_at(put_aside(path))) there.push_back(path);
    }
    return compare(
               site, there, put_aside,
               [&](const auto& path) { return site.store.layout().copy(path, backup); },
               run.deadline)
        .rows;
  } catch (const std::exception& error) {
    run.observer.note(fmt::format("what is set aside could not be counted: {}", error.what()));
    return {};
  }
}

}  // namespace nutricount::deploy
