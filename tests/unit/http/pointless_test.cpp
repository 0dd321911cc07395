#include "calling.hpp"
#include "catching.hpp"
#include "http/probe.hpp"
#include "os/listening.hpp"

namespace nutricount::http {
namespace {
// Takes connections, and nobody ever answers.
struct Silent {
  std::uint16_t port = free_port();
  os::Fd socket = os::listen_at(address_of(port));
  Probe probe{.url = "http://" + address_of(port) + "/health", .timeout = std::chrono::hours(1)};
};
}  // namespace

TEST_CASE("a request that has become pointless ends long before its time") {
  Silent silent;
  int looks = 0;
  silent.probe.is_pointless = [&] { return ++looks == 3; };
  CHECK(get(silent.probe).status == 0);
  CHECK(looks == 3);
}

TEST_CASE("what is thrown meanwhile ends it, too") {
  Silent silent;
  silent.probe.is_pointless = []() -> bool { throw Error("interrupted"); };
  CHECK(tells(error_of([&] { static_cast<void>(get(silent.probe)); }), "interrupted"));
}

}  // namespace nutricount::http
