// Messages from a child to its parent on a pipe: a kind, a 32-bit length, the bytes.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "os/fd.hpp"

namespace nutricount::os {

enum class Kind : char { kProgress = 'p', kResult = 'r', kError = 'e' };

void send(const Fd& pipe, Kind kind, std::string_view bytes);

/// What has arrived so far.
struct Inbox {
  std::string pending;  ///< of a message that is not whole yet
  std::optional<std::string> result;
  std::optional<std::string> error;  ///< os/error_text.hpp

  /// Each progress text goes to `on_progress` whole.
  void take(std::string_view bytes, const std::function<void(std::string_view)>& on_progress);
};

}  // namespace nutricount::os
