// STATE/app.pid.
#include "service/pidfile.hpp"

#include "base/checksum.hpp"
#include "damage.hpp"
#include "fuzz.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;
using service::PidRecord;

namespace {
std::optional<PidRecord> load(const std::string& text) {
  place().write("app.pid", text);
  const auto record = accepted([] { return service::read_pidfile(place().root()); });
  return record ? *record : std::nullopt;
}

bool same(const PidRecord& a, const PidRecord& b) {
  return a.process == b.process && a.unit == b.unit && a.started == b.started &&
         a.log_offset == b.log_offset && a.stopping == b.stopping;
}

void check(const std::string& text) {
  const auto record = load(text);
  if (!record) return;
  demand(record->process.pid > 0, "a process");
  service::write_pidfile(place().root(), *record);
  const std::string whole = place().read("app.pid");
  const auto again = service::read_pidfile(place().root());
  demand(again && same(*again, *record), "what is written is read back");
  with_flipped_bits(whole, 4, [&](const std::string& damaged) {
    const auto read = load(damaged);
    demand(!read || same(*read, *record), "damage is not taken for something else");
  });
}
}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = text_of(data, size);
  check(text);
  // The corpus has no checksums: with them no mutation would get past them.
  check(with_checksum(text));
  return 0;
}
