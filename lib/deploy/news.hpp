// What is worth an alert.
#pragma once

#include "deploy/alerts.hpp"
#include "model/history.hpp"
#include "notify/ledger.hpp"

namespace nutricount::deploy {

/// Alerts for what happened since the ledger was written, which is brought up to date.
[[nodiscard]] std::vector<notify::Alert> news(notify::Ledger& ledger,
                                              const model::Deployments& deployments,
                                              const Happened& happened, Timestamp now);

}  // namespace nutricount::deploy
