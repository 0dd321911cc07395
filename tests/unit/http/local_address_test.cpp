#include "http/local_address.hpp"

#include <doctest/doctest.h>

namespace nutricount::http {

TEST_CASE("addresses of this machine") {
  const auto named = local_address("http://localhost:5000/health?full#top").value();
  CHECK(named.hosts == std::vector<std::string>{"127.0.0.1", "::1"});
  CHECK(named.port == 5000);
  CHECK(named.authority == "localhost:5000");
  CHECK(named.target == "/health?full");
  CHECK(local_address("http://127.0.0.2")->hosts == std::vector<std::string>{"127.0.0.2"});
  CHECK(local_address("http://127.0.0.2")->port == 80);
  CHECK(local_address("http://127.0.0.2")->target == "/");
  CHECK(local_address("http://localhost?x")->target == "/?x");
  CHECK(local_address("http://[::1]:8080/")->hosts == std::vector<std::string>{"::1"});
  CHECK(local_address("http://[::1]:8080/")->port == 8080);
  CHECK(local_address("http://[::1]/up")->port == 80);
}

TEST_CASE("a socket's path is the host, percent-encoded") {
  const auto socket = local_address("http+unix://%2Frun%2fmy%20app.sock/health").value();
  CHECK(socket.socket == "/run/my app.sock");
  CHECK(socket.authority == "localhost");
  CHECK(socket.target == "/health");
  for (const char* wrong : {"http+unix:///run/app.sock", "http+unix://run/health", "http+unix://%2",
                            "http+unix://%2Frun%00/x", "http+unix://%zz/x"}) {
    CHECK_FALSE(local_address(wrong));
  }
}

TEST_CASE("every other address is somebody else's matter") {
  for (const char* other :
       {"https://localhost/", "http://example.org/", "http://127.0.0.1.example.org/",
        "http://user:secret@localhost/", "http://localhost:x/", "http://localhost:70000/",
        "http://[::2]/", "http://10.0.0.1/", "http://localhost:/", ""}) {
    CHECK_FALSE(local_address(other));
  }
}

}  // namespace nutricount::http
