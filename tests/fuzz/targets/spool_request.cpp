// A request in the webhook's spool: whoever owns that directory may have written it.
#include <cctype>

#include "fuzz.hpp"
#include "webhook/spool.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;

namespace {
void check_said(const webhook::Request& request) {
  demand(request.commit.empty() ||
             (request.commit.size() == 40 &&
              request.commit.find_first_not_of("0123456789abcdef") == std::string::npos),
         "a commit is an id, or none");
  demand(request.delivery.size() <= 64, "a delivery is short");
  for (const char c : request.delivery) demand(c > ' ' && c < '\x7f', "and printable");
}

/// Whatever is in the file, nothing of it keeps another request from being read.
void check_file(const std::string& text, bool is_taken) {
  static const webhook::Spool spool(place().root());
  place().write("1-0.request", text);
  place().write("2-0.request",
                R"({"commit":"","delivery":"other","time":"2026-11-24T10:15:00.000Z"})");
  std::vector<std::string> refused;
  const auto waiting = spool.waiting(&refused);
  demand(waiting.size() == (is_taken ? 2 : 1) && waiting.back().delivery == "other", "both wait");
  demand(refused.size() + waiting.size() == 2, "what does not wait is told");
  demand(spool.count() == waiting.size(), "and waits no more");
  std::filesystem::remove(place().path("1-0.request.refused"));
}
}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = text_of(data, size);
  const auto request = accepted([&] { return webhook::request_from(text); });
  // A file may be a kilobyte.
  check_file(text, request.has_value() && text.size() <= 1024);
  if (!request) return 0;
  check_said(*request);
  const std::string written = webhook::to_text(*request);
  const auto again = webhook::request_from(written);
  demand(again.commit == request->commit && again.delivery == request->delivery &&
             again.time == request->time,
         "what is taken is read back the same");
  demand(webhook::to_text(again) == written, "and written the same");
  return 0;
}
