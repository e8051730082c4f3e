// The two archives that a backup is full of: the keyed archive of a manifest row and the typed
// stream of a message text. Key order and object order are those of real iOS 14 and 15 backups.

#include "plist_writer.hpp"

namespace interdict::test {

namespace {

Plist class_of(std::string name, std::vector<std::string> ancestors) {
  std::vector<Plist> classes{Plist::text(name)};
  for (std::string& ancestor : ancestors) classes.push_back(Plist::text(std::move(ancestor)));
  return Plist::dict(
      {{"$classname", Plist::text(std::move(name))}, {"$classes", Plist::array(classes)}});
}

/// A count as a typed stream writes it: one byte below 128, else a marker and little-endian bytes.
std::string stream_integer(std::size_t value) {
  if (value < 0x80) return std::string(1, static_cast<char>(value));
  const bool is_short = value < 0x8000;
  std::string out(1, is_short ? '\x81' : '\x82');
  for (unsigned byte = 0; byte < (is_short ? 2 : 4); ++byte) {
    out.push_back(static_cast<char>(value >> (8 * byte) & 0xff));
  }
  return out;
}

/// Runs of an attributed string are counted in UTF-16 units.
std::size_t utf16_units(const std::string& utf8) {
  std::size_t units = 0;
  for (const char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) != 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

template <std::size_t N>
std::string bytes(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

}  // namespace

std::string mbfile(const MbFile& file) {
  std::vector<Plist> others;  // the objects after the file's own, which is number 1
  const auto append = [&others](Plist object) {
    others.push_back(std::move(object));
    return Plist::uid(1 + others.size());
  };
  const Plist path = append(Plist::text(file.relative_path));
  std::vector<std::pair<std::string, Plist>> members{
      {"LastModified", Plist::integer(file.modified)},
      {"Flags", Plist::integer(0)},
      {"GroupID", Plist::integer(501)}};
  if (!file.target.empty()) members.push_back({"Target", append(Plist::text(file.target))});
  if (!file.encryption_key.empty()) {
    const Plist data_class = Plist::uid(1 + others.size() + 2);
    members.push_back(
        {"EncryptionKey", append(Plist::dict({{"NS.data", Plist::data(file.encryption_key)},
                                              {"$class", data_class}}))});
    static const Plist data = class_of("NSMutableData", {"NSData", "NSObject"});
    append(data);
  }
  static const Plist own_class = class_of("MBFile", {"NSObject"});
  members.push_back({"$class", append(own_class)});
  members.insert(members.end(), {{"LastStatusChange", Plist::integer(file.changed)},
                                 {"RelativePath", path},
                                 {"Birth", Plist::integer(file.birth)},
                                 {"Size", Plist::integer(file.size)},
                                 {"InodeNumber", Plist::integer(file.inode)},
                                 {"Mode", Plist::integer(file.mode)},
                                 {"UserID", Plist::integer(501)},
                                 {"ProtectionClass", Plist::integer(file.protection_class)}});
  std::vector<Plist> objects{Plist::text("$null"), Plist::dict(std::move(members))};
  objects.insert(objects.end(), others.begin(), others.end());
  return binary_plist(Plist::dict({{"$version", Plist::integer(100'000)},
                                   {"$archiver", Plist::text("NSKeyedArchiver")},
                                   {"$top", Plist::dict({{"root", Plist::uid(1)}})},
                                   {"$objects", Plist::array(std::move(objects))}}));
}

std::string attributed_body(const std::string& utf8) {
  // 84 opens something new (an object, a class, a shared string), 85 is nil, 86 closes an object;
  // 92 and up refer back to what was opened before. The references are counted by hand: they do not
  // depend on the text.
  return bytes("\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x19") +
         "NSMutableAttributedString" + bytes("\0\x84\x84\x12") + "NSAttributedString" +
         bytes("\0\x84\x84\x08") + "NSObject" + bytes("\0\x85\x92\x84\x84\x84\x0f") +
         "NSMutableString" + bytes("\x01\x84\x84\x08") + "NSString" + bytes("\x01\x95\x84\x01+") +
         stream_integer(utf8.size()) + utf8 + bytes("\x86\x84\x02iI\x01") +
         stream_integer(utf16_units(utf8)) + bytes("\x92\x84\x84\x84\x0c") + "NSDictionary" +
         bytes("\0\x95\x84\x01i\x01\x92\x84\x98\x98\x1d") + "__kIMMessagePartAttributeName" +
         bytes("\x86\x92\x84\x84\x84\x08") + "NSNumber" + bytes("\0\x84\x84\x07") + "NSValue" +
         bytes("\0\x95\x84\x01*\x84\x9b\x9b\0\x86\x86\x86");
}

}  // namespace interdict::test
