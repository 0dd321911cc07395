// The one funnel: whatever goes wrong becomes a message, a hint and an exit status here.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "cli.hpp"
#include "commands/backup.hpp"
#include "commands/health.hpp"
#include "commands/metrics.hpp"
#include "commands/rollback.hpp"
#include "commands/update.hpp"
#include "commands/verify_signature.hpp"
#include "os/fd.hpp"
#include "os/interruption.hpp"
#include "report/settings_text.hpp"

namespace {
using namespace nutricount;

/// The status to end with at once, after --help and --version.
std::optional<int> parse(CLI::App& root, int argc, char** argv) {
  try {
    root.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::Success& asked) {
    return root.exit(asked);
  } catch (const CLI::ParseError& error) {
    std::string said = error.what();
    if (const auto at = said.find(" was given a disallowed flag override"); at != said.npos) {
      said = fmt::format("--{} takes no value", said.substr(0, at));
    }
    throw usage_error(said, "see nutricount-deploy --help, or COMMAND --help");
  }
}

int run(int argc, char** argv, cli::GlobalOptions& globals) {
  CLI::App root("Deploys an application so that it ends new and healthy, or exactly as it was.",
                "nutricount-deploy");
  root.set_version_flag("--version", std::string("nutricount-deploy ") + NUTRICOUNT_DEPLOY_VERSION);
  cli::add_global_options(root, globals);
  const cli::UpdateCommand update(root, globals);
  const cli::BackupCommand backup(root, globals);
  const cli::RollbackCommand rollback(root, globals);
  const cli::HealthCommand health(root, globals);
  const cli::MetricsCommand metrics(root, globals);
  const cli::VerifySignatureCommand verify_signature(root, globals);
  root.require_subcommand(0, 1);  // else the FILE of verify-signature could be another command
  root.footer("\nSee nutricount-deploy COMMAND --help.");
  if (const auto status = parse(root, argc, argv)) return *status;
  const cli::Command* chosen = nullptr;
  for (const cli::Command* one : std::initializer_list<const cli::Command*>{
           &update, &backup, &rollback, &health, &metrics, &verify_signature}) {
    if (one->chosen()) chosen = one;
  }
  cli::refuse_twice(root);
  if (globals.print_config) {
    const auto overrides = chosen != nullptr ? chosen->overrides() : cli::Overrides();
    const auto loaded = cli::load_settings(globals, overrides);
    fmt::print("{}", globals.json ? report::settings_json(loaded) : report::settings_text(loaded));
    return 0;
  }
  if (chosen == nullptr) {
    throw usage_error(
        "no command given",
        "the commands are update, backup, rollback, health, metrics and verify-signature; "
        "see nutricount-deploy --help");
  }
  return static_cast<int>(chosen->run());
}

void tell(const Error& error, const cli::GlobalOptions& globals) {
  const LogFile log(globals.log_file);
  report::print_error(error.what(), error.hint(), log);
  if (!globals.json) return;
  report::print_document(
      {{"outcome", "failed"}, {"error", {{"message", error.what()}, {"hint", error.hint()}}}});
}
}  // namespace

int main(int argc, char** argv) {
  cli::GlobalOptions globals;
  try {
    os::hold_standard_descriptors();
    os::catch_signals();
    return run(argc, argv, globals);
  } catch (const Error& error) {
    tell(error, globals);
    return static_cast<int>(error.status());
  } catch (const std::exception& error) {
    tell(Error(error.what(), "this is a fault of nutricount-deploy: please report it"), globals);
    return static_cast<int>(ExitStatus::kNo);
  }
}
