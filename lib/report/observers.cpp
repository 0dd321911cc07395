#include "report/observers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/printable.hpp"
#include "base/quantity.hpp"
#include "deploy/history.hpp"
#include "deploy/plan.hpp"
#include "report/plan_text.hpp"
#include "report/screen.hpp"

namespace nutricount::report {
using deploy::Outcome;
using deploy::Plan;
using deploy::Result;
using deploy::StepResult;
using deploy::StepStatus;
namespace {
class Teller : public deploy::Observer {
 public:
  explicit Teller(Options options)
      : options_(std::move(options)), screen_(options_.json ? stderr : stdout, options_.color) {}

  void planned(const Plan& plan) override {
    plan_ = plan;
    say(heading(plan, options_));
  }

  void step_started(std::string_view name) override {
    step_ = name;
    watch_ = Stopwatch();
    if (!options_.quiet) screen_.live(fmt::format("  {:<14} …", name));
  }

  void step_progress(const deploy::StepProgress& progress) override {
    constexpr double kEvery = 0.1;
    if (options_.quiet || !screen_.is_terminal() || shown_.seconds() < kEvery) return;
    shown_ = Stopwatch();
    std::string text = fmt::format("  {:<14} ", step_);
    if (progress.total > 0) {
      text += fmt::format("{} of {} {}, {}", progress.done, progress.total, progress.unit,
                          format_bytes(progress.bytes));
    }
    screen_.live(fmt::format("{}  {}", text, format_seconds(watch_.seconds())));
  }

  void step_finished(const StepResult& result) override {
    const std::string detail = printable(result.detail);
    options_.log.write(result.status == StepStatus::kFailed ? LogLevel::kError : LogLevel::kInfo,
                       fmt::format("{} {}: {} ({})", result.name, deploy::name_of(result.status),
                                   detail, format_seconds(result.seconds)));
    if (options_.quiet) return;
    screen_.line(fmt::format("{} {:<14} {:<48} {:>8}", mark(result), result.name, detail,
                             format_seconds(result.seconds)));
  }

  void note(std::string_view text) override {
    const std::string line = printable(text);
    options_.log.write(LogLevel::kWarning, line);
    if (!options_.quiet) screen_.line(fmt::format("{} {}", screen_.mark("●", "note"), line));
  }

  void ended(const Outcome& outcome) override {
    if (!options_.quiet) tell(outcome);
    const auto words = verdict(outcome);
    const bool good = outcome.exit_status == ExitStatus::kDone;
    if (!words.empty()) {
      options_.log.write(good ? LogLevel::kInfo : LogLevel::kError, printable(words.front()));
    }
    if (!good && outcome.error) {
      print_error(outcome.error->message, outcome.error->hint, options_.log);
    }
    if (options_.json) {
      const auto document = deploy::to_json(outcome);
      fmt::print("{}\n", document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    }
  }

 private:
  void say(const std::vector<std::string>& lines) {
    for (const auto& line : lines) {
      options_.log.write(LogLevel::kInfo, printable(line));
      if (!options_.quiet) screen_.line(printable(line));
    }
  }

  void tell(const Outcome& outcome) {
    for (const auto& line : outcome.last_lines) screen_.line("    " + printable(line));
    if (outcome.result == Result::kPlanned && plan_) {
      say(effects(*plan_, options_));
      return;
    }
    const bool good = outcome.exit_status == ExitStatus::kDone;
    bool first = true;
    for (const auto& words : verdict(outcome)) {
      const std::string line = printable(words);
      const std::string mark(good ? screen_.mark("✔", "ok") : screen_.mark("✖", "failed"));
      screen_.line(first ? fmt::format("{} {}", good ? screen_.good(mark) : screen_.bad(mark), line)
                         : line);
      first = false;
    }
  }

  [[nodiscard]] std::string mark(const StepResult& result) const {
    if (result.status == StepStatus::kFailed) {
      return screen_.bad(screen_.mark("✖", "failed"));
    }
    if (result.undoing) return screen_.faint(screen_.mark("↺", "undo  "));
    return screen_.good(screen_.mark("✔", "ok    "));
  }

  Options options_;
  Screen screen_;
  std::optional<Plan> plan_;
  std::string step_;
  Stopwatch watch_;
  Stopwatch shown_;
};
}  // namespace

std::unique_ptr<deploy::Observer> make_observer(const Options& options) {
  return std::make_unique<Teller>(options);
}

void print_error(const std::string& message, const std::string& hint, const LogFile& log) {
  log.write(LogLevel::kError, printable(message));
  fmt::print(stderr, "error: {}\n", printable(message));
  if (!hint.empty()) fmt::print(stderr, "  hint: {}\n", printable(hint));
}

}  // namespace nutricount::report
