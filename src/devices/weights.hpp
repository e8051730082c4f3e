// How much each signal counts: the one place.
//
// Unit: log10 odds; 1 is ten to one. These are engineering estimates, not measured frequencies:
// they order what is easy to fake below what is hard to fake, and are shown to people as grades
// only. The values follow the facts on device identification, section 2.7; where that names a group
// as a whole
// ("X-Mailer and all checks pass: 2.5") it is split here into the signal and what each check adds.
//
// Two numbers a signal. Saying that one is of the banned class harms the speaker and counts in
// full. Saying that one is of another class serves the speaker and counts by the mouth's share:
// nobody is blocked for pretending to be an iPhone, many would pretend to be something else.

#pragma once

#include <array>

#include "devices/observed.hpp"

namespace interdict::devices::weights {

// Content of a message: trivial to write, so nothing above 2.5.
inline constexpr float kMailerName = 1.5F;   // X-Mailer or User-Agent alone
inline constexpr float kMailerShape = 0.8F;  // one shape alone: a boundary, a Mime-Version
inline constexpr float kScrubbedShape =
    1.5F;  // Mime-Version and Message-Id of iPhone Mail, no mailer
inline constexpr float kReceivedEhlo = 0.5F;  // what a stored message says its first server heard
inline constexpr float kCheckPassed = 0.25F;  // each check of an Apple mailer's shape that holds
inline constexpr float kCheckFailed = 0.7F;   // each that does not, taken off
// The SMTP session.
inline constexpr float kEhloApple = 0.7F;  // Apple Mail, on whatever device
// IMAP ID.
inline constexpr float kImapName = 2.0F;
inline constexpr float kImapOs = 1.0F;
inline constexpr float kKnownBuild = 0.5F;  // its build is a release that we know
// ActiveSync: 3 when type, model, system and agent agree.
inline constexpr float kSyncType = 2.0F;
inline constexpr float kSyncAgent = 2.0F;
inline constexpr float kSyncDeviceId = 0.5F;
// DAV, EWS, webmail, browsers.
inline constexpr float kAgentDaemon = 2.0F;     // dataaccessd, Outlook-iOS
inline constexpr float kAgentBrowser = 2.0F;    // "(iPhone; CPU iPhone OS"
inline constexpr float kAgentAmbiguous = 0.7F;  // Darwin, Macintosh and Safari: Apple, no more
inline constexpr float kAgentOther = 1.0F;
// What the organisation or an examination knows.
inline constexpr float kCertificate = 4.0F;      // the issuer's words: OU, DC, description
inline constexpr float kCertificateName = 2.0F;  // CN, which may hold a person's name for it
inline constexpr float kInventory = 4.0F;
inline constexpr float kExamination = 4.0F;

/// A second signal of the same mouth that says the same adds this, up to the cap.
inline constexpr float kAgreement = 0.5F;
/// What remains of a mouth whose checks failed: a forged claim about oneself is still a claim.
inline constexpr float kForgedFloor = 0.3F;
/// A rival reading within this of the heavier one makes a conflict (thirty to one).
inline constexpr float kLikeWeight = 1.5F;

struct Share {
  float cap;     // against interest
  float in_cap;  // in interest
  float in_share;
};
/// By mouth, in the order of Mouth.
inline constexpr std::array<Share, kMouths> kShares{{
    {2.5F, 1.0F, 0.4F},  // content
    {0.7F, 0.3F, 0.4F},  // ehlo
    {2.5F, 1.0F, 0.4F},  // imap_id
    {3.0F, 1.0F, 0.4F},  // activesync: a type that is not banned counts 1
    {2.0F, 1.0F, 0.4F},  // user_agent
    {4.0F, 4.0F, 1.0F},  // certificate
    {4.0F, 4.0F, 1.0F},  // inventory
    {4.0F, 4.0F, 1.0F},  // examination
}};

}  // namespace interdict::devices::weights
