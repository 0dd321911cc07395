#include "http/connection.hpp"

#include <fmt/compile.h>

#include <array>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <ctime>

namespace nutricount::http {
namespace {
namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;
constexpr std::size_t kAtOnce = 16U << 10U;  // of a body
constexpr std::size_t kSmall = 1024;         // what a connection that waits may keep

class ParsedHead : public Head {
 public:
  explicit ParsedHead(const beast::http::fields& fields) : fields_(fields) {}
  [[nodiscard]] std::string_view field(std::string_view name) const override {
    const auto value = fields_[beast::string_view(name.data(), name.size())];
    return {value.data(), value.size()};
  }
  [[nodiscard]] std::string_view last_field(std::string_view name) const override {
    const auto [begin, end] = fields_.equal_range(beast::string_view(name.data(), name.size()));
    if (begin == end) return {};
    const auto value = std::prev(end)->value();
    return {value.data(), value.size()};
  }

 private:
  const beast::http::fields& fields_;
};

std::string address_of(const Connection::Socket& socket) {
  error_code error;
  const auto generic = socket.remote_endpoint(error);
  const int family = generic.protocol().family();
  if (error || (family != AF_INET && family != AF_INET6)) return {};
  asio::ip::tcp::endpoint endpoint;
  if (generic.size() > endpoint.capacity()) return {};
  std::memcpy(endpoint.data(), generic.data(), generic.size());
  return endpoint.address().to_string();
}

struct Status {
  int code;
  const char* reason;
};

Status status_of(error_code cause) {
  using beast::http::error;
  if (cause == error::header_limit) return {431, "The request's header is too large"};
  // Or of what is beside a chunked body: extensions and trailers, which Beast does not limit.
  if (cause == error::body_limit || cause == error::buffer_overflow) {
    return {413, "Payload too large"};
  }
  if (cause == error::bad_version) return {505, "This is not HTTP/1.1"};
  return {400, "This is not HTTP"};
}

/// Of this second, as RFC 9110, 5.6.7 has it. The programs set no locale.
std::string_view date_now() {
  thread_local std::time_t second = -1;
  thread_local std::array<char, 32> text{};
  if (const std::time_t now = std::time(nullptr); now != second) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    second = now;
  }
  return text.data();
}

/// An answer's head.
void append_head(std::string& text, const Answer& answer, bool last) {
  const auto reason = beast::http::obsolete_reason(static_cast<beast::http::status>(answer.status));
  const auto end = std::back_inserter(text);
  fmt::format_to(end,
                 FMT_COMPILE("HTTP/1.1 {} {}\r\nContent-Type: application/json\r\n"
                             "Cache-Control: no-store\r\nDate: {}\r\nContent-Length: {}\r\n"),
                 answer.status, std::string_view(reason.data(), reason.size()), date_now(),
                 answer.body.size());
  for (const auto& [name, value] : answer.fields) {
    fmt::format_to(end, FMT_COMPILE("{}: {}\r\n"), name, value);
  }
  text += last ? "Connection: close\r\n\r\n" : "\r\n";
}

/// Not of the connection: the client is still there to be told.
bool is_of_http(error_code cause) {
  using beast::http::error;
  return cause.category() == make_error_code(error::end_of_stream).category() &&
         cause != error::end_of_stream && cause != error::partial_message;
}
}  // namespace

Connection::Connection(Socket socket, Shared& shared)
    : shared_(shared),
      peer_(address_of(socket)),
      socket_(std::move(socket)),
      buffer_(shared.limits.header_bytes + kAtOnce),
      out_of_line_{{.connection = this}},
      place_(out_of_line_.begin()) {
  ++shared_.open;
}

Connection::~Connection() {
  leave_line();
  --shared_.open;
}

void Connection::wait_in_line(Milliseconds allowed) {
  leave_line();
  place_->since = Waiter::Clock::now();
  place_->until = place_->since + allowed;
  shared_.waiting.splice(shared_.waiting.end(), out_of_line_);
}

void Connection::leave_line() {
  if (out_of_line_.empty()) out_of_line_.splice(out_of_line_.end(), shared_.waiting, place_);
}

void Connection::close() {
  leave_line();
  error_code ignored;
  socket_.close(ignored);
}

void Connection::close_if_idle() {
  if (buffer_.size() == 0 && !exchange_ && !(parser_ && parser_->got_some())) close();
}

void Connection::begin() {
  error_code error;
  socket_.non_blocking(true, error);
  if (!error) read_request();
}

void Connection::read_request() {
  if (shared_.stopping && buffer_.size() == 0) return close();
  exchange_.reset();
  parser_.emplace();
  parser_->header_limit(shared_.limits.header_bytes);
  parser_->body_limit(shared_.limits.body_bytes);
  // Once for the whole request: who sends a byte now and then gains nothing by it.
  wait_in_line(shared_.limits.request);
  if (buffer_.size() == 0) return read();
  parse();
}

void Connection::read() {
  const std::size_t room = beast::read_size(buffer_, kAtOnce);
  if (room == 0) return failed(beast::http::error::buffer_overflow);
  socket_.async_read_some(buffer_.prepare(room),
                          [self = shared_from_this()](error_code error, std::size_t got) {
                            if (error) return;  // an end, too: nothing that is whole came before it
                            self->buffer_.commit(got);
                            self->parse();
                          });
}

void Connection::parse() {
  error_code error;
  while (!error && !parser_->is_done() && buffer_.size() > 0) {
    buffer_.consume(parser_->put(buffer_.data(), error));
    if (!exchange_ && parser_->is_header_done() && !header_read()) return;
  }
  if (error && error != beast::http::error::need_more) return failed(error);
  if (parser_->is_done()) return ask();
  read();
}

/// Whether its body is to be read now.
bool Connection::header_read() {
  const auto& request = parser_->get();
  // Where such a body ends somebody else may see otherwise: a proxy in front.
  if (request.count(beast::http::field::transfer_encoding) > 0 && !parser_->chunked()) {
    refuse(400, "This is not HTTP: its Transfer-Encoding does not end with chunked");
    return false;
  }
  ParsedHead head(request.base());
  head.method = std::string(request.method_string());
  head.target = std::string(request.target());
  head.peer = peer_;
  exchange_ = shared_.handler(head);
  parser_->get().body() = exchange_.get();
  parser_->eager(true);  // from here all that has come
  if (parser_->is_done()) return true;
  if (beast::iequals(request[beast::http::field::expect], "100-continue")) {
    go_on();
    return false;
  }
  if (parser_->content_length().value_or(kAtOnce) > kSmall) buffer_.reserve(kAtOnce);
  return true;
}

void Connection::go_on() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(socket_, asio::buffer(kContinue),
                    [self = shared_from_this()](error_code error, std::size_t) {
                      if (!error) self->parse();
                    });
}

void Connection::ask() {
  leave_line();
  if (buffer_.capacity() > kSmall) buffer_.shrink_to_fit();
  // This is handed on, not kept: or another thread might be the last to let go of it, and destroy
  // it.
  exchange_->answer([self = shared_from_this()](Answer answer) mutable {
    const auto executor = self->socket_.get_executor();
    asio::dispatch(executor, [self = std::move(self), answer = std::move(answer)]() mutable {
      self->write(std::move(answer), !self->parser_->get().keep_alive());
    });
  });
}

void Connection::failed(error_code error) {
  if (!is_of_http(error)) return;
  const Status status = status_of(error);
  refuse(status.code, status.reason);
}

void Connection::refuse(int status, std::string_view reason) {
  write({.status = status, .body = shared_.refusal(status, reason)}, true);
}

void Connection::write(Answer answer, bool last) {
  last = last || shared_.stopping;
  answer_.clear();
  append_head(answer_, answer, last);
  if (parser_->get().method() != beast::http::verb::head) answer_ += answer.body;
  error_code error;
  // Nearly always there is room for all of it.
  const std::size_t sent = socket_.write_some(asio::buffer(answer_), error);
  if (error && error != asio::error::would_block) return;
  if (sent == answer_.size()) return written(last);
  wait_in_line(shared_.limits.request);  // who does not read it can go, too
  asio::async_write(socket_, asio::buffer(answer_) + sent,
                    [self = shared_from_this(), last](error_code failure, std::size_t) {
                      if (!failure) self->written(last);
                    });
}

void Connection::written(bool last) {
  if (answer_.capacity() > kSmall) answer_ = std::string();
  if (last) return linger();
  // Not from here: what answers may be the exchange, which ends with that; and who sends many
  // requests at once would be served alone.
  asio::post(socket_.get_executor(), [self = shared_from_this()] { self->read_request(); });
}

// What the client still sends is read for a while: closing over it would reset the connection, and
// the client might never see the answer.
void Connection::linger() {
  constexpr std::size_t kMost = 64U << 20U;  // a proxy sends a whole body, refused or not
  error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  wait_in_line(std::chrono::seconds(2));
  read_on(kMost);
}

void Connection::read_on(std::size_t left) {
  buffer_.clear();
  socket_.async_read_some(buffer_.prepare(kAtOnce),
                          [self = shared_from_this(), left](error_code error, std::size_t got) {
                            if (!error && got < left) self->read_on(left - got);
                          });
}

}  // namespace nutricount::http
