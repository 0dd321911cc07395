// How a deployment is told: to a person at a terminal, to a pipe, to a program.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/log.hpp"
#include "deploy/observer.hpp"

namespace nutricount::report {

enum class Color { kAuto, kAlways, kNever };

struct Options {
  bool json = false;     ///< one JSON document on stdout, the rest on stderr
  bool quiet = false;    ///< errors only
  bool verbose = false;  ///< names every commit and file
  Color color = Color::kAuto;
  LogFile log;
  std::string app_name;
  std::string branch;
};

/// Text on stdout (stderr with --json); colour and live progress on a terminal only.
[[nodiscard]] std::unique_ptr<deploy::Observer> make_observer(const Options& options);

/// "error: MESSAGE\n  hint: HINT\n" on stderr, and in the log.
void print_error(const std::string& message, const std::string& hint, const LogFile& log);

/// For --json: the one document on stdout. Text that is not UTF-8 is replaced by U+FFFD.
void print_document(const nlohmann::json& document);

}  // namespace nutricount::report
