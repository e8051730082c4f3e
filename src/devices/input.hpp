// What a person hands to `interdict identify`, made into observations.
//
// Forms
//   message   an .eml or a header block: the fields before the first empty line; the body is not
//   read.
//             A message without Received is taken as seen on its first hop, see
//             Observed::first_hop.
//   agent     user agents, one a line, with or without "User-Agent:"
//   imap-id   IMAP IDs, one a line: a list, a whole command ("3 ID (…)"), or Dovecot's log form
//   request   an HTTP request line ("POST /Microsoft-Server-ActiveSync?… HTTP/1.1") and its header
//             fields, or request lines alone, one a line
//   json      objects, one a line or in an array, members as kJsonMembers names them

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "devices/observed.hpp"

namespace interdict::devices {

enum class Form : std::uint8_t { message, agent, imap_id, request, json };
std::string_view name_of(Form f);
std::optional<Form> form_from_name(std::string_view name);
/// By the first line; a text of nothing known is an agent.
Form guess_form(std::string_view text);

/// Text, but for first_hop and compromised (true or false).
inline constexpr std::array<std::string_view, 19> kJsonMembers{
    "headers",         "first_hop",        "ehlo",
    "imap_id",         "activesync_query", "activesync_model",
    "activesync_os",   "user_agent",       "certificate_subject",
    "product_type",    "product_version",  "build_version",
    "compromised",     "inventory_owner",  "inventory_vendor",
    "inventory_model", "inventory_os",     "inventory_version",
    "inventory_build"};

/// Where the observation stands: its line, or in JSON the how-manieth object it is, from 1.
using VisitObservation = std::function<Status(const Observed&, std::size_t line)>;
using VisitUnreadable = std::function<void(std::size_t line, std::string_view why)>;

/// Calls `visit` for each observation; its views live for the call only. What cannot be read goes
/// to `unreadable` and the rest is read all the same. Errors: not_found (a message without a
/// field), malformed, limit, and those of `visit`.
Status each_observation(std::string_view text, Form form, const VisitObservation& visit,
                        const VisitUnreadable& unreadable);

}  // namespace interdict::devices
