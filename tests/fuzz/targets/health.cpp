// The body of a health answer.
#include "model/health.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "fuzz.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body = text_of(data, size);
  const auto verdict = model::judge({.status = 200, .body = body});
  demand(verdict.healthy || body.find("status") != std::string::npos ||
             body.find('\\') != std::string::npos,
         "only a status can be bad");
  demand(!verdict.reason.empty() && verdict.reason.size() < 120, "a short reason");
  demand(std::none_of(verdict.reason.begin(), verdict.reason.end(),
                      [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; }),
         "a reason is one line without control characters");
  // Strictly: throws where it is not UTF-8.
  static_cast<void>(nlohmann::json(verdict.reason).dump());
  demand(!model::judge({.status = 503, .body = body}).healthy, "503 is never healthy");
  demand(!model::judge({.status = 200, .body = body, .error = "refused"}).healthy,
         "no answer is never healthy");
  const auto json = model::judge({.status = 200, .body = body, .content_type = "application/json"});
  demand(!json.reason.empty() && json.reason.size() < 350, "a short reason for what is not JSON");
  return 0;
}
