#include "git/stream.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>

#include "git/handles.hpp"

namespace nutricount::git {
namespace {
namespace asio = boost::asio;
using asio::ip::tcp;

// libgit2 sees the first member and gives it back.
struct Stream {
  git_stream parent;
  std::string host;
  std::string port;
  asio::io_context context{1};
  tcp::socket socket{context};
};

Stream& of(git_stream* stream) { return *reinterpret_cast<Stream*>(stream); }

int failed(const char* action, const boost::system::error_code& error) {
  libgit2().error_set_str(GIT_ERROR_NET, (std::string(action) + ": " + error.message()).c_str());
  return -1;
}

int connect_stream(git_stream* stream) {
  Stream& self = of(stream);
  boost::system::error_code error;
  const auto found = tcp::resolver(self.context).resolve(self.host, self.port, error);
  if (error) return failed("failed to find the address", error);
  asio::connect(self.socket, found, error);
  if (!error) self.socket.set_option(tcp::no_delay(true), error);
  return error ? failed("failed to connect", error) : 0;
}

ssize_t read_stream(git_stream* stream, void* bytes, std::size_t size) {
  boost::system::error_code error;
  const std::size_t n = of(stream).socket.read_some(asio::buffer(bytes, size), error);
  if (error && error != asio::error::eof) return failed("error receiving data", error);
  return static_cast<ssize_t>(n);
}

ssize_t write_stream(git_stream* stream, const char* bytes, std::size_t size, int /*flags*/) {
  boost::system::error_code error;
  const std::size_t n = of(stream).socket.write_some(asio::buffer(bytes, size), error);
  return error ? failed("error sending data", error) : static_cast<ssize_t>(n);
}

int close_stream(git_stream* stream) {
  boost::system::error_code ignored;
  of(stream).socket.close(ignored);
  return 0;
}

int new_stream(git_stream** out, const char* host, const char* port) {
  auto stream = std::make_unique<Stream>();
  stream->host = host;
  stream->port = port;
  stream->parent.version = GIT_STREAM_VERSION;
  stream->parent.connect = connect_stream;
  stream->parent.read = read_stream;
  stream->parent.write = write_stream;
  stream->parent.close = close_stream;
  stream->parent.free = [](git_stream* of_git) { delete reinterpret_cast<Stream*>(of_git); };
  *out = &stream.release()->parent;
  return 0;
}
}  // namespace

void send_at_once(const std::string& url) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) return;
  git_stream_registration registration{GIT_STREAM_VERSION, new_stream, nullptr};
  ensure(libgit2().stream_register(GIT_STREAM_STANDARD, &registration),
         "cannot set up connections");
}

}  // namespace nutricount::git
