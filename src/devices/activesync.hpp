// The query of an ActiveSync request: who syncs, with which device, doing what.
//
// Two spellings: plain, Cmd=Sync&User=…&DeviceId=…&DeviceType=iPhone, and from protocol 12.1 on one
// base64 blob of fixed order: protocol version, command, locale, then device id, policy key and
// device type behind a length byte each, then parameters of tag, length and value. Source:
// MS-ASHTTP 2.2.1.1.1, and the facts on device identification, section 2.4.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace interdict::devices {

struct SyncQuery {
  std::string device_id, device_type;
  std::string user;           // as sent: "alice", "DOMAIN\\alice"; often empty in a blob
  std::string command;        // "Sync"; "command 99" for a code nobody knows
  std::uint8_t protocol = 0;  // 141 is 14.1; 0: the plain form does not say
  bool blob = false;          // base64
  bool named_twice = false;   // a plain query gives DeviceId or DeviceType twice, differently
};

inline constexpr std::size_t kMaxSyncQuery = 8 * std::size_t{1024};

/// Reads what stands behind '?', percent escapes undone. Errors: malformed, truncated, limit.
Result<SyncQuery> read_sync_query(std::string_view query);

/// %41 and '+' undone; an escape that is none stays as it is.
std::string percent_decoded(std::string_view text);

}  // namespace interdict::devices
