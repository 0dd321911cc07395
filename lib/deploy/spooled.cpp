#include "deploy/spooled.hpp"

#include <fmt/format.h>

#include "base/quantity.hpp"
#include "os/interruption.hpp"

namespace nutricount::deploy {
namespace {
using Waiting = std::vector<webhook::Request>;

Waiting waiting_in(const webhook::Spool& spool, Observer& observer) {
  std::vector<std::string> refused;
  auto waiting = spool.waiting(&refused);
  for (const auto& one : refused) {
    observer.note("a request in the spool was set aside: " + one);
  }
  return waiting;
}

UpdateRequest request_for(const Waiting& waiting, const UpdateRequest& like) {
  UpdateRequest request = like;
  bool names_all = true;
  for (const auto& one : waiting) {
    request.deliveries[one.commit] = one.delivery;
    if (one.commit.empty()) names_all = false;
    request.expect.push_back(one.commit);
  }
  // What the branch is at is the newest there is.
  if (!names_all) request.expect.clear();
  return request;
}

void set_aside(const webhook::Spool& spool, const Waiting& waiting, Observer& observer) {
  for (const auto& one : waiting) {
    spool.set_aside(one.name);
    observer.note(fmt::format("not deployed: {} (delivery {})",
                              one.commit.empty() ? "the branch" : one.commit,
                              one.delivery.empty() ? "without an id" : one.delivery));
  }
}

void take_away(const webhook::Spool& spool, const Waiting& waiting, const Outcome& outcome,
               Observer& observer) {
  if (is_interruption(outcome.exit_status)) return;
  if (outcome.exit_status == ExitStatus::kHandsNeeded) return set_aside(spool, waiting, observer);
  for (const auto& one : waiting) spool.remove(one);
}
}  // namespace

std::optional<Outcome> update_spooled(const webhook::Spool& spool, const UpdateRequest& like,
                                      Milliseconds retry, const Attempt& attempt,
                                      Observer& observer) {
  constexpr int kTries = 4;
  for (int tries = 1;; ++tries, retry *= 2) {
    const Waiting waiting = waiting_in(spool, observer);
    if (waiting.empty()) return std::nullopt;
    std::optional<Outcome> outcome;
    try {
      outcome = attempt(request_for(waiting, like));
    } catch (const Error& error) {
      if (is_interruption(error.status())) throw;
      if (tries == kTries) {
        set_aside(spool, waiting, observer);
        throw;
      }
      observer.note(fmt::format("{}; tried again in {}", error.what(), format_duration(retry)));
    }
    if (outcome) {
      // A spool that cannot be written is no reason to deploy again.
      take_away(spool, waiting, *outcome, observer);
      return outcome;
    }
    os::pause_for(retry);
  }
}

}  // namespace nutricount::deploy
