// Alerts in the formats of those who take them. What comes from outside - a commit's subject - is
// shown as it is: it can neither format text nor mention anybody.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "notify/alert.hpp"

namespace nutricount::notify {

/// "nutricount on pi: updated to 8ab41d0".
[[nodiscard]] std::string headline(const Alert& alert);

/// Slack, incoming webhooks: blocks of plain text, and "text" for notifications
/// (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
[[nodiscard]] nlohmann::json slack(const Alert& alert);

/// Discord, "Execute Webhook": one embed, and nobody may be mentioned
/// (discord.com/developers/docs/resources/webhook).
[[nodiscard]] nlohmann::json discord(const Alert& alert);

}  // namespace nutricount::notify
