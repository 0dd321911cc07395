// What counts as healthy.
#pragma once

#include <string>

namespace nutricount::model {

struct Verdict {
  bool healthy = false;
  std::string reason;  ///< one line: "200 healthy", "HTTP 503", "the body says unhealthy", …
};

/// Healthy is HTTP 200 and, where the body is a JSON object with a "status", that it says
/// "healthy". `error` is why there was no answer at all; empty where there was one.
[[nodiscard]] Verdict judge(int status, const std::string& body, const std::string& error);

}  // namespace nutricount::model
