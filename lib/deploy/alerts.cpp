#include "deploy/alerts.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "deploy/history.hpp"
#include "deploy/lock.hpp"
#include "deploy/news.hpp"
#include "notify/channel.hpp"
#include "notify/ledger.hpp"
#include "os/file.hpp"
#include "os/interruption.hpp"
#include "os/lock.hpp"

namespace nutricount::deploy {
namespace {
using notify::Channel;
using notify::Ledger;
constexpr Milliseconds kTurn{2000};      // for another command that tells
constexpr Milliseconds kBudget{10'000};  // for all that is sent
constexpr Milliseconds kOne{5000};
constexpr int kMostTries = 50;

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

void add_news(Ledger& ledger, const std::vector<Channel>& channels,
              const config::Settings& settings, const Happened& happened) {
  const History history(settings.state.directory / "history.jsonl");
  std::set<std::string> names;
  for (const auto& channel : channels) names.insert(channel.name);
  const auto& wanted = settings.notify.events;
  for (auto& alert : news(ledger, history.recent(), happened, now())) {
    const auto word = notify::setting_of(alert.event);
    if (std::find(wanted.begin(), wanted.end(), word) == wanted.end()) continue;
    alert.application = settings.app.name;
    alert.host = host_name();
    notify::owe(ledger, std::move(alert), names);
  }
}

/// To one channel all that it is owed, until one is not taken: the next would fare no better.
void send_to(const Channel& channel, Ledger& ledger, const Deadline& deadline, Observer& observer) {
  for (auto& owed : ledger.owed) {
    if (!owed.to.contains(channel.name)) continue;
    const auto timeout = std::min(kOne, deadline.left().value_or(kOne));
    if (timeout <= Milliseconds(0)) return;
    const std::string why = notify::send(channel, owed.alert, timeout);
    if (why.empty()) {
      owed.to.erase(channel.name);
      continue;
    }
    const bool last = ++owed.tries >= kMostTries;
    if (last) owed.to.erase(channel.name);
    observer.note(fmt::format("the alert \"{}\" could not be sent to {}: {}; {}", owed.alert.title,
                              channel.name, why,
                              last ? "it is given up" : "the next command tries it again"));
    return;
  }
}

/// What a channel that is no longer configured is owed is dropped.
void drop_unknown(Ledger& ledger, const std::vector<Channel>& channels) {
  for (auto& owed : ledger.owed) {
    std::erase_if(owed.to, [&](const std::string& name) {
      return std::none_of(channels.begin(), channels.end(),
                          [&](const Channel& channel) { return channel.name == name; });
    });
  }
  std::erase_if(ledger.owed, [](const auto& owed) { return owed.to.empty(); });
}

void tell(const config::Settings& settings, const Happened& happened, Observer& observer) {
  const auto& state = settings.state.directory;
  const auto channels = notify::channels(settings.notify);
  std::filesystem::create_directories(state);
  const auto turn = os::FileLock::take(state / "alerts.lock", Deadline(kTurn));
  if (!turn) return;  // it tells the history too; health is asked again
  const auto path = state / "alerts";
  Ledger ledger = notify::read_ledger(path);
  const std::string before = ledger.fresh ? "" : notify::text_of(ledger);
  add_news(ledger, channels, settings, happened);
  drop_unknown(ledger, channels);
  if (notify::text_of(ledger) != before) notify::write_ledger(path, ledger);
  if (!happened.may_send || ledger.owed.empty()) return;
  const Deadline deadline(kBudget);
  for (const auto& channel : channels) send_to(channel, ledger, deadline, observer);
  drop_unknown(ledger, channels);
  notify::write_ledger(path, ledger);
}

/// While a deployment is under way the application may well be down.
bool is_deploying(const config::Settings& settings) { return !Lock::try_take(settings, "health"); }
}  // namespace

Happened happened_in(const Outcome& outcome) {
  Happened happened{.deployment = outcome.deployment, .health = {}, .failure = {}};
  happened.up_to_date = outcome.result == Result::kUnchanged;
  happened.blocked = outcome.result == Result::kBlocked;
  if (happened.blocked) happened.failure = outcome.error;
  return happened;
}

void tell_alerts(const config::Settings& settings, const Happened& happened, Observer& observer) {
  if (!notify::is_configured(settings.notify)) return;
  try {
    Happened told = happened;
    if (told.health && !told.health->healthy && is_deploying(settings)) told.health.reset();
    tell(settings, told, observer);
  } catch (const Error& error) {
    if (error.status() == ExitStatus::kInterrupted || error.status() == ExitStatus::kTerminated) {
      throw;
    }
    observer.note(fmt::format("nobody could be told: {}; {}", error.what(), error.hint()));
  } catch (const std::exception& error) {
    observer.note(fmt::format("nobody could be told: {}", error.what()));
  }
}

}  // namespace nutricount::deploy
