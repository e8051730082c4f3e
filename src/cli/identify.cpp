// interdict identify FILE|-: which device wrote this, how sure, why, and what contradicts it.

#include "devices/input.hpp"

#include <cstdio>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/file.hpp"
#include "base/json_writer.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "devices/activesync.hpp"
#include "devices/claim.hpp"
#include "devices/inventory.hpp"

namespace interdict::cli {
namespace identification {
namespace {

using devices::Claim;
using devices::Level;

constexpr std::uint64_t kMaxInput = std::uint64_t{256} * 1024 * 1024;
constexpr int kUnknownDevice = 3;

Result<std::string> read_standard_input() {
  std::string text;
  std::string part(std::size_t{64} * 1024, '\0');
  while (const auto n = std::fread(part.data(), 1, part.size(), stdin)) {
    text.append(part, 0, n);
    if (text.size() > kMaxInput) return Error{Errc::limit, "standard input: larger than 256 MiB"};
  }
  if (std::ferror(stdin) != 0) return Error{Errc::io, "standard input: cannot be read"};
  return text;
}

Result<std::string> read_input(const std::string& path) {
  if (path == "-") return read_standard_input();
  const auto bytes = TRY(read_file(path, kMaxInput));
  return std::string(text_of(bytes));
}

std::string_view place_of(devices::Mouth m) {
  switch (m) {
    case devices::Mouth::content:
      return "message header";
    case devices::Mouth::ehlo:
      return "EHLO";
    case devices::Mouth::imap_id:
      return "IMAP ID";
    case devices::Mouth::activesync:
      return "ActiveSync";
    case devices::Mouth::user_agent:
      return "user agent";
    case devices::Mouth::certificate:
      return "client certificate";
    case devices::Mouth::inventory:
      return "inventory";
    case devices::Mouth::examination:
      return "examination";
  }
  return {};
}

std::vector<std::string> sureness(const Claim& claim) {
  constexpr std::array kShown{
      std::pair{Level::vendor, "vendor"}, std::pair{Level::family, "kind"},
      std::pair{Level::line, "line"},     std::pair{Level::os, "system"},
      std::pair{Level::model, "model"},   std::pair{Level::version, "version"},
      std::pair{Level::build, "build"}};
  std::vector<std::string> parts;
  for (const auto& [level, name] : kShown) {
    const auto i = static_cast<std::size_t>(level);
    const bool disputed = (claim.conflicts >> i & 1) != 0;
    if (claim.against_interest[i] <= 0 && !disputed) continue;
    parts.push_back(fmt::format("{} {}{}", name,
                                name_of(devices::grade_of(claim.against_interest[i])),
                                disputed ? " (disputed)" : ""));
  }
  return parts;
}

/// What an observation is worth on its own; what only adds to another of its mouth "agrees".
std::string_view weight_of(const devices::Evidence& e) {
  const auto grade = devices::grade_of(e.against_interest);
  return grade == devices::Grade::none ? "agrees" : name_of(grade);
}

void tell(Terminal& terminal, const Claim& claim) {
  const bool known = claim.position != devices::Position{};
  const auto what = known
                        ? fmt::format("This is {}.", printable(devices::described(claim.position)))
                        : "Unknown device: nothing here tells which it is.";
  terminal.out(terminal.paint(known ? Tone::bold : Tone::amber, what) + '\n');
  if (known) {
    terminal.out(
        terminal.wrapped(fmt::format("{}", fmt::join(sureness(claim), ", ")), 10, "  Sure    "));
  }
  if (claim.managed) terminal.out("  Managed the organisation's inventory knows it\n");
  if (claim.compromised) {
    terminal.out(terminal.paint(Tone::red, "  Compromised, says its examination") + '\n');
  }
  for (const auto& e : claim.evidence) {
    terminal.out(terminal.wrapped(fmt::format("{}: \"{}\" ({}, {})", place_of(e.mouth),
                                              printable(e.text), weight_of(e), e.id),
                                  10, "  Because "));
  }
  for (const auto& c : claim.contradictions) {
    const auto kind = c.forged   ? "speaks for an invented claim"
                      : c.benign ? "harmless"
                                 : "does not fit";
    terminal.out(terminal.wrapped(fmt::format("{} ({}, {})", printable(c.text), kind, c.id), 10,
                                  c.benign ? "  Note    " : "  But     "));
  }
  if (known && !claim.session_level) {
    terminal.out(
        terminal.wrapped("only the message itself says so; no EHLO, IMAP ID, ActiveSync or "
                         "user agent was seen",
                         10, "  Note    "));
  }
}

void write_levels(JsonWriter& json, std::string_view name,
                  const std::array<float, devices::kLevels>& odds) {
  json.key(name).begin_object();
  for (std::size_t i = 0; i < devices::kLevels; ++i) {
    if (odds[i] <= 0) continue;
    json.member(name_of(static_cast<Level>(i)), name_of(devices::grade_of(odds[i])));
  }
  json.end_object();
}

void write_position(JsonWriter& json, const devices::Position& p) {
  json.key("position").begin_object();
  if (p.vendor != devices::Vendor::unknown) json.member("vendor", name_of(p.vendor));
  if (p.family != devices::Family::unknown) json.member("family", name_of(p.family));
  if (p.line != devices::Line::unknown) json.member("line", name_of(p.line));
  if (p.os != devices::Os::unknown) json.member("os", name_of(p.os));
  if (!p.model.empty()) json.member("model", p.model);
  if (p.os_version.known()) json.member("version", to_string(p.os_version));
  if (p.build.known()) json.member("build", to_string(p.build));
  json.end_object();
}

std::string as_json(const Claim& claim, std::size_t line) {
  JsonWriter json;
  json.begin_object().member("line", static_cast<std::uint64_t>(line));
  json.member("known", claim.position != devices::Position{});
  json.member("device", claim.position == devices::Position{} ? std::string("unknown")
                                                              : devices::described(claim.position));
  write_position(json, claim.position);
  write_levels(json, "against_interest", claim.against_interest);
  write_levels(json, "in_interest", claim.in_interest);
  json.key("conflicts").begin_array();
  for (std::size_t i = 0; i < devices::kLevels; ++i) {
    if ((claim.conflicts >> i & 1) != 0) json.string(name_of(static_cast<Level>(i)));
  }
  json.end_array();
  json.member("forged", claim.forged).member("managed", claim.managed);
  json.member("compromised", claim.compromised).member("session_level", claim.session_level);
  json.key("evidence").begin_array();
  for (const auto& e : claim.evidence) {
    json.begin_object().member("id", e.id).member("mouth", name_of(e.mouth)).member("text", e.text);
    json.member("grade", name_of(devices::grade_of(e.against_interest)));
    json.member("grade_in_interest", name_of(devices::grade_of(e.in_interest))).end_object();
  }
  json.end_array().key("contradictions").begin_array();
  for (const auto& c : claim.contradictions) {
    json.begin_object().member("id", c.id).member("benign", c.benign).member("forged", c.forged);
    json.member("text", c.text).end_object();
  }
  return json.end_array().end_object().take() + '\n';
}

/// The record of the device that the session itself names; null: none.
const devices::Inventory::Row* look_up(const devices::Inventory& inventory,
                                       const devices::Observed& seen) {
  if (!seen.certificate_subject.empty()) {
    if (const auto* row = inventory.by_certificate(seen.certificate_subject)) return row;
  }
  if (seen.activesync_query.empty()) return nullptr;
  const auto query = devices::read_sync_query(seen.activesync_query);
  return query ? inventory.by_device_id(query->device_id) : nullptr;
}

class Identify final : public Command {
 public:
  [[nodiscard]] std::string_view name() const override { return "identify"; }
  [[nodiscard]] std::string_view summary() const override {
    return "say which device wrote a message or opened a session, how sure, and why";
  }
  void declare(Arguments& a) override {
    a.positional("FILE", path_, "what was seen, in one of the forms below; - is standard input");
    a.option("--as", form_, "do not guess the form: message, agent, imap-id, request, json",
             "FORM");
    a.option("--inventory", inventory_, "CSV or JSON of an MDM: what the organisation knows",
             "FILE");
    a.flag("--first-hop", first_hop_,
           "judge the shape of a message although it has Received fields");
    a.flag("--json", json_, "one JSON object for each observation");
    a.footer(fmt::format(
        "Forms: an .eml or header block; user agents, one a line; IMAP IDs (a list, a command, or\n"
        "Dovecot's log form); an HTTP request line with or without its fields; or JSON objects, "
        "one a\n"
        "line, with these members:\n  {}\n\n"
        "Grades are engineering estimates, not measured probabilities (docs/identification.md).\n"
        "Exit status: 0 something is known of a device, 3 of none, 2 wrong usage, 4 unreadable.",
        wrapped_names()));
  }

  int run(Terminal& terminal) override {
    std::optional<devices::Form> form;
    if (!form_.empty()) {
      form = devices::form_from_name(form_);
      if (!form) return fail(terminal, Error{Errc::usage, fmt::format("no form '{}'", form_)});
    }
    devices::Inventory inventory;
    if (!inventory_.empty()) {
      auto read = load(inventory_);
      if (!read) return fail_unusable(terminal, read.error());
      inventory = *std::move(read);
      for (const auto& bad : inventory.bad()) {
        terminal.say(fmt::format("warning: {}: {}: {}", printable(inventory_), bad.line,
                                 printable(bad.why)));
      }
    }
    const auto text = read_input(path_);
    if (!text) return fail_unusable(terminal, text.error());
    return identify(terminal, *text, form.value_or(devices::guess_form(*text)), inventory);
  }

 private:
  static std::string wrapped_names() {
    std::string out;
    std::size_t width = 0;
    for (const auto name : devices::kJsonMembers) {
      if (width + name.size() > 90) {
        out += "\n  ";
        width = 0;
      }
      out.append(name).push_back(' ');
      width += name.size() + 1;
    }
    return out;
  }
  static Result<devices::Inventory> load(const std::string& path) {
    const auto bytes = TRY(read_file(path, devices::kMaxInventoryBytes));
    return TRY_WITHIN(path, devices::Inventory::read(text_of(bytes)));
  }

  int identify(Terminal& terminal, std::string_view text, devices::Form form,
               const devices::Inventory& inventory) const {
    std::size_t known = 0, seen_at_all = 0, unreadable = 0;
    const auto visit = [&](const devices::Observed& given, std::size_t line) -> Status {
      devices::Observed seen = given;
      if (first_hop_) seen.first_hop = true;
      if (const auto* row = look_up(inventory, seen); row != nullptr && !seen.inventory) {
        seen.inventory = devices::Inventory::record(*row);
      }
      const auto claim = devices::identify(seen);
      known += claim.position == devices::Position{} ? 0 : 1;
      if (seen_at_all++ > 0 && !json_) terminal.out("\n");
      json_ ? terminal.out(as_json(claim, line)) : tell(terminal, claim);
      return ok();
    };
    const auto status =
        devices::each_observation(text, form, visit, [&](std::size_t line, std::string_view why) {
          ++unreadable;
          terminal.say(fmt::format("warning: {}: {}: {}", printable(path_), line, printable(why)));
        });
    if (!status) {
      return fail_unusable(terminal, Error{status.error().code(),
                                           fmt::format("{}: {}", path_, status.error().what())});
    }
    if (seen_at_all == 0) {
      const auto why = unreadable > 0 ? "nothing in it could be read" : "it is empty";
      return fail_unusable(terminal, Error{Errc::malformed, fmt::format("{}: {}", path_, why)});
    }
    return known > 0 ? static_cast<int>(kClean) : kUnknownDevice;
  }

  std::string path_, form_, inventory_;
  bool first_hop_ = false, json_ = false;
};

const RegisterCommand kIdentifyCommand{
    []() -> std::unique_ptr<Command> { return std::make_unique<Identify>(); }};

}  // namespace
}  // namespace identification
}  // namespace interdict::cli
