#include "model/health.hpp"

#include <doctest/doctest.h>

using nutricount::model::judge;

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
