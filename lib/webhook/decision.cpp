#include "webhook/decision.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/printable.hpp"
#include "webhook/payload.hpp"

namespace nutricount::webhook {
namespace {
using nlohmann::ordered_json;

std::string text_of(const ordered_json& document) {
  return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Decision ignored(const std::string& why) {
  return {.answer = text_of({{"status", "ignored"}, {"message", why}}),
          .summary = "ignored: " + printable(why)};
}

Decision refused(const std::string& why) {
  return {.status = 400, .answer = refusal(why), .summary = "refused: " + printable(why)};
}

Decision pong() {
  return {.answer = text_of({{"status", "ok"}, {"message", "pong"}}), .summary = "pong"};
}

Decision deploy(const std::string& commit, const char* message) {
  ordered_json answer{{"status", "success"}, {"message", message}};
  if (!commit.empty()) answer["commit"] = commit;
  return {.status = 202,
          .answer = text_of(answer),
          .deploys = true,
          .commit = commit,
          .summary = "deploy " + (commit.empty() ? "the branch" : commit)};
}

/// Why this run is none to deploy; empty where it is.
std::string not_ready(const WorkflowRun& run, const Rules& rules) {
  std::string seen = fmt::format("Workflow not ready: {}/{}", run.status.value_or("none"),
                                 run.conclusion.value_or("none"));
  if (run.status != "completed" || run.conclusion != "success") return seen;
  if (run.workflow != rules.workflow) {
    return fmt::format("{}, but of \"{}\", not of \"{}\"", seen, run.workflow.value_or(""),
                       rules.workflow);
  }
  if (run.branch && run.branch != rules.branch) {
    return fmt::format("{}, but on \"{}\", not on \"{}\"", seen, *run.branch, rules.branch);
  }
  if (run.repository && run.head_repository && run.repository != run.head_repository) {
    return fmt::format("{}, but of the fork {}", seen, *run.head_repository);
  }
  // A fork's own main branch has the same name, and a fork that is gone has none.
  if (run.event && run.event->starts_with("pull_request")) return seen + ", but of a pull request";
  return {};
}

Decision of_workflow_run(std::string_view body, const Rules& rules) {
  const WorkflowRun run = read_workflow_run(body);
  if (const auto why = not_ready(run, rules); !why.empty()) return ignored(why);
  if (run.commit && !is_commit_id(*run.commit)) {
    return refused(fmt::format("\"{}\" is not a commit id", *run.commit));
  }
  return deploy(run.commit.value_or(""), "Deployment triggered after successful CI/CD");
}

/// Why this push is none of the branch; empty where it is.
std::string elsewhere(const Push& push, const Rules& rules) {
  if (!push.ref) throw Error("ref is missing");
  if (*push.ref != "refs/heads/" + rules.branch) {
    return fmt::format("Push to {}, not to the branch \"{}\"", *push.ref, rules.branch);
  }
  return push.deleted ? fmt::format("The branch \"{}\" was deleted", rules.branch) : "";
}

Decision of_push(std::string_view body, const Rules& rules) {
  if (const auto why = elsewhere(read_push(body), rules); !why.empty()) return ignored(why);
  return {.answer = text_of(
              {{"status", "manual_deployment"},
               {"message", "Direct push detected. Use CI/CD pipeline for automatic deployment."},
               {"confirmation_required", true}}),
          .summary = "push: not deployed by itself"};
}

Decision of_manual(std::string_view body, const Rules& rules) {
  const Push push = read_push(body);
  if (const auto why = elsewhere(push, rules); !why.empty()) return ignored(why);
  // By hand: what is no commit's id, as in the seed's own example, means what the branch is at.
  const std::string commit = push.commit && is_commit_id(*push.commit) ? *push.commit : "";
  return deploy(commit, "Deployment triggered");
}

Decision by_event(const Delivery& delivery, const Rules& rules) {
  if (delivery.event == "ping") return pong();
  if (delivery.path == Delivery::Path::kDeploy) {
    if (delivery.event.empty() || delivery.event == "push") return of_manual(delivery.body, rules);
  } else {
    if (delivery.event.empty()) return refused("X-GitHub-Event is missing");
    if (delivery.event == "workflow_run") return of_workflow_run(delivery.body, rules);
    if (delivery.event == "push") return of_push(delivery.body, rules);
  }
  return ignored(fmt::format("Event {} is not one to deploy for", delivery.event));
}
}  // namespace

std::string refusal(std::string_view reason) { return text_of({{"error", reason}}); }

Decision decide(const Delivery& delivery, const Rules& rules) {
  try {
    return by_event(delivery, rules);
  } catch (const Error& error) {
    return refused(error.what());
  }
}

}  // namespace nutricount::webhook
