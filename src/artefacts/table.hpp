// The contract of an artefact: one file = one table.
//
// A file in artefacts/ios/ declares a Table (where it lies, its columns and their kinds) and a
// reader that yields its rows one by one, and registers it with one static object at its end.
// There is no list to edit. The columns' kinds decide which indicators are tried and what goes on
// the timeline: no artefact contains matching code.
//
// The reader is a pull cursor: SQL and the streaming pass use the same one. Rows stream; memory
// does not grow with them. Damaged values are repaired or nulled and counted, never fatal; a row
// that cannot be read at all is counted and skipped.

#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "artefacts/finding_kind.hpp"
#include "artefacts/locator.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "evidence/tree.hpp"

namespace interdict::artefacts {

/// What a column holds, as far as indicators care.
enum class ColumnKind : std::uint8_t {
  plain,        // nothing to match
  url,          // one URL
  domain,       // a host name or IP address
  ip,           // an IP address
  email,        // an address; a phone number or other handle may stand here too
  process,      // the bare name of a process that ran (used the network, held a permission …)
  image_path,   // path of a running program
  file_path,    // path of a file on the phone
  file_name,    // bare file name
  app_id,       // bundle id
  sha256,       // of a file
  cert_sha256,  // of a signing certificate
  profile_id,   // configuration profile UUID or identifier
  property,     // system property name
  free_text,    // text of a person: URLs and host names in it are looked for
  time,         // a moment; every non-null one goes on the timeline
};
std::string_view name_of(ColumnKind kind);

/// One cell: 24 bytes. Text and blob are views that die with the row. Text is UTF-8.
class Value {
 public:
  enum class Type : std::uint8_t { null, integer, real, text, blob, time };

  Value() = default;
  static Value integer(std::int64_t v) { return {Type::integer, v, nullptr}; }
  static Value real(double v) { return {Type::real, std::bit_cast<std::int64_t>(v), nullptr}; }
  static Value text(std::string_view v) {
    return {Type::text, static_cast<std::int64_t>(v.size()), v.data()};
  }
  static Value blob(ByteView v) {
    Value out = text(text_of(v));
    out.type_ = Type::blob;
    return out;
  }
  static Value time(UtcTime v) { return {Type::time, v.micros, nullptr}; }
  static Value time(std::optional<UtcTime> v) { return v ? time(*v) : Value(); }

  [[nodiscard]] Type type() const { return type_; }
  [[nodiscard]] bool is_null() const { return type_ == Type::null; }
  // Of a value of another type: 0, or empty.
  [[nodiscard]] std::int64_t as_integer() const { return type_ == Type::integer ? bits_ : 0; }
  [[nodiscard]] double as_real() const {
    return type_ == Type::real ? std::bit_cast<double>(bits_) : 0;
  }
  [[nodiscard]] std::string_view as_text() const {  // of a blob, too
    if (data_ == nullptr) return {};
    return {data_, static_cast<std::size_t>(bits_)};
  }
  [[nodiscard]] UtcTime as_time() const { return UtcTime{type_ == Type::time ? bits_ : 0}; }

 private:
  Value(Type type, std::int64_t bits, const char* data) : data_(data), bits_(bits), type_(type) {}
  const char* data_ = nullptr;  // of a text or blob, bits_ long
  std::int64_t bits_ = 0;  // the integer, the real's bits, microseconds since 1970, or a length
  Type type_ = Type::null;
};

struct Column {
  std::string_view name;
  ColumnKind kind = ColumnKind::plain;
  std::string_view meaning;  // a sentence for `interdict tables`; for a time: what happened then
  /// What it means when an indicator matches here. Only for kinds that are matched.
  FindingKind on_match = FindingKind::note;
  /// The reader can seek to rows with a given value of this column (see Equals).
  bool key = false;
};

/// "column = value", pushed down to the reader.
struct Equals {
  std::size_t column;
  std::variant<std::int64_t, std::string> value;
};

/// What was odd in one source; feeds the coverage matrix. All counts; sentences are bounded.
class Notes {
 public:
  /// Once per damaged row; the same reasons are added up ("text is not valid UTF-8").
  void damaged_row(std::string_view reason);
  /// A sentence, kept once ("message: columns unknown to this program: foo").
  void note(std::string sentence);

  std::uint64_t damaged_rows = 0;
  std::map<std::string, std::uint64_t, std::less<>> reasons;  // at most kMaxSentences
  std::vector<std::string> sentences;                         // at most kMaxSentences
  static constexpr std::size_t kMaxSentences = 1000;
};

/// The columns somebody will look at, one bit each; from the 64th on they share the last.
class Wanted {
 public:
  static Wanted all() { return Wanted(~std::uint64_t{0}); }
  explicit Wanted(std::uint64_t bits) : bits_(bits) {}
  [[nodiscard]] bool has(std::size_t column) const {
    return (bits_ >> std::min<std::size_t>(column, 63) & 1) != 0;
  }

 private:
  std::uint64_t bits_;
};

/// One file that an artefact reads.
class Source {
 public:
  Source(evidence::Tree& tree, evidence::File file, Notes& notes, Wanted wanted = Wanted::all())
      : tree_(tree), file_(std::move(file)), notes_(notes), wanted_(wanted) {}

  [[nodiscard]] evidence::Tree& tree() const { return tree_; }
  [[nodiscard]] const evidence::File& file() const { return file_; }
  [[nodiscard]] Notes& notes() const { return notes_; }
  /// False: the reader may leave this column NULL, and its damage uncounted.
  [[nodiscard]] bool wants(std::size_t column) const { return wanted_.has(column); }
  /// The whole content (Errc::limit beyond plist::kMaxBytes).
  [[nodiscard]] Result<Bytes> bytes() const;
  /// The content as a database, with its -wal.
  [[nodiscard]] Result<sqlite::Database> database() const;

 private:
  evidence::Tree& tree_;
  evidence::File file_;
  Notes& notes_;
  Wanted wanted_;
};

/// Yields the rows of one source. Owns what it reads from.
class Cursor {
 public:
  Cursor() = default;
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  virtual ~Cursor() = default;
  /// True: row() is filled. False: the end. An error ends the source; rows before it stand.
  virtual Result<bool> next() = 0;
  /// As many values as the table has columns; valid until the next next().
  [[nodiscard]] virtual std::span<const Value> row() const = 0;
  /// Of the current row: table and rowid, or key path. artefact and file are filled by the caller.
  [[nodiscard]] virtual Locator locator() const = 0;
};

/// In which evidence a table is to be expected at all.
struct Expected {
  int from_ios = 0;             // first major version that has it; 0: always
  int until_ios = 0;            // last major version that has it; 0: still
  int encrypted_only_from = 0;  // from this major version only encrypted backups hold it; 0: never
  bool optional = false;        // absent on many healthy phones (the app may not be used)
};

struct Table {
  std::string_view id;       // "ios/sms": folder and file name
  std::string_view summary;  // one line: what its rows are
  std::span<const evidence::Place> places;
  std::span<const Column> columns;
  /// A core store: when it was not read, "no trace found" is not worth much.
  bool core = false;
  Expected expected;
  /// Reads one source. `only`, if set, names a key column; rows that do not match it may be skipped
  /// (and must be, unless the caller filters again: it does).
  Result<std::unique_ptr<Cursor>> (*open)(const Source& source, const std::optional<Equals>& only);
  /// The kind for a match in `column` of this very row; null: the column's on_match. Lets a table
  /// grade a message that was sent differently from one that was received.
  FindingKind (*grade)(std::size_t column, std::span<const Value> row) = nullptr;
  std::string_view mvt_module;  // name of the module of MVT that reads the same, for alerts.json

  [[nodiscard]] std::string sql_name() const;  // "ios_sms"
  [[nodiscard]] std::optional<std::size_t> column(std::string_view name) const;
};

/// Every registered table, sorted by id.
std::span<const Table* const> tables();
/// By id ("ios/sms"), SQL name ("ios_sms") or bare name ("sms"); null when unknown.
const Table* find_table(std::string_view name);

/// `const Register kRegistered{kTable};` at the end of an artefact's file.
struct Register {
  explicit Register(const Table& table);
};

}  // namespace interdict::artefacts
