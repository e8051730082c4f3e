// How a window is cut. Parsing needs text that ends outside a string; where that is cannot be told
// from the end alone. So the last '}' is tried, which is nearly always right, and if simdjson finds
// an open string, the text is cut before its last quote, which is then the one that opened it. An
// object that the cut divides fails to parse; it is kept for the next window. A prefix of an object
// is never a whole object, so none is taken for complete too early.

#include "formats/stix.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "formats/stix_input.hpp"

namespace interdict::stix {
namespace bundle {
namespace {

namespace od = simdjson::ondemand;

constexpr std::size_t kMaxDepth = 1024;
constexpr std::size_t kMaxKey = 1024;
static_assert(Window::kPadding >= simdjson::SIMDJSON_PADDING);

/// One object of the list, collected member by member.
class Collector {
 public:
  /// Whether any text of this window has a back-slash: one search instead of one a text.
  void look_for_escapes(const char* window, std::size_t length) {
    escapes_ = std::memchr(window, '\\', length) != nullptr;
  }
  /// The error of simdjson, or none. `object` is filled only when there was none.
  simdjson::error_code collect(od::object json, Object& object) {
    auto refs = std::move(object.object_refs);
    object = Object{};
    object.object_refs = std::move(refs);
    object.object_refs.clear();
    for (auto member : json) {
      od::field field;
      if (const auto error = std::move(member).get(field); error != simdjson::SUCCESS) return error;
      const auto key = field.key();
      if (const auto error = take(key.raw(), field.value(), object); error != simdjson::SUCCESS) {
        return error;
      }
    }
    return simdjson::SUCCESS;
  }

 private:
  /// Whether the key at `raw` is this one. Keys end with their quote, and so does `quoted`; behind
  /// the last key there is padding.
  template <std::size_t N>
  static bool is(const char* raw, const char (&quoted)[N]) {
    return std::memcmp(raw, quoted, N - 1) == 0;
  }

  simdjson::error_code take(const char* key, od::value& value, Object& object) const {
    switch (*key) {
      case 't':
        if (is(key, "type\"")) return text(value, object.type);
        if (is(key, "target_ref\"")) return text(value, object.target_ref);
        break;
      case 'i':
        if (is(key, "id\"")) return text(value, object.id);
        break;
      case 'n':
        if (is(key, "name\"")) return text(value, object.name);
        break;
      case 'p':
        if (is(key, "pattern\"")) return text(value, object.pattern);
        if (is(key, "pattern_type\"")) return text(value, object.pattern_type);
        break;
      case 's':
        if (is(key, "source_ref\"")) return text(value, object.source_ref);
        break;
      case 'r':
        if (is(key, "revoked\"")) object.revoked = value.raw_json_token().starts_with("true");
        break;
      case 'o':
        if (is(key, "object_refs\"") && value.raw_json_token().starts_with('[')) {
          return list(value, object.object_refs);
        }
        break;
      default:
        break;
    }
    return simdjson::SUCCESS;
  }

  /// Anything but a text counts as absent.
  simdjson::error_code text(od::value& value, std::string_view& out) const {
    const auto token = value.raw_json_token();
    if (!token.starts_with('"')) return simdjson::SUCCESS;
    if (escapes_ && std::memchr(token.data(), '\\', token.size()) != nullptr) {
      return value.get_string().get(out);
    }
    const auto closing = token.rfind('"');
    if (closing == 0) return simdjson::STRING_ERROR;
    out = token.substr(1, closing - 1);
    return simdjson::SUCCESS;
  }

  simdjson::error_code list(od::value& value, std::vector<std::string_view>& out) const {
    od::array array;
    if (const auto error = value.get_array().get(array); error != simdjson::SUCCESS) return error;
    for (auto element : array) {
      od::value item;
      if (const auto error = std::move(element).get(item); error != simdjson::SUCCESS) return error;
      std::string_view ref;
      if (const auto error = text(item, ref); error != simdjson::SUCCESS) return error;
      if (!ref.empty()) out.push_back(ref);
    }
    return simdjson::SUCCESS;
  }

  bool escapes_ = true;
};

class Reader {
 public:
  Reader(const Pull& pull, const Visit& visit, Window& window, od::parser& parser)
      : input_(pull, window), visit_(visit), parser_(parser), window_(window.size()) {}

  Status run() {
    for (const char mark : {'\xEF', '\xBB', '\xBF'}) {  // a byte order mark, as editors leave it
      if (TRY(input_.peek()) != mark) break;
      input_.drop(1);
    }
    if (TRY(input_.next_significant()) == '\0' && input_.size() == 0) {
      return Error(Errc::malformed, "the file is empty");
    }
    if (TRY(input_.take('['))) {
      TRY(elements());
    } else if (TRY(input_.take('{'))) {
      TRY(members());
    } else {
      return wrong("neither a STIX bundle nor a list of objects");
    }
    if (TRY(input_.next_significant()) != '\0' || input_.size() != 0) {
      return wrong("something follows the end of the bundle");
    }
    return ok();
  }

 private:
  [[nodiscard]] Error wrong(std::string_view why, std::size_t further = 0) const {
    return {Errc::malformed, fmt::format("byte {}: {}", input_.offset() + further, why)};
  }
  [[nodiscard]] Error cut_off() const { return wrong("the file ends within the bundle"); }

  /// The members of the bundle, behind its '{'.
  Status members() {
    bool found = false;
    if (!TRY(input_.take('}'))) {
      do {
        const auto key = TRY(this->key());
        if (!TRY(input_.take(':'))) return wrong("expected ':'");
        if (key == "objects" && TRY(input_.next_significant()) == '[') {
          if (found) return wrong("a second list of objects");
          found = true;
          input_.drop(1);
          TRY(elements());
        } else {
          TRY(skip_value());
        }
      } while (TRY(input_.take(',')));
      if (!TRY(input_.take('}'))) {
        return input_.size() == 0 ? cut_off() : wrong("expected ',' or '}'");
      }
    }
    if (!found) return Error(Errc::malformed, "not a STIX bundle: it has no list of objects");
    return ok();
  }

  Result<std::string> key() {
    if (!TRY(input_.take('"'))) return input_.size() == 0 ? cut_off() : wrong("expected a key");
    std::string key;
    while (true) {
      const char c = TRY(input_.peek());
      if (input_.size() == 0) return cut_off();
      input_.drop(1);
      if (c == '"') return key;
      if (c == '\\' || key.size() == kMaxKey) return wrong("a member of a bundle has no such name");
      key += c;
    }
  }

  Status skip_value() {
    std::size_t depth = 0;
    bool in_text = false;
    bool any = false;
    while (true) {
      const char c = TRY(input_.peek());
      if (input_.size() == 0) return cut_off();
      const bool closes = c == '}' || c == ']';
      if (!in_text && depth == 0 && (closes || c == ',')) {
        return any ? ok() : Status(wrong("expected a value"));
      }
      input_.drop(1);
      if (in_text && c == '\\') {
        if (TRY(input_.peek()) == '\0') return cut_off();
        input_.drop(1);
      } else if (c == '"') {
        in_text = !in_text;
      } else if (!in_text && (c == '{' || c == '[')) {
        if (++depth > kMaxDepth) return Error(Errc::limit, "nested too deeply");
      } else if (!in_text && closes) {
        --depth;
      }
      any = any || static_cast<unsigned char>(c) > ' ';
    }
  }

  /// The objects of the list, behind its '['.
  Status elements() {
    if (TRY(input_.take(']'))) return ok();
    bool between = false;  // an object ended here: a comma or the end must follow
    while (true) {
      if (between) {
        if (TRY(input_.take(']'))) return ok();
        if (!TRY(input_.take(','))) {
          return input_.size() == 0 ? cut_off() : wrong("expected ',' or ']'");
        }
      }
      if (input_.size() < window_ / 2) TRY(input_.more());
      const auto step = TRY(window());
      if (step == Step::done) return ok();
      between = step == Step::between;
    }
  }

  enum class Step : std::uint8_t { before, between, done };  // before: an object follows

  /// Visits the whole objects in memory.
  Result<Step> window() {
    const std::size_t all = input_.size();
    const auto* const last = static_cast<const char*>(::memrchr(input_.data(), '}', all));
    if (last != nullptr) {
      const auto cut = static_cast<std::size_t>(last - input_.data()) + 1;
      const auto step = TRY(parse(cut));
      if (step != Parsed::open_string) return settle(step);
      if (const auto quote = last_quote(cut)) {
        const auto second = TRY(parse(*quote));
        if (second != Parsed::open_string) return settle(second);
      }
    }
    return settle(Parsed::nothing);
  }

  enum class Parsed : std::uint8_t { open_string, nothing, some, all, end };

  Result<Step> settle(Parsed parsed) {
    if (parsed == Parsed::end) return Step::done;
    if (parsed == Parsed::all) return Step::between;
    const auto before = input_.bytes_read();
    if (parsed == Parsed::nothing) TRY(input_.more());
    if (parsed == Parsed::nothing && input_.bytes_read() == before) return trouble();
    return Step::before;
  }

  /// Why the object at the front, all of which is in memory, could not be read.
  [[nodiscard]] Error trouble() const {
    if (error_ == simdjson::SUCCESS || input_.size() == 0) return cut_off();
    return wrong(
        fmt::format("in the object that begins here: {}", simdjson::error_message(error_)));
  }

  /// Where the last string before `cut` opens or closes.
  std::optional<std::size_t> last_quote(std::size_t cut) {
    const char* const text = input_.data();
    for (std::size_t i = cut; i-- > 0;) {
      if (text[i] != '"') continue;
      std::size_t slashes = 0;
      while (slashes < i && text[i - 1 - slashes] == '\\') ++slashes;
      if (slashes % 2 == 0) return i;
      i -= slashes;
    }
    return std::nullopt;
  }

  /// Parses the first `length` bytes as if the list ended there, and drops what was visited.
  Result<Parsed> parse(std::size_t length) {
    char* const text = input_.data();
    const std::array displaced = {text[length], text[length + 1]};
    text[-1] = '[';
    text[length] = ']';
    text[length + 1] = ' ';  // a second bracket here would make simdjson check the balance
    const auto restore = [&] { std::copy(displaced.begin(), displaced.end(), text + length); };
    od::document document;
    error_ = parser_.iterate(text - 1, length + 2, input_.capacity() + 1).get(document);
    od::array array;
    if (error_ == simdjson::SUCCESS) error_ = document.get_array().get(array);
    if (error_ != simdjson::SUCCESS) {
      restore();
      return error_ == simdjson::UNCLOSED_STRING ? Parsed::open_string : Parsed::nothing;
    }
    collector_.look_for_escapes(text, length);
    std::size_t done = 0;
    auto parsed = objects(array, text, length, done);
    if (parsed && *parsed == Parsed::all) {
      const char* here = nullptr;
      if (document.current_location().get(here) == simdjson::SUCCESS && here <= text + length) {
        parsed = Parsed::end;  // the list's own bracket came before ours
        done = static_cast<std::size_t>(here - text);
      } else {
        done = length;
      }
    }
    restore();
    if (parsed) input_.drop(done);
    return parsed;
  }

  /// `done`: up to where everything was visited, when not all was.
  Result<Parsed> objects(od::array& array, const char* text, std::size_t length,
                         std::size_t& done) {
    bool any = false;
    for (auto element : array) {
      od::value value;
      error_ = std::move(element).get(value);
      if (error_ != simdjson::SUCCESS && any) return separator(done);
      if (error_ != simdjson::SUCCESS) return Parsed::nothing;
      const auto token = value.raw_json_token();
      done = static_cast<std::size_t>(token.data() - text);
      if (done >= length) return any ? Parsed::some : Parsed::nothing;  // our own bracket
      if (!token.starts_with('{')) return wrong("expected an object", done);
      od::object json;
      error_ = value.get_object().get(json);
      if (error_ == simdjson::SUCCESS) error_ = collector_.collect(json, object_);
      if (error_ != simdjson::SUCCESS) return any ? Parsed::some : Parsed::nothing;
      if (object_.type.empty()) return wrong("an object without a type", done);
      if (object_.type == "bundle") return wrong("a bundle inside a list of objects", done);
      TRY(visit_(object_));
      any = true;
    }
    return any ? Parsed::all : Parsed::nothing;
  }
  [[nodiscard]] Error separator(std::size_t done) const {
    return wrong("after the object that begins here: expected ',' or ']'", done);
  }

  Input input_;
  const Visit& visit_;
  od::parser& parser_;
  const std::size_t window_;
  Collector collector_;
  Object object_;
  simdjson::error_code error_ = simdjson::SUCCESS;
};

}  // namespace
}  // namespace bundle

struct BundleReader::State {
  explicit State(std::size_t size) : window(size) {}
  Window window;
  bundle::od::parser parser;
};

BundleReader::BundleReader(std::size_t window)
    : state_(std::make_unique<State>(std::max<std::size_t>(window, 1))) {}
BundleReader::~BundleReader() = default;

Status BundleReader::read(const Pull& pull, const Visit& visit) {
  return bundle::Reader(pull, visit, state_->window, state_->parser).run();
}

}  // namespace interdict::stix
