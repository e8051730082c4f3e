// The one thread that writes: many jobs, one transaction; and stores what is added up by itself.
//
// Jobs       run one after the other inside a transaction of up to `batch_jobs` jobs or
//            `batch_time`, each in a savepoint, so that one that fails takes nothing with it. They
//            are answered after the commit: a good answer means "on the disk". With nobody else
//            waiting a job does not wait either; while a commit syncs, the next batch gathers.
// Backlogs   are asked for a chunk at a time, in transactions of their own. One that fails keeps
//            its rows and is asked again after a pause that doubles, up to `longest_pause`.
// Errors     a job's own error is its answer; if the transaction fails, that error is the answer of
//            every job in it and nothing of it is stored. interrupted: the writer is stopping.
// Threads    call(), post(), wake(), drain() from any thread but the writer's.

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "ledger/database.hpp"

namespace interdict::ledger {

/// A change that somebody waits for.
class Job {
 public:
  Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  virtual ~Job() = default;
  /// Inside the transaction, on the writer's thread.
  virtual Status run(Database& db) = 0;
  /// Committed, or not stored at all; once, on the writer's thread. The job may be gone afterwards.
  virtual void finish(Status status) = 0;
  struct Traits {
    bool changes_marks = false;  // whose phones are compromised
    bool outside = false;        // of any transaction, alone; what fails may be half done
  };
  Traits traits;
};

/// Something that keeps rows in memory until they are stored. Called on the writer's thread alone.
class Backlog {
 public:
  Backlog() = default;
  Backlog(const Backlog&) = delete;
  Backlog& operator=(const Backlog&) = delete;
  virtual ~Backlog() = default;
  /// Has a chunk to write.
  virtual bool has_rows() = 0;
  /// Takes what was gathered in memory, unless it should gather on and not `now`. Called without
  /// rows; whether there are some then.
  virtual bool gather(bool now) = 0;
  /// Writes a chunk inside a transaction; committed() or failed() follows.
  virtual Status write(Database& db) = 0;
  virtual void committed() = 0;
  virtual void failed() = 0;
};

/// What must follow from the rows with the very commit that changes them.
class Follower {
 public:
  Follower() = default;
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;
  virtual ~Follower() = default;
  virtual Status before_commit(Database& db) = 0;
  virtual void after_commit() = 0;
};

class Writer {
 public:
  struct Settings {
    std::size_t batch_jobs = 256;
    std::chrono::milliseconds batch_time{10};
    std::size_t queue = 4096;              // jobs waiting; post() refuses more, call() waits
    std::chrono::milliseconds tick{1000};  // how often backlogs are asked when nobody wakes us
    std::chrono::milliseconds first_pause{100}, longest_pause{30'000};
  };
  struct Counts {
    std::uint64_t jobs = 0, commits = 0, failures = 0;  // failed transactions
    std::string last_error;                             // empty: the last transaction went well
  };

  /// `backlogs` and `marks` outlive the writer. `marks` may be null.
  Writer(Database db, const Settings& settings, const std::vector<Backlog*>& backlogs,
         Follower* marks);
  ~Writer();  // stop()

  /// Runs f(Database&) -> Result<T> as a job and waits for its commit.
  template <class F>
  auto call(F f, Job::Traits traits = {}) -> decltype(f(std::declval<Database&>())) {
    Waiting<F> job(std::move(f));
    job.traits = traits;
    TRY(put(&job, true));
    return job.wait();
  }
  /// The same without waiting: `done` gets the Result<T> on the writer's thread. limit: the queue
  /// is full; then `done` is never called.
  template <class F, class Done>
  Status post(F f, Done done, Job::Traits traits = {}) {
    auto job = std::make_unique<Posted<F, Done>>(std::move(f), std::move(done));
    job->traits = traits;
    TRY(put(job.get(), false));
    (void)job.release();  // deletes itself when finished
    return ok();
  }
  /// Backlogs have something; cheap.
  void wake();
  /// Stores everything in the backlogs now, whatever the pause; the first error ends it.
  Status drain();
  /// Finishes the queue, drains once, ends the thread. The status of the drain; ok the second time.
  Status stop();
  [[nodiscard]] Counts counts() const;

 private:
  using Clock = std::chrono::steady_clock;

  template <class F>
  class Waiting;
  template <class F, class Done>
  class Posted;
  struct Paced {
    Backlog* backlog;
    Clock::time_point not_before{};
    std::chrono::milliseconds pause{0};
  };

  Status put(Job* job, bool wait);
  void loop();
  [[nodiscard]] std::chrono::milliseconds longest_wait() const;
  void run_outside(std::deque<Job*>& jobs);
  void run_batch(std::deque<Job*>& jobs);
  Status run_job(Job& job);
  std::size_t run_jobs(std::deque<Job*>& jobs, std::vector<Status>& results);
  Status finish_transaction(bool marks);
  Status store_chunk(Paced& paced);
  void store_backlogs();
  Status store_all();
  void note(const Status& status);
  [[nodiscard]] bool jobs_wait() const;

  Database db_;
  Settings settings_;
  std::vector<Paced> backlogs_;
  Follower* marks_;

  mutable std::mutex mutex_;
  std::condition_variable work_, room_, drained_;
  std::deque<Job*> queue_;
  bool awake_ = false, stopping_ = false, stopped_ = false;
  std::uint64_t drains_wanted_ = 0, drains_done_ = 0;
  std::string drain_error_;
  std::optional<Errc> drain_code_;
  Counts counts_;
  std::thread thread_;
};

template <class F>
class Writer::Waiting final : public Job {
 public:
  using Answer = decltype(std::declval<F&>()(std::declval<Database&>()));
  explicit Waiting(F f) : f_(std::move(f)) {}
  Status run(Database& db) override {
    answer_.emplace(f_(db));
    if (!*answer_) return std::move(*answer_).error();
    return ok();
  }
  void finish(Status status) override {
    const std::lock_guard lock(mutex_);
    if (!status) answer_.emplace(std::move(status).error());
    done_ = true;
    changed_.notify_one();  // under the lock: the waiting thread destroys us right after
  }
  Answer wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return done_; });
    return *std::move(answer_);
  }

 private:
  F f_;
  std::optional<Answer> answer_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
};

template <class F, class Done>
class Writer::Posted final : public Job {
 public:
  using Answer = decltype(std::declval<F&>()(std::declval<Database&>()));
  Posted(F f, Done done) : f_(std::move(f)), done_(std::move(done)) {}
  Status run(Database& db) override {
    answer_.emplace(f_(db));
    if (!*answer_) return std::move(*answer_).error();
    return ok();
  }
  void finish(Status status) override {
    if (!status) answer_.emplace(std::move(status).error());
    done_(*std::move(answer_));
    delete this;  // NOLINT: post() gave itself away
  }

 private:
  F f_;
  Done done_;
  std::optional<Answer> answer_;
};

}  // namespace interdict::ledger
