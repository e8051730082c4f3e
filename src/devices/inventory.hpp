// The organisation's own list of devices: the export of an MDM, as CSV or JSON.
//
// CSV: RFC 4180, parted by comma, semicolon or tab, whichever the first line has most of; a first
// line of column names. JSON: an array of flat objects, or one a line. Columns are told by their
// names; letter case, blanks and punctuation do not count, and of several spellings present the
// earlier here wins:
//
//   device id    easactivationid easdeviceid easid exchangedeviceid exchangeactivesyncid
//                activesyncid activesyncdeviceid deviceid
//                (the id that ActiveSync sends, not the MDM's own)
//   serial       serialnumber serial serialno deviceserialnumber
//   owner        owner person personid userprincipalname primaryuserupn upn primaryuser username
//                user assigneduser emailaddress email
//   vendor       manufacturer vendor make oem
//   model        producttype modelidentifier productname model devicemodel modelname
//   os           os operatingsystem osname platform
//   version      osversion systemversion productversion version
//   build        osbuild osbuildversion buildversion build
//   certificate  certificatesubject clientcertificatesubject clientcertificate certificate

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "devices/observed.hpp"

namespace interdict::devices {

enum class InventoryColumn : std::uint8_t {
  device_id,
  serial,
  owner,
  vendor,
  model,
  os,
  version,
  build,
  certificate,
};
inline constexpr std::size_t kInventoryColumns = 9;

inline constexpr std::size_t kMaxInventoryBytes = std::size_t{256} * 1024 * 1024;
inline constexpr std::size_t kMaxInventoryRows = 2'000'000;
inline constexpr std::size_t kMaxInventoryCell = 1024;  // longer ones are cut

class Inventory {
 public:
  using Row = std::array<std::string, kInventoryColumns>;
  struct Bad {
    std::size_t line;  // of the CSV, or element of the JSON, from 1
    std::string why;
  };

  /// Reads the whole text. Errors: malformed (no column that says who or which, broken JSON),
  /// limit. Rows that cannot be read are counted and the first ones kept in bad(), the others are
  /// read.
  static Result<Inventory> read(std::string_view text);

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
  [[nodiscard]] const std::vector<Bad>& bad() const { return bad_; }
  [[nodiscard]] std::size_t bad_rows() const { return bad_rows_; }
  /// Keys that two rows give: the first row keeps them.
  [[nodiscard]] std::size_t doubles() const { return doubles_; }

  // Letter case does not count; a subject is found in any spelling (normal_subject). Null: none.
  [[nodiscard]] const Row* by_device_id(std::string_view id) const;
  [[nodiscard]] const Row* by_serial(std::string_view serial) const;
  [[nodiscard]] const Row* by_certificate(std::string_view subject) const;

  /// Views into `row`.
  static InventoryRecord record(const Row& row);

 private:
  friend class InventoryReader;
  void add(Row row);
  void add_bad(std::size_t line, std::string_view why);
  [[nodiscard]] const Row* find(char kind, std::string_view key) const;

  std::vector<Row> rows_;
  std::unordered_map<std::string, std::uint32_t> keys_;  // kind and small letters -> row
  std::vector<Bad> bad_;
  std::size_t bad_rows_ = 0, doubles_ = 0;
};

}  // namespace interdict::devices
