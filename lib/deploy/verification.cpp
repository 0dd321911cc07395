#include "deploy/verification.hpp"

#include "base/json_text.hpp"
#include "os/file.hpp"

namespace nutricount::deploy {
namespace fs = std::filesystem;
using nlohmann::json;
namespace {
fs::path path_in(const fs::path& state) { return state / "verification"; }

Verification read_one(const json& in) {
  return {.time = time_from(in.at("time")), .good = in.at("good").get<bool>()};
}
}  // namespace

Verifications parse_verifications(std::string_view text) {
  return read_json(text, "the record of verified backups", [](const json& in) {
    Verifications verifications;
    for (const auto& [id, one] : in.at("backups").items()) {
      if (!is_id(id)) throw Error("an id is wrong");
      verifications[id] = read_one(one);
    }
    return verifications;
  });
}

std::string text_of(const Verifications& verifications) {
  json backups = json::object();
  for (const auto& [id, one] : verifications) {
    backups[id] = {{"time", to_utc(one.time)}, {"good", one.good}};
  }
  return json{{"backups", backups}}.dump() + "\n";
}

Verifications read_verifications(const fs::path& state, const std::vector<std::string>& listed) {
  constexpr std::uint64_t kMost = 1U << 20U;
  Verifications found;
  try {
    const auto text = os::read_file(path_in(state), kMost);
    const auto all = text ? parse_verifications(*text) : Verifications();
    for (const auto& id : listed) {
      if (const auto one = all.find(id); one != all.end()) found.insert(*one);
    }
  } catch (const Error&) {
    return {};  // as if nothing had been verified yet
  }
  return found;
}

void record_verifications(const fs::path& state, const Verifications& made,
                          const std::vector<std::string>& listed) {
  Verifications all = read_verifications(state, listed);
  for (const auto& [id, one] : made) all[id] = one;
  os::write_durably(path_in(state), text_of(all));
}

}  // namespace nutricount::deploy
