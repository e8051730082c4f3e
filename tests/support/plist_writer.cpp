// The two forms of a property list. The binary form is laid out as CoreFoundation's writer does it
// (the order seen in the manifests of real backups): an object is followed by its keys, then by its
// members depth first; equal scalars are one object; integers take 1, 2, 4 or 8 bytes.

#include "plist_writer.hpp"

#include <bit>
#include <chrono>
#include <stdexcept>
#include <unordered_map>
#include <variant>

#include <fmt/format.h>

namespace interdict::test {

namespace {

constexpr double kMacEpoch = 978'307'200;  // 2001-01-01 in Unix seconds

}  // namespace

struct Plist::Impl {
  struct Real {
    double value;
  };
  struct Date {
    double unix_seconds;
  };
  struct Data {
    std::string bytes;
  };
  struct Uid {
    std::uint64_t number;
  };
  using Array = std::vector<Plist>;
  using Dict = std::vector<std::pair<std::string, Plist>>;

  std::variant<std::string, std::int64_t, Real, bool, Date, Data, Uid, Array, Dict> value;
};

namespace {

using Real = Plist::Impl::Real;
using Date = Plist::Impl::Date;
using Data = Plist::Impl::Data;
using Uid = Plist::Impl::Uid;
using Array = Plist::Impl::Array;
using Dict = Plist::Impl::Dict;

template <class T>
Plist make(T value) {
  return Plist{std::make_shared<const Plist::Impl>(Plist::Impl{std::move(value)})};
}

}  // namespace

Plist Plist::text(std::string utf8) { return make(std::move(utf8)); }
Plist Plist::integer(std::int64_t value) { return make(value); }
Plist Plist::real(double value) { return make(Real{value}); }
Plist Plist::boolean(bool value) { return make(value); }
Plist Plist::date(double unix_seconds) { return make(Date{unix_seconds}); }
Plist Plist::data(std::string bytes) { return make(Data{std::move(bytes)}); }
Plist Plist::uid(std::uint64_t number) { return make(Uid{number}); }
Plist Plist::array(std::vector<Plist> elements) { return make(std::move(elements)); }
Plist Plist::dict(std::vector<std::pair<std::string, Plist>> members) {
  return make(std::move(members));
}

namespace {

void append_big_endian(std::string& out, std::uint64_t value, unsigned width) {
  for (unsigned byte = width; byte-- > 0;) {
    out.push_back(static_cast<char>(value >> (8 * byte) & 0xff));
  }
}

unsigned width_of(std::uint64_t value) {
  return value < 1u << 8 ? 1 : value < 1u << 16 ? 2 : value < 1ull << 32 ? 4 : 8;
}

std::string integer_object(std::int64_t value) {
  // A negative number is always written with eight bytes; the shorter widths are unsigned.
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const unsigned width = width_of(bits);
  std::string out(1, static_cast<char>(0x10 | std::countr_zero(width)));
  append_big_endian(out, bits, width);
  return out;
}

/// A marker with the count in its low half, or an integer after it from 15 on.
std::string counted(unsigned kind, std::size_t count) {
  if (count < 15) return std::string(1, static_cast<char>(kind << 4 | count));
  return std::string(1, static_cast<char>(kind << 4 | 0xf)) +
         integer_object(static_cast<std::int64_t>(count));
}

/// UTF-8 of our own fixtures: well formed.
std::u16string utf16(const std::string& utf8) {
  std::u16string out;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[at]);
    const unsigned more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    std::uint32_t point = more == 0 ? lead : lead & (0x3fu >> more);
    for (unsigned i = 1; i <= more; ++i) {
      point = point << 6 | (static_cast<unsigned char>(utf8.at(at + i)) & 0x3fu);
    }
    at += 1 + more;
    if (point < 0x10000) {
      out.push_back(static_cast<char16_t>(point));
    } else {
      out.push_back(static_cast<char16_t>(0xd7c0 + (point >> 10)));
      out.push_back(static_cast<char16_t>(0xdc00 | (point & 0x3ff)));
    }
  }
  return out;
}

std::string text_object(const std::string& utf8) {
  bool ascii = true;
  for (const char c : utf8) ascii = ascii && static_cast<unsigned char>(c) < 0x80;
  if (ascii) return counted(0x5, utf8.size()) + utf8;
  const std::u16string units = utf16(utf8);
  std::string out = counted(0x6, units.size());
  for (const char16_t unit : units) append_big_endian(out, unit, 2);
  return out;
}

/// Everything but the containers, whose bytes depend on the width of a reference.
struct ScalarObject {
  std::string operator()(const std::string& utf8) const { return text_object(utf8); }
  std::string operator()(std::int64_t value) const { return integer_object(value); }
  std::string operator()(bool value) const { return std::string(1, value ? '\x09' : '\x08'); }
  std::string operator()(Real real) const { return eight('\x23', real.value); }
  std::string operator()(Date date) const { return eight('\x33', date.unix_seconds - kMacEpoch); }
  std::string operator()(const Data& data) const {
    return counted(0x4, data.bytes.size()) + data.bytes;
  }
  std::string operator()(Uid uid) const {
    const unsigned width = width_of(uid.number);
    std::string out(1, static_cast<char>(0x80 | (width - 1)));
    append_big_endian(out, uid.number, width);
    return out;
  }
  std::string operator()(const Array&) const { return {}; }
  std::string operator()(const Dict&) const { return {}; }

 private:
  static std::string eight(char marker, double value) {
    std::string out(1, marker);
    append_big_endian(out, std::bit_cast<std::uint64_t>(value), 8);
    return out;
  }
};

class BinaryWriter {
 public:
  std::string write(const Plist& root) {
    objects_.reserve(kUsual);
    scalars_.reserve(kUsual);
    number(root);
    const unsigned reference = width_of(objects_.size() - 1);
    std::string out = "bplist00";
    out.reserve(16 * kUsual);
    std::vector<std::size_t> offsets;
    offsets.reserve(objects_.size());
    for (const Object& object : objects_) {
      offsets.push_back(out.size());
      out += object.bytes;
      for (const std::size_t child : object.references) append_big_endian(out, child, reference);
    }
    const std::size_t table = out.size();
    const unsigned offset_width = width_of(table);
    for (const std::size_t offset : offsets) append_big_endian(out, offset, offset_width);
    out.append(6, '\0');  // five unused bytes and the sort version
    append_big_endian(out, offset_width, 1);
    append_big_endian(out, reference, 1);
    append_big_endian(out, objects_.size(), 8);
    append_big_endian(out, 0, 8);  // the root
    append_big_endian(out, table, 8);
    return out;
  }

 private:
  static constexpr std::size_t kUsual = 48;  // objects: a row of a manifest, written by the million

  struct Object {
    std::string bytes;
    std::vector<std::size_t> references;
  };

  std::size_t number(const Plist& value) {
    if (const auto* array = std::get_if<Array>(&value.impl->value)) {
      const std::size_t own = append(counted(0xa, array->size()));
      std::vector<std::size_t> references;
      for (const Plist& element : *array) references.push_back(number(element));
      objects_[own].references = std::move(references);
      return own;
    }
    if (const auto* dict = std::get_if<Dict>(&value.impl->value)) {
      const std::size_t own = append(counted(0xd, dict->size()));
      std::vector<std::size_t> references;
      references.reserve(2 * dict->size());
      for (const auto& [key, member] : *dict) references.push_back(scalar(text_object(key)));
      for (const auto& [key, member] : *dict) references.push_back(number(member));
      objects_[own].references = std::move(references);
      return own;
    }
    return scalar(std::visit(ScalarObject{}, value.impl->value));
  }

  std::size_t scalar(std::string bytes) {
    const auto [found, is_new] = scalars_.try_emplace(bytes, objects_.size());
    if (is_new) append(std::move(bytes));
    return found->second;
  }

  std::size_t append(std::string bytes) {
    objects_.push_back({std::move(bytes), {}});
    return objects_.size() - 1;
  }

  std::vector<Object> objects_;
  std::unordered_map<std::string, std::size_t> scalars_;
};

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

std::string base64(const std::string& bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0u);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      const bool padding = at + i > bytes.size();
      out.push_back(padding ? '=' : kAlphabet[group >> (18 - 6 * i) & 0x3f]);
    }
  }
  return out;
}

std::string iso_date(double unix_seconds) {
  using std::chrono::sys_seconds;
  const sys_seconds moment{std::chrono::seconds(static_cast<std::int64_t>(unix_seconds))};
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{moment - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", int{date.year()},
                     unsigned{date.month()}, unsigned{date.day()}, time.hours().count(),
                     time.minutes().count(), time.seconds().count());
}

struct XmlElement {
  std::string indent;

  std::string operator()(const std::string& utf8) const { return element("string", escaped(utf8)); }
  std::string operator()(std::int64_t value) const {
    return element("integer", fmt::format("{}", value));
  }
  std::string operator()(bool value) const { return indent + (value ? "<true/>\n" : "<false/>\n"); }
  std::string operator()(Real real) const { return element("real", fmt::format("{}", real.value)); }
  std::string operator()(Date date) const { return element("date", iso_date(date.unix_seconds)); }
  std::string operator()(const Data& data) const { return element("data", base64(data.bytes)); }
  std::string operator()(Uid uid) const {
    return (*this)(Dict{{"CF$UID", Plist::integer(static_cast<std::int64_t>(uid.number))}});
  }
  std::string operator()(const Array& array) const {
    std::string out = indent + "<array>\n";
    for (const Plist& value : array) out += std::visit(deeper(), value.impl->value);
    return out + indent + "</array>\n";
  }
  std::string operator()(const Dict& dict) const {
    std::string out = indent + "<dict>\n";
    for (const auto& [key, value] : dict) {
      out += fmt::format("{}\t<key>{}</key>\n", indent, escaped(key));
      out += std::visit(deeper(), value.impl->value);
    }
    return out + indent + "</dict>\n";
  }

 private:
  [[nodiscard]] XmlElement deeper() const { return {indent + "\t"}; }
  [[nodiscard]] std::string element(std::string_view name, const std::string& content) const {
    return fmt::format("{}<{}>{}</{}>\n", indent, name, content, name);
  }
};

}  // namespace

std::string binary_plist(const Plist& root) { return BinaryWriter().write(root); }

std::string xml_plist(const Plist& root) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
         "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
         "<plist version=\"1.0\">\n" +
         std::visit(XmlElement{}, root.impl->value) + "</plist>\n";
}

}  // namespace interdict::test
