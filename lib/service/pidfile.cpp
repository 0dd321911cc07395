#include "service/pidfile.hpp"

#include <fmt/format.h>

#include "base/checksum.hpp"
#include "base/error.hpp"
#include "base/json_text.hpp"
#include "os/file.hpp"

namespace nutricount::service {
namespace fs = std::filesystem;
using nlohmann::json;

fs::path pidfile_path(const fs::path& state_directory) { return state_directory / "app.pid"; }

std::optional<PidRecord> read_pidfile(const fs::path& state_directory) {
  const fs::path path = pidfile_path(state_directory);
  const auto text = os::read_file(path, 65536);
  if (!text) return std::nullopt;
  try {
    const std::string_view line = std::string_view(*text).substr(0, text->find('\n'));
    if (!is_undamaged(line)) throw Error("it is damaged");
    const json value = parse_json(line);
    PidRecord record;
    record.process = {whole_number<pid_t>(value.at("pid")),
                      whole_number<std::uint64_t>(value.at("start_time")), value.at("boot_id")};
    if (record.process.pid <= 0) throw Error("no process has such a pid");
    record.unit = value.at("unit");
    record.started = time_from(value.at("started"));
    record.log_offset = whole_number<std::uint64_t>(value.at("log_offset"));
    record.stopping = value.at("stopping");
    return record;
  } catch (const std::exception&) {
    throw Error(
        fmt::format("{} is not a pidfile of this program", path.string()),
        "see with ps whether the application runs, end it by its pid, then remove the file");
  }
}

void write_pidfile(const fs::path& state_directory, const PidRecord& record) {
  const json value = {
      {"pid", record.process.pid},         {"start_time", record.process.start_time},
      {"boot_id", record.process.boot_id}, {"unit", record.unit},
      {"started", to_utc(record.started)}, {"log_offset", record.log_offset},
      {"stopping", record.stopping}};
  os::write_durably(pidfile_path(state_directory), with_checksum(value.dump()) + "\n");
}

void remove_pidfile(const fs::path& state_directory) {
  os::remove_durably(pidfile_path(state_directory));
}

}  // namespace nutricount::service
