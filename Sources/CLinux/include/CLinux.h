// Declarations that Glibc's Swift module does not export. Only plain includes: a feature macro would make types differ
// from those of the Glibc module. Functions that need _GNU_SOURCE are therefore wrapped in CLinux.c.
#ifndef CLINUX_H
#define CLINUX_H

#include <linux/futex.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <unistd.h>

// The calling thread's count of system calls made through the SystemCalls module. Each thread adds to its own block.
// Blocks outlive their threads, so that their sum is the process's total, and new threads reuse them.
struct cl_call_counter {
  uint64_t calls;
  struct cl_call_counter *next;
  struct cl_call_counter *next_unused;
};
extern __thread struct cl_call_counter *cl_thread_counter;
struct cl_call_counter *cl_counter_of_thread(void);
uint64_t cl_calls_of_process(void);

static inline void cl_count_call(void) {
  struct cl_call_counter *counter = cl_thread_counter;
  if (__builtin_expect(counter == 0, 0)) counter = cl_counter_of_thread();
  __atomic_store_n(&counter->calls, __atomic_load_n(&counter->calls, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
}

// send(2) and recv(2) without the C library's cancellation points. In a process with several threads these cost four
// locked instructions per pair, for pthread_cancel(3), which nobody calls.
static inline ssize_t cl_send(int descriptor, const void *bytes, size_t count, int flags) {
  return syscall(SYS_sendto, descriptor, bytes, count, flags, (void *)0, 0);
}

static inline ssize_t cl_recv(int descriptor, void *bytes, size_t count, int flags) {
  return syscall(SYS_recvfrom, descriptor, bytes, count, flags, (void *)0, (void *)0);
}

// pread(2) and pwrite(2), without cancellation points for the same reason.
static inline ssize_t cl_pread(int descriptor, void *bytes, size_t count, int64_t offset) {
  return syscall(SYS_pread64, descriptor, bytes, count, offset);
}

static inline ssize_t cl_pwrite(int descriptor, const void *bytes, size_t count, int64_t offset) {
  return syscall(SYS_pwrite64, descriptor, bytes, count, offset);
}

// futex(2) of one process: waits while the word has the value, until it is woken; wakes at most so many threads.
static inline void cl_futex_wait(const uint32_t *word, uint32_t value) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, (void *)0, (void *)0, 0);
}

static inline void cl_futex_wake(const uint32_t *word, int count) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, (void *)0, (void *)0, 0);
}

// f_type of statfs(2), or -1.
int64_t cl_file_system_kind(const char *path);
// Makes posix_spawn(3) change to a folder; `actions` is a posix_spawn_file_actions_t.
int cl_spawn_in_folder(void *actions, const char *folder);
// Removes a folder with its contents, without following links.
void cl_remove_tree(const char *path);
// open(2) with O_DIRECT, which bypasses the page cache.
int cl_open_direct(const char *path, int flags);
int cl_accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags);
// ppoll(2) for POLLRDHUP. Returns 1 if the peer has finished or the connection is broken, 0 if the time is over first,
// or -1 with errno.
int cl_await_end(int descriptor, int64_t timeout_ns);
int cl_pipe2(int descriptors[2], int flags);
// A negative timeout waits without limit.
int cl_epoll_pwait2(int epoll, struct epoll_event *events, int capacity, int64_t timeout_ns);

// Affinity as a list of processor numbers. cl_get_affinity returns their number, of which at most `capacity` are
// written, or -1 with errno.
int cl_get_affinity(int *processors, int capacity);
int cl_set_affinity(const int *processors, int count);

// The symbol of an errno, such as "ECONNRESET", or null.
const char *cl_errno_symbol(int number);

// io_uring_setup(2), io_uring_enter(2) and io_uring_register(2), which the C library does not wrap. A negative timeout
// waits without limit; others are relative and need IORING_FEAT_EXT_ARG.
int cl_uring_setup(unsigned entries, struct io_uring_params *parameters);
int cl_uring_enter(int ring, unsigned submit, unsigned least, unsigned flags, int64_t timeout_ns);
int cl_uring_register(int ring, unsigned operation, void *argument, unsigned count);

// Access to the rings' indices, which the kernel reads and writes, too.
static inline uint32_t cl_load_acquire(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }
static inline void cl_store_release(uint32_t *word, uint32_t value) {
  __atomic_store_n(word, value, __ATOMIC_RELEASE);
}
// The tail of a buffer ring lies in a field of its first entry that no buffer uses.
static inline void cl_publish_buffers(struct io_uring_buf *first, uint16_t tail) {
  __atomic_store_n(&first->resv, tail, __ATOMIC_RELEASE);
}

int cl_set_timer_slack(unsigned long nanoseconds);
int cl_adopt_orphans(void);
void cl_name_thread(const char *name);

// Moves the calling thread into a new network namespace and brings loopback up: unshare(2). Without the privilege, it
// first enters a new user namespace, which only a single-threaded process may do.
int cl_new_network(void);

// select(2) can watch only descriptors below this.
enum { cl_select_capacity = FD_SETSIZE };

// Calls FD_SET in a child process as with _FORTIFY_SOURCE. Returns the signal that ended the child, 0 if none did, or
// -1 with errno.
int cl_signal_of_fortified_set(int descriptor);

// The byte that the select server sends to a connection that it cannot watch, before it closes it.
enum { cl_select_refusal = 'F' };

// Starts a process that echoes what it receives. It keeps only standard input, output and error, the listener and
// `stop`. It ends once `stop` is readable or at its end. When it runs out of descriptors, it closes the listener.
pid_t cl_start_select_server(int listener, int stop, int by_callback, long descriptor_limit);

#endif
