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
