#include "webhook/payload.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/json_text.hpp"

namespace nutricount::webhook {
namespace {
using nlohmann::json;

// Of 30 KB, or 25 MB, a few fields: all else is dropped while it is read.
bool is_of_interest(std::string_view key) {
  constexpr std::array kKeys{"workflow",    "workflow_run", "name",        "event",
                             "status",      "conclusion",   "head_branch", "head_sha",
                             "head_commit", "id",           "repository",  "head_repository",
                             "full_name",   "ref",          "after",       "deleted"};
  for (const std::string_view one : kKeys) {
    if (one == key) return true;
  }
  return false;
}

json parse(std::string_view body) {
  if (is_nested_deeply(body)) throw Error("the JSON is nested too deeply");
  const auto keep = [](int /*depth*/, json::parse_event_t event, json& parsed) {
    return event != json::parse_event_t::key || is_of_interest(parsed.get_ref<std::string&>());
  };
  json payload = json::parse(body, keep, false);
  if (payload.is_discarded()) throw Error("Invalid JSON");
  if (!payload.is_object()) throw Error("the JSON is not an object");
  return payload;
}

/// A member that is an object; nothing where it is not there, or null.
const json* object_in(const json& parent, const char* key) {
  const auto found = parent.find(key);
  if (found == parent.end() || found->is_null()) return nullptr;
  if (!found->is_object()) throw Error(fmt::format("{} is not an object", key));
  return &*found;
}

std::optional<std::string> text_in(const json* parent, const char* key) {
  if (parent == nullptr) return std::nullopt;
  const auto found = parent->find(key);
  if (found == parent->end() || found->is_null()) return std::nullopt;
  if (!found->is_string()) throw Error(fmt::format("{} is not a text", key));
  return found->get<std::string>();
}

bool flag_in(const json& parent, const char* key) {
  const auto found = parent.find(key);
  if (found == parent.end() || found->is_null()) return false;
  if (!found->is_boolean()) throw Error(fmt::format("{} is not true or false", key));
  return found->get<bool>();
}

std::optional<std::string> either(std::optional<std::string> one,
                                  std::optional<std::string> other) {
  return one ? std::move(one) : std::move(other);
}
}  // namespace

WorkflowRun read_workflow_run(std::string_view body) {
  const json payload = parse(body);
  const json* run = object_in(payload, "workflow_run");
  if (run == nullptr) throw Error("workflow_run is missing");
  return {
      .event = text_in(run, "event"),
      .workflow = either(text_in(run, "name"), text_in(object_in(payload, "workflow"), "name")),
      .status = text_in(run, "status"),
      .conclusion = text_in(run, "conclusion"),
      .branch = text_in(run, "head_branch"),
      .commit = either(text_in(run, "head_sha"), text_in(object_in(*run, "head_commit"), "id")),
      .repository = text_in(object_in(payload, "repository"), "full_name"),
      .head_repository = text_in(object_in(*run, "head_repository"), "full_name"),
  };
}

Push read_push(std::string_view body) {
  const json payload = parse(body);
  return {.ref = text_in(&payload, "ref"),
          .commit =
              either(text_in(&payload, "after"), text_in(object_in(payload, "head_commit"), "id")),
          .deleted = flag_in(payload, "deleted")};
}

}  // namespace nutricount::webhook
