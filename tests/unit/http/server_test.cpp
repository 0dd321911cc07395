// The server against clients that keep to HTTP/1.1.
#include "http/server.hpp"

#include <doctest/doctest.h>
#include <sys/un.h>

#include <atomic>
#include <cmath>
#include <ctime>

#include "catching.hpp"
#include "http/served.hpp"
#include "scratch.hpp"
#include "waiting.hpp"

namespace nutricount::http {
TEST_CASE("a request is answered, and the connection stays for another") {
  Served served;
  Client client = served.client();
  for (int i = 0; i < 3; ++i) {
    const Reply reply = client.ask(post("/webhook?x=1", "a body"));
    CHECK(reply.status == 200);
    CHECK(reply.body == "POST /webhook?x=1 6 a body");
    CHECK(reply.head.find("Content-Type: application/json\r\n") != std::string::npos);
    const auto date = reply.head.find("\r\nDate: ");
    REQUIRE(date != std::string::npos);
    std::tm parts{};
    const char* end = strptime(reply.head.c_str() + date + 8, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    REQUIRE(end != nullptr);
    CHECK(std::string_view(end, 2) == "\r\n");
    CHECK(std::abs(std::difftime(timegm(&parts), std::time(nullptr))) < 60);
    CHECK(reply.head.find("Cache-Control: no-store\r\n") != std::string::npos);
  }
  const Reply last = client.ask("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
  CHECK(last.head.find("Connection: close\r\n") != std::string::npos);
  CHECK(client.is_closed());
  Client old = served.client();
  CHECK(old.ask("GET / HTTP/1.0\r\n\r\n").body == "GET / 0 ");
  CHECK(old.is_closed());
}

TEST_CASE("pipelined requests are answered in their order, wherever the bytes are cut") {
  Served served;
  const std::string all = kGet + post("/one", "first") + post("/two", std::string(40'000, 'x')) +
                          "POST /three HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "3\r\nabc\r\n2;a=b\r\nde\r\n0\r\nTrailer: x\r\n\r\n" +
                          kGet;
  const std::vector<std::string> expected{"GET /health 0 ", "POST /one 5 first",
                                          "POST /two 40000 " + std::string(20, 'x'),
                                          "POST /three 5 abcde", "GET /health 0 "};
  for (const std::size_t step : {all.size(), std::size_t(7), std::size_t(1000)}) {
    Client client = served.client();
    for (std::size_t at = 0; at < all.size(); at += step) client.send(all.substr(at, step));
    for (const auto& body : expected) CHECK(client.read().body == body);
    client.send_no_more();
    CHECK(client.is_closed());
  }
}

TEST_CASE("a client that asks whether to go on is told so before it sends its body") {
  Served served;
  Client client = served.client();
  const std::string head =
      "POST / HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n"
      "\r\n";
  CHECK(client.ask(head).status == 100);
  CHECK(client.ask("ab").body == "POST / 2 ab");
  CHECK(client.ask(head + "cd").status == 100);
  CHECK(client.read().body == "POST / 2 cd");
  CHECK(client.ask("POST / HTTP/1.1\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n")
            .status == 413);
}

TEST_CASE("HEAD is answered without a body, and the next answer is not taken for one") {
  Served served;
  Client client = served.client();
  client.send("HEAD /health HTTP/1.1\r\n\r\n");
  client.send("GET /health HTTP/1.1\r\nConnection: close\r\n\r\n");
  const std::string all = client.rest();
  CHECK(all.find("Content-Length: 15\r\n\r\nHTTP/1.1 200 OK\r\n") != std::string::npos);
  CHECK(all.ends_with("\r\n\r\nGET /health 0 "));
}

TEST_CASE("an answer may come late, and from another thread") {
  Later::Asked asked;
  Served served({}, answered_later(asked));
  Client slow = served.client();
  slow.send(std::string(kLater) + kGet);
  REQUIRE(comes_true([&] { return asked.count() == 1; }));
  CHECK(served.client().ask(kGet).status == 200);  // the others are served meanwhile
  CHECK_FALSE(slow.has_news(Milliseconds(20)));    // its own next one waits
  asked.take()({.status = 202, .body = "late", .fields = {{"Retry-After", "10"}}});
  const Reply reply = slow.read();
  CHECK(reply.status == 202);
  CHECK(reply.body == "late");
  CHECK(reply.head.find("Retry-After: 10\r\n") != std::string::npos);
  CHECK(slow.read().body == "GET /health 0 ");
}

TEST_CASE("an exchange ends on the server's thread, whoever is last to let go of its answer") {
  Later::Asked asked;
  Served served({}, answered_later(asked));
  std::thread::id serving;
  {
    Client client = served.client();
    client.send("GET /later HTTP/1.1\r\nConnection: close\r\n\r\n");
    REQUIRE(comes_true([&] { return asked.count() == 1; }));
    const Exchange::Respond respond = asked.take();
    served.server().post([&] { serving = std::this_thread::get_id(); });
    respond({.body = "kept"});
    CHECK(client.read().body == "kept");
    CHECK(client.is_closed());
    client.send_no_more();
    CHECK(comes_true([&] {
      const std::lock_guard lock(asked.mutex);
      return asked.ended.size() == 1;
    }));
  }
  CHECK(asked.ended == std::vector{serving});
}

TEST_CASE("clients that leave before their answer are no harm") {
  Later::Asked asked;
  Served served({}, answered_later(asked));
  constexpr std::size_t kMany = 50;
  for (std::size_t i = 0; i < kMany; ++i) served.client().send(kLater);
  REQUIRE(comes_true([&] { return asked.count() == kMany; }));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (std::size_t n = 0; n < kMany / 5; ++n) asked.take()({.body = std::string(50'000, 'x')});
    });
  }
  for (auto& thread : threads) thread.join();
  while (asked.count() > 0) asked.take()({.body = "x"});
  CHECK(served.client().ask(kGet).status == 200);
  served.stop();
  CHECK(asked.ended.size() == kMany);
}

TEST_CASE("a server that stops answers what was asked, and nothing new") {
  Later::Asked asked;
  Served served({}, answered_later(asked));
  Client idle = served.client();
  Client used = served.client();
  CHECK(used.ask(kGet).status == 200);
  Client begun = served.client();
  begun.send("POST /begun HTTP/1.1\r\nContent-Le");
  Client under_way = served.client();
  under_way.send(std::string(kLater) + kGet);
  REQUIRE(comes_true([&] { return asked.count() == 1; }));
  served.begin_to_stop();
  CHECK(idle.is_closed());
  CHECK(used.is_closed());
  CHECK_FALSE(served.client().is_open());
  const Reply completed = begun.ask("ngth: 2\r\n\r\nab");
  CHECK(completed.body == "POST /begun 2 ab");
  CHECK(completed.head.find("Connection: close\r\n") != std::string::npos);
  asked.take()({.body = "done"});
  CHECK(under_way.read().body == "done");
  served.stop();
  CHECK(under_way.is_closed());
}

TEST_CASE("work may be handed to the server's thread, at once and later") {
  Served served;
  std::vector<int> order;
  std::atomic<bool> is_done = false;
  const auto note = [&](int number) { return [&order, number] { order.push_back(number); }; };
  served.server().post([&] {
    served.server().post_after(std::chrono::hours(1), note(4));
    served.server().post_after(Milliseconds(60), [&] { is_done = true; });
    served.server().post_after(Milliseconds(40), note(3));
    served.server().post_after(Milliseconds(20), note(2));
    served.server().post(note(1));
  });
  CHECK(comes_true([&] { return is_done.load(); }));
  served.stop();  // which waits for no timer
  CHECK(order == std::vector{1, 2, 3});
}

TEST_CASE("who asks has an address, but not on a socket in the file system") {
  const auto tell_peer = [](const Head& head) {
    return std::make_unique<Echo>("<" + head.peer + ">");
  };
  CHECK(Served({}, tell_peer).client().ask(kGet).body == "<127.0.0.1> 0 ");
  const Scratch scratch;
  os::Fd local(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  (scratch.root / "socket").string().copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(bind(local.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(listen(local.get(), 8) == 0);
  CHECK(Served({}, tell_peer, std::move(local)).client().ask(kGet).body == "<> 0 ");
}

TEST_CASE("the first field of a name and the last are found, whatever their case") {
  const auto tell_fields = [](const Head& head) {
    return std::make_unique<Echo>(fmt::format("<{}|{}|{}|{}>", head.field("X-One"),
                                              head.last_field("X-One"), head.field("X-Two"),
                                              head.last_field("X-Two")));
  };
  Served served({}, tell_fields);
  const std::string head = "GET / HTTP/1.1\r\nx-oNE:  a b \r\n";
  CHECK(served.client().ask(head + "\r\n").body == "<a b|a b||> 0 ");
  CHECK(served.client().ask(head + "X-One: c\r\nX: y\r\nX-ONE: d, e\r\nX-Onf: f\r\n\r\n").body ==
        "<a b|d, e||> 0 ");
}

TEST_CASE("an address that is taken, or is none of this machine, is told") {
  const os::Fd one = listen_on("127.0.0.1:0");
  const std::string taken = fmt::format("127.0.0.1:{}", Address(one).port());
  for (const std::string& wrong : {taken, std::string("127.0.0.1"), std::string("127.0.0.1:x"),
                                   std::string("192.0.2.1:80"), std::string("")}) {
    const Error error = error_of([&] { static_cast<void>(listen_on(wrong)); });
    CAPTURE(wrong);
    CHECK(error.status() == ExitStatus::kUsage);
    CHECK(tells(error, "cannot listen on " + wrong));
  }
}

}  // namespace nutricount::http
