// Artefacts of the test program alone: each misbehaves in one way when its file is in the evidence.
//
// A backup that holds HomeDomain/Library/Bad/NAME wakes ios/test_NAME; in all others it is absent.

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "artefacts/table.hpp"

namespace interdict::bad_artefacts {
namespace {

using namespace artefacts;

constexpr std::array<Column, 2> kColumns{
    {{"at", ColumnKind::time, "something happened"},
     {"host", ColumnKind::domain, "a host", FindingKind::exposure}}};

/// Two rows, of which the second names a host, and then what `Then` does.
template <bool (*Then)(Notes&)>
class Rows final : public Cursor {
 public:
  explicit Rows(const Source& source) : notes_(source.notes()) {}
  Result<bool> next() override {
    if (++rows_ > 2) return Then(notes_);
    cells_[0] = Value::time(UtcTime{rows_ * 1'000'000});
    cells_[1] = rows_ == 2 ? Value::text("bad.example") : Value();
    return true;
  }
  [[nodiscard]] std::span<const Value> row() const override { return cells_; }
  [[nodiscard]] Locator locator() const override { return {"", "", "rows", rows_, ""}; }

 private:
  Notes& notes_;
  std::int64_t rows_ = 0;
  std::array<Value, 2> cells_;
};

template <bool (*Then)(Notes&)>
Result<std::unique_ptr<Cursor>> open(const Source& source, const std::optional<Equals>&) {
  return std::unique_ptr<Cursor>(std::make_unique<Rows<Then>>(source));
}

bool end(Notes&) { return false; }
bool abort_now(Notes&) { ::abort(); }
bool touch_null(Notes&) {
  volatile int* nowhere = nullptr;
  return *nowhere == 0;
}
bool hang(Notes&) {
  while (true) ::pause();
}
bool eat_memory(Notes&) {
  std::vector<std::unique_ptr<std::array<char, 1 << 20>>> all;
  while (true) all.push_back(std::make_unique<std::array<char, 1 << 20>>());
}

/// Tries what a taken-over decoder would try, and notes what came of it.
bool escape(Notes& notes) {
  const auto tried = [&](std::string_view what, long result) {
    notes.note(fmt::format("{}: {}", what, result < 0 ? "refused" : "succeeded"));
  };
  tried("write elsewhere", ::open("/tmp/interdict-escaped", O_WRONLY | O_CREAT, 0600));
  tried("unnamed file", ::open("/tmp", O_TMPFILE | O_RDWR, 0600));
  tried("read elsewhere", ::open("/etc/passwd", O_RDONLY));
  tried("unlink", ::unlink("/tmp/interdict-precious"));
  tried("socket", ::socket(AF_INET, SOCK_STREAM, 0));
  tried("unix socket", ::socket(AF_UNIX, SOCK_STREAM, 0));
  char* const arguments[] = {nullptr};
  tried("program", ::execve("/bin/true", arguments, arguments));
#ifndef INTERDICT_SANITIZED
  const auto* page =
      ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  tried("executable memory", page == MAP_FAILED ? -1 : 0);
#endif
  tried("signal to init", ::kill(1, 0));
  return false;
}

#define INTERDICT_BAD_ARTEFACT(name, then, is_core)                             \
  constexpr std::array<evidence::Place, 1> kPlace_##name{                       \
      {{evidence::Container::ios_backup, "HomeDomain", "Library/Bad/" #name}}}; \
  constexpr Table kTable_##name{.id = "ios/test_" #name,                        \
                                .summary = "rows of a test",                    \
                                .places = kPlace_##name,                        \
                                .columns = kColumns,                            \
                                .core = is_core,                                \
                                .expected = {.optional = true},                 \
                                .open = open<then>,                             \
                                .mvt_module = {}};                              \
  const Register kRegister_##name { kTable_##name }

INTERDICT_BAD_ARTEFACT(good, end, true);
INTERDICT_BAD_ARTEFACT(good_too, end, false);
INTERDICT_BAD_ARTEFACT(abort, abort_now, true);
INTERDICT_BAD_ARTEFACT(null, touch_null, false);
INTERDICT_BAD_ARTEFACT(hang, hang, false);
INTERDICT_BAD_ARTEFACT(memory, eat_memory, false);
INTERDICT_BAD_ARTEFACT(escape, escape, false);
#undef INTERDICT_BAD_ARTEFACT

}  // namespace
}  // namespace interdict::bad_artefacts
