#include "daemon/daemon.hpp"

#include <chrono>
#include <csignal>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "daemon/api.hpp"
#include "daemon/follow.hpp"
#include "gate/milter_session.hpp"
#include "gate/policy_delegation.hpp"
#include "http/service.hpp"
#include "net/loop.hpp"

namespace interdict::daemon {
namespace {

namespace fs = std::filesystem;

constexpr net::Millis kLookAtBan{2'000}, kLookAtLog{250};
constexpr std::size_t kMailConnections = 12'000;

/// What a change of a file looks like from outside.
struct FileState {
  fs::file_time_type written;
  std::uintmax_t size = 0;
  bool operator==(const FileState&) const = default;
};
FileState state_of(const fs::path& path) {
  std::error_code none;
  return {fs::last_write_time(path, none), fs::file_size(path, none)};
}

struct LoadedBan {
  std::unique_ptr<policy::Policy> policy;
  std::vector<std::string> problems;  // why there is no policy
};
LoadedBan load_ban(const fs::path& path) {
  LoadedBan loaded;
  policy::Problems problems(path.string());
  auto ban = policy::read_ban(path, problems);
  if (!ban) {
    for (const auto& problem : problems.sorted()) loaded.problems.push_back(to_string(problem));
    if (loaded.problems.empty()) loaded.problems.push_back(ban.error().what());
    return loaded;
  }
  auto compiled = policy::Policy::compile(std::move(*ban));
  if (!compiled) {
    loaded.problems.push_back(compiled.error().what());
    return loaded;
  }
  loaded.policy = std::make_unique<policy::Policy>(*std::move(compiled));
  return loaded;
}

/// A gatekeeper that is in trouble passes or puts off, as the site chose.
class FaceJudge final : public gate::Judge {
 public:
  FaceJudge(gate::Gatekeeper& keeper, bool fail_closed)
      : keeper_(keeper), fail_closed_(fail_closed) {}
  gate::Verdict judge(const gate::Submission& submission) override {
    const auto before = keeper_.counts().claims_refused;
    auto verdict = keeper_.judge(submission);
    if (fail_closed_ && keeper_.counts().claims_refused != before) {
      verdict.kind = gate::Verdict::Kind::tempfail;
    }
    if (verdict.notice) {
      say(fmt::format("notice: {} is to be told: {}", printable(submission.account),
                      printable(verdict.text)));
    }
    if (verdict.kind != gate::Verdict::Kind::pass) {
      say(fmt::format("{}: account={} session={} {}",
                      verdict.kind == gate::Verdict::Kind::refuse ? "refused"
                      : verdict.kind == gate::Verdict::Kind::hold ? "held"
                                                                  : "put off",
                      printable(submission.account), printable(submission.session),
                      printable(verdict.text)));
    }
    return verdict;
  }

 private:
  gate::Gatekeeper& keeper_;
  bool fail_closed_;
};

class Daemon {
 public:
  Daemon(const Config& config, std::unique_ptr<ledger::Ledger> ledger, net::Loop& loop)
      : config_(config),
        ledger_(std::move(ledger)),
        loop_(loop),
        keeper_(config.gate, *ledger_, now),
        judge_(keeper_, config.fail_closed) {}

  Status start() {
    TRY(load_inventory());
    ban_state_ = state_of(config_.ban);
    auto loaded = load_ban(config_.ban);
    for (const auto& problem : loaded.problems) say(problem);
    if (!loaded.policy) return Error{Errc::malformed, "the ban cannot be used: not started"};
    use(std::move(loaded));
    make_services();
    TRY(listen());
    TRY(loop_.on_signal(SIGTERM, [this] { stop(); }));
    TRY(loop_.on_signal(SIGINT, [this] { stop(); }));
    TRY(loop_.on_signal(SIGHUP, [this] { reload(); }));
    ban_timer_ = loop_.every(kLookAtBan, [this] {
      if (state_of(config_.ban) != ban_state_) reload();
    });
    if (!config_.dovecot_log.empty()) {
      if (std::error_code none; !fs::exists(config_.dovecot_log, none)) {
        say(fmt::format("{}: not there yet; late IMAP IDs are unknown until it is",
                        config_.dovecot_log.string()));
      }
      follower_.emplace(config_.dovecot_log);
      log_timer_ = loop_.every(kLookAtLog, [this] { follow(); });
    }
    return ok();
  }

  Status finish() {
    if (loader_.joinable()) loader_.join();
    return ledger_->close();
  }

 private:
  Status load_inventory() {
    if (config_.inventory.empty()) return ok();
    const auto bytes = TRY(read_file(config_.inventory, devices::kMaxInventoryBytes));
    auto inventory =
        TRY_WITHIN(config_.inventory.string(), devices::Inventory::read(text_of(bytes)));
    std::vector<ledger::Owner> owners;
    for (const auto& row : inventory.rows()) {
      const auto& serial = row[static_cast<std::size_t>(devices::InventoryColumn::serial)];
      const auto& owner = row[static_cast<std::size_t>(devices::InventoryColumn::owner)];
      if (!serial.empty() && !owner.empty()) owners.push_back({serial, owner});
    }
    TRY(ledger_->replace_owners(owners));
    say(fmt::format("inventory: {} devices, {} rows that could not be read", inventory.size(),
                    inventory.bad_rows()));
    keeper_.use(std::make_unique<devices::Inventory>(std::move(inventory)));
    return ok();
  }

  void use(LoadedBan loaded) {
    policy_error_.clear();
    say(fmt::format("policy {} ({}) decides, {}", loaded.policy->ban().id,
                    loaded.policy->digest_text(),
                    config_.gate.mode == gate::Mode::act ? "and acts" : "observing only"));
    if (const auto seen = ledger_->policy_seen(hex(ByteView(loaded.policy->digest())),
                                               loaded.policy->ban().id, now());
        !seen) {
      say(fmt::format("ledger: {}", seen.error().what()));
    }
    keeper_.use(std::move(loaded.policy));
  }

  /// Read on a thread of its own: a large ban takes seconds, mail does not wait for it.
  void reload() {
    if (loading_) {
      again_ = true;
      return;
    }
    loading_ = true;
    ban_state_ = state_of(config_.ban);
    if (loader_.joinable()) loader_.join();
    loader_ = std::jthread([this] {
      auto loaded = std::make_shared<LoadedBan>(load_ban(config_.ban));
      loop_.post([this, loaded] { reloaded(std::move(*loaded)); });
    });
  }

  void reloaded(LoadedBan loaded) {
    loading_ = false;
    if (loaded.policy) {
      use(std::move(loaded));
    } else {
      for (const auto& problem : loaded.problems) say(problem);
      say("THE CHANGED BAN CANNOT BE USED: the old one goes on deciding");
      policy_error_ = loaded.problems.front();
    }
    if (std::exchange(again_, false)) reload();
  }

  void make_services() {
    const Api api{config_,
                  keeper_,
                  judge_,
                  *ledger_,
                  [this] { reload(); },
                  [this] { return policy_error_; },
                  [this] { return listener_metrics(); }};
    http::ServiceOptions options;
    options.fault = [](std::string_view request, std::string_view what) {
      say(fmt::format("http: {}: {}", printable(request), printable(what)));
    };
    if (config_.http) public_.emplace(public_pages(api), options);
    if (config_.control) control_.emplace(control_pages(api), options);
  }

  Status listen() {
    if (config_.milter) {
      TRY(listen_on(*config_.milter, mail_options("milter"), carry<gate::milter::Session>()));
    }
    if (config_.postfix_policy) {
      TRY(listen_on(*config_.postfix_policy, mail_options("postfix_policy"),
                    carry<gate::policy_delegation::Session>()));
    }
    if (public_) TRY(listen_on(*config_.http, public_->listener("http"), public_->factory()));
    if (control_) {
      TRY(listen_on(*config_.control, control_->listener("control"), control_->factory()));
    }
    if (listeners_.empty()) return Error{Errc::usage, "no face of the gate has a `listen`"};
    return ok();
  }

  template <class Session>
  net::Factory carry() {
    return [this](const net::Peer&, const net::Wake&) {
      return std::make_unique<net::Carried<Session>>(judge_);
    };
  }

  /// The other side is our own mail server: many connections from one address, quiet for hours.
  static net::ListenerOptions mail_options(std::string name) {
    net::ListenerOptions options;
    options.name = std::move(name);
    options.connections = kMailConnections;
    options.per_subscriber = 0;
    return options;
  }

  Status listen_on(const net::Endpoint& endpoint, net::ListenerOptions options,
                   net::Factory factory) {
    const auto name = options.name;
    const auto listening =
        TRY_WITHIN(name, loop_.listen(endpoint, std::move(options), std::move(factory)));
    listeners_.emplace_back(name, listening.counters);
    say(fmt::format("{} listens on {}", name, endpoint.text()));
    return ok();
  }

  void follow() {
    follower_->read_new([this](std::string_view line) {
      LateId late;
      if (parse_late_id(line, late)) keeper_.late_id(late.account, late.session, late.id);
    });
  }

  void stop() {
    say("stopping");
    ban_timer_ = {};
    log_timer_ = {};
    loop_.stop();
  }

  [[nodiscard]] std::string listener_metrics() const {
    std::string out;
    const auto each = [&](std::string_view name, std::string_view kind, std::string_view help,
                          auto value) {
      out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, kind);
      for (const auto& [listener, counters] : listeners_) {
        out += fmt::format("{}{{listener=\"{}\"}} {}\n", name, listener,
                           value(*counters).load(std::memory_order_relaxed));
      }
    };
    using C = net::Counters;
    each("interdict_connections_total", "counter", "connections accepted",
         [](const C& c) -> auto& { return c.accepted; });
    each("interdict_connections_open", "gauge", "connections open now",
         [](const C& c) -> auto& { return c.open; });
    each("interdict_connections_failed_total", "counter", "closed for what they said",
         [](const C& c) -> auto& { return c.failed; });
    each("interdict_connections_refused_total", "counter", "over the cap",
         [](const C& c) -> auto& { return c.over_total; });
    return out;
  }

  const Config& config_;
  std::unique_ptr<ledger::Ledger> ledger_;
  net::Loop& loop_;
  gate::Gatekeeper keeper_;
  FaceJudge judge_;
  std::optional<http::Service> public_, control_;
  std::vector<std::pair<std::string, const net::Counters*>> listeners_;
  std::optional<Follower> follower_;
  net::Timer ban_timer_, log_timer_;
  FileState ban_state_;
  std::string policy_error_;
  bool loading_ = false, again_ = false;
  std::jthread loader_;
};

}  // namespace

UtcTime now() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(since_1970).count()};
}

void say(std::string_view line) {
  fmt::print(stderr, "{} {}\n", iso8601(now()).substr(0, 19), line);
}

Status run(const Config& config) {
  auto ledger = TRY_WITHIN("ledger", ledger::Ledger::open(config.ledger));
  std::optional<Daemon> daemon;
  {
    net::LoopOptions options;
    options.trouble = [](std::string_view where, const Error& why) {
      say(fmt::format("{}: {}", where, printable(why.what())));
    };
    auto loop = TRY(net::Loop::open(std::move(options)));
    daemon.emplace(config, std::move(ledger), loop);
    TRY(daemon->start());
    say("ready");
    loop.run();
  }
  return daemon->finish();
}

}  // namespace interdict::daemon
