#define _GNU_SOURCE 1
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

// The check inside FD_SET with _FORTIFY_SOURCE (glibc, debug/fdelt_chk.c): it aborts at FD_SETSIZE and beyond.
extern long __fdelt_chk(long descriptor);

int cl_signal_of_fortified_set(int descriptor) {
  pid_t child = fork();
  if (child < 0) return -1;
  if (child == 0) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    signal(SIGABRT, SIG_DFL);
    int silence = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (silence >= 0) dup2(silence, STDERR_FILENO);
    fd_set set;
    FD_ZERO(&set);
    set.fds_bits[__fdelt_chk(descriptor)] |= 1L << descriptor % NFDBITS;
    _exit(0);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

// Handles a ready descriptor. Returns whether the connection stays open.
typedef int (*on_ready)(int descriptor);

static int echo(int descriptor) {
  char bytes[512];
  ssize_t count = recv(descriptor, bytes, sizeof bytes, 0);
  return count > 0 && send(descriptor, bytes, (size_t)count, MSG_NOSIGNAL) == count;
}

static void serve(int listener, int stop, int by_callback) {
  on_ready callbacks[FD_SETSIZE] = {0};
  fd_set watched;
  FD_ZERO(&watched);
  FD_SET(listener, &watched);
  FD_SET(stop, &watched);
  for (;;) {
    fd_set ready = watched;
    if (select(FD_SETSIZE, &ready, NULL, NULL, NULL) < 0) continue;
    if (FD_ISSET(stop, &ready)) return;
    for (int descriptor = stop + 1; descriptor < FD_SETSIZE; descriptor++) {
      if (!FD_ISSET(descriptor, &ready)) continue;
      if (by_callback ? callbacks[descriptor](descriptor) : echo(descriptor)) continue;
      FD_CLR(descriptor, &watched);
      close(descriptor);
    }
    if (!FD_ISSET(listener, &ready)) continue;
    int connection = accept(listener, NULL, NULL);
    if (connection >= FD_SETSIZE) {
      char refusal = cl_select_refusal;
      send(connection, &refusal, 1, MSG_NOSIGNAL);
      close(connection);
    } else if (connection >= 0) {
      callbacks[connection] = echo;
      FD_SET(connection, &watched);
    } else if (errno == EMFILE) {
      FD_CLR(listener, &watched);
      close(listener);
    }
  }
}

pid_t cl_start_select_server(int listener, int stop, int by_callback, long descriptor_limit) {
  pid_t child = fork();
  if (child != 0) return child;
  enum { own_listener = STDERR_FILENO + 1, own_stop };
  // Move both out of the way first: either may have the number that the other is to get.
  int high_listener = fcntl(listener, F_DUPFD, own_stop + 1), high_stop = fcntl(stop, F_DUPFD, own_stop + 1);
  dup2(high_listener, own_listener);
  dup2(high_stop, own_stop);
  close_range(own_stop + 1, ~0U, 0);
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = (rlim_t)descriptor_limit;
  setrlimit(RLIMIT_NOFILE, &limit);
  serve(own_listener, own_stop, by_callback);
  _exit(0);
}
