// The worker's life: lock in, open the evidence, run the steps in runners, pass on what they say.

#include "examine/worker.hpp"

#include <algorithm>
#include <new>
#include <string>
#include <vector>

#include <malloc.h>
#include <sched.h>
#include <unistd.h>

#include <fmt/format.h>

#include "evidence/tree.hpp"
#include "examine/address_space.hpp"
#include "examine/archive.hpp"
#include "examine/frames.hpp"
#include "examine/hand_over.hpp"
#include "examine/messages.hpp"
#include "examine/runners.hpp"
#include "examine/sandbox.hpp"
#include "examine/step.hpp"
#include "examine/timeline.hpp"

namespace interdict::examine {
namespace {

class Worker {
 public:
  explicit Worker(const WorkerTask& task) : task_(task) {}

  void run() {
    lock();
    auto tree = open();
    if (!tree) {
      return say(WorkerSays::failed, encode(Failure{tree.error().code(), tree.error().what()}));
    }
    say(WorkerSays::opened, encode(Opened{(*tree)->facts(), (*tree)->notes()}));
    // The merge needs the runs of all tables: it waits for the others.
    const auto readers = static_cast<std::size_t>(std::ranges::count_if(task_.steps, reads));
    run_steps_of(**tree, 0, readers);
    run_steps_of(**tree, readers, task_.steps.size());
    say(WorkerSays::finished, {});
  }

 private:
  void say(WorkerSays what, std::string_view body) const {
    if (!send_frame(task_.socket, static_cast<std::uint8_t>(what), body)) ::_exit(1);
  }

  void lock() {
    die_with(task_.parent);
    // What one decoder gives back the next takes: a page fault costs more than a row.
    ::mallopt(M_TRIM_THRESHOLD, 64 << 20);
    ::mallopt(M_TOP_PAD, 1 << 20);
    std::vector<int> keep{task_.socket};
    for (const Step& step : task_.steps) {
      if (step.file) keep.push_back(step.file.get());
    }
    detach(keep);
    space_.open();
    for (auto& sentence : lock_in(task_.backup)) say(WorkerSays::lock, encode(Sentence{sentence}));
    say(WorkerSays::lock,
        encode(Sentence{fmt::format(
            "a step that fails is run again in a process of its own; each has {} s and {} MiB",
            task_.step_time.count(), task_.step_memory >> 20)}));
    space_.limit(task_.step_memory);
  }

  Result<std::unique_ptr<evidence::Tree>> open() const {
    const auto password = [this] {
      say(WorkerSays::need_password, {});
      return take_over(task_.socket);
    };
    return evidence::open(task_.backup, password);
  }

  void run_steps_of(evidence::Tree& tree, std::size_t first, std::size_t end) {
    RunnersPlan plan;
    plan.first = first;
    plan.end = end;
    plan.at_once = processors();
    plan.time = task_.step_time;
    plan.body = [&](std::size_t step, int pipe, bool fresh) { run_step(tree, step, pipe, fresh); };
    plan.said = [&](std::size_t step, std::string_view bytes) {
      say(WorkerSays::step_bytes,
          encode(StepBytes{static_cast<std::uint16_t>(step), std::string(bytes)}));
    };
    plan.again = [&](std::size_t step) {
      say(WorkerSays::step_again, encode(StepAgain{static_cast<std::uint16_t>(step)}));
    };
    plan.ended = [&](std::size_t step, Ending how, int number) {
      say(WorkerSays::step_ended, encode(StepEnded{static_cast<std::uint16_t>(step), how, number}));
    };
    run_steps(plan);
  }

  /// In the runner.
  void run_step(evidence::Tree& tree, std::size_t number, int pipe, bool fresh) {
    const Step& step = task_.steps[number];
    if (fresh) {
      ::close(task_.socket);  // only the worker speaks to the parent
      space_.limit(task_.step_memory);
    }
    if (step.file) empty(step.file.get());  // of what a runner that fell had written
    Voice voice(pipe);
    try {
      if (step.table != nullptr) {
        run_table(*step.table, tree, *task_.indicators, step.file.get(), voice);
      } else if (step.detection != nullptr) {
        run_detection(*step.detection, tree, voice);
      } else {
        merge(step.file.get(), voice);
      }
    } catch (const std::bad_alloc&) {
      if (!fresh) ::_exit(1);  // it may be the others that took the memory
      voice.say(StepSays::failed, Failure{Errc::limit, "ran out of its memory limit"});
    }
    voice.send();
  }

  void merge(int csv, Voice& voice) {
    std::vector<RunFile> files;
    for (const Step& step : task_.steps) {
      if (step.table != nullptr) files.push_back({step.table, step.file.get()});
    }
    const auto count = [&](std::uint64_t lines) {
      voice.say(StepSays::rows, RowsRead{lines});
      voice.send();
    };
    const auto merged = merge_timeline(files, csv, count);
    if (merged) return voice.say(StepSays::done);
    const auto what =
        merged.error().code() == Errc::malformed ? StepSays::failed : StepSays::output_failed;
    voice.say(what, Failure{merged.error().code(), merged.error().what()});
  }

  static void empty(int fd) {
    if (::ftruncate(fd, 0) == 0) ::lseek(fd, 0, SEEK_SET);
  }

  static bool reads(const Step& step) { return step.table != nullptr || step.detection != nullptr; }

  static unsigned processors() {
    constexpr unsigned kMost = 4;  // each holds a table's decoder and one run of the timeline
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    return std::clamp(static_cast<unsigned>(CPU_COUNT(&set)), 1u, kMost);
  }

  const WorkerTask& task_;
  AddressSpace space_;
};

}  // namespace

void work(const WorkerTask& task) {
  Worker worker(task);
  try {
    worker.run();
  } catch (const std::bad_alloc&) {
    const Failure why{Errc::limit, "the evidence needs more memory than a run may use"};
    const auto body = encode(why);
    if (!send_frame(task.socket, static_cast<std::uint8_t>(WorkerSays::failed), body)) ::_exit(1);
  }
  ::_exit(0);  // no destructor of the parent's objects may run here
}

}  // namespace interdict::examine
