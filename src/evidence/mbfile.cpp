#include "evidence/mbfile.hpp"

#include <string_view>

#include "formats/keyed_archive.hpp"
#include "formats/plist.hpp"

namespace interdict::evidence {

Result<MbFile> parse_mbfile(ByteView blob) {
  // An XML list would be transcoded at every row; iOS has never written one here.
  if (!text_of(blob).starts_with("bplist")) {
    return Error{Errc::malformed, "not a binary property list"};
  }
  const auto document = TRY(plist::Document::open(blob));
  const auto archive = TRY(keyed_archive::Archive::open(document));
  const auto root = TRY(archive.root());
  if (root.kind() != plist::Kind::dict) return Error{Errc::malformed, "the root is no dictionary"};

  const auto integer = [&](std::string_view key) {
    const auto value = root.find(key);
    return value ? value->as_integer() : std::nullopt;
  };
  MbFile file{.size = integer("Size"),
              .mode = integer("Mode"),
              .birth = integer("Birth"),
              .modified = integer("LastModified"),
              .changed = integer("LastStatusChange"),
              .user_id = integer("UserID"),
              .protection_class = integer("ProtectionClass"),
              .inode = integer("InodeNumber"),
              .encryption_key = {}};
  if (const auto key = root.find("EncryptionKey")) {
    // An unreadable key is a damaged record, not a file without a key.
    const auto object = TRY_WITHIN("EncryptionKey", archive.resolve(*key));
    file.encryption_key = TRY_WITHIN("EncryptionKey", archive.data(object));
  }
  return file;
}

}  // namespace interdict::evidence
