// The server against clients that want to hurt it.
#include <doctest/doctest.h>

#include <vector>

#include "http/served.hpp"
#include "waiting.hpp"

namespace nutricount::http {
namespace {
constexpr const char* kChunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";

/// Sends as fast as it can, until the server has closed or all is sent.
void flood(const Client& client, const std::string& part, std::size_t bytes) {
  for (std::size_t sent = 0; sent < bytes && client.send(part); sent += part.size()) continue;
}

double seconds_until_closed(Client& client, const std::string& bytes) {
  const Stopwatch watch;
  for (const char byte : bytes) {
    if (!client.send({&byte, 1}) || client.has_news(Milliseconds(20))) break;
  }
  client.rest();
  return watch.seconds();
}
}  // namespace

TEST_CASE("what is not HTTP/1.1 is refused in words, and the connection ends") {
  const std::pair<std::string, int> wrong[]{
      {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15), 400},  // TLS
      {"\r\n\r\n", 400},
      {"GET\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\n\r\n", 505},
      {"GET / HTTP/1.1\nHost: x\n\n", 505},
      {"GET /\x01 HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nContent-Length: 1x\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 400},
  };
  Served served;
  for (const auto& [request, status] : wrong) {
    CAPTURE(request);
    Client client = served.client();
    const Reply reply = client.ask(request);
    CHECK(reply.status == status);
    CHECK(reply.body.starts_with(std::to_string(status) + " This is not HTTP"));
    CHECK(reply.head.find("Connection: close\r\n") != std::string::npos);
    CHECK(client.is_closed());
  }
}

TEST_CASE("where a request ends is never a matter of opinion") {
  Served served;
  for (const std::string encoding :
       {"gzip", "chunked, gzip", "chunked\r\nTransfer-Encoding: chunked", "identity", "xchunked",
        "chunked\r\nContent-Length: 3", "gzip\r\nContent-Length: 3"}) {
    CAPTURE(encoding);
    Client client = served.client();
    client.send("POST / HTTP/1.1\r\nTransfer-Encoding: " + encoding + "\r\n\r\n");
    client.send(std::string("3\r\nabc\r\n0\r\n\r\n") + kGet);
    CHECK(client.read().status == 400);
    CHECK(client.is_closed());
  }
}

TEST_CASE("a header that is too large is refused; the largest one is not") {
  Served served({.header_bytes = 1000});
  const std::string begin = "GET / HTTP/1.1\r\nA: ";
  CHECK(served.client().ask(begin + std::string(970, 'x') + "\r\n\r\n").status == 200);
  CHECK(served.client().ask(begin + std::string(1000, 'x') + "\r\n\r\n").status == 431);
  Client endless = served.client();
  flood(endless, std::string(1000, 'x'), 1U << 20U);
  CHECK(endless.read().status == 431);
  Client fields = served.client();
  fields.send("GET / HTTP/1.1\r\n");
  flood(fields, "A: b\r\n", 10'000);
  CHECK(fields.read().status == 431);
}

TEST_CASE("a body over the limit is refused, announced or not; one at the limit is read") {
  Served served({.body_bytes = 1000});
  const std::string most(1000, 'x');
  CHECK(served.client().ask(post("/", most)).body == "POST / 1000 " + std::string(20, 'x'));
  const Reply announced = served.client().ask("POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n");
  CHECK(announced.status == 413);
  CHECK(announced.body == "413 Payload too large");
  CHECK(served.client().ask(kChunked + ("3e8\r\n" + most) + "\r\n0\r\n\r\n").status == 200);
  CHECK(served.client().ask(kChunked + ("3e8\r\n" + most) + "\r\n1\r\nx\r\n0\r\n\r\n").status ==
        413);
  CHECK(served.client().ask(kChunked + std::string("ffffffffffffffff\r\n")).status == 413);
  CHECK(served.client().ask(kChunked + std::string("10000000000000000\r\n")).status == 400);
}

TEST_CASE("who sends a large body all the same can read why it was refused") {
  Served served({.body_bytes = 1000});
  Client client = served.client();
  client.send("POST / HTTP/1.1\r\nContent-Length: 26000000\r\n\r\n");
  flood(client, std::string(65'536, 'x'), 26'000'000);
  CHECK(client.read().status == 413);
}

TEST_CASE("what a chunked body has beside its bytes is limited, too") {
  Served served;
  const std::string large(65'536, 'x');
  Client extension = served.client();
  extension.send(kChunked + std::string("1;a="));
  flood(extension, large, 1U << 20U);
  CHECK(extension.read().status == 413);
  Client trailer = served.client();
  trailer.send(kChunked + std::string("0\r\nA: "));
  flood(trailer, large, 1U << 20U);
  CHECK(trailer.read().status == 413);
}

TEST_CASE("who drips is cut off at the deadline, wherever in the request that is") {
  Served served({.request = Milliseconds(300)});
  const std::string slow(1000, 'x');
  for (const std::string begin :
       {"", "GET /", "GET / HTTP/1.1\r\nA: ", "POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n"}) {
    CAPTURE(begin);
    Client client = served.client();
    client.send(begin);
    const double seconds = seconds_until_closed(client, slow);
    CHECK(seconds > 0.25);
    CHECK(seconds < 5);
  }
  Client second = served.client();
  CHECK(second.ask(kGet).status == 200);
  CHECK(seconds_until_closed(second, slow) > 0.25);
  Client silent = served.client();
  CHECK(silent.is_closed());
}

TEST_CASE("at the limit the one that has waited longest for its request goes") {
  Served served({.connections = 3});
  Client oldest = served.client();
  REQUIRE(oldest.ask(kGet).status == 200);
  Client begun = served.client();
  begun.send("GET / HT");
  Client third = served.client();
  REQUIRE(third.ask(kGet).status == 200);
  REQUIRE(oldest.ask(kGet).status == 200);  // now `begun` has waited longest
  CHECK(served.client().ask(kGet).status == 200);
  CHECK(begun.is_closed());
  CHECK(third.ask(kGet).status == 200);
  for (int i = 0; i < 200; ++i) CHECK(served.client().ask(kGet).status == 200);
}

TEST_CASE("while all connections are being answered the next ones wait, and are served then") {
  Later::Asked asked;
  Served served({.connections = 3}, answered_later(asked));
  std::vector<Client> clients;
  for (std::size_t i = 0; i < 12; ++i) {
    clients.push_back(served.client());
    clients.back().send(kLater);
    if (i < 3) REQUIRE(comes_true([&] { return asked.count() == i + 1; }));
  }
  std::this_thread::sleep_for(Milliseconds(200));
  CHECK(asked.count() == 3);
  for (auto& client : clients) {
    REQUIRE(comes_true([&] { return asked.count() > 0; }));
    asked.take()({.body = "x"});
    CHECK(client.read().status == 200);
    client.send_no_more();
  }
}

TEST_CASE("who asks and does not read the answers is cut off, and hinders nobody") {
  const auto at_length = [](const Head& /*head*/) {
    return std::make_unique<Echo>(std::string(100'000, 'x'));
  };
  Served served({.request = Milliseconds(300), .connections = 2}, at_length);
  Client deaf = served.client();
  const Stopwatch watch;
  flood(deaf, kGet, 200U << 20U);  // until it is closed: the answers fill every buffer
  CHECK(watch.seconds() < 15);
  CHECK(served.client().ask(kGet).status == 200);
}

}  // namespace nutricount::http
