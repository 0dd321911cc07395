// STATE/alerts.
#include "notify/ledger.hpp"
#include "notify/payload.hpp"

#include <nlohmann/json.hpp>

#include "fuzz.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto ledger = accepted([&] { return notify::parse_ledger(text_of(data, size)); });
  if (!ledger) return 0;
  const std::string text = notify::text_of(*ledger);
  demand(notify::text_of(notify::parse_ledger(text)) == text, "what is written is read");
  for (const auto& owed : ledger->owed) {
    // Strictly: throws where it is not UTF-8.
    static_cast<void>(notify::slack(owed.alert).dump());
    static_cast<void>(notify::discord(owed.alert).dump());
  }
  return 0;
}
