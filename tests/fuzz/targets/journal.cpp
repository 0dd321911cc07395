// STATE/journal.
#include "deploy/journal.hpp"

#include <algorithm>

#include "base/checksum.hpp"
#include "damage.hpp"
#include "fuzz.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;
using deploy::JournalState;
using nlohmann::json;

namespace {
const deploy::Journal& journal() {
  static const deploy::Journal one(place().path("journal"));
  return one;
}

using Loaded = std::optional<std::optional<JournalState>>;

Loaded load(const std::string& text) {
  place().write("journal", text);
  return accepted([] { return journal().load(); }, ExitStatus::kHandsNeeded);
}

/// All that recovery would go by.
std::string all_of(const JournalState& state) {
  json all{{"plan", state.plan}, {"begun", state.begun}, {"undone", state.undone}};
  if (state.command) {
    const auto& process = *state.command;
    all["command"] = {process.pid, process.start_time, process.boot_id};
  }
  if (state.undo) {
    const auto& undo = *state.undo;
    all["undo"] = {undo.failure.message, undo.failure.hint, undo.step, undo.bad_reason,
                   undo.exit_status};
  }
  if (state.committed) all["committed"] = *state.committed;
  return all.dump();
}

/// As a deployment writes it. Returns the file's text.
std::string write(const JournalState& state) {
  journal().begin(state.plan);
  for (const auto& step : state.begun) journal().step(step);
  if (state.command) journal().command(*state.command);
  if (state.undo) journal().undo(*state.undo);
  for (const auto& step : state.undone) journal().undone(step);
  if (state.committed) journal().committed(*state.committed);
  return place().read("journal");
}

/// Torn anywhere, it says what it said until then, and takes further records.
void check_torn(const std::string& whole, std::size_t length) {
  const Loaded torn = load(whole.substr(0, length));
  demand(torn.has_value(), "a torn journal is understood");
  if (!*torn) return;
  journal().undone("after the power cut");
  const auto after = journal().load();
  JournalState expected = **torn;
  expected.undone.emplace_back("after the power cut");
  demand(after && all_of(*after) == all_of(expected), "a torn journal takes further records");
}

void check(const std::string& text) {
  const Loaded loaded = load(text);
  if (!loaded || !*loaded) return;
  const JournalState& state = **loaded;
  const std::string said = all_of(state);
  const std::string whole = write(state);
  const auto again = journal().load();
  demand(again && all_of(*again) == said, "what is written is read back");
  with_flipped_bits(whole, 4, [&](const std::string& damaged) {
    const Loaded read = load(damaged);
    demand(!read || (*read && all_of(**read) == said), "damage is not taken for something else");
  });
  check_torn(whole, std::hash<std::string>{}(text) % whole.size());
  check_torn(whole, whole.size() - 1);
}

/// The corpus has no checksums: with them no mutation would get past the first line's.
std::string with_checksums(const std::string& text) {
  std::string lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    lines += with_checksum(text.substr(at, end - at)) + "\n";
    at = end + 1;
  }
  return lines;
}
}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = text_of(data, size);
  check(text);
  check(with_checksums(text));
  return 0;
}
