#include "commands/rollback.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <iostream>

#include "base/printable.hpp"
#include "base/quantity.hpp"
#include "deploy/alerts.hpp"
#include "deploy/colour.hpp"
#include "deploy/recovery.hpp"
#include "os/interruption.hpp"
#include "report/rollback_text.hpp"
#include "service/manager.hpp"

namespace nutricount::cli {
namespace {
constexpr const char* kFooter = R"(
Data stays where its shape is the same as then, and goes back where nothing was written since; else
it asks, or without a terminal wants --keep-data or --restore-data. Data that is replaced is kept
aside as data.replaced.ID.

EXAMPLES
  nutricount-deploy rollback                        the deployment before
  nutricount-deploy rollback --list                 what can be gone back to
  nutricount-deploy rollback --to 20261120_090040   one of these
  nutricount-deploy rollback --dry-run              say what that would do
  nutricount-deploy rollback --data-only            the newest backup of the data, under this code
  nutricount-deploy rollback --resume               finish or undo an interrupted deployment

EXIT STATUS
  0  gone back, or nothing to do        3  failed, and hands are needed
  1  failed; everything is as before    4  another deployment is running
  2  wrong usage; nothing was touched   130, 143  interrupted; everything is as before)";

void check_point(const std::string& to) {
  const bool clean = std::all_of(to.begin(), to.end(), [](unsigned char c) {
    return std::isdigit(c) != 0 || (c >= 'a' && c <= 'f');
  });
  constexpr std::size_t kFewest = 7;
  constexpr std::size_t kDigits = 40;
  if (to.empty() || is_id(to) || (clean && to.size() >= kFewest && to.size() <= kDigits)) return;
  throw usage_error(
      fmt::format("--to \"{}\" is neither a deployment's or backup's id nor a commit", to),
      "see what there is: nutricount-deploy rollback --list");
}

void check_reason(const std::string& reason) {
  constexpr std::size_t kLongest = 500;
  if (reason.size() <= kLongest) return;
  throw usage_error(fmt::format("--reason has {} bytes", reason.size()),
                    fmt::format("say it in at most {}", kLongest));
}

/// A line from the terminal; SIGINT and SIGTERM end the wait. Tables are named in questions, and
/// the application names its tables.
std::string ask(std::string_view question) {
  for (std::size_t end = 0; (end = question.find('\n')) != question.npos;) {
    fmt::print(stderr, "{}\n", printable(question.substr(0, end)));
    question.remove_prefix(end + 1);
  }
  fmt::print(stderr, "{}", printable(question));
  std::fflush(stderr);
  std::string answer;
  std::getline(std::cin, answer);
  os::throw_if_interrupted();
  return answer;
}
}  // namespace

RollbackCommand::RollbackCommand(CLI::App& root, GlobalOptions& globals)
    : Command(root, globals, "rollback",
              "Go back to an earlier deployment: code, environment, data", kFooter) {
  auto& app = this->app();
  auto* to = add_value(app, "--to", to_, "A deployment, a backup, or a deployed commit", "ID");
  auto* list = add_switch(app, "--list", list_, "List what can be gone back to, newest first");
  auto* keep = add_switch(app, "--keep-data", keep_data_, "Today's data stays");
  auto* restore =
      add_switch(app, "--restore-data", restore_data_, "Data goes back; today's is kept aside");
  auto* data_only = add_switch(app, "--data-only", data_only_, "Only data goes back");
  auto* reason = add_value(app, "--reason", reason_, "Why, for the history", "TEXT");
  auto* dry_run = add_switch(app, "--dry-run", dry_run_, "Say what would happen; change nothing");
  auto* yes = add_switch(app, "--yes", yes_, "Do not ask on a terminal");
  auto* resume =
      add_switch(app, "--resume", resume_, "Only finish or undo an interrupted deployment");
  auto* timeout =
      add_value(app, "--timeout", timeout_, "For the whole rollback (default 300s)", "DURATION");
  auto* wait = add_value(app, "--wait", wait_, "Wait this long for a deployment that is running",
                         "DURATION");
  keep->excludes(restore)->excludes(data_only);
  for (auto* other : {to, keep, restore, data_only, reason, dry_run, yes, resume, timeout, wait}) {
    list->excludes(other);
  }
  for (auto* other : {to, keep, restore, data_only, reason, dry_run, yes, timeout}) {
    resume->excludes(other);
  }
}

Overrides RollbackCommand::overrides() const {
  Overrides overrides;
  override_duration(overrides, "update.timeout", "--timeout", timeout_);
  return overrides;
}

deploy::RollbackRequest RollbackCommand::request(const report::Options& options) const {
  using model::DataChoice;
  deploy::RollbackRequest request{
      .to = to_, .data_only = data_only_, .dry_run = dry_run_, .reason = reason_};
  if (keep_data_) request.data = DataChoice::kKeep;
  if (restore_data_) request.data = DataChoice::kRestore;
  if (!wait_.empty()) request.wait = duration_of("--wait", wait_);
  const bool person = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
  if (person && !yes_ && !dry_run_ && !options.quiet) request.ask = ask;
  return request;
}

ExitStatus RollbackCommand::resume(const config::Settings& settings,
                                   const report::Options& options) const {
  const auto observer = report::make_observer(options);
  const auto wait = wait_.empty() ? settings.update.timeout : duration_of("--wait", wait_);
  const auto outcome = deploy::resume(settings, wait, *observer);
  // The application's own start waits for nobody: the next command tells it.
  if (!service::runs_in(deploy::all_units(settings))) {
    const auto happened = outcome ? deploy::happened_in(*outcome) : deploy::Happened();
    deploy::tell_alerts(settings, happened, *observer);
  }
  return report::tell_resumed(outcome, options);
}

ExitStatus RollbackCommand::run() const {
  check_point(to_);
  check_reason(reason_);
  const auto settings = load();
  const auto options = told(settings);
  if (list_) {
    report::tell_points(deploy::list_points(settings), options);
    return ExitStatus::kDone;
  }
  if (resume_) return resume(settings, options);
  const auto observer = report::make_observer(options);
  const auto outcome = deploy::rollback(request(options), settings, *observer);
  if (!dry_run_) deploy::tell_alerts(settings, deploy::happened_in(outcome), *observer);
  return outcome.exit_status;
}

}  // namespace nutricount::cli
