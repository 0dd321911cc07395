// nutricount-webhook: receives GitHub's deliveries and hands them over. It deploys nothing itself.
#include <fmt/format.h>
#include <malloc.h>

#include <csignal>

#include "application.hpp"
#include "cli.hpp"
#include "crypto/webhook_secret.hpp"
#include "report/settings_text.hpp"
#include "starter.hpp"

namespace {
using namespace nutricount;

constexpr const char* kFooter = R"(
The secret is in --secret-file FILE (mode 0600), or in the systemd credential webhook-secret, or in
the variable WEBHOOK_SECRET: 16 characters at least. GitHub has the same one in the webhook's settings.

EXAMPLES
  nutricount-webhook --secret-file /etc/nutricount-deploy/webhook-secret
  nutricount-webhook --listen 127.0.0.1:9000 --log-file /home/pi/logs/webhook.log

EXIT STATUS
  0  stopped by SIGTERM or SIGINT, after the last answer
  1  it could not go on
  2  wrong usage, no secret, or an address that is taken; nothing was received)";

struct Options {
  cli::GlobalOptions global;
  std::string listen;
  std::string secret_file;
};

void add_options(CLI::App& app, Options& options) {
  app.set_version_flag("--version", std::string("nutricount-webhook ") + NUTRICOUNT_DEPLOY_VERSION);
  cli::add_value(app, "-c,--config", options.global.config, "Configuration file", "FILE");
  cli::add_value(app, "--listen", options.listen, "Listen there (default: webhook.listen)",
                 "HOST:PORT");
  cli::add_value(app, "--secret-file", options.secret_file, "Read the secret from this file",
                 "FILE");
  cli::add_value(app, "--log-file", options.global.log_file, "Append what happens to a log file",
                 "FILE");
  cli::add_switch(app, "--print-config", options.global.print_config,
                  "Print the effective settings and where each comes from");
  app.footer(kFooter);
}

/// The secret, but none that is printed in a manual.
Secret secret_in(const std::string& file) {
  constexpr std::size_t kLeast = 16;
  Secret secret = crypto::read_webhook_secret(file, kLeast);
  for (const char* known : {"your-webhook-secret", "your-secret-here"}) {
    if (secret.reveal() != known) continue;
    throw usage_error("the webhook's secret is that of a manual: everybody knows it",
                      "make one: openssl rand -hex 32; and give it to GitHub, too");
  }
  return secret;
}

/// For the deployer that this process starts.
std::vector<std::string> arguments_of(const cli::GlobalOptions& options) {
  std::vector<std::string> arguments;
  const auto add = [&](const char* name, const std::string& value) {
    if (value.empty()) return;
    arguments.insert(arguments.end(), {name, std::filesystem::absolute(value).string()});
  };
  add("--config", options.config);
  add("--log-file", options.log_file);
  return arguments;
}

/// On every way out: the application's threads may be about to answer through the server.
struct Finish {
  receiver::Application& application;
  ~Finish() { application.finish(); }
};

void serve(const config::Settings& settings, const Options& options) {
  receiver::Talk talk{LogFile(settings.log.file)};
  auto listening = http::inherited_sockets();
  const std::string where = listening.empty() ? settings.webhook.listen : "systemd's socket";
  Secret secret = secret_in(options.secret_file);
  std::function<void()> wake;
  receiver::Application application(settings, std::move(secret), talk, [&] { wake(); });
  if (listening.empty()) listening.push_back(http::listen_on(settings.webhook.listen));
  http::Server server(
      std::move(listening), {}, [&](const http::Head& head) { return application.exchange(head); },
      [](int /*status*/, std::string_view reason) { return webhook::refusal(reason); });
  receiver::Starter starter(settings, arguments_of(options.global), server, talk);
  wake = [&] { server.post([&] { starter.wake(); }); };
  server.on_signals([&](int signal) {
    if (signal == SIGCHLD) return starter.child_ended();
    talk.say(LogLevel::kInfo, "Stopping: what was asked is answered");
    server.stop();
  });
  talk.say(LogLevel::kInfo, "Listening on " + where);
  starter.wake();  // what an earlier process accepted
  const Finish finish{application};
  server.run();
}

int run(int argc, char** argv, Options& options) {
  CLI::App app(
      "Receives GitHub's deliveries, checks them and hands them over to nutricount-deploy.",
      "nutricount-webhook");
  add_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    throw usage_error(error.what(), "see nutricount-webhook --help");
  }
  cli::Overrides overrides;
  if (!options.listen.empty()) overrides["webhook.listen"] = {options.listen, "--listen"};
  const auto loaded = cli::load_settings(options.global, overrides);
  if (options.global.print_config) {
    fmt::print("{}", report::settings_text(loaded));
    return 0;
  }
  LogFile(loaded.settings.log.file).check();
  serve(loaded.settings, options);
  return 0;
}
}  // namespace

int main(int argc, char** argv) {
  Options options;
  Error failure("");
  try {
    std::signal(SIGPIPE, SIG_IGN);
    // Or the pages of each body are given back, and fetched anew for the next: half of its time.
    mallopt(M_TRIM_THRESHOLD, 2 << 20);
    return run(argc, argv, options);
  } catch (const Error& error) {
    failure = error;
  } catch (const std::exception& error) {
    failure = Error(error.what(), "this is a fault of nutricount-webhook: please report it");
  }
  report::print_error(failure.what(), failure.hint(), LogFile(options.global.log_file));
  return static_cast<int>(failure.status());
}
