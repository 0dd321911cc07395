// What children answer: a comparison, an error, the progress of a transfer. They run as the
// application's owner, whom root does not trust.
#include "fuzz.hpp"
#include "git/comparison.hpp"
#include "git/remote.hpp"
#include "os/error_text.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;

namespace {
void check_comparison(const std::string& text) {
  const auto comparison = accepted([&] { return git::from_text(text); });
  if (!comparison) return;
  const std::string written = git::to_text(*comparison);
  demand(git::to_text(git::from_text(written)) == written, "what is written is read back");
}

void check_error(const std::string& text) {
  const auto error = accepted([&] { return os::from_text(text); });
  if (!error) return;
  const Error again = os::from_text(os::as_text(*error));
  demand(std::string(again.what()) == error->what() && again.hint() == error->hint() &&
             again.status() == error->status(),
         "what is written is read back");
}

void check_transfer(const std::string& text) {
  git::Transfer seen;
  const auto reader = git::transfer_reader([&](const git::Transfer& transfer) { seen = transfer; });
  accepted([&] {
    reader(text);
    return true;
  });
}
}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = text_of(data, size);
  check_comparison(text);
  check_error(text);
  check_transfer(text);
  return 0;
}
