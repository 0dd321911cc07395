#include "os/message.hpp"

#include <cstdint>
#include <cstring>

#include "os/file.hpp"

namespace nutricount::os {

void send(const Fd& pipe, Kind kind, std::string_view bytes) {
  const auto length = static_cast<std::uint32_t>(bytes.size());
  std::string message(1, static_cast<char>(kind));
  message.append(reinterpret_cast<const char*>(&length), sizeof length);
  message.append(bytes);
  write_all(pipe.get(), message, "a pipe");
}

void Inbox::take(std::string_view bytes, const std::function<void(std::string_view)>& on_progress) {
  pending += bytes;
  std::uint32_t length = 0;
  constexpr std::size_t kHeader = 1 + sizeof length;
  while (pending.size() >= kHeader) {
    std::memcpy(&length, pending.data() + 1, sizeof length);
    if (pending.size() < kHeader + length) return;
    const auto kind = static_cast<Kind>(pending[0]);
    const std::string body = pending.substr(kHeader, length);
    if (kind == Kind::kResult) result = body;
    if (kind == Kind::kError) error = body;
    if (kind == Kind::kProgress && on_progress) on_progress(body);
    pending.erase(0, kHeader + length);
  }
}

}  // namespace nutricount::os
