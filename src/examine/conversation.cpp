#include "examine/conversation.hpp"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "base/text.hpp"
#include "examine/archive.hpp"
#include "examine/frames.hpp"
#include "examine/hand_over.hpp"
#include "examine/worker_process.hpp"

namespace interdict::examine {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kLook = std::chrono::milliseconds(100);  // between looks at the stop flag
constexpr auto kProgress = std::chrono::milliseconds(100);
constexpr auto kGrace = std::chrono::seconds(10);  // for the worker to notice a step's deadline
constexpr std::size_t kHeardAtOnce = 1 << 14;
constexpr std::size_t kMostLocks = 100;

class Conversation {
 public:
  Conversation(const Options& options, const std::vector<Step>& steps, WorkerProcess& worker)
      : options_(options), steps_(steps), worker_(worker), last_word_(Clock::now()) {
    heard_.steps.resize(steps.size());
  }

  Result<Heard> run() {
    std::string piece(kHeardAtOnce, '\0');
    while (!finished_) {
      if (options_.stop != nullptr && *options_.stop)
        return Error{Errc::interrupted, "interrupted"};
      pollfd polled{worker_.socket(), POLLIN, 0};
      const int ready = ::poll(&polled, 1, static_cast<int>(kLook.count()));
      if (ready <= 0) {
        if (Clock::now() - last_word_ > options_.limits.step + kGrace) return give_up();
        continue;
      }
      const auto n = ::read(worker_.socket(), piece.data(), piece.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return lost_worker();
      last_word_ = Clock::now();
      buffer_.add(std::string_view(piece).substr(0, static_cast<std::size_t>(n)));
      TRY(take_frames());
    }
    return std::move(heard_);
  }

 private:
  Status take_frames() {
    while (!finished_) {
      const auto frame = TRY(buffer_.next());
      if (!frame) return ok();
      TRY(take(*frame));
    }
    return ok();
  }

  Status take(const Frame& frame) {
    switch (static_cast<WorkerSays>(frame.says)) {
      case WorkerSays::lock: {
        auto lock = TRY(decoded<Sentence>(frame));
        if (heard_.locks.size() < kMostLocks) heard_.locks.push_back(std::move(lock.text));
        return ok();
      }
      case WorkerSays::need_password: {
        TRY(hand_over(worker_.socket(), password()));
        last_word_ = Clock::now();
        return ok();
      }
      case WorkerSays::opened:
        heard_.opened = TRY(decoded<Opened>(frame));
        opened_ = true;
        return ok();
      case WorkerSays::failed: {
        auto failure = TRY(decoded<Failure>(frame));
        return Error{failure.code, std::move(failure.text)};
      }
      case WorkerSays::step_bytes: {
        const auto said = TRY(decoded<StepBytes>(frame));
        StepLog& log = *TRY(log_of(said.step));
        log.hear(said.bytes);
        if (log.output_failure) return Error{Errc::io, log.output_failure->text};
        tell(said.step);
        return ok();
      }
      case WorkerSays::step_again: {
        const auto which = TRY(decoded<StepAgain>(frame));
        StepLog& log = *TRY(log_of(which.step));
        if (log.has_ended()) --done_;
        log = StepLog();
        return ok();
      }
      case WorkerSays::step_ended: {
        const auto how = TRY(decoded<StepEnded>(frame));
        StepLog& log = *TRY(log_of(how.step));
        if (!log.has_ended()) ++done_;
        log.ended(how);
        tell(how.step);
        return ok();
      }
      case WorkerSays::finished:
        finished_ = true;
        return ok();
    }
    return nonsense();
  }

  static Error nonsense() { return {Errc::malformed, "the worker's messages made no sense"}; }

  template <class Message>
  static Result<Message> decoded(const Frame& frame) {
    auto message = decode<Message>(frame.body);
    if (!message) return nonsense();
    return *std::move(message);
  }

  Result<StepLog*> log_of(std::size_t step) {
    if (step >= heard_.steps.size()) return nonsense();
    return &heard_.steps[step];
  }

  Result<crypto::Secret> password() {
    // Whoever asks twice is not our worker: a person must not be asked by what a phone contains.
    if (std::exchange(asked_, true)) return Error{Errc::locked, "the password was asked for twice"};
    if (!options_.password)
      return Error{Errc::locked, "the backup is encrypted; a password is needed"};
    return options_.password();
  }

  void tell(std::size_t step) {
    const auto now = Clock::now();
    if (!options_.progress || now - told_ < kProgress) return;
    told_ = now;
    const auto most = steps_.size();
    options_.progress({steps_[step].name(), heard_.steps[step].rows, std::min(done_, most), most});
  }

  Result<Heard> give_up() {
    const auto why = fmt::format("the worker was silent for {} s and was ended",
                                 (options_.limits.step + kGrace).count());
    return opened_ ? salvage(why) : Error{Errc::limit, "opening the evidence: " + why};
  }

  Result<Heard> lost_worker() {
    const auto why = worker_.ending();
    if (opened_) return salvage(fmt::format("the worker crashed ({})", why));
    return Error{Errc::malformed,
                 fmt::format("opening the evidence: its reader crashed ({})", why)};
  }

  /// What was said before stands; the steps that had not ended are told as such.
  Result<Heard> salvage(std::string why) {
    heard_.errors.push_back(std::move(why));
    return std::move(heard_);
  }

  const Options& options_;
  const std::vector<Step>& steps_;
  WorkerProcess& worker_;
  Heard heard_;
  FrameBuffer buffer_;
  Clock::time_point last_word_, told_{};
  std::size_t done_ = 0;
  bool opened_ = false, finished_ = false, asked_ = false;
};

}  // namespace

Result<Heard> converse(const Options& options, const std::filesystem::path& backup,
                       const std::vector<Step>& steps, const indicators::Set& indicators) {
  auto worker = TRY(WorkerProcess::start({.backup = backup,
                                          .steps = steps,
                                          .indicators = &indicators,
                                          .step_time = options.limits.step,
                                          .step_memory = options.limits.step_memory}));
  return Conversation(options, steps, worker).run();
}

}  // namespace interdict::examine
