#include "deploy/journal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/checksum.hpp"
#include "base/json_text.hpp"
#include "os/file.hpp"

namespace nutricount::deploy {
using nlohmann::json;
namespace {
constexpr int kVersion = 2;
constexpr std::uint64_t kLimit = 16U << 20U;
constexpr const char* kHint =
    "a deployment was interrupted and it is not known where: check the application by hand, then "
    "move this file away";

std::string line_of(const json& record) {
  // Subjects and messages may hold anything; replaced bytes are better than a journal that fails.
  return with_checksum(record.dump(-1, ' ', false, json::error_handler_t::replace)) + "\n";
}

/// Without a last line that a power cut or a full disk tore: it announced nothing yet.
std::string_view whole_lines(std::string_view text) {
  const std::string_view torn = text.substr(text.rfind('\n') + 1);  // npos + 1 is 0
  if (!torn.empty() && is_undamaged(torn.substr(0, torn.size() - 1))) {
    throw Error("its last line is whole, but something else than its end comes after it");
  }
  return text.substr(0, text.size() - torn.size());
}

void read_record(const json& record, JournalState& state) {
  const std::string kind = record.at("record");
  if (kind == "begin") {
    if (record.at("version") != kVersion) throw Error("it was written by another version");
    state.plan = record.at("plan").get<Plan>();
  } else if (kind == "step") {
    state.begun.push_back(record.at("name"));
  } else if (kind == "command") {
    state.command =
        os::ProcessId{whole_number<pid_t>(record.at("pid")),
                      whole_number<std::uint64_t>(record.at("start_time")), record.at("boot_id")};
  } else if (kind == "undo") {
    state.committed.reset();  // its flush failed: the deployment was put back after all
    state.undo = UndoRecord{{record.at("message"), record.at("hint")},
                            record.at("step"),
                            record.at("bad"),
                            whole_number<int>(record.at("exit_status"))};
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

/// What is appended must not become the end of a torn line.
void drop_torn_line(const std::filesystem::path& path) {
  const std::string text = text_of(path).value_or("");
  const std::size_t whole = whole_lines(text).size();
  if (whole == text.size()) return;
  if (truncate(path.c_str(), static_cast<off_t>(whole)) != 0) {
    throw system_error(fmt::format("cannot shorten {}", path.string()));
  }
}
}  // namespace

std::optional<JournalState> Journal::load() const {
  const std::string text = text_of(path_).value_or("");
  JournalState state;
  std::size_t number = 0;
  try {
    std::string_view rest = whole_lines(text);
    for (; !rest.empty(); ++number) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      if (!is_undamaged(line)) throw Error("it is damaged");
      const json record = parse_json(line);
      if ((number == 0) != (record.at("record") == "begin")) throw Error("it does not begin once");
      read_record(record, state);
      rest.remove_prefix(line.size() + 1);
    }
  } catch (const std::exception& cause) {
    throw Error(fmt::format("{} line {} cannot be understood: {}", path_.string(), number + 1,
                            cause.what()),
                kHint, ExitStatus::kHandsNeeded);
  }
  if (number == 0) return std::nullopt;  // torn in its first line: nothing had been done yet
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
