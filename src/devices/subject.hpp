// The attributes of a certificate's subject, as servers print it: "CN=alice,OU=iPhone" (RFC 4514,
// nginx) or "/OU=iPhone/CN=alice" (OpenSSL's older form, Postfix and Apache).

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace interdict::devices {

/// Views into `subject`, in its order, blanks trimmed; at most 32, of the first 2048 bytes.
std::vector<std::pair<std::string_view, std::string_view>> subject_attributes(
    std::string_view subject);

/// The same for both spellings and any order of attributes: for comparing, not for people. Empty:
/// no attribute.
std::string normal_subject(std::string_view subject);

}  // namespace interdict::devices
