#include "service/journal.hpp"

#include <algorithm>
#include <memory>
#include <string_view>

#include "service/libsystemd.hpp"

namespace nutricount::service {
namespace {
struct Closer {
  void operator()(sd_journal* journal) const { systemd().journal_close(journal); }
};
using Journal = std::unique_ptr<sd_journal, Closer>;

// All files, not the system's alone: journald keeps what a unit with User=pi writes in the journal
// of that user.
Journal open_for(const std::vector<std::string>& units) {
  sd_journal* raw = nullptr;
  if (systemd().journal_open(&raw, SD_JOURNAL_LOCAL_ONLY) < 0) return nullptr;
  Journal journal(raw);
  for (const auto& unit : units) {  // several matches on one field mean any of them
    const std::string match = "_SYSTEMD_UNIT=" + unit;
    if (systemd().journal_add_match(raw, match.data(), match.size()) < 0) return nullptr;
  }
  return journal;
}

std::string message_of(sd_journal* journal) {
  constexpr std::string_view kField = "MESSAGE=";
  const void* data = nullptr;
  std::size_t size = 0;
  if (systemd().journal_get_data(journal, "MESSAGE", &data, &size) < 0) return {};
  std::string_view text(static_cast<const char*>(data), size);
  text.remove_prefix(std::min(kField.size(), text.size()));
  return std::string(text);
}
}  // namespace

std::vector<std::string> last_journal_lines(const std::vector<std::string>& units,
                                            std::size_t count, Timestamp since) {
  std::vector<std::string> lines;
  if (units.empty()) return lines;  // no match would mean the whole journal
  const Journal journal = open_for(units);
  if (!journal || systemd().journal_seek_tail(journal.get()) < 0) return lines;
  const auto oldest = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(since.time_since_epoch()).count());
  while (lines.size() < count && systemd().journal_previous(journal.get()) > 0) {
    std::uint64_t at = 0;
    if (systemd().journal_get_realtime_usec(journal.get(), &at) < 0 || at < oldest) break;
    if (std::string line = message_of(journal.get()); !line.empty()) lines.push_back(line);
  }
  std::reverse(lines.begin(), lines.end());
  return lines;
}

}  // namespace nutricount::service
