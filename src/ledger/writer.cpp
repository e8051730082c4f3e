#include "ledger/writer.hpp"

#include <algorithm>

namespace interdict::ledger {
namespace {

Error copy_of(const Error& e) { return Error{e.code(), e.what()}; }

}  // namespace

Writer::Writer(Database db, const Settings& settings, const std::vector<Backlog*>& backlogs,
               Follower* marks)
    : db_(std::move(db)), settings_(settings), marks_(marks) {
  for (Backlog* backlog : backlogs) backlogs_.push_back({.backlog = backlog});
  thread_ = std::thread([this] { loop(); });
}

Writer::~Writer() { (void)stop(); }

Status Writer::put(Job* job, bool wait) {
  std::unique_lock lock(mutex_);
  if (wait) {
    room_.wait(lock, [this] { return stopping_ || queue_.size() < settings_.queue; });
  }
  if (stopping_) return Error{Errc::interrupted, "the ledger is closing"};
  if (queue_.size() >= settings_.queue) {
    return Error{Errc::limit, "too many changes wait for the disk"};
  }
  queue_.push_back(job);
  work_.notify_one();
  return ok();
}

void Writer::wake() {
  const std::lock_guard lock(mutex_);
  if (awake_) return;
  awake_ = true;
  work_.notify_one();
}

Status Writer::drain() {
  std::unique_lock lock(mutex_);
  if (stopping_) return Error{Errc::interrupted, "the ledger is closing"};
  const std::uint64_t mine = ++drains_wanted_;
  work_.notify_one();
  drained_.wait(lock, [&] { return drains_done_ >= mine || stopped_; });
  if (drain_code_) return Error{*drain_code_, drain_error_};
  return ok();
}

Status Writer::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return ok();
    stopping_ = true;
    work_.notify_one();
    room_.notify_all();
  }
  thread_.join();
  const std::lock_guard lock(mutex_);
  if (drain_code_) return Error{*drain_code_, drain_error_};
  return ok();
}

Writer::Counts Writer::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

bool Writer::jobs_wait() const {
  const std::lock_guard lock(mutex_);
  return !queue_.empty() || stopping_ || drains_wanted_ > drains_done_;
}

void Writer::note(const Status& status) {
  const std::lock_guard lock(mutex_);
  if (status) {
    ++counts_.commits;
    counts_.last_error.clear();
  } else {
    ++counts_.failures;
    counts_.last_error = status.error().what();
  }
}

/// Until the next tick, or until a backlog's pause is over.
std::chrono::milliseconds Writer::longest_wait() const {
  auto wait = settings_.tick;
  const auto now = Clock::now();
  for (const Paced& paced : backlogs_) {
    if (paced.not_before <= now) continue;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(paced.not_before - now);
    wait = std::min(wait, left + std::chrono::milliseconds(1));
  }
  return wait;
}

void Writer::loop() {
  std::deque<Job*> jobs;
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait_for(lock, longest_wait(), [this] {
      return !queue_.empty() || awake_ || stopping_ || drains_wanted_ > drains_done_;
    });
    awake_ = false;
    const std::uint64_t drains = drains_wanted_;
    const bool drain = drains > drains_done_, stopping = stopping_;
    jobs.swap(queue_);
    room_.notify_all();
    lock.unlock();
    while (!jobs.empty()) {
      if (jobs.front()->traits.outside) {
        run_outside(jobs);
      } else {
        run_batch(jobs);
      }
    }
    Status drained = ok();
    if (drain || stopping) {
      drained = store_all();
    } else {
      store_backlogs();
    }
    lock.lock();
    if (drain || stopping) {
      drains_done_ = drains;
      drain_code_.reset();
      if (!drained) {
        drain_code_ = drained.error().code();
        drain_error_ = drained.error().what();
      }
      drained_.notify_all();
    }
    if (stopping && queue_.empty()) break;
  }
  stopped_ = true;
  drained_.notify_all();
}

Status Writer::run_job(Job& job) {
  TRY(db_.run("SAVEPOINT job"));
  Status done = job.run(db_);
  if (!db_.in_transaction()) return done;  // SQLite gave up the whole transaction
  if (!done) TRY(db_.run("ROLLBACK TO job"));
  TRY(db_.run("RELEASE job"));
  return done;
}

/// Runs jobs from the front, leaving them in place; how many belong to this transaction.
std::size_t Writer::run_jobs(std::deque<Job*>& jobs, std::vector<Status>& results) {
  const auto until = Clock::now() + settings_.batch_time;
  const std::size_t most = std::min(jobs.size(), std::max<std::size_t>(settings_.batch_jobs, 1));
  while (results.size() < most && (results.empty() || Clock::now() < until)) {
    results.push_back(run_job(*jobs[results.size()]));
    if (!db_.in_transaction()) break;
    if (results.size() < most && jobs[results.size()]->traits.outside) break;
  }
  return results.size();
}

Status Writer::finish_transaction(bool marks) {
  if (marks && marks_ != nullptr) TRY(marks_->before_commit(db_));
  TRY(db_.commit());
  if (marks && marks_ != nullptr) marks_->after_commit();
  return ok();
}

void Writer::run_outside(std::deque<Job*>& jobs) {
  Job* job = jobs.front();
  jobs.pop_front();
  job->finish(job->run(db_));
}

void Writer::run_batch(std::deque<Job*>& jobs) {
  std::vector<Status> results;
  Status whole = db_.begin();
  std::size_t count = std::min(jobs.size(), std::max<std::size_t>(settings_.batch_jobs, 1));
  if (whole) {
    count = run_jobs(jobs, results);
    const bool marks = std::any_of(jobs.begin(), jobs.begin() + static_cast<std::ptrdiff_t>(count),
                                   [](const Job* job) { return job->traits.changes_marks; });
    if (db_.in_transaction()) {
      whole = finish_transaction(marks);
    } else {
      whole = results.back() ? Status(Error{Errc::io, "the transaction was given up"})
                             : Status(copy_of(results.back().error()));
    }
  }
  if (!whole) db_.rollback();
  note(whole);
  {
    const std::lock_guard lock(mutex_);
    counts_.jobs += count;
  }
  for (std::size_t i = 0; i < count; ++i) {
    Job* job = jobs.front();
    jobs.pop_front();
    job->finish(whole ? std::move(results[i]) : Status(copy_of(whole.error())));
  }
}

Status Writer::store_chunk(Paced& paced) {
  Status done = db_.begin();
  if (done) done = paced.backlog->write(db_);
  if (done) done = db_.commit();
  if (!done) db_.rollback();
  note(done);
  if (done) {
    paced.backlog->committed();
    paced.pause = {};
    paced.not_before = {};
  } else {
    paced.backlog->failed();
    paced.pause = std::clamp(paced.pause * 2, settings_.first_pause, settings_.longest_pause);
    paced.not_before = Clock::now() + paced.pause;
  }
  return done;
}

void Writer::store_backlogs() {
  for (Paced& paced : backlogs_) {
    while (Clock::now() >= paced.not_before &&
           (paced.backlog->has_rows() || paced.backlog->gather(false))) {
      if (!store_chunk(paced) || jobs_wait()) break;
    }
  }
}

Status Writer::store_all() {
  const auto store_rows = [this](Paced& paced) -> Status {
    while (paced.backlog->has_rows()) TRY(store_chunk(paced));
    return ok();
  };
  Status first = ok();
  for (Paced& paced : backlogs_) {
    // Gathered once: what is recorded from here on may wait, or this would never end.
    Status done = store_rows(paced);
    if (done && paced.backlog->gather(true)) done = store_rows(paced);
    if (!done && first) first = std::move(done);
  }
  return first;
}

}  // namespace interdict::ledger
