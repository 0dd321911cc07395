#include <nlohmann/json.hpp>

#include "git/comparison.hpp"

namespace nutricount::git {
using nlohmann::json;
namespace {
json bytes_of(const std::optional<std::string>& content) {
  return content ? json(json::binary({content->begin(), content->end()})) : json(nullptr);
}

std::optional<std::string> content_of(const json& value) {
  if (value.is_null()) return std::nullopt;
  const auto& bytes = value.get_binary();
  return std::string(bytes.begin(), bytes.end());
}

json names(const std::vector<std::string>& values) {
  json out = json::array();  // paths may be any bytes: not text
  for (const auto& value : values) out.push_back(bytes_of(value));
  return out;
}

std::vector<std::string> names_of(const json& values) {
  std::vector<std::string> out;
  for (const auto& value : values) out.push_back(*content_of(value));
  return out;
}

json commit_json(const Commit& commit) {
  return {bytes_of(commit.id), bytes_of(commit.subject), bytes_of(commit.author), commit.time};
}

Commit commit_from(const json& value) {
  return {*content_of(value.at(0)), *content_of(value.at(1)), *content_of(value.at(2)),
          value.at(3)};
}
}  // namespace

std::string to_text(const Comparison& comparison) {
  json commits = json::array();
  for (const auto& commit : comparison.commits) commits.push_back(commit_json(commit));
  json files = json::array();
  for (const auto& file : comparison.files) {
    files.push_back({bytes_of(file.path), bytes_of(file.from), bytes_of(file.to)});
  }
  json denied = json::array();
  for (const auto& one : comparison.denied) {
    denied.push_back({bytes_of(one.path.string()), one.error});
  }
  const json all{{"from", commit_json(comparison.from)},
                 {"to", commit_json(comparison.to)},
                 {"branch", bytes_of(comparison.branch)},
                 {"ancestor", comparison.to_is_ancestor},
                 {"commit_count", comparison.commit_count},
                 {"commits", commits},
                 {"file_count", comparison.changed_file_count},
                 {"changed", names(comparison.changed_files)},
                 {"overwritten", names(comparison.overwritten)},
                 {"denied", denied},
                 {"files", files},
                 {"submodules", comparison.has_submodules},
                 {"lfs", comparison.has_lfs_pointers},
                 {"transfer",
                  {comparison.transfer.objects, comparison.transfer.total_objects,
                   comparison.transfer.bytes}}};
  const auto packed = json::to_cbor(all);
  return {packed.begin(), packed.end()};
}

Comparison from_text(const std::string& text) {
  const json all = json::from_cbor(text);
  Comparison out;
  out.from = commit_from(all.at("from"));
  out.to = commit_from(all.at("to"));
  out.branch = *content_of(all.at("branch"));
  out.to_is_ancestor = all.at("ancestor");
  out.commit_count = all.at("commit_count");
  for (const auto& commit : all.at("commits")) out.commits.push_back(commit_from(commit));
  out.changed_file_count = all.at("file_count");
  out.changed_files = names_of(all.at("changed"));
  out.overwritten = names_of(all.at("overwritten"));
  for (const auto& one : all.at("denied")) {
    out.denied.push_back({*content_of(one.at(0)), one.at(1)});
  }
  for (const auto& file : all.at("files")) {
    out.files.push_back({*content_of(file.at(0)), content_of(file.at(1)), content_of(file.at(2))});
  }
  out.has_submodules = all.at("submodules");
  out.has_lfs_pointers = all.at("lfs");
  const auto& transfer = all.at("transfer");
  out.transfer = {transfer.at(0), transfer.at(1), transfer.at(2)};
  return out;
}

}  // namespace nutricount::git
