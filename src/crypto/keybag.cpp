#include "crypto/keybag.hpp"

#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "crypto/key_wrap.hpp"
#include "crypto/pbkdf2.hpp"

namespace interdict::crypto {
namespace {

constexpr std::size_t kMaxBag = 1 << 20, kMaxClasses = 64, kMaxSalt = 1024;
constexpr std::uint32_t kNeedsDevice = 1, kNeedsPasscode = 2;  // the bits of WRAP

Error damaged(std::string what) {
  return Error{Errc::malformed, "the key bag is damaged: " + std::move(what)};
}

struct Item {
  std::string_view tag;
  ByteView value;
};

Result<Item> take_item(ByteView& rest) {
  constexpr std::size_t kTag = 4, kHead = 8;
  if (rest.size() < kHead) return damaged("it ends inside a tag");
  const std::string_view tag = text_of(rest.first(kTag));
  const std::uint64_t length = load_be(rest.data() + kTag, 4);
  rest = rest.subspan(kHead);
  if (length > rest.size()) return damaged("a length points past its end");
  const ByteView value = rest.first(static_cast<std::size_t>(length));
  rest = rest.subspan(value.size());
  return Item{tag, value};
}

Result<std::uint32_t> number(const Item& item) {
  if (item.value.size() != 4) {
    return damaged(fmt::format("{} has {} bytes, not 4", item.tag, item.value.size()));
  }
  return static_cast<std::uint32_t>(load_be(item.value.data(), 4));
}

Result<std::uint32_t> iterations(const Item& item) {
  const std::uint32_t n = TRY(number(item));
  if (n == 0) return damaged(fmt::format("{} asks for no iterations", item.tag));
  if (n > kMaxIterations) {
    return Error{Errc::limit, fmt::format("the key bag asks for {} iterations, more than the {} "
                                          "that we make",
                                          n, kMaxIterations)};
  }
  return n;
}

Result<Bytes> salt(const Item& item) {
  if (item.value.empty() || item.value.size() > kMaxSalt) {
    return damaged(fmt::format("{} has {} bytes", item.tag, item.value.size()));
  }
  return Bytes(item.value.begin(), item.value.end());
}

}  // namespace

/// What the tags said, before it is known to be complete.
struct KeyBag::Draft {
  struct Class {
    std::optional<std::uint32_t> number;
    std::uint32_t wrap = 0;
    Bytes wrapped;

    Status take(const Item& item) {
      if (item.tag == "CLAS") number = TRY(crypto::number(item));
      if (item.tag == "WRAP") wrap = TRY(crypto::number(item));
      if (item.tag == "WPKY") {
        if (item.value.size() != kWrappedKeySize) {
          return damaged(fmt::format("a wrapped key has {} bytes, not {}", item.value.size(),
                                     kWrappedKeySize));
        }
        wrapped.assign(item.value.begin(), item.value.end());
      }
      return ok();
    }
  };

  std::optional<Bytes> salt, dpsl;
  std::optional<std::uint32_t> iter, dpic;
  bool has_uuid = false;
  std::vector<Class> classes;

  Status take(const Item& item) {
    if (item.tag == "UUID") {
      // The first is the bag's own.
      if (!std::exchange(has_uuid, true)) return ok();
      if (classes.size() == kMaxClasses) return Error{Errc::limit, "too many classes in a key bag"};
      classes.emplace_back();
      return ok();
    }
    if (!classes.empty()) return classes.back().take(item);
    if (item.tag == "SALT") salt = TRY(crypto::salt(item));
    if (item.tag == "DPSL") dpsl = TRY(crypto::salt(item));
    if (item.tag == "ITER") iter = TRY(iterations(item));
    if (item.tag == "DPIC") dpic = TRY(iterations(item));
    return ok();
  }
};

Status KeyBag::adopt(Draft draft) {
  if (!draft.salt) return damaged("it has no SALT");
  if (!draft.iter) return damaged("it has no ITER");
  if (draft.dpsl.has_value() != draft.dpic.has_value()) {
    return damaged("it has only one of DPSL and DPIC");
  }
  if (draft.classes.empty()) return damaged("it has no class");
  salt_ = std::move(*draft.salt);
  iter_ = *draft.iter;
  if (draft.dpsl) {
    dpsl_ = std::move(*draft.dpsl);
    dpic_ = *draft.dpic;
  }
  for (auto& c : draft.classes) {
    if (!c.number) return damaged("a class has no number");
    const bool added =
        classes_.emplace(*c.number, KeyBag::Class{c.wrap, std::move(c.wrapped), Secret()}).second;
    if (!added) return damaged(fmt::format("class {} is given twice", *c.number));
  }
  return ok();
}

Result<KeyBag> KeyBag::parse(ByteView tlv) {
  if (tlv.size() > kMaxBag) return Error{Errc::limit, "the key bag is larger than 1 MiB"};
  Draft draft;
  while (!tlv.empty()) TRY(draft.take(TRY(take_item(tlv))));
  KeyBag bag;
  TRY(bag.adopt(std::move(draft)));
  return bag;
}

Status KeyBag::unlock(std::string_view password) {
  const ByteView given = bytes_of(password);
  if (dpic_ == 0) return unlock_with_key(pbkdf2_sha1(given, salt_, iter_).bytes());
  const Secret first = pbkdf2_sha256(given, dpsl_, dpic_);
  return unlock_with_key(pbkdf2_sha1(first.bytes(), salt_, iter_).bytes());
}

Status KeyBag::unlock_with_key(ByteView passcode_key) {
  if (passcode_key.size() != kKeySize) {
    return Error{Errc::usage, fmt::format("a backup's derived key has {} bytes, not {}", kKeySize,
                                          passcode_key.size())};
  }
  std::map<std::uint32_t, Secret> opened;
  std::size_t closed = 0;
  for (const auto& [number, c] : classes_) {
    if ((c.wrap & kNeedsPasscode) == 0 || c.wrapped.empty()) continue;
    auto key = unwrap_key(passcode_key, c.wrapped);
    if (key) {
      opened.emplace(number, *std::move(key));
    } else {
      ++closed;
    }
  }
  if (opened.empty() && closed == 0) return damaged("none of its classes is wrapped by a password");
  if (opened.empty()) {
    return Error{Errc::locked,
                 fmt::format("wrong password: it opens none of the backup's {} keys", closed)};
  }
  if (closed > 0) {
    return damaged(fmt::format("the password opens {} of its {} keys and not the rest",
                               opened.size(), opened.size() + closed));
  }
  for (auto& [number, key] : opened) classes_.at(number).key = std::move(key);
  passcode_key_ = Secret(passcode_key);
  return ok();
}

Result<Secret> KeyBag::unwrap(ByteView class_and_wrapped_key) const {
  constexpr std::size_t kClassSize = 4;
  if (class_and_wrapped_key.size() != kClassSize + kWrappedKeySize) {
    return Error{Errc::malformed,
                 fmt::format("a wrapped key with its class has {} bytes, not {}",
                             kClassSize + kWrappedKeySize, class_and_wrapped_key.size())};
  }
  const auto number = static_cast<std::uint32_t>(load_le(class_and_wrapped_key.data(), kClassSize));
  const auto found = classes_.find(number);
  if (found == classes_.end()) {
    return Error{Errc::locked, fmt::format("the key bag has no class {}", number)};
  }
  const Class& c = found->second;
  if (c.key.empty()) {
    return Error{Errc::locked,
                 (c.wrap & kNeedsPasscode) == 0
                     ? fmt::format("class {} needs the device's own key", number)
                     : fmt::format("the key bag holds no opened key for class {}", number)};
  }
  auto key = unwrap_key(c.key.bytes(), class_and_wrapped_key.subspan(kClassSize));
  if (!key && (c.wrap & kNeedsDevice) != 0) {
    return Error{Errc::locked, fmt::format("class {} also needs the device's own key", number)};
  }
  if (!key) return std::move(key).error().within(fmt::format("class {}", number));
  return key;
}

}  // namespace interdict::crypto
