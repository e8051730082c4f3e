#include "logs/coverage.hpp"

namespace interdict::logs {
namespace {

struct Words {
  std::string_view name, sentence;
};
constexpr std::array<Words, kSkips> kWords{{
    {"too-long", "the line is longer than we read"},
    {"cut-off", "the last line has no end: what stands there may be half a name"},
    {"no-stamp", "the line does not begin as lines of this log do"},
    {"undated", "the time stamp names a day that does not exist"},
    {"other-program", "a line of a program that says nothing of devices"},
    {"unknown-form", "a form of line that we do not know"},
    {"long-account", "the account is longer than 256 bytes"},
    {"too-much-said", "more was said of one session than we keep"},
}};

}  // namespace

std::string_view name_of(Skip s) { return kWords[static_cast<std::size_t>(s)].name; }
std::string_view sentence(Skip s) { return kWords[static_cast<std::size_t>(s)].sentence; }

}  // namespace interdict::logs
