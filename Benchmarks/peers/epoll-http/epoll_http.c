// A hand-written HTTP/1.1 keep-alive client on one epoll loop: the baseline for the cost of the mode `epoll`.
// It makes the same calls: sockets connected beforehand, registered once and edge-triggered, and for each request one
// send, one recv into a shared buffer, and one reading of the clock.
//
//   epoll_http HOST PORT CONNECTIONS OPERATIONS [CPU]
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { most_events = 512, most_reply = 4096, receive_size = 64 << 10, slots = 33 << 10 };

struct connection {
  int descriptor;
  uint32_t held;          // bytes of a reply that came in pieces
  uint64_t started;       // of the request under way
  char reply[most_reply]; // touched only for such a reply
};

static const char expected[] = "Hello, 127.0.0.1!";
static char request[256], buffer[receive_size];
static size_t request_size;
static uint64_t histogram[slots], sends, receives, waits;
static long left_to_send;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void refuse(const char *what) {
  fprintf(stderr, "wrong reply: %s\n", what);
  exit(1);
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

// Counts below 2048 ns have a slot each; every power of two above is divided into 1024.
static void record(uint64_t ns) {
  int bucket = 53 - __builtin_clzll(ns | 2047);
  unsigned slot = ((unsigned)bucket << 10) + (unsigned)(ns >> bucket);
  histogram[slot < slots ? slot : slots - 1]++;
}

static uint64_t percentile(double part, uint64_t count) {
  uint64_t seen = 0;
  for (unsigned slot = 0; slot < slots; slot++) {
    seen += histogram[slot];
    if ((double)seen >= part * (double)count) {
      unsigned bucket = slot >> 10 > 1 ? (slot >> 10) - 1 : 0;
      return (uint64_t)(slot - (bucket << 10)) << bucket;
    }
  }
  return 0;
}

// Whether `size` bytes are a whole reply, which must be the one that is expected.
static bool is_complete(const char *reply, size_t size) {
  const char *end = reply + size, *line = reply, *feed;
  long length = -1;
  while ((feed = memchr(line, '\n', (size_t)(end - line)))) {
    const char *stop = feed > line && feed[-1] == '\r' ? feed - 1 : feed;
    size_t count = (size_t)(stop - line);
    if (line == reply) {
      if (count < 12 || memcmp(line, "HTTP/1.1 2", 10) != 0) refuse("the status line");
    } else if (count == 0) {
      const char *body = feed + 1;
      if (length < 0) refuse("no Content-Length");
      if (end - body < length) return false;
      if (end - body > length) refuse("more than was asked for");
      if (length != sizeof expected - 1 || memcmp(body, expected, (size_t)length) != 0) refuse("the body");
      return true;
    } else {
      const char *colon = memchr(line, ':', count);
      if (!colon) refuse("a field without a colon");
      if (colon - line == 14 && strncasecmp(line, "content-length", 14) == 0) {
        const char *digit = colon + 1;
        while (digit < stop && *digit == ' ') digit++;
        if (digit == stop || stop - digit > 9) refuse("Content-Length");
        for (length = 0; digit < stop; digit++) {
          if (*digit < '0' || *digit > '9') refuse("Content-Length");
          length = length * 10 + (*digit - '0');
        }
      }
    }
    line = feed + 1;
  }
  return false;
}

static void send_next(struct connection *connection, uint64_t time) {
  if (left_to_send == 0) return;
  left_to_send--;
  connection->started = time;
  sends++;
  ssize_t count = send(connection->descriptor, request, request_size, MSG_NOSIGNAL);
  if (count != (ssize_t)request_size) fail("send");
}

// Takes what has arrived. True where that completes the reply.
static bool receive(struct connection *connection) {
  receives++;
  ssize_t count = recv(connection->descriptor, buffer, sizeof buffer, 0);
  if (count < 0 && errno == EAGAIN) return false;
  if (count < 0) fail("recv");
  if (count == 0) refuse("the connection was closed");
  if (connection->held == 0 && is_complete(buffer, (size_t)count)) return true;
  if (connection->held + (size_t)count > sizeof connection->reply) refuse("too long");
  memcpy(connection->reply + connection->held, buffer, (size_t)count);
  connection->held += (uint32_t)count;
  if (!is_complete(connection->reply, connection->held)) return false;
  connection->held = 0;
  return true;
}

static uint64_t nanoseconds(struct timeval t) { return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u; }

int main(int argc, char **argv) {
  if (argc < 5) {
    fprintf(stderr, "usage: epoll_http HOST PORT CONNECTIONS OPERATIONS [CPU]\n");
    return 2;
  }
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
  long connections = atol(argv[3]), operations = atol(argv[4]);
  if (inet_pton(AF_INET, argv[1], &address.sin_addr) != 1 || connections < 1 || operations < 1) {
    fprintf(stderr, "HOST must be an IPv4 address, and the numbers positive\n");
    return 2;
  }
  if (argc > 5) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)atoi(argv[5]), &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0) fail("sched_setaffinity");
  }
  request_size = (size_t)snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: %s:%s\r\n\r\n", argv[1], argv[2]);

  int epoll = epoll_create1(EPOLL_CLOEXEC), on = 1;
  if (epoll < 0) fail("epoll_create1");
  struct connection *all = calloc((size_t)connections, sizeof *all);
  if (!all) fail("calloc");
  for (long i = 0; i < connections; i++) {
    int descriptor = all[i].descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) fail("socket");
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
    if (fcntl(descriptor, F_SETFL, O_NONBLOCK) != 0) fail("fcntl");
  }

  struct rusage before, after;
  static struct epoll_event events[most_events];
  getrusage(RUSAGE_SELF, &before);
  uint64_t opened = now(), last = opened;
  for (long i = 0; i < connections; i++) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.u64 = (uint64_t)i};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, all[i].descriptor, &event) != 0) fail("epoll_ctl");
  }
  left_to_send = operations;
  for (long i = 0; i < connections; i++) send_next(&all[i], now());
  for (long done = 0; done < operations;) {
    waits++;
    int count = epoll_wait(epoll, events, most_events, -1);
    if (count < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < count; i++) {
      struct connection *connection = &all[events[i].data.u64];
      if (!receive(connection)) continue;
      last = now();
      record(last - connection->started);
      done++;
      send_next(connection, last);
    }
  }
  getrusage(RUSAGE_SELF, &after);

  printf("{\"operations\": %ld, \"wall_ns\": %llu, \"cpu_user_ns\": %llu, \"cpu_system_ns\": %llu, "
         "\"syscalls\": {\"send\": %llu, \"recv\": %llu, \"epoll_wait\": %llu}, "
         "\"latency_ns\": {\"p50\": %llu, \"p99\": %llu}}\n",
         operations, (unsigned long long)(last - opened),
         (unsigned long long)(nanoseconds(after.ru_utime) - nanoseconds(before.ru_utime)),
         (unsigned long long)(nanoseconds(after.ru_stime) - nanoseconds(before.ru_stime)), (unsigned long long)sends,
         (unsigned long long)receives, (unsigned long long)waits,
         (unsigned long long)percentile(0.5, (uint64_t)operations),
         (unsigned long long)percentile(0.99, (uint64_t)operations));
}
