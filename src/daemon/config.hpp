// interdict.toml: what the daemon listens on, which ban it enforces, where it keeps its ledger.
//
// Every key has its default here; unknown keys and wrong values are problems with line and column,
// all of them at once. A face without `listen` is off. Paths are relative to the file.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "gate/auth_request.hpp"
#include "gate/gatekeeper.hpp"
#include "net/address.hpp"
#include "policy/problems.hpp"

namespace interdict::daemon {

struct Config {
  std::filesystem::path ban;        // [policy] file, required
  std::filesystem::path ledger;     // [ledger] file, required; its folder must exist
  std::filesystem::path inventory;  // [inventory] file; empty: none
  gate::Settings gate;              // [gate] mode, add_headers, remember_days
  /// What becomes of a message that cannot be judged (no memory for its claim): [gate] when_broken.
  bool fail_closed = false;
  std::optional<net::Endpoint> milter;          // [milter] listen
  std::optional<net::Endpoint> postfix_policy;  // [postfix_policy] listen
  std::optional<net::Endpoint> http;            // [http] listen: Dovecot, proxies, health, metrics
  std::optional<net::Endpoint> control;         // [control] listen: what only operators may ask
  gate::auth_request::Settings auth_request;    // [http] user_field, basic_is_verified
  std::filesystem::path dovecot_log;            // [dovecot] log: followed for late IMAP IDs
};

/// Errc::malformed when `problems` holds any; io, not_found, limit when the file cannot be read.
Result<Config> read_config(const std::filesystem::path& path, policy::Problems& problems);

}  // namespace interdict::daemon
