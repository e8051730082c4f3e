// Writes property lists, for fixtures. Shares no code with the reader in src/formats.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace interdict::test {

/// A property-list value to be written.
class Plist {
 public:
  static Plist text(std::string utf8);
  static Plist integer(std::int64_t value);
  static Plist real(double value);
  static Plist boolean(bool value);
  static Plist date(double unix_seconds);
  static Plist data(std::string bytes);
  static Plist uid(std::uint64_t number);
  static Plist array(std::vector<Plist> elements);
  static Plist dict(std::vector<std::pair<std::string, Plist>> members);  // written in this order

  struct Impl;
  std::shared_ptr<const Impl> impl;
};

/// "bplist00…". Equal texts are stored once, as Apple's writer does.
std::string binary_plist(const Plist& root);
std::string xml_plist(const Plist& root);

/// The tree of an XML property list of our own writing: fixtures are easier to read as XML. A
/// <dict> of only <key>CF$UID</key> is a UID; the prologue may be left out. Throws
/// std::runtime_error on anything unexpected.
Plist plist_from_xml(const std::string& xml);

/// The NSKeyedArchiver blob of a row of Manifest.db (class MBFile).
struct MbFile {
  std::string relative_path;
  std::int64_t size = 0;
  std::int64_t mode = 0100644;
  std::int64_t birth = 1'700'000'000, modified = 1'700'000'000, changed = 1'700'000'000;  // Unix
  std::int64_t protection_class = 3;
  std::int64_t inode = 1000;
  std::string encryption_key{};  // class + wrapped key, or empty
  std::string target{};          // of a symbolic link
};
std::string mbfile(const MbFile& file);

/// message.attributedBody holding this text: a typedstream NSMutableAttributedString as iOS writes
/// it.
std::string attributed_body(const std::string& utf8);

}  // namespace interdict::test
