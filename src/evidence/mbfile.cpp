#include "evidence/mbfile.hpp"

#include <string_view>

#include "formats/keyed_archive.hpp"
#include "formats/plist.hpp"

namespace interdict::evidence {
namespace {

using IntegerField = std::optional<std::int64_t> MbFile::*;

/// Told apart by length and one letter before the compare: this runs a dozen times a row.
IntegerField integer_field(std::string_view key) {
  switch (key.size()) {
    case 4:
      return key == "Size" ? &MbFile::size : key == "Mode" ? &MbFile::mode : nullptr;
    case 5:
      return key == "Birth" ? &MbFile::birth : nullptr;
    case 6:
      return key == "UserID" ? &MbFile::user_id : nullptr;
    case 11:
      return key == "InodeNumber" ? &MbFile::inode : nullptr;
    case 12:
      return key == "LastModified" ? &MbFile::modified : nullptr;
    case 15:
      return key == "ProtectionClass" ? &MbFile::protection_class : nullptr;
    case 16:
      return key == "LastStatusChange" ? &MbFile::changed : nullptr;
    default:
      return nullptr;
  }
}

}  // namespace

Result<MbFile> parse_mbfile(ByteView blob) {
  // An XML list would be transcoded at every row; iOS has never written one here.
  if (!text_of(blob).starts_with("bplist")) {
    return Error{Errc::malformed, "not a binary property list"};
  }
  const auto document = TRY(plist::Document::open(blob));
  const auto archive = TRY(keyed_archive::Archive::open(document));
  const auto root = TRY(archive.root());
  if (root.kind() != plist::Kind::dict) return Error{Errc::malformed, "the root is no dictionary"};

  MbFile file;
  for (std::uint64_t i = 0; i < root.count(); ++i) {
    const auto key = TRY(root.key_at(i)).as_ascii();
    if (!key) continue;
    if (const auto field = integer_field(*key)) {
      file.*field = TRY(root.at(i)).as_integer();
    } else if (*key == "EncryptionKey") {
      // An unreadable key is a damaged record, not a file without a key.
      const auto key_object = TRY_WITHIN("EncryptionKey", archive.resolve(TRY(root.at(i))));
      file.encryption_key = TRY_WITHIN("EncryptionKey", archive.data(key_object));
    }
  }
  return file;
}

}  // namespace interdict::evidence
