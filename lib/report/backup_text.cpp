#include "report/backup_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/quantity.hpp"
#include "report/screen.hpp"

namespace nutricount::report {
using backup::Fault;
using backup::Kind;
using backup::Listed;
using deploy::BackupMade;
using deploy::Verified;
using nlohmann::json;
namespace {
std::string_view name_of(Fault::What what) {
  switch (what) {
    case Fault::What::kMissing:
      return "missing";
    case Fault::What::kDamaged:
      return "damaged";
    case Fault::What::kExtra:
      break;
  }
  return "extra";
}

std::string_view name_of(Kind kind) { return kind == Kind::kFull ? "full" : "data"; }

json to_json(const std::vector<Fault>& faults) {
  json out = json::array();
  for (const auto& one : faults) out.push_back({{"path", one.path}, {"fault", name_of(one.what)}});
  return out;
}

json to_json(const std::vector<std::filesystem::path>& paths) {
  json out = json::array();
  for (const auto& path : paths) out.push_back(path.string());
  return out;
}

json to_json(const Listed& one) {
  return {{"backup", one.id},         {"kind", name_of(one.kind)}, {"time", to_utc(one.time)},
          {"complete", one.verified}, {"commit", one.commit},      {"files", one.files},
          {"bytes", one.bytes},       {"skipped", one.skipped},    {"paths", to_json(one.paths)}};
}

std::string verdict_of(const Screen& screen, bool good) {
  return good ? screen.good(screen.mark("✔", "ok")) : screen.bad(screen.mark("✖", "failed"));
}

void tell_faults(Screen& screen, const std::vector<Fault>& faults) {
  for (const auto& one : faults)
    screen.line(fmt::format("  {:<8} {}", name_of(one.what), one.path));
}
void tell_set_aside(Screen& screen, const std::vector<deploy::SetAside>& trees) {
  if (trees.empty()) return;
  std::uint64_t bytes = 0;
  for (const auto& one : trees) {
    bytes += one.bytes;
    screen.line(fmt::format("  {:>10}  {}", format_bytes(one.bytes), one.path.string()));
  }
  screen.line(fmt::format("  {:>10}  in {} of data that was replaced: remove what you do not need",
                          format_bytes(bytes), count_of(trees.size(), "tree")));
}
}  // namespace

std::string age_of(Timestamp time) {
  if (time == Timestamp{}) return "-";
  return format_between(time, now());
}

void tell_made(const BackupMade& made, const Options& options) {
  if (options.json) {
    print_document(json{{"backup", made.id},
                        {"kind", name_of(made.kind)},
                        {"paths", to_json(made.paths)},
                        {"files", made.totals.files},
                        {"bytes", made.totals.bytes},
                        {"written_bytes", made.totals.written_bytes},
                        {"seconds", made.seconds},
                        {"skipped", made.totals.skipped},
                        {"removed", made.pruned},
                        {"faults", to_json(made.faults)}});
    return;
  }
  options.log.write(made.faults.empty() ? LogLevel::kInfo : LogLevel::kError,
                    fmt::format("backup {} made in {}", made.id, format_seconds(made.seconds)));
  if (options.quiet) return;
  Screen screen(stdout, options.color);
  screen.line(fmt::format("{} Backed up as {}: {} in {}, {} written.",
                          verdict_of(screen, made.faults.empty()), made.id,
                          format_bytes(made.totals.bytes), count_of(made.totals.files, "file"),
                          format_bytes(made.totals.written_bytes)));
  tell_faults(screen, made.faults);
  for (const auto& path : made.paths) screen.line(fmt::format("  {}", path.string()));
  for (const auto& what : made.totals.skipped) screen.line(fmt::format("  left out: {}", what));
  if (!made.pruned.empty()) {
    screen.line(fmt::format("  expired: {}", fmt::join(made.pruned, ", ")));
  }
}

void tell_list(const std::vector<Listed>& backups, const std::vector<deploy::SetAside>& set_aside,
               const Options& options) {
  if (options.json) {
    json all = json::array();
    json aside = json::array();
    for (const auto& one : backups) all.push_back(to_json(one));
    for (const auto& one : set_aside) {
      aside.push_back({{"path", one.path.string()}, {"bytes", one.bytes}});
    }
    print_document(json{{"backups", all}, {"set_aside", aside}});
    return;
  }
  Screen screen(stdout, options.color);
  if (backups.empty()) {
    screen.line("There is no backup yet: nutricount-deploy backup");
    tell_set_aside(screen, set_aside);
    return;
  }
  screen.line(fmt::format("{:<16} {:<7} {:<5} {:<8} {:>7} {:>10}  {}", "ID", "AGE", "KIND",
                          "COMMIT", "FILES", "SIZE", ""));
  for (const auto& one : backups) {
    const std::string kind(name_of(one.kind));
    if (!one.verified) {
      screen.line(fmt::format("{:<16} {:<7} {:<5} {:<8} {:>7} {:>10}  {}", one.id, age_of(one.time),
                              kind, "-", "-", "-", "unverified: it has no manifest"));
      continue;
    }
    const std::string note =
        one.skipped.empty() ? "" : fmt::format("{} left out", one.skipped.size());
    screen.line(fmt::format("{:<16} {:<7} {:<5} {:<8} {:>7} {:>10}  {}", one.id, age_of(one.time),
                            kind, one.commit.empty() ? "-" : one.commit.substr(0, 7), one.files,
                            format_bytes(one.bytes), note));
  }
  tell_set_aside(screen, set_aside);
}

bool tell_verified(const std::vector<Verified>& verified, const Options& options) {
  bool good = true;
  json all = json::array();
  Screen screen(options.json ? stderr : stdout, options.color);
  for (const auto& one : verified) {
    const bool well = one.faults.empty() && one.problem.empty();
    good = good && well;
    all.push_back({{"backup", one.backup.id},
                   {"kind", name_of(one.backup.kind)},
                   {"ok", well},
                   {"faults", to_json(one.faults)},
                   {"problem", one.problem}});
    options.log.write(well ? LogLevel::kInfo : LogLevel::kError,
                      fmt::format("backup {} {}", one.backup.id, well ? "verified" : "is damaged"));
    if (options.json || (options.quiet && well)) continue;
    screen.line(fmt::format("{} {}  {}", verdict_of(screen, well), one.backup.id,
                            !one.problem.empty() ? one.problem
                            : well ? fmt::format("{}, {}", count_of(one.backup.files, "file"),
                                                 format_bytes(one.backup.bytes))
                                   : fmt::format("{} damaged, missing or too many",
                                                 count_of(one.faults.size(), "path"))));
    tell_faults(screen, one.faults);
  }
  if (options.json) print_document(json{{"backups", all}});
  if (verified.empty() && !options.json) screen.line("There is no backup with a manifest yet.");
  return good;
}

void tell_pruned(const std::vector<std::string>& ids, const Options& options) {
  if (options.json) {
    print_document(json{{"removed", ids}});
    return;
  }
  if (options.quiet) return;
  Screen screen(stdout, options.color);
  screen.line(ids.empty() ? "Nothing to remove."
                          : fmt::format("Removed {}.", fmt::join(ids, ", ")));
}

}  // namespace nutricount::report
