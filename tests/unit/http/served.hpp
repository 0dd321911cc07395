// A server on loopback, on a thread of its own, and clients that speak to it byte by byte.
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <charconv>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "http/server.hpp"
#include "os/fd.hpp"

namespace nutricount::http {

struct Reply {
  int status = 0;  ///< 0: the connection ended before an answer
  std::string head;
  std::string body;
};

/// Where a socket listens.
struct Address {
  explicit Address(const os::Fd& listening) {
    getsockname(listening.get(), reinterpret_cast<sockaddr*>(&storage), &length);
  }
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] int port() const {
    return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
  }
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
};

class Client {
 public:
  /// Connects to where that socket listens.
  explicit Client(const Address& to)
      : fd_(socket(to.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    be_patient(std::chrono::seconds(20));
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    is_open_ = connect(fd_.get(), to.get(), to.length) == 0;
  }

  [[nodiscard]] bool is_open() const { return is_open_; }
  /// False where the other end has closed.
  bool send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t sent = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void send_no_more() const { shutdown(fd_.get(), SHUT_WR); }

  /// The next answer; an interim one (100) is one, too.
  Reply read() {
    Reply reply;
    while (received_.find("\r\n\r\n") == std::string::npos) {
      if (!receive()) return reply;
    }
    reply.head = take(received_.find("\r\n\r\n") + 4);
    std::from_chars(reply.head.data() + 9, reply.head.data() + 12, reply.status);
    const std::size_t length = length_in(reply.head);
    while (received_.size() < length && receive()) continue;
    reply.body = take(length);
    return reply;
  }
  Reply ask(std::string_view request) {
    send(request);
    return read();
  }
  /// Whether the connection ends before anything else comes.
  bool is_closed() { return received_.empty() && !receive(); }
  /// What comes until it ends.
  std::string rest() {
    while (receive()) continue;
    return received_;
  }
  /// Whether something, be it the end, comes within so long.
  [[nodiscard]] bool has_news(Milliseconds within) const {
    char first = 0;
    be_patient(within);
    const ssize_t got = recv(fd_.get(), &first, 1, MSG_PEEK);
    const bool nothing = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    be_patient(std::chrono::seconds(20));
    return !nothing;
  }

 private:
  void be_patient(Milliseconds time) const {
    const timeval until{.tv_sec = time.count() / 1000,
                        .tv_usec = static_cast<suseconds_t>(1000 * (time.count() % 1000))};
    setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &until, sizeof until);
  }
  bool receive() {
    char part[4096];
    const ssize_t got = recv(fd_.get(), part, sizeof part, 0);
    if (got > 0) received_.append(part, static_cast<std::size_t>(got));
    return got > 0;
  }
  std::string take(std::size_t length) {
    std::string taken = received_.substr(0, length);
    received_.erase(0, length);
    return taken;
  }
  static std::size_t length_in(const std::string& head) {
    constexpr std::string_view kName = "Content-Length: ";
    const auto at = head.find(kName);
    std::size_t length = 0;
    if (at == std::string::npos) return 0;
    std::from_chars(head.data() + at + kName.size(), head.data() + head.size(), length);
    return length;
  }
  os::Fd fd_;
  bool is_open_ = false;
  std::string received_;
};

/// Answers "METHOD TARGET LENGTH-OF-BODY BODY", of a long body its end only.
class Echo : public Exchange {
 public:
  explicit Echo(const Head& head) : Echo(head.method + " " + head.target) {}
  explicit Echo(std::string said) : said_(std::move(said)) {}
  void add(std::string_view part) override {
    length_ += part.size();
    end_ += part;
    if (end_.size() > kEnd) end_.erase(0, end_.size() - kEnd);
  }
  void answer(Respond respond) override { respond({.body = text()}); }
  [[nodiscard]] std::string text() const { return fmt::format("{} {} {}", said_, length_, end_); }

 private:
  static constexpr std::size_t kEnd = 20;
  std::string said_;
  std::size_t length_ = 0;
  std::string end_;
};

inline std::unique_ptr<Exchange> echo(const Head& head) { return std::make_unique<Echo>(head); }

class Served {
 public:
  explicit Served(Limits limits = {}, Handler handler = echo,
                  os::Fd listening = listen_on("127.0.0.1:0"))
      : address_(listening),
        server_(only(std::move(listening)), limits, std::move(handler), tell),
        thread_([this] { server_.run(); }) {}
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;
  ~Served() { stop(); }

  [[nodiscard]] Client client() const { return Client(address_); }
  [[nodiscard]] Server& server() { return server_; }
  void begin_to_stop() {
    server_.post([this] { server_.stop(); });
  }
  /// Returns when all that was asked is answered.
  void stop() {
    if (!thread_.joinable()) return;
    begin_to_stop();
    thread_.join();
  }

 private:
  static std::vector<os::Fd> only(os::Fd listening) {
    std::vector<os::Fd> sockets;
    sockets.push_back(std::move(listening));
    return sockets;
  }
  static std::string tell(int status, std::string_view reason) {
    return fmt::format("{} {}", status, reason);
  }
  Address address_;
  Server server_;
  std::thread thread_;
};

/// Answers when the test says so, from a thread of the test's.
class Later : public Exchange {
 public:
  struct Asked {
    std::mutex mutex;
    std::vector<Respond> responds;
    std::vector<std::thread::id> ended;  ///< where each exchange was destroyed
    std::size_t count() {
      const std::lock_guard lock(mutex);
      return responds.size();
    }
    Respond take() {
      const std::lock_guard lock(mutex);
      Respond first = std::move(responds.front());
      responds.erase(responds.begin());
      return first;
    }
  };
  explicit Later(Asked& asked) : asked_(asked) {}
  ~Later() override {
    const std::lock_guard lock(asked_.mutex);
    asked_.ended.push_back(std::this_thread::get_id());
  }
  Later(const Later&) = delete;
  Later& operator=(const Later&) = delete;
  void add(std::string_view /*part*/) override {}
  void answer(Respond respond) override {
    const std::lock_guard lock(asked_.mutex);
    asked_.responds.push_back(std::move(respond));
  }

 private:
  Asked& asked_;
};

inline Handler answered_later(Later::Asked& asked) {
  return [&asked](const Head& head) -> std::unique_ptr<Exchange> {
    if (head.target == "/later") return std::make_unique<Later>(asked);
    return std::make_unique<Echo>(head);
  };
}

/// A POST of this body.
inline std::string post(std::string_view target, std::string_view body) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", target,
                     body.size(), body);
}
constexpr const char* kLater = "GET /later HTTP/1.1\r\n\r\n";
constexpr const char* kGet = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace nutricount::http
