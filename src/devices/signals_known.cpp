// What the organisation and an examination know: a client's certificate, the inventory's record,
// the backup of the very phone. They do not speak in the device's interest, so both directions
// count.
//
// Certificate subjects are read as "CN=alice,OU=iPhone" or "/OU=iPhone/CN=alice". The words of OU,
// DC and description are the issuer's; CN may be what a person called the phone.

#include <algorithm>

#include "base/text.hpp"
#include "devices/apple.hpp"
#include "devices/signals.hpp"
#include "devices/subject.hpp"
#include "devices/weights.hpp"

namespace interdict::devices {
namespace known {
namespace {

using weights::kCertificate;
constexpr auto kSubject = Place::subject;
constexpr Says kIphone{Vendor::apple, Family::mobile, Line::iphone, Os::ios};
constexpr Says kIpad{Vendor::apple, Family::mobile, Line::ipad, Os::unknown};
constexpr Says kMac{Vendor::apple, Family::desktop, Line::mac, Os::macos};
constexpr Says kWindows{Vendor::unknown, Family::desktop, Line::windows_pc, Os::windows};

// Compared in small letters with whole words.
constexpr Signal kSignals[] = {
    {"certificate/iphone", kSubject, "iphone", "", kIphone, kCertificate, Detail::nothing,
     "CN=alice,OU=iPhone"},
    {"certificate/ipad", kSubject, "ipad", "", kIpad, kCertificate, Detail::nothing,
     "/O=Ministry/OU=iPad/CN=alice"},
    {"certificate/mac", kSubject, "macbook", "", kMac, kCertificate, Detail::nothing,
     "CN=alice,OU=MacBook"},
    {"certificate/macos", kSubject, "macos", "", kMac, kCertificate, Detail::nothing,
     "CN=alice,OU=macOS"},
    {"certificate/android",
     kSubject,
     "android",
     "",
     {Vendor::unknown, Family::mobile, Line::unknown, Os::android},
     kCertificate,
     Detail::nothing,
     "CN=alice,OU=Android"},
    {"certificate/windows", kSubject, "windows", "", kWindows, kCertificate, Detail::nothing,
     "CN=alice,OU=Windows"},
};

bool word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ',' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// The row whose word stands in `value` as a whole word, or a product type ("iPhone15,2").
const Signal* find_word(std::string_view value, std::string& product) {
  for (std::size_t begin = 0; begin < value.size();) {
    if (!word_character(value[begin])) {
      ++begin;
      continue;
    }
    std::size_t end = begin;
    while (end < value.size() && word_character(value[end])) ++end;
    const auto word = value.substr(begin, end - begin);
    begin = end;
    product = apple::product_type(word);
    const auto letters = word.substr(0, std::min(word.find_first_of("0123456789,"), word.size()));
    for (const Signal& row : kSignals) {
      if (equal_ignoring_case(word, row.starts) ||
          (!product.empty() && equal_ignoring_case(letters, row.starts))) {
        return &row;
      }
    }
  }
  return nullptr;
}

Os os_of(std::string_view text) {
  struct Word {
    std::string_view text;
    Os os;
  };
  static constexpr std::array kWords{
      Word{"ipados", Os::ipados},   Word{"ios", Os::ios},           Word{"iphone os", Os::ios},
      Word{"watchos", Os::watchos}, Word{"visionos", Os::visionos}, Word{"macos", Os::macos},
      Word{"mac os", Os::macos},    Word{"os x", Os::macos},        Word{"android", Os::android},
      Word{"windows", Os::windows}, Word{"chrome", Os::chromeos},   Word{"linux", Os::linux},
      Word{"ubuntu", Os::linux}};
  const auto small = ascii_lower(shortened(text));
  for (const Word& word : kWords) {
    if (small.starts_with(word.text)) return word.os;
  }
  return Os::unknown;
}

Line line_of(std::string_view model) {
  struct Word {
    std::string_view text;
    Line line;
  };
  static constexpr std::array kWords{
      Word{"iphone", Line::iphone}, Word{"ipad", Line::ipad},
      Word{"ipod", Line::ipod},     Word{"apple watch", Line::apple_watch},
      Word{"macbook", Line::mac},   Word{"imac", Line::mac},
      Word{"mac ", Line::mac},      Word{"macmini", Line::mac},
      Word{"macpro", Line::mac},    Word{"mac1", Line::mac},
      Word{"mac2", Line::mac},      Word{"chromebook", Line::chromebook}};
  const auto small = ascii_lower(shortened(model));
  for (const Word& word : kWords) {
    if (small.starts_with(word.text)) return word.line;
  }
  return Line::unknown;
}

Vendor vendor_of(std::string_view text) {
  if (text.empty()) return Vendor::unknown;
  const auto small = ascii_lower(shortened(text));
  for (const auto name : vendor_names()) {
    if (small.starts_with(name) && name != "other") return *vendor_from_name(name);
  }
  return Vendor::unknown;
}

std::optional<Version> version_in(std::string_view text) {
  const auto start = text.find_first_of("0123456789");
  if (start == text.npos) return std::nullopt;
  text.remove_prefix(start);
  return parse_version(
      text.substr(0, std::min(text.find_first_not_of("0123456789._"), text.size())));
}

/// Each cell that would contradict those before it is left out: an export is data, not a proof.
void set_if_possible(Position& p, const Position& with) {
  if (compatible(p, with)) {
    if (p.vendor == Vendor::unknown) p.vendor = with.vendor;
    if (p.line == Line::unknown) p.line = with.line;
    if (p.os == Os::unknown) p.os = with.os;
  }
}

Position of_record(const InventoryRecord& record) {
  Position p, cell;
  // Models are written as product types or as Apple's names for sale.
  auto product = apple::product_type(trimmed(record.model));
  if (product.empty()) product = apple::product_of_name(trimmed(record.model));
  p.model = product.empty() ? std::string(shortened(trimmed(record.model))) : std::move(product);
  p.line = line_of(p.model);
  p.vendor = vendor_of_model(p.model);
  cell.os = os_of(record.os);
  // No inventory lists a console; what is left of Windows is a computer or one of its old phones.
  if (cell.os == Os::windows) {
    const bool phone = ascii_lower(shortened(record.os)).find("phone") != std::string::npos;
    cell.line = phone ? Line::windows_phone : Line::windows_pc;
  }
  set_if_possible(p, cell);
  cell = {};
  cell.vendor = vendor_of(record.vendor);
  set_if_possible(p, cell);
  const auto version = version_in(record.version.empty() ? record.os : record.version);
  if (version) p.os_version = *version;
  if (const auto build = parse_build(trimmed(record.build))) {
    p.build = *build;
    if (!p.os_version.known()) p.os_version = apple::version_of(*build).value_or(Version{});
  }
  // Exports call an iPad's system iOS or iPadOS as they please: its version decides.
  if (p.line == Line::ipad) p.os = Os::unknown;
  return p;
}

}  // namespace
}  // namespace known

std::span<const Signal> certificate_signals() { return known::kSignals; }

void hear_certificate(const Observed& seen, Hearing& heard) {
  if (seen.certificate_subject.empty()) return;
  for (const auto& [name, value] : subject_attributes(seen.certificate_subject)) {
    const bool issuer = equal_ignoring_case(name, "OU") || equal_ignoring_case(name, "DC") ||
                        equal_ignoring_case(name, "description");
    if (!issuer && !equal_ignoring_case(name, "CN")) continue;
    std::string product;
    const Signal* row = known::find_word(value, product);
    if (row == nullptr) continue;
    auto p = read_position(*row, value);
    p.model = std::move(product);
    heard.add(row->id, Mouth::certificate, seen.certificate_subject, std::move(p),
              issuer ? row->weight : weights::kCertificateName);
  }
}

void hear_inventory(const Observed& seen, Hearing& heard) {
  if (!seen.inventory) return;
  const auto& record = *seen.inventory;
  heard.add("inventory/record", Mouth::inventory, record.model.empty() ? record.os : record.model,
            known::of_record(record), weights::kInventory);
}

void hear_examination(const Observed& seen, Hearing& heard) {
  if (!seen.examined) return;
  Position p;
  p.vendor = Vendor::apple;
  p.model = apple::product_type(seen.examined->product_type);
  if (const auto version = parse_version(seen.examined->product_version)) p.os_version = *version;
  if (const auto build = parse_build(seen.examined->build_version)) p.build = *build;
  heard.add("examination/backup", Mouth::examination, seen.examined->product_type, std::move(p),
            weights::kExamination);
}

}  // namespace interdict::devices
