// Text that must never be printed.
#pragma once

#include <string>
#include <utility>

namespace nutricount {

/// Holds a secret and wipes it when it goes. It has no stream operator and no formatter on purpose:
/// only a named call reveals it, and such calls are few enough to read them all.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) { wipe(value); }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { wipe(other.value_); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe(value_);
      value_ = std::move(other.value_);
      wipe(other.value_);
    }
    return *this;
  }
  ~Secret() { wipe(value_); }

  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }
  [[nodiscard]] const std::string& reveal() const noexcept { return value_; }

 private:
  // To the capacity: a short string that was moved from is empty, and its bytes are still there.
  static void wipe(std::string& text) noexcept {
    text.resize(text.capacity());
    volatile char* bytes = text.data();
    for (std::size_t i = 0; i < text.size(); ++i) bytes[i] = 0;
    text.clear();
  }
  std::string value_;
};

/// An address without what may be secret in it: "https://user:token@host/x?key=1" ->
/// "https://host/x". Where it cannot be told what is secret, as in "https://user:to/ken@host/x",
/// nothing but the scheme is left: "https://…".
[[nodiscard]] std::string redact_url(const std::string& url);

/// What a library says, without the address that it may quote: cut before an address that may hold
/// credentials, "malformed URL 'https://user:to/ken@host/x'" -> "malformed URL '…".
[[nodiscard]] std::string redact_message(const std::string& message);

}  // namespace nutricount
