#include "commands/backup.hpp"

#include <fmt/format.h>

#include "deploy/alerts.hpp"
#include "deploy/backup.hpp"
#include "report/backup_text.hpp"

namespace nutricount::cli {
namespace {
constexpr const char* kAll = "all";  // what --verify alone stands for

constexpr const char* kFooter = R"(
Without --list, --verify or --prune it makes one, while the application runs.

EXAMPLES
  nutricount-deploy backup                    data and logs, beside the data
  nutricount-deploy backup --full             the whole application directory
  nutricount-deploy backup --list             what there is
  nutricount-deploy backup --verify           read every one and compare it to its manifest
  nutricount-deploy backup --prune --keep 3   remove all but the newest three

EXIT STATUS
  0  done; all are well                 3  an interrupted deployment needs hands
  1  damaged, or nothing was made       4  a deployment is running
  2  wrong usage; nothing was touched   130, 143  interrupted; nothing was made)";
}  // namespace

BackupCommand::BackupCommand(CLI::App& root, GlobalOptions& globals)
    : Command(root, globals, "backup", "Make, list, verify and prune backups", kFooter) {
  auto& app = this->app();
  auto* full = add_switch(app, "--full", full_, "Back up the whole application directory");
  auto* check = add_switch(app, "--check", check_, "Read the new backup again once it is made");
  auto* list = add_switch(app, "--list", list_, "List the backups, newest last");
  verify_option_ =
      add_value(app, "--verify", verify_, "Compare one backup, or all, to its manifest", "[ID]")
          ->expected(0, 1)
          ->default_str(kAll);
  auto* prune = add_switch(app, "--prune", prune_, "Remove what is beyond --keep");
  auto* keep = add_value(app, "--keep", keep_, "How many of each kind stay (default 5)", "N");
  auto* wait = add_value(app, "--wait", wait_, "Wait this long for a deployment that is running",
                         "DURATION");
  list->excludes(verify_option_)->excludes(prune)->excludes(full)->excludes(check)->excludes(keep);
  verify_option_->excludes(prune)->excludes(full)->excludes(check)->excludes(keep);
  prune->excludes(full)->excludes(check);
  list->excludes(wait);
  verify_option_->excludes(wait);
}

Overrides BackupCommand::overrides() const {
  if (!given("--keep")) return {};
  return {{"backup.keep", {keep_, "--keep"}}};
}

ExitStatus BackupCommand::run() const {
  const bool verify = verify_option_->count() > 0;
  if (verify && verify_ != kAll && !is_id(verify_)) {
    throw usage_error(fmt::format("--verify \"{}\" is not a backup's id", verify_),
                      "ids look like 20251024_200000: see nutricount-deploy backup --list");
  }
  const auto wait = !given("--wait") ? Milliseconds(0) : duration_of("--wait", wait_);
  const auto settings = load();
  const auto options = told(settings);
  const auto observer = report::make_observer(options);
  if (list_) {
    report::tell_list(deploy::list_backups(settings), deploy::list_set_aside(settings), options);
    return ExitStatus::kDone;
  }
  if (verify) {
    const auto verified =
        deploy::verify_backups(settings, verify_ == kAll ? "" : verify_, *observer);
    return report::tell_verified(verified, options) ? ExitStatus::kDone : ExitStatus::kNo;
  }
  if (prune_) {
    const auto keep = static_cast<std::size_t>(settings.backup.keep);
    report::tell_pruned(deploy::prune_backups(settings, keep, wait, *observer), options);
    return ExitStatus::kDone;
  }
  const auto made =
      deploy::make_backup({.full = full_, .check = check_, .wait = wait}, settings, *observer);
  report::tell_made(made, options);
  deploy::tell_alerts(settings, {}, *observer);
  return made.faults.empty() ? ExitStatus::kDone : ExitStatus::kNo;
}

}  // namespace nutricount::cli
