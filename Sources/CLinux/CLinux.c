#define _GNU_SOURCE 1
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <unistd.h>

__thread struct cl_call_counter *cl_thread_counter;
static struct cl_call_counter *all_counters;

// Counter blocks of ended threads, for reuse by new threads.
static struct cl_call_counter *unused_counters;
static pthread_mutex_t unused_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t thread_end;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void give_back(void *ended) {
  struct cl_call_counter *counter = ended;
  cl_thread_counter = NULL;
  pthread_mutex_lock(&unused_lock);
  counter->next_unused = unused_counters;
  unused_counters = counter;
  pthread_mutex_unlock(&unused_lock);
}

static void prepare(void) { pthread_key_create(&thread_end, give_back); }

static struct cl_call_counter *new_counter(void) {
  struct cl_call_counter *counter = calloc(1, sizeof *counter);
  if (!counter) return NULL;
  counter->next = __atomic_load_n(&all_counters, __ATOMIC_RELAXED);
  while (!__atomic_compare_exchange_n(&all_counters, &counter->next, counter, 1, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
  }
  return counter;
}

struct cl_call_counter *cl_counter_of_thread(void) {
  static struct cl_call_counter lost;
  if (cl_thread_counter) return cl_thread_counter;
  pthread_once(&once, prepare);
  pthread_mutex_lock(&unused_lock);
  struct cl_call_counter *counter = unused_counters;
  if (counter) unused_counters = counter->next_unused;
  pthread_mutex_unlock(&unused_lock);
  if (!counter) counter = new_counter();
  if (!counter) return &lost;
  pthread_setspecific(thread_end, counter);
  return cl_thread_counter = counter;
}

uint64_t cl_calls_of_process(void) {
  uint64_t sum = 0;
  for (struct cl_call_counter *c = __atomic_load_n(&all_counters, __ATOMIC_ACQUIRE); c; c = c->next)
    sum += __atomic_load_n(&c->calls, __ATOMIC_RELAXED);
  return sum;
}

int64_t cl_file_system_kind(const char *path) {
  struct statfs status;
  return statfs(path, &status) == 0 ? (int64_t)status.f_type : -1;
}

int cl_spawn_in_folder(void *actions, const char *folder) { return posix_spawn_file_actions_addchdir_np(actions, folder); }

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place) {
  (void)status, (void)kind, (void)place;
  remove(path);
  return 0;
}

void cl_remove_tree(const char *path) { nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS); }

int cl_open_direct(const char *path, int flags) { return open(path, flags | O_DIRECT); }

int cl_accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags) {
  return accept4(descriptor, address, length, flags);
}

int cl_pipe2(int descriptors[2], int flags) { return pipe2(descriptors, flags); }

int cl_epoll_pwait2(int epoll, struct epoll_event *events, int capacity, int64_t timeout_ns) {
  struct timespec timeout = {timeout_ns / 1000000000, timeout_ns % 1000000000};
  return epoll_pwait2(epoll, events, capacity, timeout_ns < 0 ? NULL : &timeout, NULL);
}

int cl_await_end(int descriptor, int64_t timeout_ns) {
  struct pollfd entry = {.fd = descriptor, .events = POLLRDHUP};
  struct timespec timeout = {timeout_ns / 1000000000, timeout_ns % 1000000000};
  return ppoll(&entry, 1, &timeout, NULL);
}

enum { max_processors = 4096 };

int cl_get_affinity(int *processors, int capacity) {
  cpu_set_t *set = CPU_ALLOC(max_processors);
  size_t size = CPU_ALLOC_SIZE(max_processors);
  int count = -1;
  if (set && sched_getaffinity(0, size, set) == 0) {
    count = 0;
    for (int i = 0; i < max_processors; i++)
      if (CPU_ISSET_S(i, size, set)) {
        if (count < capacity) processors[count] = i;
        count++;
      }
  }
  CPU_FREE(set);
  return count;
}

int cl_set_affinity(const int *processors, int count) {
  cpu_set_t *set = CPU_ALLOC(max_processors);
  if (!set) return -1;
  size_t size = CPU_ALLOC_SIZE(max_processors);
  CPU_ZERO_S(size, set);
  for (int i = 0; i < count; i++) {
    if (processors[i] < 0 || processors[i] >= max_processors) {
      CPU_FREE(set);
      errno = EINVAL;
      return -1;
    }
    CPU_SET_S(processors[i], size, set);
  }
  int result = sched_setaffinity(0, size, set);
  CPU_FREE(set);
  return result;
}

const char *cl_errno_symbol(int number) { return strerrorname_np(number); }

int cl_uring_setup(unsigned entries, struct io_uring_params *parameters) {
  return (int)syscall(SYS_io_uring_setup, entries, parameters);
}

int cl_uring_enter(int ring, unsigned submit, unsigned least, unsigned flags, int64_t timeout_ns) {
  if (timeout_ns < 0) return (int)syscall(SYS_io_uring_enter, ring, submit, least, flags, NULL, 0);
  struct __kernel_timespec timeout = {timeout_ns / 1000000000, timeout_ns % 1000000000};
  struct io_uring_getevents_arg argument = {.ts = (uint64_t)(uintptr_t)&timeout};
  flags |= IORING_ENTER_EXT_ARG;
  return (int)syscall(SYS_io_uring_enter, ring, submit, least, flags, &argument, sizeof argument);
}

int cl_uring_register(int ring, unsigned operation, void *argument, unsigned count) {
  return (int)syscall(SYS_io_uring_register, ring, operation, argument, count);
}

int cl_set_timer_slack(unsigned long nanoseconds) { return prctl(PR_SET_TIMERSLACK, nanoseconds, 0, 0, 0); }

int cl_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

void cl_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

int cl_new_network(void) {
  if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET)) return -1;
  int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  int result = ioctl(descriptor, SIOCSIFFLAGS, &loopback);
  close(descriptor);
  return result;
}
