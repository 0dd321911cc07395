// The pipe from a child. The first byte says in what pieces the rest arrives.
#include "os/message.hpp"

#include <algorithm>
#include <vector>

#include "fuzz.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;

namespace {
struct Got {
  os::Inbox inbox;
  std::vector<std::string> progress;

  void take(std::string_view bytes) {
    inbox.take(bytes, [&](std::string_view text) { progress.emplace_back(text); });
  }
  bool operator==(const Got& other) const {
    return inbox.result() == other.inbox.result() && inbox.error() == other.inbox.error() &&
           progress == other.progress;
  }
};

Got in_pieces(std::string_view bytes, std::size_t piece) {
  Got got;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    got.take(bytes.substr(0, piece));
  }
  return got;
}

void check_read_back(const std::string& text) {
  using os::Kind;
  Got got;
  got.take(os::framed(Kind::kProgress, text) + os::framed(Kind::kResult, text));
  got.take(os::framed(Kind::kError, text));
  demand(
      got.progress == std::vector{text} && got.inbox.result() == text && got.inbox.error() == text,
      "what is sent arrives");
}
}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes = text_of(data + 1, size - 1);
  const auto whole = accepted([&] { return in_pieces(bytes, bytes.size() + 1); });
  const auto pieces = accepted([&] { return in_pieces(bytes, 1U + data[0]); });
  demand(whole.has_value() == pieces.has_value(), "pieces make no difference");
  demand(!whole || *whole == *pieces, "pieces make no difference");
  check_read_back(bytes);
  return 0;
}
