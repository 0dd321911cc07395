#include "report/rollback_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/quantity.hpp"
#include "deploy/executor.hpp"
#include "deploy/history.hpp"
#include "report/backup_text.hpp"
#include "report/plan_text.hpp"
#include "report/screen.hpp"

namespace nutricount::report {
using deploy::brief;
using deploy::ListedPoint;
using deploy::Outcome;
using deploy::Plan;
using nlohmann::json;
namespace {
using Lines = std::vector<std::string>;

std::string holds(const ListedPoint& point) {
  Lines parts;
  if (point.code) parts.emplace_back("code");
  if (point.code && point.environment) parts.emplace_back("env");
  if (!point.unverified.empty()) {
    parts.emplace_back("data, unverified");
  } else if (point.data) {
    parts.emplace_back("data");
  }
  return parts.empty() ? "-" : fmt::format("{}", fmt::join(parts, " "));
}

json to_json(const ListedPoint& point) {
  return {{"id", point.id},
          {"time", point.time == Timestamp{} ? json() : json(to_utc(point.time))},
          {"commit", point.commit},
          {"subject", point.subject},
          {"outcome", point.outcome},
          {"code", point.code},
          {"environment", point.environment},
          {"data", point.data},
          {"verifiable", point.unverified.empty()},
          {"backup", point.backup},
          {"bytes", point.bytes},
          {"bad", point.bad_reason}};
}

std::string shortened(const std::string& subject, std::size_t width) {
  if (subject.size() <= width) return subject;
  std::size_t end = width - 1;
  while (end > 0 && (static_cast<unsigned char>(subject[end]) & 0xC0U) == 0x80U) --end;
  return subject.substr(0, end) + "…";
}

void tell_point(Screen& screen, const ListedPoint& point) {
  constexpr std::size_t kSubject = 28;
  const bool live = point.outcome == "live";
  std::string note;
  if (!point.bad_reason.empty()) note = "  bad: " + point.bad_reason;
  screen.line(fmt::format("{:<16} {:<8} {:<8} {:<{}} {:<12} {:<17} {:>10}{}",
                          point.id.empty() ? "-" : point.id, age_of(point.time),
                          point.commit.empty() ? "-" : brief(point.commit),
                          shortened(point.subject, kSubject), kSubject,
                          live ? fmt::format("{} live", screen.mark("●", "*")) : point.outcome,
                          holds(point), point.bytes > 0 ? format_bytes(point.bytes) : "-", note));
}

std::string environment_words(const Plan& plan) {
  if (plan.data_only) return "stay";
  if (!plan.environment) return "code goes back, the environment is the same";
  if (plan.environment->is_there) return fmt::format("go back, to {}", plan.environment->after);
  return fmt::format("go back; {} is built anew while the application serves ({})",
                     plan.environment->live, plan.environment->reason);
}

Lines data_words(const Plan& plan) {
  const auto& difference = plan.difference;
  if (!plan.data) {
    if (difference && difference->reshaped.empty()) return {"stays: its shape is the same"};
    return {"stays"};
  }
  Lines lines{
      fmt::format("goes back to {}, {} (backup {}{})", to_log_time(plan.data->time).substr(0, 19),
                  format_bytes(plan.data->bytes), plan.data->backup,
                  plan.data->verified ? "" : ", without manifest: only its databases are checked")};
  if (!plan.data->verified) {
    lines.push_back(fmt::format("today's data is set aside, in data.replaced.{}", plan.deployment));
  }
  if (!difference) return lines;
  if (difference->rows.empty() && difference->files == 0) {
    lines.emplace_back("nothing was written since");
    return lines;
  }
  lines.push_back(fmt::format("{} since then: set aside, in data.replaced.{}",
                              model::in_words(difference->rows, difference->files),
                              plan.deployment));
  return lines;
}

Lines undone(const Outcome& outcome) {
  const std::string why = outcome.error ? outcome.error->message : "";
  Lines lines{fmt::format("Not rolled back to {}: {}. {} is back as it was.", brief(outcome.to.id),
                          why, brief(outcome.from.id))};
  if (!outcome.set_aside.empty()) {
    lines.push_back(
        fmt::format("  What was written meanwhile is in {}", fmt::join(outcome.set_aside, ", ")));
  }
  for (const auto& command : outcome.hands) lines.push_back("    " + command);
  return lines;
}
}  // namespace

void tell_points(const std::vector<ListedPoint>& points, const Options& options) {
  if (options.json) {
    json all = json::array();
    for (const auto& one : points) all.push_back(to_json(one));
    print_document(json{{"points", all}});
    return;
  }
  Screen screen(stdout, options.color);
  if (points.empty()) {
    screen.line("Nothing was deployed yet, and there is no backup.");
    return;
  }
  screen.line(fmt::format("{:<16} {:<8} {:<8} {:<28} {:<12} {:<17} {:>10}", "ID", "AGE", "COMMIT",
                          "SUBJECT", "OUTCOME", "HOLDS", "SIZE"));
  for (const auto& one : points) tell_point(screen, one);
}

ExitStatus tell_resumed(const std::optional<Outcome>& outcome, const Options& options) {
  const bool hands = outcome && outcome->exit_status == ExitStatus::kHandsNeeded;
  if (options.json) {
    print_document(outcome ? deploy::to_json(*outcome) : json{{"outcome", "unchanged"}});
  }
  if (hands) {
    const auto error = outcome->error.value_or(deploy::Failure{});
    print_error(error.message, error.hint, options.log);
    for (const auto& command : outcome->hands) put(stderr, "    " + command + "\n");
    return ExitStatus::kHandsNeeded;
  }
  if (options.json || options.quiet) return ExitStatus::kDone;
  Screen screen(stdout, options.color);
  if (!outcome) {
    screen.line("No deployment was interrupted.");
  } else {
    const bool completed = deploy::result_of(outcome->kind) == outcome->result;
    const auto& commit = completed ? outcome->to : outcome->from;
    screen.line(screen.good(screen.mark("✔", "ok")),
                fmt::format("{}: {}.", outcome->deployment,
                            completed           ? "completed, with " + brief(commit.id)
                            : commit.id.empty() ? std::string("undone: nothing is deployed")
                                                : "undone: " + brief(commit.id) + " is back"));
  }
  return ExitStatus::kDone;
}

Lines rollback_heading(const Plan& plan) {
  Lines lines;
  if (plan.data_only) {
    lines.push_back(fmt::format("Back to the data of {}, under {} \"{}\"",
                                to_log_time(plan.data->time).substr(0, 19), brief(plan.from.id),
                                plan.from.subject));
  } else {
    lines.push_back(fmt::format("{} → {}   back to \"{}\"", brief(plan.from.id), brief(plan.to.id),
                                plan.to.subject));
  }
  lines.push_back(fmt::format("  {:<21} {}", "code and environment", environment_words(plan)));
  std::string label = "data";
  for (const auto& words : data_words(plan)) {
    lines.push_back(fmt::format("  {:<21} {}", label, words));
    label.clear();
  }
  if (plan.usual_downtime) {
    lines.push_back(
        fmt::format("  {:<21} {}", "down for about", format_seconds(*plan.usual_downtime)));
  }
  return lines;
}

Lines rollback_verdict(const Outcome& outcome) {
  if (outcome.exit_status != ExitStatus::kDone) return undone(outcome);
  Lines lines{fmt::format("Back to {} in {}.{}", brief(outcome.to.id),
                          format_seconds(outcome.seconds), down_for(outcome))};
  if (!outcome.set_aside.empty()) {
    const std::string rows = model::in_words(outcome.rows_aside);
    lines.push_back(fmt::format("  Today's data{} is kept in {}",
                                rows.empty() ? "" : ", with " + rows + " that are not back,",
                                fmt::join(outcome.set_aside, ", ")));
  }
  if (!outcome.bad_reason.empty()) {
    lines.push_back(fmt::format("  {} is marked bad; a newer commit deploys as usual.",
                                brief(outcome.from.id)));
    lines.push_back("  Forward again: nutricount-deploy update --force");
  }
  return lines;
}

}  // namespace nutricount::report
