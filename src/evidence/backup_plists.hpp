// The property lists beside Manifest.db: what phone this is, and whether the backup is encrypted.
//
// Format  Info.plist: "Product Type", "Product Version", "Build Version", "Device Name",
//         "Serial Number", "Unique Identifier". Manifest.plist: IsEncrypted, BackupKeyBag,
//         ManifestKey, and the same facts in Lockdown. Status.plist: SnapshotState.
// Errors  none: each list may be missing or damaged, which becomes a note. Whether that is fatal
//         (no key bag for an encrypted manifest) is for the caller to say.

#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "evidence/folder.hpp"
#include "evidence/tree.hpp"

namespace interdict::evidence {

struct BackupPlists {
  Facts facts;  // `encrypted` and `path_convention` are not set here
  std::vector<std::string> notes;
  bool says_encrypted = false;  // Manifest.plist IsEncrypted
  Bytes key_bag;                // empty when there is none
  Bytes manifest_key;
  std::string manifest_plist_error;  // why Manifest.plist was not read; empty when it was
};

BackupPlists read_backup_plists(const Folder& folder);

}  // namespace interdict::evidence
