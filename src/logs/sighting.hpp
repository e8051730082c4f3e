// A sighting: an authenticated work account met the mail system, and this is what was seen of the
// device.
//
// Nothing else leaves a log: no subject, no recipient, no address of a client, nothing about an
// account that is not a work account.

#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/time.hpp"
#include "devices/observed.hpp"

namespace interdict::logs {

/// All text is as the log has it (hostile bytes) and lives until the sink returns.
struct Sighting {
  std::string_view account;  // the authenticated user as logged
  devices::Channel channel{};
  UtcTime when;
  devices::Observed seen;
  std::string_view session;  // Postfix queue id, Dovecot session; empty where there is none
  std::uint32_t file = 0;    // of the run, counted from 0 in the order of read()
  std::uint64_t line = 0;    // the line that named the account, counted from 1
};

using Sink = std::function<void(const Sighting&)>;

/// Longer accounts are not cut but left out: a cut account is somebody else's.
inline constexpr std::size_t kAccountLimit = 256;

}  // namespace interdict::logs
