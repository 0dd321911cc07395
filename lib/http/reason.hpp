// Why there was no answer, in the same words whichever library asked.
#pragma once

#include <cstddef>
#include <string>

#include "base/clock.hpp"

namespace nutricount::http {

/// Bytes of a body: more is no health answer.
inline constexpr std::size_t kBodyLimit = 1U << 20U;

inline constexpr const char* kNoAnswer = "the connection was closed without an answer";
inline constexpr const char* kBrokeOff = "the connection broke off";

/// What a request is waiting for.
enum class Phase { kConnection, kHeader, kBody };

[[nodiscard]] std::string timed_out(Phase phase, Milliseconds timeout);
[[nodiscard]] std::string too_long();
/// Of an errno(3) value: "connection refused", "no route to host".
[[nodiscard]] std::string in_words(int error_number);

}  // namespace nutricount::http
