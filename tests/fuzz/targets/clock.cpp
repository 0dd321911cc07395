// Points in time, as the journal, the history, manifests and pidfiles have them.
#include "base/clock.hpp"

#include <cstring>

#include "fuzz.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;

namespace {
void check_text(const std::string& text) {
  if (is_id(text)) demand(text.size() == 15 && text[8] == '_', "the form of an id");
  const auto time = from_utc(text);
  if (!time) return;
  // The fraction may be missing, and that is all that may differ.
  demand(to_utc(*time).substr(0, 19) == text.substr(0, 19), "no other text is taken for a time");
  demand(text.size() == 20 || text == to_utc(*time), "a fraction has three digits");
}

void check_time(const std::string& text) {
  constexpr std::int64_t kYear9999 = 253'402'300'799'999;
  std::int64_t number = 0;
  if (text.size() < sizeof number) return;
  std::memcpy(&number, text.data(), sizeof number);
  const Timestamp time{Milliseconds(number % kYear9999)};
  if (time < Timestamp(std::chrono::sys_days(std::chrono::year(0) / 1 / 1))) return;
  demand(from_utc(to_utc(time)) == time, "what is written is read back");
  demand(!to_log_time(time).empty() && is_id(to_id(Timestamp(Milliseconds(number & 0xffffffffff)))),
         "times have names");
}
}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = text_of(data, size);
  check_text(text);
  check_time(text);
  return 0;
}
