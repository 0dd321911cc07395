#include "commands/metrics.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <nlohmann/json.hpp>

#include "base/printable.hpp"
#include "deploy/samples.hpp"
#include "os/file.hpp"
#include "report/metrics.hpp"
#include "report/screen.hpp"

namespace nutricount::cli {
namespace {
namespace fs = std::filesystem;
using namespace std::chrono_literals;
constexpr auto kInterval = 250ms;
constexpr int kDeployments = 5;

constexpr const char* kFooter = R"(
It takes no lock, runs no other program, and waits a quarter of a second to measure the processor.
What this machine does not tell is left out. On stdout it changes nothing; with --output it writes
that file in one step, and at most every ten minutes a line of disk and temperature into the state
directory, for the charts of the html page.

EXAMPLES
  nutricount-deploy metrics                                     for a person
  nutricount-deploy metrics --format html --output status.html  a page with charts
  nutricount-deploy metrics --format prometheus \
    --output /var/lib/prometheus/node-exporter/nutricount.prom  for node_exporter's textfile collector

EXIT STATUS
  0  done
  1  the file could not be written
  2  wrong usage; nothing was touched
  130, 143  interrupted)";

/// Refuses what cannot be replaced by a file, before anything is looked at.
void check_output(const fs::path& path) {
  const auto refuse = [&](const std::string& why) {
    return usage_error(fmt::format("--output {}: {}", path.string(), why),
                       "name a file in a directory that you may write to");
  };
  constexpr std::size_t kLongest = NAME_MAX - std::string_view(".new").size();
  if (!is_printable(path.string()) || path.filename().string().size() > kLongest) {
    throw refuse("this is no name for a file");
  }
  const fs::path directory = fs::absolute(path).parent_path();
  std::error_code none;
  if (!fs::is_directory(directory, none)) {
    throw refuse(fmt::format("{} is not a directory", directory.string()));
  }
  if (access(directory.c_str(), W_OK) != 0) {
    throw refuse(fmt::format("cannot write to {}", directory.string()));
  }
  const auto st = os::look_at(path);
  if (!path.has_filename() || (st && !S_ISREG(st->st_mode))) throw refuse("it is not a file");
}

void write_output(const fs::path& path, const std::string& text) {
  umask(S_IWGRP | S_IWOTH);  // whatever it was: node_exporter reads it as another user
  os::write_durably(path, text, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
}

void record(const deploy::Status& status) {
  try {
    deploy::record_sample(status.settings.state.directory,
                          deploy::sample_of(status.machine, status.time));
  } catch (const Error& error) {
    report::put(stderr, fmt::format("note: no sample is recorded: {}\n", printable(error.what())));
  }
}

std::string page(const std::string& format, const deploy::Status& status, std::size_t count) {
  if (format == "json") {
    return report::metrics_json(status, count)
               .dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
           "\n";
  }
  if (format == "prometheus") return report::metrics_prometheus(status);
  if (format == "html") {
    const auto samples = deploy::read_samples(status.settings.state.directory, status.time);
    return report::metrics_html(status, count, samples);
  }
  return report::metrics_text(status, count);
}
}  // namespace

MetricsCommand::MetricsCommand(CLI::App& root, GlobalOptions& globals)
    : Command(root, globals, "metrics", "Say how machine, services, deployments and backups are",
              kFooter) {
  auto& app = this->app();
  add_value(app, "--format", format_, "text (default), json, prometheus or html", "FORMAT")
      ->check(CLI::Validator(
          [](const std::string& given) {
            const auto known = {"text", "json", "prometheus", "html"};
            return std::find(known.begin(), known.end(), given) != known.end()
                       ? std::string()
                       : fmt::format("\"{}\" is none of text, json, prometheus, html", given);
          },
          ""));
  add_value(app, "--output", output_, "Write this file in one step, not stdout", "FILE");
  add_value(app, "--deployments", deployments_, "How many of the last are told (default 5)", "N");
}

ExitStatus MetricsCommand::run() const {
  const auto count = static_cast<std::size_t>(
      deployments_.empty() ? kDeployments : number_of("--deployments", deployments_));
  if (!output_.empty()) check_output(output_);
  const auto settings = load();
  const auto options = told(settings);
  if (options.json && !format_.empty() && format_ != "json") {
    throw usage_error(fmt::format("--json and --format {} exclude each other", format_),
                      "leave one of them out");
  }
  const std::string format = options.json ? "json" : format_.empty() ? "text" : format_;
  const auto status = deploy::look(settings, kInterval, count);
  for (const auto& problem : status.problems) {
    report::put(stderr, fmt::format("note: {}\n", printable(problem)));
  }
  if (output_.empty()) {
    report::put(stdout, page(format, status, count));
    return ExitStatus::kDone;
  }
  record(status);
  write_output(output_, page(format, status, count));
  return ExitStatus::kDone;
}

}  // namespace nutricount::cli
