// What the child says that compares live databases with a backup's. It runs as the application's
// owner, whom root does not trust.
#include "deploy/data_difference.hpp"

#include "fuzz.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;

namespace {
void check(const model::DataDifference& difference) {
  using model::DataChoice;
  using model::DataDecision;
  const auto decided = model::decide_data(DataChoice::kNone, true, &difference);
  const bool written = !difference.rows.empty();
  demand(!written || decided != DataDecision::kGoesBack, "rows are not given up without a choice");
  static_cast<void>(model::in_words(difference.rows, difference.files));
}
}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = text_of(data, size);
  const auto difference = accepted([&] { return deploy::difference_from_text(text); });
  if (!difference) return 0;
  const std::string written = deploy::to_text(*difference);
  demand(deploy::to_text(deploy::difference_from_text(written)) == written,
         "what is written is read back");
  check(*difference);
  return 0;
}
