// What a delivery means: a deployment, or not, and why. Decided from its text alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nutricount::webhook {

/// What the configuration says.
struct Rules {
  std::string workflow;  ///< whose success is waited for
  std::string branch;    ///< that is deployed
};

/// A delivery whose signature was right. `path` is one that takes deliveries.
struct Delivery {
  enum class Path { kWebhook, kDeploy };
  Path path = Path::kWebhook;
  std::string_view event;  ///< X-GitHub-Event; empty: not given
  std::string_view body;
};

struct Decision {
  int status = 200;    ///< of the answer
  std::string answer;  ///< JSON, in the seed's words
  bool deploys = false;
  std::string commit;   ///< to deploy exactly; empty: what the branch is at
  std::string summary;  ///< for the log, printable: "deploy 8ab41d0", "ignored: …"
};

/// The decision; never throws for what is in the delivery: what cannot be understood is refused
/// with status 400.
[[nodiscard]] Decision decide(const Delivery& delivery, const Rules& rules);

/// {"error": REASON}, as every refusal answers.
[[nodiscard]] std::string refusal(std::string_view reason);

}  // namespace nutricount::webhook
