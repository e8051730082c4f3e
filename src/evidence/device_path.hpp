// Device paths: one spelling for a file of the phone, whatever a container calls it.

#pragma once

#include <string>
#include <string_view>

namespace interdict::evidence {

/// "HomeDomain", "Library/SMS/sms.db" -> "/private/var/mobile/Library/SMS/sms.db". The containers
/// of apps are named by bundle id in a backup, by UUID on the phone; the bundle id stays. Unknown
/// domains become "/<domain>/<path>", which no device path equals; the files beside the manifest
/// (domain "") keep their bare name.
std::string device_path(std::string_view domain, std::string_view relative_path);
void append_device_path(std::string& out, std::string_view domain, std::string_view relative_path);

/// Device paths compare equal whatever the container calls them: a missing leading slash is added;
/// /var, /tmp and /etc become /private/…; a leading filesystem1 (system volume) goes, filesystem2
/// (data volume) becomes /private/var; doubled slashes, "." components and a trailing slash go.
/// ".." stays as it is. Idempotent. An empty text stays empty: it names nothing.
std::string canonical_path(std::string_view path);
void append_canonical_path(std::string& out, std::string_view path);

}  // namespace interdict::evidence
