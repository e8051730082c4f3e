#include "devices/observed.hpp"

#include <array>

namespace interdict::devices {
namespace {

constexpr std::array<std::string_view, kChannels> kChannelNames{"mail.send", "mail.read", "sync",
                                                                "web"};
constexpr std::array<std::string_view, kMouths> kMouthNames{
    "content",    "ehlo",        "imap-id",   "activesync",
    "user-agent", "certificate", "inventory", "examination"};

}  // namespace

std::string_view name_of(Channel c) { return kChannelNames[static_cast<std::size_t>(c)]; }
std::string_view name_of(Mouth m) { return kMouthNames[static_cast<std::size_t>(m)]; }

std::optional<Channel> channel_from_name(std::string_view name) {
  for (std::size_t i = 0; i < kChannels; ++i) {
    if (kChannelNames[i] == name) return static_cast<Channel>(i);
  }
  return std::nullopt;
}

}  // namespace interdict::devices
