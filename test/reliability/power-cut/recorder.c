// Writes down what a process does to the files whose paths begin with RECORDER_PATH, in order, into the file RECORDER_LOG. Preloaded.
// A record: kind (1 byte), file descriptor (4), offset or size (8), length (4), then as many bytes. All numbers little-endian.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define MAX_FILES 4096

static char watched[MAX_FILES];
static int log_file = -1;
static const char *prefix;
static size_t prefix_length;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("RECORDER_LOG");
  prefix = getenv("RECORDER_PATH");
  if (!path || !prefix) return;
  prefix_length = strlen(prefix);
  log_file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static void put(const void *data, size_t length) {
  const char *at = data;
  while (length > 0) {
    ssize_t done = syscall(SYS_write, log_file, at, length);
    if (done < 0 && errno == EINTR) continue;
    // A recording with a hole would prove nothing.
    if (done <= 0) abort();
    at += done;
    length -= done;
  }
}

static void note(char kind, int fd, uint64_t offset, const void *data, uint32_t length) {
  if (log_file < 0) return;
  int before = errno;
  char head[17];
  head[0] = kind;
  memcpy(head + 1, &fd, 4);
  memcpy(head + 5, &offset, 8);
  memcpy(head + 13, &length, 4);
  pthread_mutex_lock(&lock);
  put(head, sizeof head);
  put(data, length);
  pthread_mutex_unlock(&lock);
  errno = before;
}

static int is_watched(int fd) { return fd >= 0 && fd < MAX_FILES && watched[fd]; }

// The shared memory beside a database is rebuilt after a power cut, whatever it holds.
static int is_ours(const char *path) {
  size_t length = strlen(path);
  if (log_file < 0 || strncmp(path, prefix, prefix_length) != 0) return 0;
  return length < 4 || strcmp(path + length - 4, "-shm") != 0;
}

static int opened(int fd, const char *path, int flags) {
  if (fd >= 0 && path && is_ours(path)) {
    if (fd >= MAX_FILES) abort();
    watched[fd] = 1;
    note('o', fd, flags & O_TRUNC ? 1 : 0, path, strlen(path));
  }
  return fd;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define MODE(flags, mode)                            \
  mode_t mode = 0;                                   \
  if (flags & (O_CREAT | O_TMPFILE)) {               \
    va_list arguments;                               \
    va_start(arguments, flags);                      \
    mode = va_arg(arguments, mode_t);                \
    va_end(arguments);                               \
  }

int open(const char *path, int flags, ...) {
  MODE(flags, mode)
  return opened(NEXT(open)(path, flags, mode), path, flags);
}
int open64(const char *path, int flags, ...) {
  MODE(flags, mode)
  return opened(NEXT(open64)(path, flags, mode), path, flags);
}
int openat(int dir, const char *path, int flags, ...) {
  MODE(flags, mode)
  return opened(NEXT(openat)(dir, path, flags, mode), path, flags);
}
int openat64(int dir, const char *path, int flags, ...) {
  MODE(flags, mode)
  return opened(NEXT(openat64)(dir, path, flags, mode), path, flags);
}

int close(int fd) {
  if (is_watched(fd)) watched[fd] = 0;
  return NEXT(close)(fd);
}

// What is told to file 1 is an acknowledgement.
ssize_t write(int fd, const void *data, size_t length) {
  off_t at = is_watched(fd) ? lseek(fd, 0, SEEK_CUR) : 0;
  ssize_t done = NEXT(write)(fd, data, length);
  if (done > 0 && is_watched(fd)) note('w', fd, at, data, done);
  if (done > 0 && fd == 1) note('a', fd, 0, data, done);
  return done;
}
static ssize_t wrote(int fd, const void *data, ssize_t done, off_t at) {
  if (done > 0 && is_watched(fd)) note('w', fd, at, data, done);
  return done;
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t at) {
  return wrote(fd, data, NEXT(pwrite)(fd, data, length, at), at);
}
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t at) {
  return wrote(fd, data, NEXT(pwrite64)(fd, data, length, at), at);
}

// Ways of writing that nobody is known to use here: better to stop than to miss them.
ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (is_watched(fd)) abort();
  return NEXT(writev)(fd, parts, count);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
  if (is_watched(fd)) abort();
  return NEXT(pwritev)(fd, parts, count, at);
}

static int resized(int fd, int result, off_t size) {
  if (result == 0 && is_watched(fd)) note('t', fd, size, "", 0);
  return result;
}
int ftruncate(int fd, off_t size) { return resized(fd, NEXT(ftruncate)(fd, size), size); }
int ftruncate64(int fd, off64_t size) { return resized(fd, NEXT(ftruncate64)(fd, size), size); }

static int synced(int fd, int result) {
  if (result == 0 && is_watched(fd)) note('s', fd, 0, "", 0);
  return result;
}
int fsync(int fd) { return synced(fd, NEXT(fsync)(fd)); }
int fdatasync(int fd) { return synced(fd, NEXT(fdatasync)(fd)); }

int unlink(const char *path) {
  int result = NEXT(unlink)(path);
  if (result == 0 && is_ours(path)) note('u', -1, 0, path, strlen(path));
  return result;
}

int rename(const char *from, const char *to) {
  // Neither the store nor SQLite renames these files.
  if (is_ours(from) || is_ours(to)) abort();
  return NEXT(rename)(from, to);
}
