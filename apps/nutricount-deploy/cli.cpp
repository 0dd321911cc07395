#include "cli.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/quantity.hpp"

namespace nutricount::cli {

CLI::Option* add_value(CLI::App& app, const std::string& name, std::string& value,
                       const std::string& description, const std::string& type) {
  const CLI::Validator is_given(
      [](const std::string& given) {
        if (given.empty()) return std::string("must not be empty");
        if (!given.starts_with('-')) return std::string();
        return fmt::format("\"{}\" begins with -, as an option does: its value is missing", given);
      },
      "");
  return app.add_option(name, value, description)->type_name(type)->check(is_given);
}

CLI::Option* add_switch(CLI::App& app, const std::string& name, bool& value,
                        const std::string& description) {
  return app.add_flag(name, value, description)->disable_flag_override();
}

void add_global_options(CLI::App& app, GlobalOptions& options) {
  const CLI::Validator is_when(
      [](const std::string& given) {
        if (given == "auto" || given == "always" || given == "never") return std::string();
        return fmt::format("\"{}\" is not auto, always or never", given);
      },
      "");
  add_value(app, "-c,--config", options.config, "Configuration file", "FILE");
  add_switch(app, "--json", options.json, "One JSON document on stdout");
  add_value(app, "--color", options.color, "auto, always or never (NO_COLOR is honoured)", "WHEN")
      ->check(is_when);
  add_switch(app, "-q,--quiet", options.quiet, "Errors only");
  add_switch(app, "-v,--verbose", options.verbose, "Name every commit and file");
  add_value(app, "--log-file", options.log_file, "Append what happens to a log file", "FILE");
  add_switch(app, "--print-config", options.print_config,
             "Print the effective settings and where each comes from");
}

void refuse_twice(const CLI::App& root) {
  for (const CLI::App* command : root.get_subcommands()) {
    for (const CLI::Option* option : root.get_options()) {
      const bool has_value = option->get_items_expected_max() > 0;
      if (!has_value || option->count() == 0) continue;
      const CLI::Option* other = command->get_option_no_throw(option->get_name());
      if (other == nullptr || other->count() == 0) continue;
      throw usage_error(fmt::format("{} is given twice", option->get_name()),
                        "give it before the command or after it");
    }
  }
}

config::Loaded load_settings(const GlobalOptions& options, Overrides command_line) {
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

int number_of(const std::string& option, const std::string& text) {
  constexpr int kMost = 1000;
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number >= 0 && number <= kMost) {
    return number;
  }
  throw usage_error(fmt::format("{} \"{}\" is not a number", option, text),
                    fmt::format("give one from 0 to {}", kMost));
}

void override_duration(Overrides& overrides, const std::string& key, const std::string& option,
                       const std::string& text) {
  if (text.empty()) return;
  static_cast<void>(duration_of(option, text));
  overrides[key] = {text, option};
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

}  // namespace nutricount::cli
