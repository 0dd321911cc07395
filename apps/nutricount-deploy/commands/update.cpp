#include "commands/update.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/ids.hpp"
#include "base/quantity.hpp"
#include "config/checks.hpp"
#include "deploy/alerts.hpp"
#include "deploy/spooled.hpp"

namespace nutricount::cli {
namespace {
constexpr const char* kFooter = R"(
EXAMPLES
  nutricount-deploy update                    deploy what is new on the branch
  nutricount-deploy update --dry-run          say what that would do
  nutricount-deploy update --to v1.4          deploy a tag, a branch or a commit
  nutricount-deploy update --wait 5m          wait for a deployment that is running
  nutricount-deploy update --spool DIR        deploy what the webhook was asked for

EXIT STATUS
  0  updated, or nothing to do          3  failed, and hands are needed
  1  failed; everything is as before    4  another deployment is running
  2  wrong usage; nothing was touched   130, 143  interrupted; everything is as before)";

std::string in_lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return text;
}

void check_commit(const std::string& expect) {
  if (expect.empty() || is_commit_id(in_lower_case(expect))) return;
  throw usage_error(fmt::format("--expect \"{}\" is not a whole commit id", expect),
                    "give all 40 hexadecimal digits: git rev-parse REVISION");
}

void check_trigger(const std::string& trigger) {
  constexpr std::size_t kLongest = 32;
  const bool clean = std::all_of(trigger.begin(), trigger.end(), [](unsigned char c) {
    return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '-';
  });
  const bool begins = !trigger.empty() && std::islower(static_cast<unsigned char>(trigger[0])) != 0;
  if (trigger.empty() || (begins && trigger.size() <= kLongest && clean)) return;
  throw usage_error(fmt::format("--trigger \"{}\" is not a name", trigger),
                    "use a lower-case letter, then up to 31 of these, digits and -, e.g. timer");
}

void check_delivery(const std::string& delivery) {
  if (is_delivery_id(delivery)) return;
  throw usage_error(fmt::format("--delivery \"{}\" is not an id", delivery),
                    "use up to 64 printable characters, no spaces");
}

void check_spool(const std::string& spool) {
  std::error_code error;
  if (spool.empty() || std::filesystem::is_directory(spool, error)) return;
  throw usage_error(fmt::format("--spool \"{}\" is not a directory", spool),
                    "give the one that webhook.spool names");
}

// A name or an id: HEAD~1 or @{-1} would be of the clone here, not of the remote.
void check_revision(const std::string& revision) {
  const bool is_name = revision.empty() || config::is_ref_name(revision).empty();
  if (is_name && revision != "HEAD" && revision != "@") return;
  throw usage_error(fmt::format("--to \"{}\" is not a revision", revision),
                    "name a commit, a tag or a branch of the remote");
}
}  // namespace

UpdateCommand::UpdateCommand(CLI::App& root, GlobalOptions& globals)
    : Command(root, globals, "update", "Deploy what is new, or put everything back", kFooter) {
  auto& app = this->app();
  add_switch(app, "--force", force_, "Deploy though nothing changed or the commit is marked bad");
  auto* to = add_value(app, "--to", to_, "Deploy this commit, tag or branch of the remote", "REV");
  auto* expect = add_value(app, "--expect", expect_, "Deploy exactly this tested commit", "SHA");
  auto* dry_run = add_switch(app, "--dry-run", dry_run_, "Say what would happen; change nothing");
  auto* backup_only =
      add_switch(app, "--backup-only", backup_only_, "Back up data and logs; deploy nothing");
  add_switch(app, "--no-rollback", no_rollback_, "Leave a failed deployment as it is");
  add_value(app, "--timeout", timeout_, "For the whole deployment (default 300s)", "DURATION");
  add_value(app, "--wait", wait_, "Wait this long for a deployment that is running", "DURATION");
  add_value(app, "--trigger", trigger_, "Who asked for it, for the history", "NAME");
  add_value(app, "--delivery", delivery_, "The delivery's id, for the history", "ID");
  auto* spool = add_value(app, "--spool", spool_,
                          "Deploy what nutricount-webhook left in this directory", "DIR");
  to->excludes(expect);
  backup_only->excludes(to)->excludes(expect)->excludes(dry_run);
  spool->excludes(to)->excludes(expect)->excludes(dry_run)->excludes(backup_only);
}

Overrides UpdateCommand::overrides() const {
  Overrides overrides;
  override_duration(overrides, "update.timeout", "--timeout", timeout_);
  return overrides;
}

deploy::UpdateRequest UpdateCommand::request() const {
  check_commit(expect_);
  check_revision(to_);
  check_trigger(trigger_);
  check_delivery(delivery_);
  check_spool(spool_);
  deploy::UpdateRequest request{.force = force_,
                                .dry_run = dry_run_,
                                .backup_only = backup_only_,
                                .no_rollback = no_rollback_,
                                .to = to_};
  if (!expect_.empty()) request.expect.push_back(in_lower_case(expect_));
  if (!spool_.empty()) request.trigger = "webhook";
  if (!trigger_.empty()) request.trigger = trigger_;
  if (!delivery_.empty()) request.deliveries[""] = delivery_;
  if (!wait_.empty()) request.wait = duration_of("--wait", wait_);
  return request;
}

ExitStatus UpdateCommand::run() const {
  const auto asked = request();
  const auto settings = load();
  const auto observer = report::make_observer(told(settings));
  if (!spool_.empty()) return deploy_spooled(asked, settings, *observer);
  if (dry_run_) return deploy::update(asked, settings, *observer).exit_status;
  return deploy(asked, settings, *observer).exit_status;
}

deploy::Outcome UpdateCommand::deploy(const deploy::UpdateRequest& request,
                                      const config::Settings& settings,
                                      deploy::Observer& observer) const {
  try {
    auto outcome = deploy::update(request, settings, observer);
    deploy::tell_alerts(settings, deploy::happened_in(outcome), observer);
    return outcome;
  } catch (const Error& error) {
    // What a person asked for wrongly that person reads.
    const bool unattended = request.trigger != "cli" && error.status() == ExitStatus::kUsage;
    if (error.status() != ExitStatus::kNo && !unattended) throw;
    deploy::Happened happened;
    happened.failure = deploy::Failure{error.what(), error.hint()};
    deploy::tell_alerts(settings, happened, observer);
    throw;
  }
}

ExitStatus UpdateCommand::deploy_spooled(deploy::UpdateRequest like,
                                         const config::Settings& settings,
                                         deploy::Observer& observer) const {
  if (wait_.empty()) like.wait = settings.update.timeout;
  const auto attempt = [&](const deploy::UpdateRequest& one) {
    return deploy(one, settings, observer);
  };
  const auto outcome = deploy::update_spooled(webhook::Spool(spool_), like,
                                              settings.webhook.retry_delay, attempt, observer);
  if (outcome) return outcome->exit_status;
  observer.note("nothing waits in " + spool_);
  if (told(settings).json) report::print_document({{"outcome", "unchanged"}});
  return ExitStatus::kDone;
}

}  // namespace nutricount::cli
