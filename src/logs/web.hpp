// Requests of web servers: what is common to IIS and to nginx and Apache.
//
// A request is a sighting when its path belongs to a channel and the server names an authenticated
// user. Of an ActiveSync query only DeviceId and DeviceType are kept (facts 2.4); the coded form is
// kept as it is, up to what the server appended. Referers, addresses and other paths are not kept.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "logs/reader.hpp"

namespace interdict::logs {

/// The channel of a path. Built in, letter case ignored:
///   sync  /Microsoft-Server-ActiveSync, /EWS, /MAPI, /SOGo/dav, /caldav, /carddav, /dav,
///         /remote.php/dav, /.well-known/caldav, /.well-known/carddav, /principals
///   web   /owa, /webmail, /roundcube, /SOGo, /mail
std::optional<devices::Channel> channel_of(std::string_view path, std::span<const PathRule> rules);

struct Request {
  std::string_view account;  // empty: nobody authenticated
  std::string_view path;
  std::string_view query;
  std::string_view user_agent;
  UtcTime when;
  std::uint64_t line = 0;
};

class Requests {
 public:
  /// The ids of what cannot be shown begin with `prefix`: "iis/no-user".
  struct Words {
    std::string_view no_user, no_user_agent, no_user_text;
  };
  Requests(const Report& report, const Words& words) : report_(report), words_(words) {}
  void begin_file(const FileContext& file) { file_ = file; }
  [[nodiscard]] std::optional<devices::Channel> channel_of(std::string_view path) const {
    return logs::channel_of(path, report_.options->paths);
  }
  void see(const Request& request, devices::Channel channel);
  void finish();

 private:
  Report report_;
  Words words_;
  FileContext file_;
  std::string query_;  // scratch
  std::uint64_t requests_ = 0, not_work_ = 0, no_user_ = 0, no_user_agent_ = 0;
};

}  // namespace interdict::logs
