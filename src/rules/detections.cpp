#include "rules/detections.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "embedded_rules.hpp"

namespace interdict::rules {
namespace {

/// The header's names, all of which a detection must give once.
constexpr std::array<std::string_view, 9> kNames{
    "id", "title", "kind", "families", "sources", "benign", "next", "baseline", "version"};
constexpr std::size_t kMaxFile = 65'536;
constexpr std::string_view kSql = ".sql";

using Header = std::map<std::string, std::string, std::less<>>;

/// Takes the next line off `rest`, without its line end.
std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Status add_field(Header& header, std::string_view text, std::string& last) {
  const auto colon = text.find(':');
  const std::string_view name = trimmed(text.substr(0, colon));
  if (colon == text.npos || std::find(kNames.begin(), kNames.end(), name) == kNames.end()) {
    return Error{Errc::malformed, fmt::format("not a line of a detection's header: \"-- {}\"",
                                              printable(text.substr(0, 60)))};
  }
  last = name;
  if (!header.emplace(last, trimmed(text.substr(colon + 1))).second) {
    return Error{Errc::malformed, fmt::format("{} is given twice", name)};
  }
  return ok();
}

/// Reads the lines "-- name: value" and "--   more" and takes them off `rest`.
Result<Header> take_header(std::string_view& rest) {
  Header header;
  std::string last;
  while (rest.starts_with("--")) {
    std::string_view line = take_line(rest).substr(2);
    if (trimmed(line).empty()) break;
    if (line.starts_with("   ")) {
      if (last.empty()) return Error{Errc::malformed, "the header begins with a continuation"};
      std::string& value = header.find(last)->second;
      if (!value.empty()) value += ' ';
      value += trimmed(line);
    } else {
      TRY(add_field(header, trimmed(line), last));
    }
  }
  for (const std::string_view name : kNames) {
    const auto field = header.find(name);
    if (field == header.end() || field->second.empty()) {
      return Error{Errc::malformed, fmt::format("the header does not give \"{}\"", name)};
    }
  }
  return header;
}

/// "ios/outdated-version" of "outdated_version.sql".
bool id_fits_file(std::string_view id, std::string_view file) {
  const auto slash = id.find('/');
  if (slash == id.npos || slash == 0 || !file.ends_with(kSql)) return false;
  std::string stem(file.substr(0, file.size() - kSql.size()));
  std::replace(stem.begin(), stem.end(), '_', '-');
  return id.substr(slash + 1) == stem;
}

bool word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Skips what is not code at `sql[at]`: a comment or a quoted text. Returns where code goes on.
std::size_t skip_non_code(std::string_view sql, std::size_t at) {
  const auto past = [&](std::string_view end, std::size_t from) {
    const auto found = sql.find(end, from);
    return found == sql.npos ? sql.size() : found + end.size();
  };
  if (sql.substr(at, 2) == "--") return past("\n", at + 2);
  if (sql.substr(at, 2) == "/*") return past("*/", at + 2);
  if (sql[at] == '\'') return past("'", at + 1);
  return at;
}

std::set<std::string, std::less<>> words_of(std::string_view sql) {
  std::set<std::string, std::less<>> words;
  for (std::size_t at = 0; at < sql.size();) {
    if (const std::size_t code = skip_non_code(sql, at); code != at) {
      at = code;
    } else if (word_character(sql[at])) {
      const std::size_t begin = at;
      while (at < sql.size() && word_character(sql[at])) ++at;
      words.insert(ascii_lower(sql.substr(begin, at - begin)));
    } else {
      ++at;
    }
  }
  return words;
}

std::vector<const artefacts::Table*> tables_of(std::string_view sql) {
  const auto words = words_of(sql);
  std::vector<const artefacts::Table*> tables;
  for (const artefacts::Table* table : artefacts::tables()) {
    if (words.contains(table->sql_name())) tables.push_back(table);
  }
  return tables;
}

std::vector<Detection> parse_all() {
  std::vector<Detection> all;
  for (const Embedded& file : embedded()) {
    if (!file.name.ends_with(kSql)) continue;
    auto detection = parse_detection(file);
    if (!detection) {
      fmt::print(stderr, "detection {}\n", detection.error().what());
      std::terminate();
    }
    all.push_back(*std::move(detection));
  }
  std::sort(all.begin(), all.end(),
            [](const Detection& a, const Detection& b) { return a.id < b.id; });
  return all;
}

}  // namespace

Result<Detection> parse_detection(const Embedded& file) {
  if (file.text.size() > kMaxFile) {
    return Error{Errc::limit, fmt::format("{}: longer than {} bytes", file.name, kMaxFile)};
  }
  std::string_view rest = file.text;
  Header header = TRY_WITHIN(file.name, take_header(rest));
  const auto kind = finding_kind(header["kind"]);
  if (!kind) {
    return Error{Errc::malformed, fmt::format("{}: no such kind of finding: \"{}\"", file.name,
                                              printable(header["kind"]))};
  }
  if (!id_fits_file(header["id"], file.name)) {
    return Error{Errc::malformed,
                 fmt::format("{}: the id \"{}\" is not a platform, a slash and the file's name",
                             file.name, printable(header["id"]))};
  }
  const auto words = words_of(rest);
  if (!words.contains("select")) {
    return Error{Errc::malformed, fmt::format("{}: no SELECT after the header", file.name)};
  }
  Detection detection;
  detection.id = header["id"];
  detection.title = header["title"];
  detection.families = header["families"];
  detection.sources = header["sources"];
  detection.benign = header["benign"];
  detection.next = header["next"];
  detection.baseline = header["baseline"];
  detection.version = header["version"];
  detection.kind = *kind;
  detection.sql = trimmed(rest);
  detection.sha256 = hex(crypto::sha256(bytes_of(file.text)));
  detection.tables = tables_of(rest);
  return detection;
}

const std::vector<Detection>& detections() {
  static const std::vector<Detection> all = parse_all();
  return all;
}

}  // namespace interdict::rules
