#include "deploy/history.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "os/file.hpp"

namespace nutricount::deploy {
using nlohmann::json;
namespace {
constexpr off_t kTail = 1 << 20;
constexpr std::size_t kPiece = 64U << 10U;  // more memory costs more time than the text in it

std::string read_tail(const std::filesystem::path& path, off_t most = kTail) {
  const os::Fd file = os::open_if_exists(path, O_RDONLY);
  if (!file) return {};
  const off_t size = lseek(file.get(), 0, SEEK_END);
  const off_t start = std::max<off_t>(0, size - most);
  std::string text(static_cast<std::size_t>(size - start), '\0');
  const ssize_t n = pread(file.get(), text.data(), text.size(), start);
  if (n < 0) throw system_error(fmt::format("cannot read {}", path.string()));
  text.resize(static_cast<std::size_t>(n));
  return text;
}

std::string commit_of(const json& entry, const char* key, const char* field = "commit") {
  return entry.contains(key) && entry[key].is_object() ? entry[key].value(field, "") : "";
}

std::optional<model::Deployment> read_entry(std::string_view line) {
  const json entry = json::parse(line, nullptr, false);
  if (!entry.is_object()) return std::nullopt;
  try {
    const auto started = from_utc(entry.at("started").get<std::string>());
    if (!started) return std::nullopt;
    model::Deployment deployment{.id = entry.at("deployment"),
                                 .command = entry.value("command", "update"),
                                 .trigger = entry.value("trigger", ""),
                                 .started = *started,
                                 .seconds = entry.value("seconds", 0.0),
                                 .result = entry.at("outcome"),
                                 .from = commit_of(entry, "from"),
                                 .to = commit_of(entry, "to"),
                                 .subject = commit_of(entry, "to", "subject"),
                                 .backup = entry.value("backup", ""),
                                 .environment = entry.value("environment", ""),
                                 .previous_environment = entry.value("previous_environment", ""),
                                 .bad_reason = entry.value("bad", ""),
                                 .downtime_seconds = std::nullopt,
                                 .reason = {},
                                 .error = {},
                                 .hint = {},
                                 .hands = {}};
    if (entry.contains("downtime_seconds")) deployment.downtime_seconds = entry["downtime_seconds"];
    deployment.reason = entry.value("reason", "");
    if (const auto error = entry.find("error"); error != entry.end()) {
      deployment.error = error->at("message");
      deployment.hint = error->value("hint", "");
    }
    deployment.hands = entry.value("hands", std::vector<std::string>());
    return deployment;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}
/// A member's text. Quotes within a text are escaped, so that these can only be of a key; keys are
/// in alphabetical order, and no member before these two has members with their names.
std::string_view member(std::string_view line, std::string_view key) {
  const std::string quoted = fmt::format("\"{}\":\"", key);
  const auto at = line.find(quoted);
  if (at == line.npos) return {};
  line.remove_prefix(at + quoted.size());
  return line.substr(0, line.find('"'));
}

void count_line(std::string_view line, History::Outcomes& outcomes) {
  const auto outcome = member(line, "outcome");
  if (!line.ends_with('}') || outcome.empty()) return;
  ++outcomes[{std::string(member(line, "command")), std::string(outcome)}];
}

/// Nothing where the text may be too short: where it is not all there is.
std::optional<model::Deployments> newest_in(std::string_view text, std::size_t count, bool all) {
  model::Deployments deployments;
  bool live = false;
  while (!text.empty() && !(live && deployments.size() >= count)) {
    if (text.back() == '\n') text.remove_suffix(1);
    const auto before = text.rfind('\n');
    const auto start = before == text.npos ? 0 : before + 1;
    if (auto deployment = read_entry(text.substr(start))) {
      live = live || model::went_live(*deployment);
      deployments.push_back(std::move(*deployment));
    }
    text = text.substr(0, start);
  }
  if (text.empty() && !all) return std::nullopt;
  std::reverse(deployments.begin(), deployments.end());
  return deployments;
}
}  // namespace

model::Deployments History::newest(std::size_t count) const {
  for (const off_t most : {off_t{kPiece}, kTail}) {
    const std::string text = read_tail(path_, most);
    const bool whole = text.size() < static_cast<std::size_t>(most);
    if (auto found = newest_in(text, count, whole || most == kTail)) return std::move(*found);
  }
  return {};
}

History::Outcomes History::outcomes() const {
  Outcomes outcomes;
  const os::Fd file = os::open_if_exists(path_, O_RDONLY);
  std::string text;
  for (ssize_t n = 1; file && n > 0;) {
    const std::size_t before = text.size();
    text.resize(before + kPiece);
    n = read(file.get(), text.data() + before, kPiece);
    if (n < 0) throw system_error(fmt::format("cannot read {}", path_.string()));
    text.resize(before + static_cast<std::size_t>(n));
    std::size_t at = 0;
    for (auto end = text.find('\n'); end != text.npos; end = text.find('\n', at)) {
      count_line(std::string_view(text).substr(at, end - at), outcomes);
      at = end + 1;
    }
    text.erase(0, at);
  }
  return outcomes;
}

std::optional<model::Deployment> recorded(const Outcome& outcome) {
  const auto text = to_json(outcome).dump(-1, ' ', false, json::error_handler_t::replace);
  return read_entry(text);
}

model::Deployments History::recent() const {
  const std::string text = read_tail(path_);
  model::Deployments deployments;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    if (auto deployment = read_entry(std::string_view(text).substr(at, end - at))) {
      deployments.push_back(std::move(*deployment));
    }
    at = end + 1;
  }
  return deployments;
}

void History::append(const json& entry) const {
  const std::string before = read_tail(path_);
  const bool torn = !before.empty() && before.back() != '\n';
  os::append_durably(path_, (torn ? "\n" : "") +
                                entry.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
}

}  // namespace nutricount::deploy
