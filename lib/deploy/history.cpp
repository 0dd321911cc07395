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

std::string read_tail(const std::filesystem::path& path) {
  const os::Fd file = os::open_if_exists(path, O_RDONLY);
  if (!file) return {};
  const off_t size = lseek(file.get(), 0, SEEK_END);
  const off_t start = std::max<off_t>(0, size - kTail);
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
}  // namespace

model::Deployments History::newest(std::size_t count) const {
  const std::string text = read_tail(path_);
  std::string_view left = text;
  model::Deployments deployments;
  bool live = false;
  while (!left.empty() && !(live && deployments.size() >= count)) {
    if (left.back() == '\n') left.remove_suffix(1);
    const auto before = left.rfind('\n');
    const auto start = before == left.npos ? 0 : before + 1;
    if (auto deployment = read_entry(left.substr(start))) {
      live = live || model::went_live(*deployment);
      deployments.push_back(std::move(*deployment));
    }
    left = left.substr(0, start);
  }
  std::reverse(deployments.begin(), deployments.end());
  return deployments;
}

History::Outcomes History::outcomes() const {
  const std::string text = os::read_file(path_).value_or("");
  Outcomes outcomes;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = std::string_view(text).substr(at, end - at);
    const auto outcome = member(line, "outcome");
    if (line.ends_with('}') && !outcome.empty()) {
      ++outcomes[{std::string(member(line, "command")), std::string(outcome)}];
    }
    at = end + 1;
  }
  return outcomes;
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
