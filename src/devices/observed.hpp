// What one session or message let us see of a device, as raw text, before anyone interprets it.
//
// The gate, the log readers and `interdict identify` fill this in; identify() makes a claim of it.
// All text is hostile. Views belong to the caller and need to live for the call only.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace interdict::devices {

/// Through what a device meets the organisation's mail. Names as in a ban: "mail.send".
enum class Channel : std::uint8_t { mail_send, mail_read, sync, web };
inline constexpr std::size_t kChannels = 4;
std::string_view name_of(Channel c);
std::optional<Channel> channel_from_name(std::string_view name);

/// The mouths that speak of a device. Signals of one mouth are not independent of each other.
enum class Mouth : std::uint8_t {
  content,      // headers of the message and their shape
  ehlo,         // what the SMTP client called itself, seen by our server
  imap_id,      // RFC 2971
  activesync,   // Exchange ActiveSync: query, user agent, device information
  user_agent,   // DAV, EWS, webmail, browsers
  certificate,  // the client's, verified by the server in front
  inventory,    // the organisation's own list of devices
  examination,  // a backup of the very phone
};
inline constexpr std::size_t kMouths = 8;
std::string_view name_of(Mouth m);  // "imap-id"

struct Field {
  /// As the client spelled it, which is a signal. "message-id" in small letters: a log that gives
  /// the value and not the spelling.
  std::string_view name;
  std::string_view value;
};

/// A record of the organisation's inventory (an MDM's export), already looked up.
struct InventoryRecord {
  std::string_view owner;   // person id; may be empty
  std::string_view vendor;  // any spelling the export uses; so are the others
  std::string_view model;   // product type or marketing name
  std::string_view os;
  std::string_view version;
  std::string_view build;
};

/// The row of `backup_info` of an examined phone.
struct ExaminedPhone {
  std::string_view product_type;     // iPhone9,3
  std::string_view product_version;  // 14.3
  std::string_view build_version;    // 18C66
  bool compromised = false;          // its verdict
};

struct Observed {
  /// Header fields of the message in their order; values may be folded. Only the top-level ones.
  std::span<const Field> headers;
  /// False for stored or relayed mail: relays rewrite, so shape checks are "not observable".
  bool first_hop = true;
  std::string_view ehlo;
  /// The parameter list as the client sent it, with or without parentheses:
  /// ("name" "iPhone Mail" "version" "22C161"); or Dovecot's log form, name=iPhone Mail, version=…
  std::string_view imap_id;
  /// What stands behind '?' of a request to /Microsoft-Server-ActiveSync, plain or base64.
  std::string_view activesync_query;
  std::string_view user_agent;
  /// Model and OS of a Settings/DeviceInformation, where a server logs them.
  std::string_view activesync_model, activesync_os;
  std::string_view certificate_subject;
  std::optional<InventoryRecord> inventory;
  std::optional<ExaminedPhone> examined;
};

}  // namespace interdict::devices
