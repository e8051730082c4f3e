// Result<T>: a value or the reason there is none.
//
// Everything that reads evidence returns a Result. Exceptions are left for programming errors and
// for std::bad_alloc: a damaged phone backup is an ordinary Tuesday, not an exceptional case.
// The names follow C++23 std::expected, so the type can be replaced by it without touching callers.

#pragma once

#include <cassert>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace interdict {

enum class Errc : std::uint8_t {
  not_found,    // the file, table or key does not exist in this evidence
  truncated,    // the input ends before the format says it does
  malformed,    // the bytes contradict the format
  unsupported,  // a valid variant that we do not read yet
  limit,        // a safety limit was hit: depth, size, count, time, memory
  io,           // the operating system refused
  locked,       // encrypted: no password, or a wrong one
  usage,        // the person asked for something that does not exist
  interrupted,  // Ctrl-C
};

/// Why something failed. One pointer wide; the success path never allocates.
class [[nodiscard]] Error {
 public:
  Error(Errc code, std::string what) : d_(new Data{code, std::move(what)}) {}

  [[nodiscard]] Errc code() const noexcept { return d_->code; }
  [[nodiscard]] const std::string& what() const noexcept { return d_->what; }

  /// Prepends where we were: "History.db: table history_visits: truncated".
  [[nodiscard]] Error within(std::string_view where) && {
    d_->what.insert(0, ": ").insert(0, where);
    return std::move(*this);
  }

 private:
  struct Data {
    Errc code;
    std::string what;
  };
  std::unique_ptr<Data> d_;
};

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : ok_(true) { ::new (&value_) T(std::move(value)); }           // NOLINT: implicit
  Result(Error error) : ok_(false) { ::new (&error_) Error(std::move(error)); }  // NOLINT: implicit
  Result(Result&& o) noexcept(std::is_nothrow_move_constructible_v<T>) : ok_(o.ok_) { take(o); }
  Result& operator=(Result&& o) noexcept(std::is_nothrow_move_constructible_v<T>) {
    if (this != &o) {
      this->~Result();
      ok_ = o.ok_;
      take(o);
    }
    return *this;
  }
  ~Result() {
    if (ok_) {
      value_.~T();
    } else {
      error_.~Error();
    }
  }

  [[nodiscard]] bool has_value() const noexcept { return ok_; }
  explicit operator bool() const noexcept { return ok_; }
  T& operator*() & noexcept {
    assert(ok_);
    return value_;
  }
  const T& operator*() const& noexcept {
    assert(ok_);
    return value_;
  }
  T&& operator*() && noexcept {
    assert(ok_);
    return std::move(value_);
  }
  T* operator->() noexcept {
    assert(ok_);
    return &value_;
  }
  const T* operator->() const noexcept {
    assert(ok_);
    return &value_;
  }
  Error& error() & noexcept {
    assert(!ok_);
    return error_;
  }
  const Error& error() const& noexcept {
    assert(!ok_);
    return error_;
  }
  Error&& error() && noexcept {
    assert(!ok_);
    return std::move(error_);
  }
  T value_or(T other) && { return ok_ ? std::move(value_) : std::move(other); }

 private:
  void take(Result& o) {
    if (ok_) {
      ::new (&value_) T(std::move(o.value_));
    } else {
      ::new (&error_) Error(std::move(o.error_));
    }
  }
  union {
    T value_;
    Error error_;
  };
  bool ok_;
};

struct Unit {};
using Status = Result<Unit>;
inline Status ok() { return Unit{}; }

// TRY(expr): the value of expr, or return its error from this function. May be nested.
#define TRY(...) INTERDICT_TRY_(INTERDICT_CAT_(try_, __COUNTER__), __VA_ARGS__)
// TRY_WITHIN(where, expr): the same, naming where it happened.
#define TRY_WITHIN(where, ...) \
  INTERDICT_TRY_WITHIN_(INTERDICT_CAT_(try_, __COUNTER__), where, __VA_ARGS__)
#define INTERDICT_CAT_(a, b) INTERDICT_CAT2_(a, b)
#define INTERDICT_CAT2_(a, b) a##b
#define INTERDICT_TRY_(name, ...)              \
  __extension__({                              \
    auto name = (__VA_ARGS__);                 \
    if (!name) return std::move(name).error(); \
    *std::move(name);                          \
  })
#define INTERDICT_TRY_WITHIN_(name, where, ...)              \
  __extension__({                                            \
    auto name = (__VA_ARGS__);                               \
    if (!name) return std::move(name).error().within(where); \
    *std::move(name);                                        \
  })

}  // namespace interdict
