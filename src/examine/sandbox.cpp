// Landlock, seccomp and resource limits (landlock(7), seccomp(2), prctl(2)).

#include "examine/sandbox.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <seccomp.h>

#include "base/file.hpp"

namespace interdict::examine {
namespace {

// Debian 12's header ends at ABI 2; the kernel's documentation gives the rest.
constexpr std::uint64_t kTruncate = 1ull << 14;          // ABI 3, Linux 6.2
constexpr std::uint64_t kIoctlDevice = 1ull << 15;       // ABI 5, Linux 6.10
constexpr std::uint64_t kBindAndConnectTcp = 3;          // ABI 4, Linux 6.7
constexpr std::uint64_t kAbstractSocketsAndSignals = 3;  // ABI 6, Linux 6.12
constexpr std::uint64_t kAllOfAbi1 = LANDLOCK_ACCESS_FS_MAKE_SYM * 2 - 1;

struct RulesetAttributes {
  std::uint64_t files = 0, network = 0, scoped = 0;
};

RulesetAttributes handled_by(long abi) {
  RulesetAttributes handled{.files = kAllOfAbi1};
  if (abi >= 2) handled.files |= LANDLOCK_ACCESS_FS_REFER;
  if (abi >= 3) handled.files |= kTruncate;
  if (abi >= 4) handled.network = kBindAndConnectTcp;
  if (abi >= 5) handled.files |= kIoctlDevice;
  if (abi >= 6) handled.scoped = kAbstractSocketsAndSignals;
  return handled;
}

/// 0, or why Landlock is not in force.
int restrict_files(const RulesetAttributes& handled, const std::filesystem::path& evidence) {
  // An older kernel takes the longer struct as long as what it does not know is zero.
  const Fd ruleset(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0)));
  if (!ruleset) return errno;
  const Fd folder(::open(evidence.c_str(), O_PATH | O_CLOEXEC));
  if (!folder) return errno;
  landlock_path_beneath_attr readable{};
  readable.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
  readable.parent_fd = folder.get();
  if (::syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &readable, 0) !=
      0) {
    return errno;
  }
  return ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0 ? 0 : errno;
}

std::string lock_files(const std::filesystem::path& evidence) {
  const long abi =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  const int why = abi < 1 ? errno : restrict_files(handled_by(abi), evidence);
  if (why != 0) {
    return fmt::format(
        "no Landlock ({}): files outside the evidence could have been read",
        why == ENOSYS || why == EOPNOTSUPP ? "not in this kernel" : std::strerror(why));
  }
  return fmt::format(
      "Landlock ABI {}: only the evidence can be read, no file can be opened for writing or "
      "made{}{}",
      abi, abi >= 4 ? ", no TCP" : "", abi >= 6 ? ", no signals to other programs" : "");
}

struct Release {
  void operator()(void* filter) const noexcept { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, Release>;

#ifndef INTERDICT_SANITIZED

/// Allows `call` only while no bit of `mask` is set in its argument `argument`.
int allow_without(const Filter& filter, int call, unsigned argument, std::uint64_t mask) {
  const scmp_arg_cmp clear{argument, SCMP_CMP_MASKED_EQ, mask, 0};
  return seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, call, 1, &clear);
}

int allow_only(const Filter& filter, int call, unsigned argument, std::uint64_t value) {
  const scmp_arg_cmp equal{argument, SCMP_CMP_EQ, value, 0};
  return seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, call, 1, &equal);
}

constexpr std::uint64_t kWritingFlags =
    O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY);
constexpr std::uint64_t kNamespaceFlags = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
                                          CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
                                          CLONE_NEWNET;
// What is not named is refused with EPERM: the program goes on and says what it could not do.
constexpr std::uint32_t kElse = SCMP_ACT_ERRNO(EPERM);

// clang-format off: grouped by what they are for
constexpr int kAllowed[] = {
    // files and pipes that are open, and looking at names
    SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(preadv), SCMP_SYS(write),
    SCMP_SYS(writev), SCMP_SYS(pwrite64), SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(close_range),
    SCMP_SYS(fstat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx),
    SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(getdents64),
    SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(fcntl), SCMP_SYS(dup),
    SCMP_SYS(pipe2), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(fsync), SCMP_SYS(fdatasync),
    SCMP_SYS(ftruncate), SCMP_SYS(fadvise64),
    // memory
    SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(mlock),
    SCMP_SYS(mlock2), SCMP_SYS(munlock), SCMP_SYS(futex),
    // processes below this one, and this one's end
    SCMP_SYS(pidfd_open), SCMP_SYS(wait4), SCMP_SYS(waitid), SCMP_SYS(exit), SCMP_SYS(exit_group),
    SCMP_SYS(kill), SCMP_SYS(tgkill), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall),
    SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
    // questions to the kernel
    SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getppid), SCMP_SYS(getuid), SCMP_SYS(geteuid),
    SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getrandom), SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(getrusage),
    SCMP_SYS(sysinfo), SCMP_SYS(uname)};
// clang-format on

int fill(const Filter& filter) {
  int worst = 0;
  for (const int call : kAllowed) {
    worst = std::min(worst, seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0));
  }
  worst = std::min({worst, allow_without(filter, SCMP_SYS(open), 1, kWritingFlags),
                    allow_without(filter, SCMP_SYS(openat), 2, kWritingFlags),
                    allow_without(filter, SCMP_SYS(mmap), 2, PROT_EXEC),
                    allow_without(filter, SCMP_SYS(mprotect), 2, PROT_EXEC),
                    allow_without(filter, SCMP_SYS(clone), 0, kNamespaceFlags),
                    allow_only(filter, SCMP_SYS(prlimit64), 0, 0),  // of itself
                    allow_only(filter, SCMP_SYS(prctl), 0, PR_SET_PDEATHSIG)});
  return worst;
}

#else

// The sanitizers' own machinery needs more calls than can be listed: only the dangerous ones go.
constexpr std::uint32_t kElse = SCMP_ACT_ALLOW;

int fill(const Filter& filter) {
  int worst = 0;
  for (const int call : {SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen),
                         SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(process_vm_writev),
                         SCMP_SYS(mount), SCMP_SYS(io_uring_setup), SCMP_SYS(bpf)}) {
    worst = std::min(worst, seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), call, 0));
  }
  return worst;
}

#endif

std::string lock_calls() {
  const Filter filter(seccomp_init(kElse));
  int why = filter ? fill(filter) : -ENOMEM;
  if (why == 0) why = seccomp_load(filter.get());
  if (why != 0) {
    return fmt::format("no seccomp ({}): system calls were not restricted", std::strerror(-why));
  }
  return "seccomp: no network, no new programs, no executable memory, no file opened for writing";
}

std::string lock_resources() {
  const rlimit none{0, 0};
  const bool limited = ::setrlimit(RLIMIT_CORE, &none) == 0 && ::prctl(PR_SET_DUMPABLE, 0) == 0;
  return limited ? "no core dumps, memory closed to other processes"
                 : fmt::format("core dumps could not be forbidden ({})", std::strerror(errno));
}

}  // namespace

std::vector<std::string> lock_in(const std::filesystem::path& evidence) {
  std::vector<std::string> sentences;
  sentences.push_back(lock_resources());
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    sentences.push_back(
        fmt::format("new privileges could not be forbidden ({}), and without that "
                    "neither Landlock nor seccomp",
                    std::strerror(errno)));
    return sentences;
  }
  sentences.push_back(lock_files(evidence));
  sentences.push_back(lock_calls());
  return sentences;
}

void die_with(int parent_pid) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent_pid) ::_exit(1);
}

void detach(const std::vector<int>& keep) {
  ::setpgid(0, 0);  // Ctrl-C reaches the parent alone, which then ends the whole group
  ::signal(SIGINT, SIG_IGN);
  ::signal(SIGPIPE, SIG_IGN);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);  // close_range ends it below
#ifdef INTERDICT_SANITIZED
  constexpr int kSilenced = 2;
#else
  constexpr int kSilenced = 3;
#endif
  for (int fd = 0; fd < kSilenced; ++fd) nothing >= 0 ? ::dup2(nothing, fd) : ::close(fd);
  auto sorted = keep;
  std::ranges::sort(sorted);
  unsigned next = 3;
  for (const int fd : sorted) {
    const auto kept = static_cast<unsigned>(fd);
    if (kept > next) ::close_range(next, kept - 1, 0);
    next = std::max(next, kept + 1);
  }
  ::close_range(next, ~0u, 0);
}

}  // namespace interdict::examine
