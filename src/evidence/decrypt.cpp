#include "evidence/decrypt.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "evidence/ios_backup.hpp"
#include "evidence/mbfile.hpp"
#include "evidence/restored_tree.hpp"

namespace interdict::evidence {
namespace {

constexpr std::size_t kPiece = 1 << 20;  // read, decrypted and written at once
constexpr std::size_t kQueue = 256;      // files waiting for a thread
constexpr unsigned kMaxJobs = 16;
constexpr auto kProgressEvery = std::chrono::milliseconds(100);

struct Job {
  File file;
  std::optional<std::int64_t> modified;
};

/// Jobs on their way from the one who reads the manifest to those who restore.
class Queue {
 public:
  /// False when nothing was put in, because it stayed full for a while.
  bool put(Job& job) {
    std::unique_lock lock(mutex_);
    if (!room_.wait_for(lock, kProgressEvery, [&] { return jobs_.size() < kQueue; })) return false;
    jobs_.push_back(std::move(job));
    lock.unlock();
    work_.notify_one();
    return true;
  }
  /// Nothing when the queue is closed and empty.
  std::optional<Job> take() {
    std::unique_lock lock(mutex_);
    work_.wait(lock, [&] { return closed_ || !jobs_.empty(); });
    if (jobs_.empty()) return std::nullopt;
    std::optional<Job> job(std::move(jobs_.front()));
    jobs_.pop_front();
    lock.unlock();
    room_.notify_one();
    return job;
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    work_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable room_, work_;
  std::deque<Job> jobs_;
  bool closed_ = false;
};

/// What the threads have to tell.
class Outcome {
 public:
  explicit Outcome(const std::atomic<bool>* stop) : stop_(stop) {}

  void restored(std::uint64_t bytes) {
    files_.fetch_add(1, std::memory_order_relaxed);
    bytes_.fetch_add(bytes, std::memory_order_relaxed);
  }
  void skipped(std::string file, const std::string& reason) {
    const std::lock_guard lock(mutex_);
    ++report_.skipped_files;
    if (report_.skipped.size() < kMaxRemarks) report_.skipped.push_back({std::move(file), reason});
  }
  void odd(std::string file, std::string text) {
    const std::lock_guard lock(mutex_);
    if (report_.odd.size() < kMaxRemarks) report_.odd.push_back({std::move(file), std::move(text)});
  }
  void fail(Error error) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(error);
    over_.store(true, std::memory_order_relaxed);
  }
  /// True when nobody should begin or continue anything.
  [[nodiscard]] bool over() const {
    return over_.load(std::memory_order_relaxed) ||
           (stop_ != nullptr && stop_->load(std::memory_order_relaxed));
  }
  [[nodiscard]] std::uint64_t files() const { return files_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

  /// Once all threads are gone.
  Result<DecryptReport> finish() {
    if (failure_) return std::move(*failure_);
    if (over()) {
      return Error{Errc::interrupted, fmt::format("stopped; {} files are restored", files())};
    }
    report_.files = files();
    report_.bytes = bytes();
    const auto by_file = [](const auto& a, const auto& b) {
      return std::tie(a.file, a.text) < std::tie(b.file, b.text);
    };
    std::ranges::sort(report_.skipped, by_file);
    std::ranges::sort(report_.odd, by_file);
    return std::move(report_);
  }

 private:
  const std::atomic<bool>* stop_;
  std::atomic<bool> over_{false};
  std::atomic<std::uint64_t> files_{0}, bytes_{0};
  std::mutex mutex_;
  DecryptReport report_;
  std::optional<Error> failure_;
};

std::string name_in_report(const File& file) {
  return fmt::format("{}/{}", file.domain, file.relative_path);
}

/// Restores files one after the other, on a thread of its own.
class Worker {
 public:
  Worker(IosBackup& backup, const RestoredTree& tree, unsigned number, Outcome& outcome)
      : backup_(backup), writer_(tree, number), outcome_(outcome), piece_(kPiece) {}

  void run(Queue& queue) {
    // Whatever happens the queue is emptied, so that the one who fills it goes on.
    while (auto job = queue.take()) {
      if (!outcome_.over()) restore(*job);
    }
  }

 private:
  void restore(const Job& job) try {
    std::string odd;
    auto content = backup_.open(job.file, &odd);
    if (!content) return skip(job, content.error());
    auto target = writer_.begin(job.file.domain, job.file.relative_path);
    if (!target) return blame(job, std::move(target).error());
    const auto size = (*content)->size();
    for (std::uint64_t done = 0; done < size && !outcome_.over();) {
      const auto piece = std::span(piece_).first(
          static_cast<std::size_t>(std::min<std::uint64_t>(size - done, kPiece)));
      if (auto read = (*content)->read_at(done, piece); !read) return skip(job, read.error());
      auto written = target->write(piece);
      if (!written)
        return outcome_.fail(std::move(written).error().within(name_in_report(job.file)));
      done += piece.size();
    }
    if (outcome_.over()) return;
    if (auto named = target->commit(job.modified); !named) {
      return blame(job, std::move(named).error());
    }
    outcome_.restored(size);
    if (!odd.empty()) outcome_.odd(name_in_report(job.file), std::move(odd));
  } catch (const std::bad_alloc&) {
    outcome_.fail(Error{Errc::limit, "out of memory"});
  }

  void skip(const Job& job, const Error& why) {
    outcome_.skipped(name_in_report(job.file), why.what());
  }
  /// Of the errors of a RestoredTree, io is the end of the run.
  void blame(const Job& job, Error error) {
    if (error.code() != Errc::io) return skip(job, error);
    outcome_.fail(std::move(error));
  }

  IosBackup& backup_;
  TreeWriter writer_;
  Outcome& outcome_;
  Bytes piece_;
};

/// Reads the manifest and hands out its rows, on the calling thread.
class Foreman {
 public:
  Foreman(const IosBackup& backup, const RestoredTree& tree, unsigned number,
          const DecryptOptions& options, Queue& queue, Outcome& outcome)
      : backup_(backup),
        writer_(tree, number),
        options_(options),
        queue_(queue),
        outcome_(outcome) {}

  void run() {
    const auto read = backup_.manifest().each([&](const Entry& entry) { return hand_out(entry); });
    if (!read) {
      outcome_.skipped("Manifest.db", fmt::format("{}: the files of later rows are not restored",
                                                  read.error().what()));
    }
  }
  [[nodiscard]] std::uint64_t folders() const { return folders_; }
  [[nodiscard]] std::uint64_t links() const { return links_; }

 private:
  bool hand_out(const Entry& entry) {
    if (entry.kind == EntryKind::link) ++links_;
    if (entry.kind == EntryKind::directory) make_folder(entry);
    if (entry.kind == EntryKind::file) {
      Job job{file_of(entry, backup_.facts().encrypted), std::nullopt};
      if (const auto record = parse_mbfile(entry.record)) job.modified = record->modified;
      while (!outcome_.over() && !queue_.put(job)) report_progress();
    }
    report_progress();
    return !outcome_.over();
  }

  void make_folder(const Entry& entry) {
    auto made = writer_.make_folder(entry.domain, entry.relative_path);
    if (made) {
      ++folders_;
    } else if (made.error().code() == Errc::io) {
      outcome_.fail(std::move(made).error());
    } else {
      outcome_.skipped(fmt::format("{}/{}", entry.domain, entry.relative_path),
                       made.error().what());
    }
  }

  void report_progress() {
    if (!options_.progress) return;
    const auto now = std::chrono::steady_clock::now();
    if (now - reported_ < kProgressEvery) return;
    reported_ = now;
    options_.progress(outcome_.files(), outcome_.bytes());
  }

  const IosBackup& backup_;
  TreeWriter writer_;
  const DecryptOptions& options_;
  Queue& queue_;
  Outcome& outcome_;
  std::uint64_t folders_ = 0, links_ = 0;
  std::chrono::steady_clock::time_point reported_;
};

unsigned threads_for(const DecryptOptions& options) {
  const unsigned wanted = options.jobs > 0 ? options.jobs : std::thread::hardware_concurrency();
  return std::clamp(wanted, 1u, kMaxJobs);
}

}  // namespace

Result<DecryptReport> decrypt(const std::filesystem::path& backup, const PasswordSource& password,
                              const std::filesystem::path& destination,
                              const DecryptOptions& options) {
  // Before the password is asked for, and before the destination exists.
  TRY(RestoredTree::check(destination, TRY(find_backup(backup))));
  const auto opened = TRY(IosBackup::open(backup, password));
  const auto tree = TRY(RestoredTree::create(destination));

  Outcome outcome(options.stop);
  Queue queue;
  const unsigned jobs = threads_for(options);
  Foreman foreman(*opened, tree, jobs, options, queue, outcome);
  {
    std::deque<Worker> workers;
    for (unsigned i = 0; i < jobs; ++i) workers.emplace_back(*opened, tree, i, outcome);
    std::vector<std::jthread> threads;
    threads.reserve(jobs);
    const auto close = [](Queue* q) { q->close(); };
    const std::unique_ptr<Queue, decltype(close)> closed_before_joining(&queue, close);
    for (auto& worker : workers) threads.emplace_back([&] { worker.run(queue); });
    foreman.run();
  }
  auto report = TRY(outcome.finish());
  TRY(tree.sync());
  report.folders = foreman.folders();
  report.links = foreman.links();
  report.notes = opened->notes();
  if (options.progress) options.progress(report.files, report.bytes);
  return report;
}

}  // namespace interdict::evidence
