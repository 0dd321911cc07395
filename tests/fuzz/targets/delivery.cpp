// What a delivery means: its path, its event and its body are as whoever knows the secret sends
// them.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "base/printable.hpp"
#include "fuzz.hpp"
#include "webhook/decision.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;
using nlohmann::json;
using webhook::Decision;
using webhook::Delivery;

namespace {
const webhook::Rules kRules{.workflow = "CI/CD Pipeline", .branch = "main"};

bool is_commit(const std::string& text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// The rule for a workflow's run, said in another way than the decision has it.
bool is_ready(const json& payload) {
  const json& run = payload["workflow_run"];
  const json own = run.value("name", json());
  const json name =
      own.is_null() ? payload.value("workflow", json::object()).value("name", json()) : own;
  const json branch = run.value("head_branch", json());
  return run.value("status", json()) == "completed" &&
         run.value("conclusion", json()) == "success" && name == "CI/CD Pipeline" &&
         (branch.is_null() || branch == "main");
}

/// A tab is none of what does something to a log.
bool is_clean(std::string line) {
  std::replace(line.begin(), line.end(), '\t', ' ');
  return is_printable(line) && !line.empty();
}

void check_answer(const Decision& decision) {
  const json answer = json::parse(decision.answer, nullptr, false);
  demand(answer.is_object(), "the answer is a JSON object");
  demand(answer.contains(decision.status == 400 ? "error" : "status"), "it says how it is");
  demand(is_clean(decision.summary), "the log gets one clean line");
  demand(decision.status == 200 || decision.status == 202 || decision.status == 400, "a status");
}

void check(const Delivery& delivery) {
  const Decision decision = webhook::decide(delivery, kRules);
  check_answer(decision);
  demand(decision.deploys == (decision.status == 202), "202 is a deployment, and nothing else is");
  demand(decision.commit.empty() || (decision.deploys && is_commit(decision.commit)),
         "an id, or none");
  if (!decision.deploys) return;
  const json payload = json::parse(delivery.body, nullptr, false);
  demand(payload.is_object(), "what deploys is JSON");
  if (delivery.path == Delivery::Path::kDeploy) {
    demand(payload.value("ref", json()) == "refs/heads/main", "it is of the branch");
    demand(delivery.event.empty() || delivery.event == "push", "it is a push");
  } else {
    demand(delivery.event == "workflow_run" && is_ready(payload), "it is a run that succeeded");
  }
}
}  // namespace

/// The first line is the path's first letter and the event: "wpush"; the rest is the body.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = text_of(data, size);
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string body = text.substr(std::min(end + 1, text.size()));
  const auto path = text[0] == 'd' ? Delivery::Path::kDeploy : Delivery::Path::kWebhook;
  const std::string event = end > 1 ? text.substr(1, end - 1) : "";
  check({.path = path, .event = event, .body = body});
  // Most of what is made up is worth trying under every event.
  for (const char* other : {"workflow_run", "push", ""}) {
    check({.path = Delivery::Path::kWebhook, .event = other, .body = body});
    check({.path = Delivery::Path::kDeploy, .event = other, .body = body});
  }
  return 0;
}
