#include "deploy/journal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "os/file.hpp"

namespace nutricount::deploy {
using nlohmann::json;
namespace {
constexpr int kVersion = 1;
constexpr std::uint64_t kLimit = 16U << 20U;
constexpr const char* kHint =
    "a deployment was interrupted and it is not known where: check the application by hand, then "
    "move this file away";

std::string line_of(const json& record) {
  // Subjects and messages may hold anything; replaced bytes are better than a journal that fails.
  return record.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

void read_record(const json& record, JournalState& state) {
  const std::string kind = record.at("record");
  if (kind == "begin") {
    if (record.at("version") != kVersion) throw Error("it was written by another version");
    state.plan = record.at("plan").get<Plan>();
  } else if (kind == "step") {
    state.begun.push_back(record.at("name"));
  } else if (kind == "command") {
    state.command = os::ProcessId{record.at("pid"), record.at("start_time"), record.at("boot_id")};
  } else if (kind == "undo") {
    state.committed.reset();  // its flush failed: the deployment was put back after all
    state.undo = UndoRecord{{record.at("message"), record.at("hint")},
                            record.at("step"),
                            record.at("bad"),
                            record.at("exit_status")};
  } else if (kind == "undone") {
    state.undone.push_back(record.at("name"));
  } else if (kind == "committed") {
    state.committed = record.at("entry");
  } else {
    throw Error(fmt::format("unknown record \"{}\"", kind));
  }
}

std::optional<std::string> text_of(const std::filesystem::path& path) {
  try {
    return os::read_file(path, kLimit);
  } catch (const Error& cause) {
    throw Error(cause.what(), kHint, ExitStatus::kHandsNeeded);
  }
}

/// A line that a kill tore is as if never written, so the next one must not run into it.
void drop_torn_line(const std::filesystem::path& path) {
  const std::string text = text_of(path).value_or("");
  const auto whole = text.rfind('\n') + 1;  // 0 without any
  if (whole == text.size()) return;
  if (truncate(path.c_str(), static_cast<off_t>(whole)) != 0) {
    throw system_error(fmt::format("cannot shorten {}", path.string()));
  }
}
}  // namespace

std::optional<JournalState> Journal::load() const {
  auto text = text_of(path_);
  if (!text) return std::nullopt;
  text->resize(text->rfind('\n') == std::string::npos ? 0 : text->rfind('\n'));
  if (text->empty()) return std::nullopt;  // torn in its first line: nothing had been done yet
  JournalState state;
  std::size_t number = 0;
  try {
    for (std::size_t at = 0; at < text->size(); ++number) {
      const auto end = std::min(text->find('\n', at), text->size());
      const json record = json::parse(text->substr(at, end - at));
      if ((number == 0) != (record.at("record") == "begin")) throw Error("it does not begin once");
      read_record(record, state);
      at = end + 1;
    }
  } catch (const std::exception& cause) {
    throw Error(fmt::format("{} line {} cannot be understood: {}", path_.string(), number + 1,
                            cause.what()),
                kHint, ExitStatus::kHandsNeeded);
  }
  return state;
}

void Journal::begin(const Plan& plan) const {
  // In one step: there is a whole first record, or no journal.
  os::write_durably(path_, line_of({{"record", "begin"}, {"version", kVersion}, {"plan", plan}}));
}

void Journal::append(const json& record) const {
  drop_torn_line(path_);
  os::append_durably(path_, line_of(record));
}

void Journal::step(std::string_view name) const { append({{"record", "step"}, {"name", name}}); }

void Journal::command(const os::ProcessId& process) const {
  drop_torn_line(path_);
  os::Fd file = os::open_file(path_, O_WRONLY | O_APPEND);
  os::write_all(file.get(),
                line_of({{"record", "command"},
                         {"pid", process.pid},
                         {"start_time", process.start_time},
                         {"boot_id", process.boot_id}}),
                path_);
}

void Journal::undo(const UndoRecord& record) const {
  append({{"record", "undo"},
          {"message", record.failure.message},
          {"hint", record.failure.hint},
          {"step", record.step},
          {"bad", record.bad_reason},
          {"exit_status", record.exit_status}});
}

void Journal::undone(std::string_view step) const {
  append({{"record", "undone"}, {"name", step}});
}

void Journal::committed(const json& entry) const {
  append({{"record", "committed"}, {"entry", entry}});
}

void Journal::remove() const { os::remove_durably(path_); }

}  // namespace nutricount::deploy
