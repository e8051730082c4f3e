#include "cli/password.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "base/file.hpp"

namespace interdict::cli {
namespace {

constexpr std::size_t kLongest = 4096;

crypto::Secret first_line(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // editors put it into text files
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return crypto::Secret(text);
}

Result<crypto::Secret> from_file(const std::string& path) {
  auto bytes = TRY_WITHIN("password file", read_file(path, kLongest));
  auto secret = first_line(text_of(bytes));
  crypto::wipe(bytes);
  if (secret.empty()) return Error{Errc::locked, fmt::format("password file {} is empty", path)};
  return secret;
}

Result<crypto::Secret> from_environment(char* value) {
  auto secret = crypto::Secret(std::string_view(value));
  crypto::wipe(std::as_writable_bytes(std::span(value, std::strlen(value))));
  ::unsetenv("INTERDICT_PASSWORD");
  return secret;
}

/// Echo is off while this lives.
class SilentTerminal {
 public:
  explicit SilentTerminal(int fd) : fd_(fd) {
    ::tcgetattr(fd_, &before_);
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(fd_, TCSAFLUSH, &silent);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  ~SilentTerminal() { ::tcsetattr(fd_, TCSAFLUSH, &before_); }

 private:
  int fd_;
  termios before_{};
};

Result<crypto::Secret> from_person(int tty) {
  if (tty < 0) {
    return Error{Errc::locked,
                 "this backup is encrypted: give --password-file FILE or set INTERDICT_PASSWORD"};
  }
  crypto::Secret typed(kLongest);
  std::size_t length = 0;
  {
    // Before the question: what is typed in answer must neither be shown nor be lost.
    const SilentTerminal silent(tty);
    TRY(write_all(tty, bytes_of("Backup password: ")));
    while (length < kLongest) {
      const auto n = ::read(tty, typed.writable().data() + length, kLongest - length);
      if (n < 0 && errno == EINTR) return Error{Errc::interrupted, "interrupted"};
      if (n <= 0) break;
      length += static_cast<std::size_t>(n);
      if (typed.bytes()[length - 1] == std::byte{'\n'}) break;
    }
  }
  TRY(write_all(tty, bytes_of("\n")));
  auto secret = first_line(text_of(typed.bytes().first(length)));
  if (secret.empty()) return Error{Errc::locked, "no password typed"};
  return secret;
}

/// A source that hands over a secret it already has. std::function wants to be copied; a secret
/// does not: hence the shared owner.
evidence::PasswordSource holding(crypto::Secret secret) {
  auto held = std::make_shared<crypto::Secret>(std::move(secret));
  return [held]() -> Result<crypto::Secret> { return std::move(*held); };
}

}  // namespace

Result<evidence::PasswordSource> password_source(const std::string& file) {
  if (!file.empty()) return holding(TRY(from_file(file)));
  if (char* value = std::getenv("INTERDICT_PASSWORD"); value != nullptr && *value != '\0') {
    return holding(TRY(from_environment(value)));
  }
  auto tty = std::make_shared<Fd>(::open("/dev/tty", O_RDWR | O_CLOEXEC));
  return evidence::PasswordSource([tty] { return from_person(tty->get()); });
}

}  // namespace interdict::cli
