// A hostile ban file: read, compiled, checked, planned, asked. Whatever can be read must decide as
// its own document says.

#include <cstdlib>

#include "base/bytes.hpp"
#include "policy/cases.hpp"
#include "policy/check.hpp"
#include "policy/interpreter.hpp"
#include "policy/plan.hpp"

using namespace interdict;
using namespace interdict::policy;

namespace {

void ask(const Policy& policy, std::string_view account, UtcTime at) {
  const Ban& ban = policy.ban();
  ClaimTable claims(ban);
  for (ClassIndex c = 0; c < ban.classes.size() && c < 4; ++c) {
    const auto row = standings_of_class(ban, c);
    const auto claim = claims.intern(row);
    if (!claim) return;
    auto d = policy.decide(policy.intern(account), claims, *claim, devices::Channel::web, at);
    d.valid_until = kEnd;
    if (d != interpret(ban, account, row, devices::Channel::web, at).decision) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 16'384) return 0;
  Problems problems("ban.toml");
  auto ban = read_ban_text(text_of(std::as_bytes(std::span(data, size))), {}, problems);
  if (ban.has_value() == problems.any()) std::abort();
  if (!ban) {
    for (const auto& p : problems.sorted()) {
      if (to_string(p).empty()) std::abort();
    }
    return 0;
  }
  const auto compiled = Policy::compile(std::move(*ban));
  if (!compiled) return 0;
  const Ban& made = compiled->ban();
  (void)check(*compiled);
  const auto changes = plan(made);
  (void)plan_ics(*compiled, changes);
  (void)run_cases(*compiled, made.cases);
  for (const UtcTime at : {UtcTime{0}, UtcTime{1'690'000'000'000'000}}) {
    for (PersonIndex p = 0; p < made.people.size() && p < 4; ++p) {
      for (const auto account : made.people.accounts_of(p)) ask(*compiled, made.text(account), at);
    }
    for (const auto& [domain, o] : made.domains) {
      ask(*compiled, std::string("x@").append(made.text(domain)), at);
    }
  }
  return 0;
}
