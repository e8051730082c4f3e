// For the tests of this room: a judge that remembers what it was asked, and a mail server's side of
// the milter protocol.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gate/submission.hpp"

namespace interdict::gate::testing {

/// Copies of what was asked, since a submission's views die with the call.
struct Asked {
  std::string account, ehlo, session, client_address, certificate;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string imap_id, user_agent, activesync_query;
  devices::Channel channel{};
  bool authenticated = false;
};

class ScriptedJudge final : public Judge {
 public:
  Verdict judge(const Submission& s) override {
    Asked asked{.account = s.account,
                .ehlo = std::string(s.seen.ehlo),
                .session = std::string(s.session),
                .client_address = std::string(s.client_address),
                .certificate = std::string(s.seen.certificate_subject),
                .headers = {},
                .imap_id = std::string(s.seen.imap_id),
                .user_agent = std::string(s.seen.user_agent),
                .activesync_query = std::string(s.seen.activesync_query),
                .channel = s.channel,
                .authenticated = s.authenticated};
    for (const auto& field : s.seen.headers) {
      asked.headers.emplace_back(std::string(field.name), std::string(field.value));
    }
    all.push_back(std::move(asked));
    return verdict;
  }
  Verdict verdict;
  std::vector<Asked> all;
};

inline std::string big_endian(std::uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
  return out;
}
inline std::string packet(char command, std::string_view data = {}) {
  return big_endian(static_cast<std::uint32_t>(data.size() + 1)) + command + std::string(data);
}
/// Texts, each with its NUL.
inline std::string texts(std::initializer_list<std::string_view> all) {
  std::string out;
  for (const auto text : all) out.append(text) += '\0';
  return out;
}
inline std::string offer(std::uint32_t version, std::uint32_t actions, std::uint32_t steps) {
  return packet('O', big_endian(version) + big_endian(actions) + big_endian(steps));
}
/// What Postfix 3.7 offers.
inline std::string postfix_offer() { return offer(6, 0x1ff, 0x1fffff); }

}  // namespace interdict::gate::testing
