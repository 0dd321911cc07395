// Messages from a child to its parent on a pipe: a kind, a 32-bit length, the bytes.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "os/fd.hpp"

namespace nutricount::os {

enum class Kind : char { kProgress = 'p', kResult = 'r', kError = 'e' };

/// As it travels; the length is in the machine's byte order.
[[nodiscard]] std::string framed(Kind kind, std::string_view bytes);
/// Writes it to the pipe.
void send(const Fd& pipe, Kind kind, std::string_view bytes);

/// Puts messages together from whatever pieces a pipe delivers.
class Inbox {
 public:
  /// Calls `on_progress` with the text of each progress message that is complete. Throws Error for
  /// what is no message, or a message above 256 MiB.
  void take(std::string_view bytes, const std::function<void(std::string_view)>& on_progress);

  [[nodiscard]] const std::optional<std::string>& result() const { return result_; }
  [[nodiscard]] const std::optional<std::string>& error() const { return error_; }  ///< as_text

 private:
  void deliver(char kind, std::string_view body,
               const std::function<void(std::string_view)>& on_progress);

  std::string pending_;
  std::optional<std::string> result_;
  std::optional<std::string> error_;
};

}  // namespace nutricount::os
