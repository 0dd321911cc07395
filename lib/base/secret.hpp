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
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe();
      value_ = std::move(other.value_);
      other.wipe();
    }
    return *this;
  }
  ~Secret() { wipe(); }

  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }
  [[nodiscard]] const std::string& reveal() const noexcept { return value_; }

 private:
  void wipe() noexcept {
    volatile char* bytes = value_.data();
    for (std::size_t i = 0; i < value_.size(); ++i) bytes[i] = 0;
    value_.clear();
  }
  std::string value_;
};

/// An address without what may be secret in it: "https://user:token@host/x?key=1" ->
/// "https://host/x".
[[nodiscard]] std::string redact_url(const std::string& url);

}  // namespace nutricount
