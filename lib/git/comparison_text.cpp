#include "base/byte_text.hpp"
#include "base/json_text.hpp"
#include "git/comparison.hpp"

namespace nutricount::git {
using nlohmann::json;
namespace {
// Paths, subjects and contents may be any bytes.
json content_json(const std::optional<std::string>& content) {
  return content ? json(escaped(*content)) : json(nullptr);
}

std::string text_from(const json& value) { return unescaped(value.get<std::string>()); }

std::optional<std::string> content_from(const json& value) {
  return value.is_null() ? std::nullopt : std::optional(text_from(value));
}

json names(const std::vector<std::string>& values) {
  json out = json::array();
  for (const auto& value : values) out.push_back(escaped(value));
  return out;
}

std::vector<std::string> names_of(const json& values) {
  std::vector<std::string> out;
  for (const auto& value : array_in(values)) out.push_back(text_from(value));
  return out;
}

json commit_json(const Commit& commit) {
  return {escaped(commit.id), escaped(commit.subject), escaped(commit.author), commit.time};
}

Commit commit_from(const json& value) {
  return {text_from(value.at(0)), text_from(value.at(1)), text_from(value.at(2)),
          whole_number<std::int64_t>(value.at(3))};
}

json transfer_json(const Transfer& transfer) {
  return {transfer.objects, transfer.total_objects, transfer.bytes};
}

Transfer transfer_from(const json& value) {
  return {whole_number<std::uint64_t>(value.at(0)), whole_number<std::uint64_t>(value.at(1)),
          whole_number<std::uint64_t>(value.at(2))};
}

Comparison comparison_from(const json& all) {
  Comparison out;
  out.from = commit_from(all.at("from"));
  out.to = commit_from(all.at("to"));
  out.branch = text_from(all.at("branch"));
  out.to_is_ancestor = all.at("ancestor");
  out.commit_count = whole_number<std::uint64_t>(all.at("commit_count"));
  for (const auto& commit : array_in(all.at("commits"))) out.commits.push_back(commit_from(commit));
  out.changed_file_count = whole_number<std::uint64_t>(all.at("file_count"));
  out.changed_files = names_of(all.at("changed"));
  out.overwritten = names_of(all.at("overwritten"));
  for (const auto& one : array_in(all.at("denied"))) {
    out.denied.push_back({text_from(one.at(0)), whole_number<int>(one.at(1))});
  }
  for (const auto& file : array_in(all.at("files"))) {
    out.files.push_back(
        {text_from(file.at(0)), content_from(file.at(1)), content_from(file.at(2))});
  }
  out.has_submodules = all.at("submodules");
  out.has_lfs_pointers = all.at("lfs");
  out.transfer = transfer_from(all.at("transfer"));
  return out;
}
}  // namespace

std::string to_text(const Comparison& comparison) {
  json commits = json::array();
  for (const auto& commit : comparison.commits) commits.push_back(commit_json(commit));
  json files = json::array();
  for (const auto& file : comparison.files) {
    files.push_back({escaped(file.path), content_json(file.from), content_json(file.to)});
  }
  json denied = json::array();
  for (const auto& one : comparison.denied) {
    denied.push_back({escaped(one.path.string()), one.error});
  }
  return json{{"denied", denied},
              {"from", commit_json(comparison.from)},
              {"to", commit_json(comparison.to)},
              {"branch", escaped(comparison.branch)},
              {"ancestor", comparison.to_is_ancestor},
              {"commit_count", comparison.commit_count},
              {"commits", commits},
              {"file_count", comparison.changed_file_count},
              {"changed", names(comparison.changed_files)},
              {"overwritten", names(comparison.overwritten)},
              {"files", files},
              {"submodules", comparison.has_submodules},
              {"lfs", comparison.has_lfs_pointers},
              {"transfer", transfer_json(comparison.transfer)}}
      .dump();
}

Comparison from_text(const std::string& text) {
  return read_json(text, "what a child process found in git", comparison_from);
}

std::string to_text(const Transfer& transfer) { return transfer_json(transfer).dump(); }

Transfer transfer_from_text(std::string_view text) {
  return read_json(text, "the progress of a child process", transfer_from);
}

}  // namespace nutricount::git
