// MBFile: what a row of Manifest.db records about its file, in the blob of its column `file`.
//
// Format  a binary property list in the NSKeyedArchiver form. $top.root names a dict with the
//         integers Size, Mode, Birth, LastModified, LastStatusChange, UserID, ProtectionClass and
//         InodeNumber (times are Unix seconds), and EncryptionKey, a UID of an NSData object whose
//         NS.data is a little-endian u32 class and 40 wrapped bytes. Seen in the backups of iOS 10
//         to 18; fields of other names are passed over.
// Cost    called once for every row of the manifest: one pass over the dict, no allocation.

#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace interdict::evidence {

/// A field is empty when it is absent or of another type than it should be.
struct MbFile {
  std::optional<std::int64_t> size;   // bytes; real backups record wrong ones
  std::optional<std::int64_t> mode;   // st_mode
  std::optional<std::int64_t> birth;  // Unix seconds, like the next two
  std::optional<std::int64_t> modified;
  std::optional<std::int64_t> changed;
  std::optional<std::int64_t> user_id;
  std::optional<std::int64_t> protection_class;
  std::optional<std::int64_t> inode;
  ByteView encryption_key;  // class and wrapped key, a view into the blob; empty when there is none
};

/// Errc::malformed, truncated: no keyed archive in binary form, or its root is no dict.
Result<MbFile> parse_mbfile(ByteView blob);

}  // namespace interdict::evidence
