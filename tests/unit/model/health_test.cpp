#include "model/health.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {
nutricount::model::Verdict judge(int status, const std::string& body, const std::string& error,
                                 const std::string& type = "") {
  return nutricount::model::judge(
      {.status = status, .body = body, .content_type = type, .error = error});
}
}  // namespace

TEST_CASE("healthy is 200, and a status that says so where there is one") {
  CHECK(judge(200, R"({"status": "healthy"})", "").healthy);
  CHECK(judge(200, "ok", "").healthy);
  CHECK(judge(200, R"({"up": true})", "").healthy);
  CHECK_FALSE(judge(200, R"({"status": "unhealthy"})", "").healthy);
  CHECK_FALSE(judge(200, R"({"status": 7})", "").healthy);
  CHECK_FALSE(judge(503, R"({"status": "healthy"})", "").healthy);
  CHECK_FALSE(judge(301, "", "").healthy);
  CHECK(judge(0, "", "connection refused").reason == "connection refused");
}

TEST_CASE("the reason is one line of text, whatever the body says") {
  CHECK(judge(200, R"({"status": "a\nb\u001b[31m\u009bm"})", "").reason ==
        R"(the body says a\nb\x1b[31m\xc2\x9bm)");
  const std::string umlauts = R"({"status": ")" + std::string(79, 'x') + "\xc3\xbc\"}";
  CHECK(judge(200, umlauts, "").reason == "the body says " + std::string(79, 'x'));
  CHECK(judge(200, R"({"status": ["locked"]})", "").reason == R"(the body says ["locked"])");
}

TEST_CASE("a body that is nested deeply takes no stack") {
  const std::string body =
      R"({"status":)" + std::string(32'000, '[') + std::string(32'000, ']') + "}";
  CHECK_FALSE(judge(200, body, "").healthy);
}

TEST_CASE("the reason says in one line what was answered") {
  CHECK(judge(200, R"({"status": "healthy"})", "").reason == "200 healthy");
  CHECK(judge(200, "ok", "").reason == "200");
  CHECK(judge(200, "", "").healthy);
  CHECK(judge(200, R"(["status"])", "").healthy);
  CHECK(judge(503, "", "").reason == "HTTP 503");
  CHECK(judge(200, R"({"status": "ill"})", "").reason == "the body says ill");
  CHECK(judge(200, R"({"status": {"db": false}})", "").reason == R"(the body says {"db":false})");
  CHECK_FALSE(judge(200, R"({"status": "Healthy"})", "").healthy);
  CHECK_FALSE(judge(200, R"({"status": null})", "").healthy);
  CHECK_FALSE(judge(200, R"({"status": "healthy"})", "timed out").healthy);
  const std::string long_status(1000, 'x');
  CHECK(judge(200, R"({"status": ")" + long_status + R"("})", "").reason.size() < 100);
}

TEST_CASE("what calls itself JSON must be JSON") {
  CHECK(judge(200, "<p>ok", "", "text/html").healthy);
  CHECK(judge(200, R"({"status": "healthy"})", "", "application/json; charset=utf-8").healthy);
  CHECK(judge(200, "<p>ok", "", "application/json; charset=utf-8").reason ==
        "the body is not JSON: <p>ok");
  CHECK_FALSE(judge(200, "", "", "application/health+json").healthy);
}

TEST_CASE("a redirect is told with where it leads, without what may be secret in it") {
  const nutricount::model::Reply reply{.status = 301,
                                       .location = "https://user:secret@host/health?key=1"};
  CHECK(nutricount::model::judge(reply).reason == "HTTP 301 to https://host/health");
}
