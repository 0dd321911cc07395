// The few fields of a GitHub webhook's payload that decide about a deployment.
// https://docs.github.com/en/webhooks/webhook-events-and-payloads
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nutricount::webhook {

/// What of a `workflow_run` matters. Nothing: not there, or null.
struct WorkflowRun {
  std::optional<std::string> event;     ///< what began it: "push", "pull_request"
  std::optional<std::string> workflow;  ///< its name: workflow_run.name, or workflow.name
  std::optional<std::string> status;
  std::optional<std::string> conclusion;
  std::optional<std::string> branch;           ///< head_branch
  std::optional<std::string> commit;           ///< head_sha, or head_commit.id
  std::optional<std::string> repository;       ///< of the event: full_name
  std::optional<std::string> head_repository;  ///< where the commit is: a fork's, perhaps
};

/// What of a `push` matters.
struct Push {
  std::optional<std::string> ref;
  std::optional<std::string> commit;  ///< after, or head_commit.id
  bool deleted = false;
};

/// Throw Error, saying what is wrong, for what is not JSON, not an object, or has a field of
/// another type than GitHub's. What is not asked for is not kept: memory is that of a few fields.
[[nodiscard]] WorkflowRun read_workflow_run(std::string_view body);
[[nodiscard]] Push read_push(std::string_view body);

}  // namespace nutricount::webhook
