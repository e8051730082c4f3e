#include "devices/inventory.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "base/text.hpp"
#include "devices/json_objects.hpp"
#include "devices/subject.hpp"

namespace interdict::devices {
namespace inventory {
namespace {

constexpr std::size_t kMaxBadKept = 20;
constexpr std::size_t kMaxCsvColumns = 200;
constexpr char kById = 'd', kBySerial = 's', kByCertificate = 'c';

struct Spelling {
  InventoryColumn column;
  std::string_view name;
};
/// In the order of preference, column by column.
constexpr std::array kSpellings{
    Spelling{InventoryColumn::device_id, "easactivationid"},
    Spelling{InventoryColumn::device_id, "easdeviceid"},
    Spelling{InventoryColumn::device_id, "easid"},
    Spelling{InventoryColumn::device_id, "exchangedeviceid"},
    Spelling{InventoryColumn::device_id, "exchangeactivesyncid"},
    Spelling{InventoryColumn::device_id, "activesyncid"},
    Spelling{InventoryColumn::device_id, "activesyncdeviceid"},
    Spelling{InventoryColumn::device_id, "deviceid"},
    Spelling{InventoryColumn::serial, "serialnumber"},
    Spelling{InventoryColumn::serial, "serial"},
    Spelling{InventoryColumn::serial, "serialno"},
    Spelling{InventoryColumn::serial, "deviceserialnumber"},
    Spelling{InventoryColumn::owner, "owner"},
    Spelling{InventoryColumn::owner, "person"},
    Spelling{InventoryColumn::owner, "personid"},
    Spelling{InventoryColumn::owner, "userprincipalname"},
    Spelling{InventoryColumn::owner, "primaryuserupn"},
    Spelling{InventoryColumn::owner, "upn"},
    Spelling{InventoryColumn::owner, "primaryuser"},
    Spelling{InventoryColumn::owner, "username"},
    Spelling{InventoryColumn::owner, "user"},
    Spelling{InventoryColumn::owner, "assigneduser"},
    Spelling{InventoryColumn::owner, "emailaddress"},
    Spelling{InventoryColumn::owner, "email"},
    Spelling{InventoryColumn::vendor, "manufacturer"},
    Spelling{InventoryColumn::vendor, "vendor"},
    Spelling{InventoryColumn::vendor, "make"},
    Spelling{InventoryColumn::vendor, "oem"},
    Spelling{InventoryColumn::model, "producttype"},
    Spelling{InventoryColumn::model, "modelidentifier"},
    Spelling{InventoryColumn::model, "productname"},
    Spelling{InventoryColumn::model, "model"},
    Spelling{InventoryColumn::model, "devicemodel"},
    Spelling{InventoryColumn::model, "modelname"},
    Spelling{InventoryColumn::os, "os"},
    Spelling{InventoryColumn::os, "operatingsystem"},
    Spelling{InventoryColumn::os, "osname"},
    Spelling{InventoryColumn::os, "platform"},
    Spelling{InventoryColumn::version, "osversion"},
    Spelling{InventoryColumn::version, "systemversion"},
    Spelling{InventoryColumn::version, "productversion"},
    Spelling{InventoryColumn::version, "version"},
    Spelling{InventoryColumn::build, "osbuild"},
    Spelling{InventoryColumn::build, "osbuildversion"},
    Spelling{InventoryColumn::build, "buildversion"},
    Spelling{InventoryColumn::build, "build"},
    Spelling{InventoryColumn::certificate, "certificatesubject"},
    Spelling{InventoryColumn::certificate, "clientcertificatesubject"},
    Spelling{InventoryColumn::certificate, "clientcertificate"},
    Spelling{InventoryColumn::certificate, "certificate"},
};

/// Rank of a column's name in kSpellings; its size: none.
std::size_t rank_of(std::string_view name) {
  std::string small;
  for (const char c : name.substr(0, 100)) {
    const char lower = ascii_lower(c);
    if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9')) small += lower;
  }
  const auto* at = std::ranges::find(kSpellings, small, &Spelling::name);
  return static_cast<std::size_t>(at - kSpellings.begin());
}

std::string cut(std::string_view cell) {
  return std::string(trimmed(cell).substr(0, kMaxInventoryCell));
}

/// RFC 4180 off the front of a text.
class Csv {
 public:
  Csv(std::string_view text, char separator) : text_(text), separator_(separator) {}

  [[nodiscard]] bool done() const { return text_.empty(); }
  [[nodiscard]] std::size_t line() const { return line_; }  // of the record read last

  /// malformed when a quote does not end; the rest of the text is then gone.
  Status next(std::vector<std::string>& cells) {
    cells.clear();
    line_ = next_line_;
    for (bool more = true; more;) {
      if (cells.size() == kMaxCsvColumns) {
        skip_line();
        return Error{Errc::limit, "more than 200 columns"};
      }
      cells.emplace_back();
      TRY(cell(cells.back(), more));
    }
    return ok();
  }

 private:
  Status cell(std::string& into, bool& more) {
    if (text_.starts_with('"')) TRY(quoted(into));
    const auto end = std::min(text_.find_first_of(std::string{separator_, '\n'}), text_.size());
    append(into, text_.substr(0, end));
    if (into.ends_with('\r')) into.pop_back();
    more = end < text_.size() && text_[end] == separator_;
    if (end < text_.size() && text_[end] == '\n') ++next_line_;
    text_.remove_prefix(std::min(end + 1, text_.size()));
    return ok();
  }
  Status quoted(std::string& into) {
    text_.remove_prefix(1);
    for (;;) {
      const auto end = text_.find('"');
      if (end == text_.npos) {
        text_ = {};
        return Error{Errc::truncated, "a quoted cell does not end"};
      }
      const auto part = text_.substr(0, end);
      next_line_ += static_cast<std::size_t>(std::ranges::count(part, '\n'));
      append(into, part);
      text_.remove_prefix(end + 1);
      if (!text_.starts_with('"')) return ok();
      append(into, "\"");
      text_.remove_prefix(1);
    }
  }
  /// What is cut later need not be copied now.
  static void append(std::string& into, std::string_view part) {
    const std::size_t room = kMaxInventoryCell * 2 - std::min(into.size(), kMaxInventoryCell * 2);
    into.append(part.substr(0, room));
  }
  void skip_line() {
    const auto end = std::min(text_.find('\n'), text_.size());
    text_.remove_prefix(std::min(end + 1, text_.size()));
    ++next_line_;
  }

  std::string_view text_;
  char separator_;
  std::size_t line_ = 0, next_line_ = 1;
};

char separator_of(std::string_view text) {
  const auto first = text.substr(0, std::min(text.find('\n'), text.size()));
  char best = ',';
  for (const char c : {';', '\t'}) {
    if (std::ranges::count(first, c) > std::ranges::count(first, best)) best = c;
  }
  return best;
}

std::string key_of(char kind, std::string_view key) {
  std::string out(1, kind);
  out += kind == kByCertificate ? normal_subject(key) : ascii_lower(trimmed(key));
  return out;
}

std::string_view cell_of(const Inventory::Row& row, InventoryColumn column) {
  return row[static_cast<std::size_t>(column)];
}

}  // namespace
}  // namespace inventory

/// Both spellings of an export, into one Inventory.
class InventoryReader {
 public:
  static Result<Inventory> csv(std::string_view text) {
    inventory::Csv csv(text, inventory::separator_of(text));
    std::vector<std::string> cells;
    if (csv.done()) return Error{Errc::malformed, "an empty inventory"};
    TRY_WITHIN("column names", csv.next(cells));
    std::array<std::size_t, kInventoryColumns> from;  // column of the file for each of ours
    std::array<std::size_t, kInventoryColumns> rank;
    from.fill(cells.size());
    rank.fill(inventory::kSpellings.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const auto r = inventory::rank_of(cells[i]);
      if (r == inventory::kSpellings.size()) continue;
      const auto column = static_cast<std::size_t>(inventory::kSpellings[r].column);
      if (r < rank[column]) {
        rank[column] = r;
        from[column] = i;
      }
    }
    const std::size_t columns = cells.size();
    if (std::ranges::all_of(from, [&](std::size_t i) { return i == columns; })) {
      return Error{Errc::malformed,
                   "no column has a name that is known (serial, device id, owner, "
                   "model, os, version, …)"};
    }
    Inventory out;
    while (!csv.done()) {
      if (out.rows_.size() == kMaxInventoryRows) {
        return Error{Errc::limit, "more than 2,000,000 devices"};
      }
      if (const auto read = csv.next(cells); !read) {
        out.add_bad(csv.line(), read.error().what());
        continue;
      }
      if (cells.size() == 1 && trimmed(cells[0]).empty()) continue;
      if (cells.size() != columns) {
        out.add_bad(csv.line(), fmt::format("{} cells, {} columns", cells.size(), columns));
        continue;
      }
      Inventory::Row row;
      for (std::size_t c = 0; c < kInventoryColumns; ++c) {
        if (from[c] < columns) row[c] = inventory::cut(cells[from[c]]);
      }
      out.add(std::move(row));
    }
    return out;
  }

  static Result<Inventory> json(std::string_view text) {
    Inventory out;
    const auto visit = [&](std::span<const JsonMember> members) -> Status {
      if (out.rows_.size() == kMaxInventoryRows) {
        return Error{Errc::limit, "more than 2,000,000 devices"};
      }
      Inventory::Row row;
      std::array<std::size_t, kInventoryColumns> rank;
      rank.fill(inventory::kSpellings.size());
      for (const auto& member : members) {
        const auto r = inventory::rank_of(member.name);
        if (r == inventory::kSpellings.size() || member.value.empty()) continue;
        const auto column = static_cast<std::size_t>(inventory::kSpellings[r].column);
        if (r >= rank[column]) continue;
        rank[column] = r;
        row[column] = inventory::cut(member.value);
      }
      out.add(std::move(row));
      return ok();
    };
    TRY(each_json_object(text, visit,
                         [&](std::size_t n, std::string_view why) { out.add_bad(n, why); }));
    return out;
  }
};

void Inventory::add_bad(std::size_t line, std::string_view why) {
  ++bad_rows_;
  if (bad_.size() < inventory::kMaxBadKept) bad_.push_back({line, std::string(why)});
}

void Inventory::add(Row row) {
  if (std::ranges::all_of(row, [](const std::string& cell) { return cell.empty(); })) return;
  const auto index = static_cast<std::uint32_t>(rows_.size());
  const auto key = [&](char kind, InventoryColumn column) {
    const auto value = inventory::cell_of(row, column);
    if (value.empty()) return;
    auto text = inventory::key_of(kind, value);
    if (text.size() > 1 && !keys_.emplace(std::move(text), index).second) ++doubles_;
  };
  key(inventory::kById, InventoryColumn::device_id);
  key(inventory::kBySerial, InventoryColumn::serial);
  key(inventory::kByCertificate, InventoryColumn::certificate);
  rows_.push_back(std::move(row));
}

Result<Inventory> Inventory::read(std::string_view text) {
  if (text.size() > kMaxInventoryBytes) {
    return Error{Errc::limit, "an inventory larger than 256 MiB"};
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto start = text.find_first_not_of(" \t\r\n");
  if (start == text.npos) return Error{Errc::malformed, "an empty inventory"};
  return text[start] == '[' || text[start] == '{' ? InventoryReader::json(text)
                                                  : InventoryReader::csv(text);
}

const Inventory::Row* Inventory::find(char kind, std::string_view key) const {
  const auto text = inventory::key_of(kind, key);
  if (text.size() == 1) return nullptr;
  const auto at = keys_.find(text);
  return at == keys_.end() ? nullptr : &rows_[at->second];
}
const Inventory::Row* Inventory::by_device_id(std::string_view id) const {
  return find(inventory::kById, id);
}
const Inventory::Row* Inventory::by_serial(std::string_view serial) const {
  return find(inventory::kBySerial, serial);
}
const Inventory::Row* Inventory::by_certificate(std::string_view subject) const {
  return find(inventory::kByCertificate, subject);
}

InventoryRecord Inventory::record(const Row& row) {
  using inventory::cell_of;
  return {cell_of(row, InventoryColumn::owner),   cell_of(row, InventoryColumn::vendor),
          cell_of(row, InventoryColumn::model),   cell_of(row, InventoryColumn::os),
          cell_of(row, InventoryColumn::version), cell_of(row, InventoryColumn::build)};
}

}  // namespace interdict::devices
