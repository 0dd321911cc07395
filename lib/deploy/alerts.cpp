#include "deploy/alerts.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

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
namespace fs = std::filesystem;
namespace {
using notify::Channel;
using notify::Ledger;
constexpr Milliseconds kTurn{2000};      // for another command that tells
constexpr Milliseconds kBudget{10'000};  // for all that is sent
constexpr Milliseconds kOne{5000};

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

/// Whoever is told of failures is told that they are over.
bool is_wanted(const notify::Alert& alert, const std::vector<std::string>& events) {
  const auto has = [&](const std::string& word) {
    return std::find(events.begin(), events.end(), word) != events.end();
  };
  return has(notify::setting_of(alert.event)) ||
         (alert.is_over && (has("failed") || has("rolled-back")));
}

Ledger read_ledger(const fs::path& path, Observer& observer) {
  try {
    return notify::read_ledger(path);
  } catch (const Error& error) {  // told anew is better than not told
    observer.note(fmt::format("{}: {}; it is begun anew", path.string(), error.what()));
    return {.deployment = {}, .runs = {}, .owed = {}, .fresh = true};
  }
}

/// Returns whether it could be kept.
bool keep(const Ledger& ledger, const fs::path& path, Observer& observer) {
  try {
    notify::write_ledger(path, ledger);
    return true;
  } catch (const Error& error) {
    observer.note(fmt::format("what is told cannot be kept: {}; {}", error.what(), error.hint()));
    return false;
  }
}

void give_up(const notify::Owed& owed, const std::string& why, Observer& observer) {
  observer.note(fmt::format("the alert \"{}\" is given up: {}", owed.alert.title, why));
}

void add_news(Ledger& ledger, const std::vector<Channel>& channels,
              const config::Settings& settings, const Happened& happened, Observer& observer) {
  const History history(settings.state.directory / "history.jsonl");
  std::set<std::string> names;
  for (const auto& channel : channels) names.insert(channel.name);
  for (auto& alert : news(ledger, history.recent(), happened, now())) {
    if (!is_wanted(alert, settings.notify.events)) continue;
    alert.application = settings.app.name;
    alert.host = host_name();
    const auto oldest = notify::owe(ledger, std::move(alert), names, now());
    if (oldest) give_up(*oldest, "too many newer ones could not be sent either", observer);
  }
}

/// What a channel is owed, oldest first, until it takes no more or a signal came.
void send_to(const Channel& channel, Ledger& ledger, const Deadline& deadline, int signal,
             Observer& observer) {
  for (auto& owed : ledger.owed) {
    const auto debt = owed.to.find(channel.name);
    if (debt == owed.to.end()) continue;
    const auto left = deadline.left().value_or(kOne);
    if (left <= Milliseconds(0) || os::caught_signal() != signal) return;
    const auto sent = notify::send(channel, owed.alert, std::min(kOne, left));
    if (sent.why.empty()) {
      owed.to.erase(debt);
      continue;
    }
    ++debt->second.all;
    if (sent.refused) ++debt->second.refused;
    observer.note(
        fmt::format("the alert \"{}\" could not be sent to {}: {}; the next command tries it again",
                    owed.alert.title, channel.name, sent.why));
    if (notify::is_hopeless(owed, debt->second, now())) {
      give_up(owed, fmt::format("{} did not take it {} times", channel.name, debt->second.all),
              observer);
      owed.to.erase(debt);
    }
    if (!sent.dislikes_alert) return;
  }
}

/// To each channel in its share of the time: one that hangs leaves the others theirs.
void send(const std::vector<Channel>& channels, Ledger& ledger, Observer& observer) {
  const int signal = os::caught_signal();
  const Deadline deadline(kBudget);
  auto others = static_cast<int>(channels.size());
  for (const auto& channel : channels) {
    const auto share = deadline.left().value_or(kBudget) / others--;
    if (channel.fault.empty()) send_to(channel, ledger, Deadline(share), signal, observer);
  }
}

/// What a channel that is no longer configured is owed is dropped.
void drop_unknown(Ledger& ledger, const std::vector<Channel>& channels) {
  for (auto& owed : ledger.owed) {
    std::erase_if(owed.to, [&](const auto& debt) {
      return std::none_of(channels.begin(), channels.end(),
                          [&](const Channel& channel) { return channel.name == debt.first; });
    });
  }
  std::erase_if(ledger.owed, [](const auto& owed) { return owed.to.empty(); });
}

void tell(const config::Settings& settings, const Happened& happened, Observer& observer) {
  const auto& state = settings.state.directory;
  const auto channels = notify::channels(settings.notify);
  for (const auto& channel : channels) {
    if (channel.fault.empty()) continue;
    observer.note(fmt::format("{} cannot be told: {}", channel.name, channel.fault));
  }
  const auto turn = os::FileLock::take(state / "alerts.lock", Deadline(kTurn));
  if (!turn) return;  // what became of deployments is in the history for the next command
  const auto path = state / "alerts";
  Ledger ledger = read_ledger(path, observer);
  const std::string before = ledger.fresh ? "" : notify::text_of(ledger);
  add_news(ledger, channels, settings, happened, observer);
  drop_unknown(ledger, channels);
  const bool kept = notify::text_of(ledger) == before || keep(ledger, path, observer);
  // On a full disk a deployment is told all the same; not an application that is down, each minute.
  if (ledger.owed.empty() || (!kept && !happened.made)) return;
  send(channels, ledger, observer);
  drop_unknown(ledger, channels);
  if (kept) keep(ledger, path, observer);
}

/// Makes STATE where it is missing. Not everybody who may ask for health may write there.
bool may_write(const fs::path& state) {
  std::error_code error;
  fs::create_directories(state, error);
  if (error == std::errc::permission_denied) return false;
  return access(state.c_str(), W_OK) == 0 || errno != EACCES;
}

/// While a deployment is under way the application may well be down. Its lock is tried only where
/// there is a journal: else a deployment that begins this moment would find it taken.
bool is_deploying(const config::Settings& settings) {
  return os::look_at(settings.state.directory / "journal") && !Lock::try_take(settings, "health");
}
}  // namespace

Happened happened_in(const Outcome& outcome) {
  const bool update = outcome.kind == Kind::kUpdate;
  Happened happened{.made = {}, .health = {}, .failure = {}};
  if (!outcome.deployment.empty()) happened.made = recorded(outcome);
  happened.up_to_date = update && outcome.result == Result::kUnchanged;
  happened.blocked = outcome.result == Result::kBlocked;
  if (happened.blocked) happened.failure = outcome.error;
  return happened;
}

void tell_alerts(const config::Settings& settings, const Happened& happened, Observer& observer) {
  if (!notify::is_configured(settings.notify)) return;
  const os::Hold hold;  // what is over is over: a signal must not say otherwise
  try {
    if (!may_write(settings.state.directory)) return;
    Happened told = happened;
    if (told.health && !told.health->healthy && is_deploying(settings)) told.health.reset();
    tell(settings, told, observer);
  } catch (const Error& error) {
    observer.note(fmt::format("nobody could be told: {}; {}", error.what(), error.hint()));
  } catch (const std::exception& error) {
    observer.note(fmt::format("nobody could be told: {}", error.what()));
  }
}

}  // namespace nutricount::deploy
