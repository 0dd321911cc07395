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

  [[nodiscard]] bool shows_progress() const override {
    return !options_.quiet && screen_.is_terminal();
  }

  void step_progress(const deploy::StepProgress& progress) override {
    constexpr double kEvery = 0.1;
    if (!shows_progress() || shown_.seconds() < kEvery) return;
    shown_ = Stopwatch();
    std::string text = fmt::format("  {:<14} ", step_);
    if (progress.total > 0) {
      text += fmt::format("{} of {} {}, {}", progress.done, progress.total, progress.unit,
                          format_bytes(progress.bytes));
    }
    if (progress.total_bytes > progress.bytes && progress.bytes > 0) {
      const double left = static_cast<double>(progress.total_bytes - progress.bytes) /
                          static_cast<double>(progress.bytes) * watch_.seconds();
      text +=
          fmt::format(" of {}, {} left", format_bytes(progress.total_bytes), format_seconds(left));
    }
    screen_.live(fmt::format("{}  {}", text, format_seconds(watch_.seconds())));
  }

  void step_finished(const StepResult& result) override {
    options_.log.write(result.status == StepStatus::kFailed ? LogLevel::kError : LogLevel::kInfo,
                       fmt::format("{} {}: {} ({})", result.name, deploy::name_of(result.status),
                                   result.detail, format_seconds(result.seconds)));
    if (options_.quiet) return;
    screen_.line(mark(result),
                 fmt::format("{:<14} {:<48} {:>8}", result.name, printable(result.detail),
                             format_seconds(result.seconds)));
  }

  void note(std::string_view text) override {
    options_.log.write(LogLevel::kWarning, text);
    if (!options_.quiet) screen_.line(screen_.mark("●", "note"), text);
  }

  void ended(const Outcome& outcome) override {
    if (!options_.quiet) tell(outcome);
    const auto words = verdict(outcome);
    const bool good = outcome.exit_status == ExitStatus::kDone;
    if (!words.empty()) {
      options_.log.write(good ? LogLevel::kInfo : LogLevel::kError, words.front());
    }
    if (!good && outcome.error) {
      print_error(outcome.error->message, outcome.error->hint, options_.log);
    }
    if (options_.json) print_document(deploy::to_json(outcome));
  }

 private:
  void say(const std::vector<std::string>& lines) {
    for (const auto& line : lines) options_.log.write(LogLevel::kInfo, line);
    if (options_.quiet) return;
    for (const auto& line : lines) screen_.line(line);
  }

  void tell(const Outcome& outcome) {
    for (const auto& line : outcome.last_lines) screen_.line("    " + line);
    if (outcome.result == Result::kPlanned && plan_) {
      say(effects(*plan_, options_));
      return;
    }
    const bool good = outcome.exit_status == ExitStatus::kDone;
    bool first = true;
    for (const auto& line : verdict(outcome)) {
      const std::string mark(good ? screen_.mark("✔", "ok") : screen_.mark("✖", "failed"));
      if (first) {
        screen_.line(good ? screen_.good(mark) : screen_.bad(mark), line);
      } else {
        screen_.line(line);
      }
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
  log.write(LogLevel::kError, message);
  put(stderr, fmt::format("error: {}\n", printable(message)));
  if (!hint.empty()) put(stderr, fmt::format("  hint: {}\n", printable(hint)));
}

void print_document(const nlohmann::json& document) {
  put(stdout, document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

}  // namespace nutricount::report
