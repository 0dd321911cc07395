// Talking to a remote: certificates, keys, tokens, progress.
#pragma once

#include <git2.h>

#include <memory>
#include <string>

#include "base/secret.hpp"
#include "git/repository.hpp"
#include "os/child.hpp"

namespace nutricount::git {

/// What the callbacks of one connection need; lives as long as the connection.
struct Connection {
  const Remote& remote;
  const os::Owner& owner;
  const os::Report& report;
  Secret token;
  std::vector<std::filesystem::path> keys;  ///< not tried yet, next one first
  bool token_tried = false;
  std::string refusal;  ///< why authentication was given up
  Transfer transfer;
  Stopwatch since_report;
};

/// Before anything is asked over https: libgit2 trusts the system's certificates and those in
/// `ca_file` (empty: none). Throws Error for a `ca_file` that cannot be used.
void trust_certificates(const std::filesystem::path& ca_file);

/// Reads the token, lists the keys, trusts certificates for `url`. Throws Error.
[[nodiscard]] std::unique_ptr<Connection> connect(const Remote& remote, const std::string& url,
                                                  const os::Owner& owner, const os::Report& report);
[[nodiscard]] git_fetch_options fetch_options(Connection& connection);

/// The failure of a fetch or clone, told by its kind. `result` is libgit2's.
[[nodiscard]] Error transfer_error(const Connection& connection, const std::string& url,
                                   int result);

/// A Transfer as it travels from the child, and what to do with it in the parent.
[[nodiscard]] std::function<void(std::string_view)> transfer_reader(const OnTransfer& on_transfer);

}  // namespace nutricount::git
