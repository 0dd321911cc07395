// `update --spool`: what the webhook's process left is deployed.
#pragma once

#include <functional>
#include <optional>

#include "deploy/observer.hpp"
#include "deploy/outcome.hpp"
#include "deploy/update.hpp"
#include "webhook/spool.hpp"

namespace nutricount::deploy {

/// One update, as deploy::update() does it.
using Attempt = std::function<Outcome(const UpdateRequest&)>;

/// Deploys the newest commit that is asked for, and takes what waited out of the spool: at most one
/// runs and one waits. What is asked for meanwhile is left for the next call. Nothing where nothing
/// waits.
///
/// An attempt that throws could not begin: origin is down, somebody else deploys. It is made again,
/// with what waits then, after `retry`, twice that, and four times that; then what waits is set
/// aside for a person to look at, and the last error is thrown. What was interrupted waits on, for
/// the next boot.
[[nodiscard]] std::optional<Outcome> update_spooled(const webhook::Spool& spool,
                                                    const UpdateRequest& like, Milliseconds retry,
                                                    const Attempt& attempt, Observer& observer);

}  // namespace nutricount::deploy
