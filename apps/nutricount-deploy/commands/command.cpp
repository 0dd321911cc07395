#include "commands/command.hpp"

namespace nutricount::cli {

Command::Command(CLI::App& root, GlobalOptions& globals, const std::string& name,
                 const std::string& description, const char* footer)
    : globals_(globals), app_(*root.add_subcommand(name, description)) {
  add_global_options(app_, globals);
  app_.footer(footer);
}

config::Settings Command::load() const {
  auto settings = load_settings(globals_, overrides()).settings;
  globals_.log_file = settings.log.file.string();
  return settings;
}

config::Settings Command::load_if_named() const {
  if (!globals_.config.empty()) return load();
  config::Settings settings;
  settings.log.file = globals_.log_file;
  return settings;
}

}  // namespace nutricount::cli
