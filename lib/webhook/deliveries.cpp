#include "webhook/deliveries.hpp"

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/json_text.hpp"
#include "os/file.hpp"

namespace nutricount::webhook {
namespace {
constexpr std::size_t kLines = 2 * Deliveries::kMost;  // then the file is made anew

std::string line_of(const std::string& id, const std::string& answer, Timestamp time) {
  return nlohmann::ordered_json{{"time", to_utc(time)}, {"delivery", id}, {"answer", answer}}.dump(
             -1, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}
}  // namespace

Deliveries::Deliveries(std::filesystem::path path) : path_(std::move(path)) {
  const std::string content = os::read_file(path_).value_or("");
  std::istringstream lines(content);
  for (std::string line; std::getline(lines, line); ++lines_) {
    try {
      const auto json = parse_json(line);
      take(json.at("delivery").get<std::string>(), json.at("answer").get<std::string>());
    } catch (const std::exception&) {
      continue;  // torn by a power cut: its delivery was not answered
    }
  }
  // The next line must not run into half of one.
  if (!content.empty() && content.back() != '\n') lines_ = kLines;
}

std::optional<std::string> Deliveries::answer(const std::string& id) const {
  const auto found = answers_.find(id);
  if (found == answers_.end()) return std::nullopt;
  return found->second;
}

void Deliveries::remember(const std::string& id, const std::string& answer, Timestamp time) {
  if (lines_ >= kLines) rewrite();
  os::append_durably(path_, line_of(id, answer, time), 0640);
  ++lines_;
  take(id, answer);
}

void Deliveries::take(const std::string& id, std::string answer) {
  if (!answers_.insert_or_assign(id, std::move(answer)).second) return;
  order_.push_back(id);
  if (order_.size() <= kMost) return;
  answers_.erase(order_.front());
  order_.pop_front();
}

void Deliveries::rewrite() {
  std::string content;
  for (const auto& id : order_) content += line_of(id, answers_.at(id), now());
  os::write_durably(path_, content, 0640);
  lines_ = order_.size();
}

}  // namespace nutricount::webhook
