// Locking: evidence has no other reader or writer, so every lock is granted. Without shared memory
// (xShmMap is null) SQLite reads a -wal only under locking_mode=EXCLUSIVE, with its index in
// memory.

#include "formats/sqlite_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <new>

#include <fmt/format.h>

namespace interdict::sqlite::vfs {
namespace {

/// Names to living exhibits.
struct Register {
  std::mutex mutex;
  std::map<std::string, std::weak_ptr<Exhibit>, std::less<>> exhibits;
  std::uint64_t count = 0;
};

Register& names() {
  // Never destroyed: an exhibit may be held by a static object.
  static Register& instance = *new Register;
  return instance;
}

std::shared_ptr<Exhibit> find(std::string_view name) {
  const std::scoped_lock lock(names().mutex);
  const auto found = names().exhibits.find(name);
  return found == names().exhibits.end() ? nullptr : found->second.lock();
}

/// The exhibit whose -wal has this name.
std::shared_ptr<Exhibit> find_by_wal(std::string_view name) {
  constexpr std::string_view kSuffix = "-wal";
  if (!name.ends_with(kSuffix)) return nullptr;
  return find(name.substr(0, name.size() - kSuffix.size()));
}

/// Reads ahead once reads follow each other: a table scan asks for page after page, and a system
/// call (or a decryption) a page is what it would spend its time on.
class ReadAhead {
 public:
  ReadAhead(std::shared_ptr<Exhibit> exhibit, std::shared_ptr<RandomAccess> source)
      : exhibit_(std::move(exhibit)), source_(std::move(source)) {}

  [[nodiscard]] std::uint64_t size() const { return source_ ? source_->size() : 0; }
  [[nodiscard]] Exhibit& exhibit() { return *exhibit_; }

  /// The caller has checked that the bytes lie inside size().
  Status read(std::uint64_t offset, std::span<std::byte> into) {
    const bool buffered = offset >= start_ && offset - start_ <= filled_ &&
                          into.size() <= filled_ - (offset - start_);
    if (!buffered) {
      const bool in_sequence = offset >= next_ && offset - next_ <= kSlack;
      next_ = offset + into.size();
      ahead_ = in_sequence ? std::min(2 * ahead_, kLargest) : kSmallest;
      if (!in_sequence || into.size() >= kLargest) return source_->read_at(offset, into);
      TRY(fill(offset, std::max(ahead_, into.size())));
    }
    std::memcpy(into.data(), buffer_.data() + (offset - start_), into.size());
    return ok();
  }

 private:
  static constexpr std::size_t kSmallest = 1 << 14, kLargest = 1 << 18;
  static constexpr std::uint64_t kSlack = 1 << 16;  // pages of another table in between

  Status fill(std::uint64_t offset, std::size_t wanted) {
    filled_ = 0;
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(size() - offset, wanted));
    // It grows with the reads: most databases are small, and untouched pages cost nothing.
    if (buffer_.size() < n) buffer_.resize(n);
    TRY(source_->read_at(offset, std::span(buffer_).first(n)));
    start_ = offset;
    filled_ = n;
    next_ = offset + n;
    return ok();
  }

  std::shared_ptr<Exhibit> exhibit_;
  std::shared_ptr<RandomAccess> source_;  // null: an empty file
  Bytes buffer_;
  std::uint64_t start_ = 0, next_ = 0;
  std::size_t filled_ = 0, ahead_ = kSmallest;
};

/// What SQLite allocates for an open file, szOsFile bytes.
struct File : sqlite3_file {
  ReadAhead* reader;  // owned
};

ReadAhead& reader_of(sqlite3_file* file) { return *static_cast<File*>(file)->reader; }

int close(sqlite3_file* file) noexcept {
  delete static_cast<File*>(file)->reader;
  return SQLITE_OK;
}

int read(sqlite3_file* file, void* into, int count, sqlite3_int64 from) noexcept try {
  ReadAhead& reader = reader_of(file);
  const auto offset = static_cast<std::uint64_t>(from);
  const std::span all(static_cast<std::byte*>(into), static_cast<std::size_t>(count));
  const std::uint64_t there = reader.size() - std::min(offset, reader.size());
  const auto known =
      all.first(static_cast<std::size_t>(std::min<std::uint64_t>(all.size(), there)));
  if (auto status = reader.read(offset, known); !status) {
    reader.exhibit().failure.emplace(std::move(status).error());
    return SQLITE_IOERR_READ;
  }
  // SQLite relies on the zeros.
  std::fill(all.begin() + static_cast<std::ptrdiff_t>(known.size()), all.end(), std::byte{});
  return known.size() == all.size() ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
} catch (const std::bad_alloc&) {
  return SQLITE_IOERR_NOMEM;
}

int size(sqlite3_file* file, sqlite3_int64* out) noexcept {
  *out = static_cast<sqlite3_int64>(reader_of(file).size());
  return SQLITE_OK;
}

int refuse_write(sqlite3_file*, const void*, int, sqlite3_int64) noexcept {
  return SQLITE_READONLY;
}
int refuse_truncate(sqlite3_file*, sqlite3_int64) noexcept { return SQLITE_READONLY; }
int nothing_to_sync(sqlite3_file*, int) noexcept { return SQLITE_OK; }
int grant_lock(sqlite3_file*, int) noexcept { return SQLITE_OK; }
int nobody_else_locks(sqlite3_file*, int* locked) noexcept {
  *locked = 0;
  return SQLITE_OK;
}
int no_control(sqlite3_file*, int, void*) noexcept { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) noexcept { return 512; }
int no_characteristics(sqlite3_file*) noexcept { return 0; }

constexpr sqlite3_io_methods kMethods{
    .iVersion = 1,  // no shared memory, no mapping
    .xClose = close,
    .xRead = read,
    .xWrite = refuse_write,
    .xTruncate = refuse_truncate,
    .xSync = nothing_to_sync,
    .xFileSize = size,
    .xLock = grant_lock,
    .xUnlock = grant_lock,
    .xCheckReservedLock = nobody_else_locks,
    .xFileControl = no_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = no_characteristics,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open(sqlite3_vfs*, const char* name, sqlite3_file* out, int flags, int* out_flags) noexcept
    try {
  out->pMethods = nullptr;  // for a failed open SQLite must not call close
  if (name == nullptr) return SQLITE_CANTOPEN;
  const bool wal = (flags & SQLITE_OPEN_WAL) != 0;
  if (!wal && (flags & SQLITE_OPEN_MAIN_DB) == 0) return SQLITE_CANTOPEN;
  auto exhibit = wal ? find_by_wal(name) : find(name);
  if (!exhibit) return SQLITE_CANTOPEN;
  // A database in WAL mode without a -wal gets an empty one: SQLite would create it.
  auto source = wal ? exhibit->files.wal : exhibit->files.database;
  File* file = ::new (static_cast<void*>(out)) File{};
  file->reader = new ReadAhead(std::move(exhibit), std::move(source));
  file->pMethods = &kMethods;
  if (out_flags != nullptr) *out_flags = SQLITE_OPEN_READONLY;
  return SQLITE_OK;
} catch (const std::bad_alloc&) {
  return SQLITE_NOMEM;
}

int refuse_delete(sqlite3_vfs*, const char*, int) noexcept { return SQLITE_READONLY; }

/// Only a -wal is ever looked for and found.
int access(sqlite3_vfs*, const char* name, int, int* out) noexcept try {
  const auto exhibit = find_by_wal(name);
  *out = exhibit && exhibit->files.wal && exhibit->files.wal->size() > 0 ? 1 : 0;
  return SQLITE_OK;
} catch (const std::bad_alloc&) {
  return SQLITE_NOMEM;
}

int full_name(sqlite3_vfs*, const char* name, int size, char* out) noexcept {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

sqlite3_vfs& system_vfs(sqlite3_vfs* ours) { return *static_cast<sqlite3_vfs*>(ours->pAppData); }

int randomness(sqlite3_vfs* ours, int size, char* out) noexcept {
  return system_vfs(ours).xRandomness(&system_vfs(ours), size, out);
}
int sleep(sqlite3_vfs* ours, int microseconds) noexcept {
  return system_vfs(ours).xSleep(&system_vfs(ours), microseconds);
}
int current_time(sqlite3_vfs* ours, double* julian_day) noexcept {
  return system_vfs(ours).xCurrentTime(&system_vfs(ours), julian_day);
}

Status register_once() {
  static sqlite3_vfs ours{};
  static const int result = [] {
    if (const int rc = sqlite3_initialize(); rc != SQLITE_OK) return rc;
    sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
    if (system == nullptr) return SQLITE_ERROR;
    ours.iVersion = 1;
    ours.szOsFile = sizeof(File);
    ours.mxPathname = 64;
    ours.zName = kName;
    ours.pAppData = system;
    ours.xOpen = open;
    ours.xDelete = refuse_delete;
    ours.xAccess = access;
    ours.xFullPathname = full_name;
    ours.xRandomness = randomness;
    ours.xSleep = sleep;
    ours.xCurrentTime = current_time;
    return sqlite3_vfs_register(&ours, 0);
  }();
  if (result == SQLITE_OK) return ok();
  return Error{Errc::io, fmt::format("SQLite does not start: {}", sqlite3_errstr(result))};
}

std::string next_name() {
  const std::scoped_lock lock(names().mutex);
  return fmt::format("exhibit-{}", ++names().count);
}

}  // namespace

Exhibit::Exhibit(Files given) : name(next_name()), files(std::move(given)) {}

Exhibit::~Exhibit() {
  const std::scoped_lock lock(names().mutex);
  names().exhibits.erase(name);
}

Result<std::shared_ptr<Exhibit>> offer(Files files) {
  TRY(register_once());
  auto exhibit = std::make_shared<Exhibit>(std::move(files));
  const std::scoped_lock lock(names().mutex);
  names().exhibits.emplace(exhibit->name, exhibit);
  return exhibit;
}

std::optional<Error> take_failure(sqlite3* connection) {
  sqlite3_file* file = nullptr;
  const int rc = sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (rc != SQLITE_OK || file == nullptr || file->pMethods != &kMethods) return std::nullopt;
  return std::exchange(reader_of(file).exhibit().failure, std::nullopt);
}

}  // namespace interdict::sqlite::vfs
