// The few header fields of a message that speak of the device that wrote it. Internal to the room.

#pragma once

#include <span>
#include <string_view>

#include "devices/headers.hpp"

namespace interdict::devices {

/// The name under which a log shows a Message-Id without saying how the field was spelled
/// (observed.hpp): its spelling is not observable.
inline constexpr std::string_view kUnspelled = "message-id";

/// Views into the caller's fields. A field that occurs twice is the first one; of Received, which
/// servers put on top, the first server's is the last.
struct Letter {
  std::string_view mailer;  // X-Mailer, else User-Agent
  const Field* mime_version = nullptr;
  const Field* message_id = nullptr;
  std::string_view content_type, from, sender, date;
  std::string_view own_field;  // name of the first field that a row of Place::field knows
  std::string_view first_received;
  bool list = false;       // List-Id, List-Post
  bool resent = false;     // Resent-From, Resent-Date
  bool exchange = false;   // X-MS-Exchange-*: that server writes Mime-Version anew
  bool web = false;        // X-Originating-IP, or a Received "with HTTP"
  bool mac_draft = false;  // X-Universally-Unique-Identifier, X-Apple-Notify-Thread
  unsigned received = 0;
};
/// Whether a row of Place::field knows the name (signals_content.cpp).
bool is_own_field(std::string_view name);
Letter read_letter(std::span<const Field> headers);

/// "A02DF93B-7D3C-4967-B4FA-0309F4F10C20": capitals, version 4, variant 1 (RFC 9562).
bool uppercase_uuid4(std::string_view text);

/// Judges the claim "an iPhone or iPad wrote this" by the shape of the rest, as checks passed and
/// failed. On a later hop failures are not observable: relays rewrite.
class Hearing;
void check_apple_shape(const Letter& letter, std::string_view mailer_build, bool first_hop,
                       Hearing& heard);

}  // namespace interdict::devices
