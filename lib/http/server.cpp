#include "http/server.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>

#include "http/connection.hpp"

namespace nutricount::http {
namespace {
namespace asio = boost::asio;
using boost::system::error_code;
using Protocol = asio::generic::stream_protocol;
using Acceptor = asio::basic_socket_acceptor<Protocol>;
}  // namespace

class Server::Implementation {
 public:
  Implementation(std::vector<os::Fd> listening, Limits limits, Handler handler, Refusal refusal)
      : shared_{limits, std::move(handler), std::move(refusal), {}, 0, false} {
    for (auto& fd : listening) {
      sockaddr_storage address{};
      socklen_t length = sizeof address;
      getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &length);
      acceptors_.emplace_back(context_);
      acceptors_.back().assign(Protocol(address.ss_family, 0), fd.release());
      acceptors_.back().non_blocking(true);
    }
  }

  void run() {
    for (auto& acceptor : acceptors_) accept(acceptor);
    context_.run();
  }

  void stop() {
    shared_.stopping = true;
    error_code ignored;
    for (auto& acceptor : acceptors_) acceptor.close(ignored);
    signals_.cancel(ignored);
    for (auto& timer : timers_) timer.cancel();
    // Closing one takes it out of the list.
    for (auto one = shared_.waiting.begin(); one != shared_.waiting.end();) {
      (one++)->connection->close_if_idle();
    }
    if (looks_) look();  // often from now on: its timer is what keeps run() from ending
  }

  void on_signals(std::function<void(int)> handle) {
    handle_signal_ = std::move(handle);
    for (const int signal : {SIGTERM, SIGINT, SIGCHLD}) signals_.add(signal);
    await_signal();
  }

  void post(std::function<void()> work) { asio::post(context_, std::move(work)); }

  void post_after(Milliseconds delay, std::function<void()> work) {
    const auto timer = timers_.emplace(timers_.end(), context_, delay);
    timer->async_wait([this, timer, work = std::move(work)](error_code error) {
      timers_.erase(timer);
      if (!error) work();
    });
  }

 private:
  void await_signal() {
    signals_.async_wait([this](error_code error, int signal) {
      if (error) return;
      handle_signal_(signal);
      if (!shared_.stopping) await_signal();
    });
  }

  void accept(Acceptor& acceptor) {
    acceptor.async_wait(Acceptor::wait_read, [this, &acceptor](error_code error) {
      if (!acceptor.is_open()) return;
      if (!error && !is_full()) error = accept_one(acceptor);
      // No room, no descriptors, no memory: the connection waits in the kernel's queue.
      constexpr Milliseconds kPause(50);
      if (error || is_full()) return post_after(kPause, [this, &acceptor] { accept(acceptor); });
      accept(acceptor);
    });
  }

  error_code accept_one(Acceptor& acceptor) {
    error_code error;
    Connection::Socket socket(context_);
    acceptor.accept(socket, error);
    // The client has gone, or another process that listens there was faster.
    if (error == asio::error::connection_aborted || error == asio::error::would_block) return {};
    if (error) return error;
    make_room();
    std::make_shared<Connection>(std::move(socket), shared_)->begin();
    if (!looks_) look();
    return {};
  }

  /// Closes those whose time is over, again and again while there are connections. One timer for
  /// all, which no request sets anew.
  void look() {
    const auto now = Waiter::Clock::now();
    for (auto one = shared_.waiting.begin(); one != shared_.waiting.end();) {
      const Waiter& waiter = *one++;
      if (waiter.until <= now) waiter.connection->close();
    }
    looks_ = shared_.open > 0;
    if (!looks_) return;
    constexpr Milliseconds kOften(10);
    constexpr Milliseconds kSeldom(1000);
    timer_.expires_after(
        shared_.stopping ? kOften : std::clamp(shared_.limits.request / 10, kOften, kSeldom));
    timer_.async_wait([this](error_code error) {
      if (!error) look();
    });
  }

  /// There is none to close.
  [[nodiscard]] bool is_full() const {
    if (shared_.open < shared_.limits.connections) return false;
    // Until then it may not be closed for another one: what it asks may have come already.
    constexpr Milliseconds kChance(100);
    return shared_.waiting.empty() ||
           Waiter::Clock::now() < shared_.waiting.front().since + kChance;
  }

  // The one that is closed counts until its own operation has noticed.
  void make_room() {
    if (shared_.open < shared_.limits.connections || shared_.waiting.empty()) return;
    shared_.waiting.front().connection->close();
  }

  Shared shared_;  // outlives the connections that the context destroys
  asio::io_context context_{1};
  std::list<Acceptor> acceptors_;
  std::list<asio::steady_timer> timers_;
  asio::steady_timer timer_{context_};
  bool looks_ = false;
  asio::signal_set signals_{context_};
  std::function<void(int)> handle_signal_;
};

Server::Server(std::vector<os::Fd> listening, Limits limits, Handler handler, Refusal refusal)
    : implementation_(std::make_unique<Implementation>(std::move(listening), limits,
                                                       std::move(handler), std::move(refusal))) {}
Server::~Server() = default;
void Server::run() { implementation_->run(); }
void Server::stop() { implementation_->stop(); }
void Server::on_signals(std::function<void(int)> handle) {
  implementation_->on_signals(std::move(handle));
}
void Server::post(std::function<void()> work) { implementation_->post(std::move(work)); }
void Server::post_after(Milliseconds delay, std::function<void()> work) {
  implementation_->post_after(delay, std::move(work));
}

}  // namespace nutricount::http
