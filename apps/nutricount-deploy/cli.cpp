#include "cli.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/quantity.hpp"

namespace nutricount::cli {

void add_global_options(CLI::App& app, GlobalOptions& options) {
  app.add_option("-c,--config", options.config, "Configuration file")->type_name("FILE");
  app.add_flag("--json", options.json, "One JSON document on stdout");
  app.add_option("--color", options.color, "auto, always or never (NO_COLOR is honoured)")
      ->type_name("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.add_flag("-q,--quiet", options.quiet, "Errors only");
  app.add_flag("-v,--verbose", options.verbose, "Name every commit and file");
  app.add_option("--log-file", options.log_file, "Append what happens to a log file")
      ->type_name("FILE");
  app.add_flag("--print-config", options.print_config,
               "Print the effective settings and where each comes from");
}

config::Loaded load_settings(
    const GlobalOptions& options,
    std::map<std::string, std::pair<std::string, std::string>> command_line) {
  config::Sources sources;
  if (!options.config.empty()) sources.file = options.config;
  sources.environment = config::process_environment();
  if (!options.log_file.empty()) {
    const auto path = std::filesystem::absolute(options.log_file);
    command_line["log.file"] = {path.string(), "--log-file"};
  }
  sources.command_line = std::move(command_line);
  return config::load(sources);
}

Milliseconds duration_of(const std::string& option, const std::string& text) {
  const auto duration = parse_duration(text);
  if (duration) return *duration;
  throw usage_error(fmt::format("{} \"{}\" is not a duration", option, text),
                    "write it with its unit, e.g. 90s, 5m or 1h30m");
}

report::Options report_options(const GlobalOptions& options, const config::Settings& settings) {
  const LogFile log(settings.log.file);
  log.check();
  report::Options out{.json = options.json,
                      .quiet = options.quiet,
                      .verbose = options.verbose,
                      .color = report::Color::kAuto,
                      .log = log,
                      .app_name = settings.app.name,
                      .branch = settings.source.branch};
  if (options.color == "always") out.color = report::Color::kAlways;
  if (options.color == "never") out.color = report::Color::kNever;
  return out;
}

void print_config(const config::Loaded& loaded, bool json) {
  if (json) {
    nlohmann::ordered_json out;
    for (const auto& one : loaded.origins) {
      out[one.key] = {{"value", one.value}, {"origin", one.origin}};
    }
    fmt::print("{}\n", out.dump(2));
    return;
  }
  std::size_t width = 0;
  for (const auto& one : loaded.origins) {
    width = std::max(width, one.key.size() + 3 + one.value.size());
  }
  for (const auto& one : loaded.origins) {
    fmt::print("{:<{}}  # {}\n", fmt::format("{} = {}", one.key, one.value), width, one.origin);
  }
}

}  // namespace nutricount::cli
