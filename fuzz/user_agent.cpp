// One hostile text in every mouth at once, then in each alone; the first byte cuts it into pieces.
// The same observation must give the same claim, and history must survive whatever is claimed.

#include <cstdlib>

#include "base/bytes.hpp"
#include "devices/claim.hpp"
#include "devices/history.hpp"
#include "devices/input.hpp"

using namespace interdict;
using namespace interdict::devices;

namespace {

void check(const Observed& seen, std::string_view agent) {
  const auto claim = identify(seen);
  const auto again = identify(seen);
  if (claim.position != again.position || claim.against_interest != again.against_interest) {
    std::abort();
  }
  if (!compatible(claim.position, claim.position)) std::abort();
  if (completed(claim.position) != claim.position) std::abort();
  for (std::size_t i = 0; i < kLevels; ++i) {
    if (!(claim.against_interest[i] >= 0) || claim.in_interest[i] > claim.against_interest[i]) {
      std::abort();
    }
  }
  History h;
  for (int i = 1; i < 4; ++i) h = observe(h, claim, agent, {i * 1'000'000}).history;
  if (claim.position != Position{} && h.settled == Position{}) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto text = text_of(std::as_bytes(std::span(data + 1, size - 1)));
  const auto piece = [&](std::size_t i) {
    const auto step = text.size() * (data[0] % 8U) / 8;
    return text.substr(std::min(text.size(), i * step / 4));
  };
  const std::array fields{Field{"X-Mailer", piece(0)}, Field{"Mime-Version", piece(1)},
                          Field{"Message-Id", piece(2)}, Field{"Content-Type", piece(3)},
                          Field{"From", piece(4)}};
  Observed seen;
  seen.user_agent = text;
  check(seen, text);
  seen.headers = fields;
  seen.ehlo = piece(1);
  seen.imap_id = piece(2);
  seen.activesync_query = piece(3);
  seen.activesync_model = piece(4);
  seen.activesync_os = piece(1);
  seen.certificate_subject = piece(2);
  seen.inventory = InventoryRecord{piece(1), piece(2), piece(3), piece(4), piece(1), piece(2)};
  seen.examined = ExaminedPhone{piece(3), piece(4), piece(1), (data[0] & 1) != 0};
  check(seen, piece(1));
  seen.inventory.reset();
  seen.examined.reset();
  check(seen, piece(2));
  const auto ignore = [](const Observed& o, std::size_t) {
    (void)identify(o);
    return ok();
  };
  (void)each_observation(text, guess_form(text), ignore, [](std::size_t, std::string_view) {});
  return 0;
}
