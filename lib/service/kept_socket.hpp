// The application's listening socket, from one of its processes to the next: while none of them
// runs, clients wait in its backlog instead of being refused.
#pragma once

#include <string>

#include "os/fd.hpp"
#include "service/pidfile.hpp"

namespace nutricount::service {

class KeptSocket {
 public:
  /// As os::listen_at takes it. Empty: the application binds its address itself, and nothing is
  /// kept.
  explicit KeptSocket(std::string address) : address_(std::move(address)) {}

  /// Before the application is told to end: keeps the socket that it listens on, unless one is kept
  /// already. Never throws: without it clients are refused until the next start, and `trouble` says
  /// why.
  void keep_from(const PidRecord& application);
  /// Once it has ended: opens a new socket where none could be kept. Never throws: a start will.
  void keep_open();
  /// To hand on to the application, opened where none is kept. Empty where none is wanted. Throws
  /// as os::listen_at.
  [[nodiscard]] const os::Fd& get();
  /// What is worth a note, for the first who asks; empty where nothing is.
  [[nodiscard]] std::string trouble();

 private:
  std::string address_;
  os::Fd socket_;
  std::string trouble_;
  bool is_told_ = false;
};

}  // namespace nutricount::service
