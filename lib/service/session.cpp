#include "service/session.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace nutricount::service {

std::vector<os::ProcessId> session_of(const os::ProcessId& leader) {
  std::vector<os::ProcessId> members;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (!std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c); })) {
      continue;
    }
    const pid_t pid = static_cast<pid_t>(std::stol(name));
    if (getsid(pid) != leader.pid) continue;
    const auto process = os::identify(pid);
    if (process && process->start_time >= leader.start_time) members.push_back(*process);
  }
  return members;
}

std::vector<std::string> tail_of(std::string_view text, std::size_t count) {
  std::vector<std::string> lines;
  while (!text.empty() && lines.size() < count) {
    const auto start = text.rfind('\n');
    const auto line = text.substr(start == std::string_view::npos ? 0 : start + 1);
    if (!line.empty()) lines.emplace_back(line);
    text = start == std::string_view::npos ? std::string_view() : text.substr(0, start);
  }
  std::reverse(lines.begin(), lines.end());
  return lines;
}

}  // namespace nutricount::service
