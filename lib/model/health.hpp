// What counts as healthy.
#pragma once

#include <string>

namespace nutricount::model {

/// What came back from a request over HTTP.
struct Reply {
  int status = 0;  ///< 0 where there was no answer
  std::string body;
  std::string content_type;
  std::string location;  ///< where a redirect leads
  std::string error;  ///< why there was no answer: "connection refused", "no answer within 5s", …
};

struct Verdict {
  bool healthy = false;
  std::string reason;  ///< one line: "200 healthy", "HTTP 503", "the body says unhealthy", …
};

/// Healthy is HTTP 200 and, where the body is a JSON object with a "status", that it says
/// "healthy". What calls itself JSON must be JSON.
[[nodiscard]] Verdict judge(const Reply& reply);

}  // namespace nutricount::model
