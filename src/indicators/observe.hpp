// What a cell shows: the hosts, addresses, paths and names in it, in the comparable form of
// key.hpp.
//
// Text of a person is searched for URLs, bare host names, dotted IPv4 addresses and e-mail
// addresses. A host name ends where a letter cannot belong to it any more; it may touch CJK text or
// punctuation without a blank between. The part of an e-mail address behind its @ is no contact
// with that host and is not shown as one, nor are host-like words in the path of another URL.
//
// Cost  linear in the cell; nothing is allocated once the buffers have grown.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "artefacts/table.hpp"
#include "formats/url.hpp"
#include "indicators/indicators.hpp"

namespace interdict::indicators {

using Types = std::uint32_t;  // one bit a Type
constexpr Types bit(Type type) { return Types{1} << static_cast<unsigned>(type); }

/// What cells of a kind can show.
Types types_of(artefacts::ColumnKind kind);

class Sink {
 public:
  /// key: as in key.hpp, but for an ip the 16 bytes of the address alone, for a domain the whole
  /// host, for a file_path the whole path. Both views die with the call.
  virtual void see(Type type, std::string_view key, std::string_view written) = 0;

 protected:
  ~Sink() = default;
};

class Observer {
 public:
  /// Shows what is among `wanted`.
  void look(artefacts::ColumnKind kind, std::string_view cell, Types wanted, Sink& sink);

 private:
  void url_cell(std::string_view text);
  void domain_cell(std::string_view text);
  void email_cell(std::string_view text);
  void path_cell(std::string_view text, bool is_image);
  void process_cell(std::string_view text);
  void digest_cell(std::string_view text);
  void host(url::Host& host, std::string_view written);
  void lower(Type type, std::string_view text);
  void free_text(std::string_view text);
  /// One URL of a text; what is left of it behind its authority.
  std::string_view url_in_text(std::string_view text);
  void hosts_in(std::string_view text);
  void bare_host(std::string_view text, std::size_t begin, std::size_t end);
  void see(Type type, std::string_view key, std::string_view written);

  [[nodiscard]] bool wants(Type type) const { return (wanted_ & bit(type)) != 0; }

  Types wanted_ = 0;
  Sink* sink_ = nullptr;
  url::Parts parts_;
  std::string url_;
  std::string path_;
  std::string lower_;
};

}  // namespace interdict::indicators
