#include "base/clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <climits>
#include <ctime>

namespace nutricount {
namespace {
struct Parts {
  std::tm tm{};
  int milliseconds = 0;
};

Parts split(Timestamp time, bool local) {
  Parts parts;
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t seconds = whole.time_since_epoch().count();
  parts.milliseconds = static_cast<int>((time - whole).count());
  if (local) {
    localtime_r(&seconds, &parts.tm);
  } else {
    gmtime_r(&seconds, &parts.tm);
  }
  return parts;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
  });
}
}  // namespace

Timestamp now() {
  return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
}

// Without fmt, which was a quarter of all instructions that GET /health takes in the webhook.
std::string to_utc(Timestamp time) {
  const Parts p = split(time, false);
  std::string text = "0000-00-00T00:00:00.000Z";
  const auto put = [&text](std::size_t at, std::size_t digits, int number) {
    for (std::size_t end = at + digits; end > at; number /= 10) {
      text[--end] = static_cast<char>('0' + number % 10);
    }
  };
  put(0, 4, p.tm.tm_year + 1900);
  put(5, 2, p.tm.tm_mon + 1);
  put(8, 2, p.tm.tm_mday);
  put(11, 2, p.tm.tm_hour);
  put(14, 2, p.tm.tm_min);
  put(17, 2, p.tm.tm_sec);
  put(20, 3, p.milliseconds);
  return text;
}

std::optional<Timestamp> from_utc(std::string_view text) {
  std::tm tm{};
  const std::string copy(text);
  const char* rest = strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &tm);
  if (rest == nullptr) return std::nullopt;
  std::string_view tail(rest);
  int milliseconds = 0;
  if (tail.size() == 5 && tail[0] == '.' && all_digits(tail.substr(1, 3))) {
    milliseconds = std::stoi(std::string(tail.substr(1, 3)));
    tail.remove_prefix(4);
  }
  if (tail != "Z") return std::nullopt;
  const Timestamp time(std::chrono::seconds(timegm(&tm)) + Milliseconds(milliseconds));
  // strptime(3) skips blanks, ends at a NUL, and takes the 31st of February for the 3rd of March.
  const std::string whole = to_utc(time);
  return text == whole || text == whole.substr(0, 19) + "Z" ? std::optional(time) : std::nullopt;
}

std::string to_id(Timestamp time) {
  const Parts p = split(time, true);
  return fmt::format("{:04}{:02}{:02}_{:02}{:02}{:02}", p.tm.tm_year + 1900, p.tm.tm_mon + 1,
                     p.tm.tm_mday, p.tm.tm_hour, p.tm.tm_min, p.tm.tm_sec);
}

bool is_id(std::string_view text) {
  return text.size() == 15 && text[8] == '_' && all_digits(text.substr(0, 8)) &&
         all_digits(text.substr(9));
}

std::string to_log_time(Timestamp time) {
  const Parts p = split(time, true);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02},{:03}", p.tm.tm_year + 1900,
                     p.tm.tm_mon + 1, p.tm.tm_mday, p.tm.tm_hour, p.tm.tm_min, p.tm.tm_sec,
                     p.milliseconds);
}

std::optional<Milliseconds> Deadline::left() const {
  if (!at_) return std::nullopt;
  const auto left = *at_ - std::chrono::steady_clock::now();
  return std::max(Milliseconds(0), std::chrono::ceil<Milliseconds>(left));
}

int Deadline::poll_timeout(int step) const {
  const auto remaining = left();
  if (!remaining) return step;
  const int whole = static_cast<int>(std::min<long long>(remaining->count(), INT_MAX));
  return step < 0 ? whole : std::min(whole, step);
}

Deadline Deadline::within(Milliseconds from_now) const {
  const auto remaining = left();
  return remaining && *remaining < from_now ? *this : Deadline(from_now);
}

}  // namespace nutricount
