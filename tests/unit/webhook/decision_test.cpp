#include "webhook/decision.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/printable.hpp"

namespace nutricount::webhook {
namespace {
using nlohmann::json;
using Path = Delivery::Path;
const std::string kCommit = "8ab41d0f6e9bb9e6b8a1c4b7f3a0d5c2e1f09876";
const Rules kRules{.workflow = "CI/CD Pipeline", .branch = "main"};

std::string payload(const std::string& name) {
  std::ifstream file(std::string(NUTRICOUNT_UNIT_TESTS) + "/webhook/payloads/" + name + ".json");
  REQUIRE(file.is_open());
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string changed(std::string text, const std::string& part, const std::string& other) {
  const auto at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.replace(at, part.size(), other);
}

Decision decided(std::string_view event, std::string_view body, Path path = Path::kWebhook) {
  const auto decision = decide({.path = path, .event = event, .body = body}, kRules);
  CHECK(json::accept(decision.answer));
  CHECK(is_printable(decision.summary));
  CHECK_FALSE(decision.summary.empty());
  CHECK(decision.deploys == (decision.status == 202));
  return decision;
}

void check_deploys(const Decision& decision, const std::string& commit, const char* message) {
  CHECK(decision.status == 202);
  CHECK(decision.deploys);
  CHECK(decision.commit == commit);
  const auto answer = json::parse(decision.answer);
  CHECK(answer["status"] == "success");
  CHECK(answer["message"] == message);
  CHECK(answer.value("commit", "") == commit);
}

void check_ignored(const Decision& decision, const std::string& message) {
  CHECK(decision.status == 200);
  CHECK(decision.commit.empty());
  CHECK(json::parse(decision.answer) == json{{"status", "ignored"}, {"message", message}});
}

void check_refused(const Decision& decision, const std::string& reason) {
  CHECK(decision.status == 400);
  CHECK(decision.commit.empty());
  const auto answer = json::parse(decision.answer);
  CHECK(answer.size() == 1);
  CHECK(answer.at("error").get<std::string>().find(reason) != std::string::npos);
}
constexpr const char* kAfterTests = "Deployment triggered after successful CI/CD";
}  // namespace

TEST_CASE("a workflow that succeeded on the branch deploys exactly the commit it ran for") {
  check_deploys(decided("workflow_run", payload("workflow_run_completed")), kCommit, kAfterTests);
}

TEST_CASE("the few fields of the seed's own example are enough") {
  const std::string example = payload("seed_example");
  check_deploys(decided("workflow_run", example), kCommit, kAfterTests);
  // Without an id it is what the branch is at.
  check_deploys(decided("workflow_run", changed(example, R"("id":")" + kCommit + '"', "")), "",
                kAfterTests);
}

TEST_CASE("every other workflow is not ready, and the answer says why") {
  const std::pair<const char*, const char*> rows[]{
      {"requested", "queued/none"},
      {"in_progress", "in_progress/none"},
      {"failure", "completed/failure"},
      {"cancelled", "completed/cancelled"},
      {"other_workflow",
       R"(completed/success, but of "Nightly benchmarks", not of "CI/CD Pipeline")"},
      {"other_branch", R"(completed/success, but on "feature/sugar", not on "main")"},
      {"fork", "completed/success, but of the fork mallory/nutricount"},
      {"pull_request", "completed/success, but of a pull request"},
  };
  for (const auto& [name, why] : rows) {
    CAPTURE(name);
    check_ignored(decided("workflow_run", payload(std::string("workflow_run_") + name)),
                  std::string("Workflow not ready: ") + why);
  }
}

TEST_CASE("words that only resemble those of a success are none") {
  const std::string good = payload("workflow_run_completed");
  for (const auto& [part, other] : std::vector<std::pair<std::string, std::string>>{
           {R"("conclusion":"success")", R"("conclusion":"SUCCESS")"},
           {R"("conclusion":"success")", R"("conclusion":"success ")"},
           {R"("conclusion":"success")", R"("conclusion":"skipped")"},
           {R"("conclusion":"success",)", ""},
           {R"("status":"completed")", R"("status":null)"},
           {R"("head_branch":"main")", R"("head_branch":"refs/heads/main")"},
           {R"("head_branch":"main")", R"("head_branch":"Main")"},
           {R"("name":"CI/CD Pipeline")", R"("name":"CI/CD Pipeline\u0000")"}}) {
    CAPTURE(other);
    CHECK(decided("workflow_run", changed(good, part, other)).status == 200);
  }
}

TEST_CASE("a push is never deployed by itself") {
  const auto direct = decided("push", payload("push"));
  CHECK(direct.status == 200);
  CHECK(json::parse(direct.answer) ==
        json{{"status", "manual_deployment"},
             {"message", "Direct push detected. Use CI/CD pipeline for automatic deployment."},
             {"confirmation_required", true}});
  check_ignored(decided("push", payload("push_other_branch")),
                R"(Push to refs/heads/feature/sugar, not to the branch "main")");
  check_ignored(decided("push", payload("push_tag")),
                R"(Push to refs/tags/main, not to the branch "main")");
  check_ignored(decided("push", payload("push_deleted")), R"(The branch "main" was deleted)");
}

TEST_CASE("a push that somebody delivers to /deploy is meant") {
  for (const char* event : {"", "push"}) {
    check_deploys(decided(event, payload("push"), Path::kDeploy), kCommit, "Deployment triggered");
    check_ignored(decided(event, payload("push_tag"), Path::kDeploy),
                  R"(Push to refs/tags/main, not to the branch "main")");
    check_ignored(decided(event, payload("push_deleted"), Path::kDeploy),
                  R"(The branch "main" was deleted)");
    check_deploys(decided(event, R"({"ref":"refs/heads/main"})", Path::kDeploy), "",
                  "Deployment triggered");
    check_deploys(decided(event, R"({"ref":"refs/heads/main","after":"abc123"})", Path::kDeploy),
                  "", "Deployment triggered");
    check_refused(decided(event, "{}", Path::kDeploy), "ref is missing");
  }
  check_ignored(decided("workflow_run", payload("workflow_run_completed"), Path::kDeploy),
                "Event workflow_run is not one to deploy for");
}

TEST_CASE("other events") {
  for (const Path path : {Path::kWebhook, Path::kDeploy}) {
    const auto pong = decided("ping", payload("ping"), path);
    CHECK(pong.status == 200);
    CHECK(json::parse(pong.answer) == json{{"status", "ok"}, {"message", "pong"}});
    check_ignored(decided("check_suite", payload("check_suite"), path),
                  "Event check_suite is not one to deploy for");
    check_ignored(decided("Push", payload("push"), path), "Event Push is not one to deploy for");
  }
  check_refused(decided("", payload("workflow_run_completed")), "X-GitHub-Event is missing");
  CHECK(decided("\xff\x1b[2J", "").status == 200);
}

TEST_CASE("what is no payload is refused with its reason") {
  const std::string good = payload("workflow_run_completed");
  const std::pair<std::string, const char*> rows[]{
      {"", "Invalid JSON"},
      {"{", "Invalid JSON"},
      {good + good, "Invalid JSON"},
      {good.substr(0, good.size() - 1), "Invalid JSON"},
      {"payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%7D", "Invalid JSON"},
      {changed(good, "9876543210", "1e999999"), "Invalid JSON"},
      {changed(good, "octo-cook", "octo-\xff"), "Invalid JSON"},
      {changed(good, "9876543210", "NaN"), "Invalid JSON"},
      {"[" + good + "]", "the JSON is not an object"},
      {"null", "the JSON is not an object"},
      {"\"workflow_run\"", "the JSON is not an object"},
      {std::string(1'000'000, '['), "the JSON is nested too deeply"},
      {R"({"x":)" + std::string(200, '[') + std::string(200, ']') + "}",
       "the JSON is nested too deeply"},
      {"{}", "workflow_run is missing"},
      {R"({"workflow_run":null})", "workflow_run is missing"},
      {R"({"workflow_run":[]})", "workflow_run is not an object"},
      {changed(good, R"("status":"completed")", R"("status":7)"), "status is not a text"},
      {changed(good, R"("head_branch":"main")", R"("head_branch":["main"])"),
       "head_branch is not a text"},
      {changed(good, kCommit, kCommit.substr(1)), "is not a commit id"},
      {changed(good, kCommit, std::string(39, 'a') + "A"), "is not a commit id"},
      {changed(good, kCommit, "--upload-pack=evil"), "is not a commit id"},
      {changed(good, kCommit, ""), "\"\" is not a commit id"},
  };
  for (const auto& [body, reason] : rows) {
    CAPTURE(body.substr(0, 200));
    check_refused(decided("workflow_run", body), reason);
  }
  check_refused(decided("push", R"({"ref":1})"), "ref is not a text");
  check_refused(decided("push", R"({"ref":"refs/heads/main","deleted":"no"})"),
                "deleted is not true or false");
  check_refused(decided("push", "{}"), "ref is missing");
}

TEST_CASE("numbers as large as you like, and keys that come twice, are JSON all the same") {
  const std::string good = payload("workflow_run_completed");
  check_deploys(decided("workflow_run", changed(good, "9876543210", std::string(300, '9'))),
                kCommit, kAfterTests);
  // The last one counts, as for everybody who reads JSON.
  const std::string twice = R"("conclusion":"failure","conclusion":"success")";
  check_deploys(decided("workflow_run", changed(good, R"("conclusion":"success")", twice)), kCommit,
                kAfterTests);
  const std::string reverse = R"("conclusion":"success","conclusion":"failure")";
  check_ignored(decided("workflow_run", changed(good, R"("conclusion":"success")", reverse)),
                "Workflow not ready: completed/failure");
}

TEST_CASE("what is said of others' text is printable in the log, and JSON in the answer") {
  const std::string odd = R"("name":"\u001b[2J\n\"\u202e")";
  const auto decision = decided("workflow_run", changed(payload("workflow_run_completed"),
                                                        R"("name":"CI/CD Pipeline")", odd));
  CHECK(decision.status == 200);
  CHECK(decision.summary.find("\\x1b[2J\\n\"") != std::string::npos);
  CHECK(refusal("a \"quoted\" \xff") == "{\"error\":\"a \\\"quoted\\\" \xef\xbf\xbd\"}");
}

}  // namespace nutricount::webhook
