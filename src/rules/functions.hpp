// The SQL functions that detections need besides SQLite's own.
//
//   host(url)            lower-cased host of a URL, or NULL
//   micros(time)         microseconds since 1970 of a time in the tables' text form, or NULL
//   version_key(version) a text that sorts as the version does: '9.3.5' before '10.0', '16.5.1'
//                        before '16.5.1 (a)'; NULL for what is not a version

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

struct sqlite3;

namespace interdict::rules {

Status register_functions(sqlite3* db);

/// Up to four numbers of up to nine digits, and the "(a)" of a Rapid Security Response.
std::optional<std::string> version_key(std::string_view version);

}  // namespace interdict::rules
