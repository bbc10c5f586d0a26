// A server that sends one fixed reply per request, on one epoll loop. Of a request, it reads only where it ends: an
// empty line. A real server's additional cost is that of reading HTTP.
//
//   epoll_server < REPLY      prints the port where it listens on 127.0.0.1, and serves until it is killed
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { most_events = 512, most_descriptors = 1 << 16, receive_size = 64 << 10, most_together = 1024 };

static char buffer[receive_size], *replies;
static size_t reply_size;
// Bytes so far of the line that a descriptor's last piece ended in.
static uint32_t line_lengths[most_descriptors];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void read_reply(void) {
  static char reply[receive_size];
  reply_size = fread(reply, 1, sizeof reply, stdin);
  if (reply_size == 0 || reply_size == sizeof reply) {
    fprintf(stderr, "the reply, of less than %d bytes, is expected on the standard input\n", receive_size);
    exit(2);
  }
  replies = malloc(reply_size * most_together);
  if (!replies) fail("malloc");
  for (size_t i = 0; i < most_together; i++) memcpy(replies + i * reply_size, reply, reply_size);
}

static size_t count_requests(int descriptor, size_t size) {
  size_t requests = 0, length = line_lengths[descriptor];
  const char *line = buffer, *end = buffer + size, *feed;
  while ((feed = memchr(line, '\n', (size_t)(end - line)))) {
    length += (size_t)(feed - line);
    requests += length <= 1; // no more than a CR
    length = 0;
    line = feed + 1;
  }
  line_lengths[descriptor] = (uint32_t)(length + (size_t)(end - line));
  return requests;
}

// False where the connection is to be closed.
static bool serve(int descriptor, bool is_ending) {
  while (true) {
    ssize_t size = recv(descriptor, buffer, sizeof buffer, 0);
    if (size < 0 && errno == EAGAIN) return true;
    if (size <= 0) return false;
    size_t requests = count_requests(descriptor, (size_t)size);
    // Clients that let more replies wait than a socket holds are not served.
    if (requests > most_together) return false;
    if (requests > 0) {
      ssize_t sent = send(descriptor, replies, requests * reply_size, MSG_NOSIGNAL);
      if (sent != (ssize_t)(requests * reply_size)) return false;
    }
    // Edge-triggered: what comes after a short read raises another event, but for an end that is already told.
    if ((size_t)size < sizeof buffer && !is_ending) return true;
  }
}

static void accept_all(int epoll, int listener) {
  while (true) {
    int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
    if (descriptor < 0 && errno == EAGAIN) return;
    if (descriptor < 0) fail("accept4");
    if (descriptor >= most_descriptors) {
      close(descriptor);
      continue;
    }
    line_lengths[descriptor] = 0;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.fd = descriptor};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0) fail("epoll_ctl");
  }
}

int main(void) {
  read_reply();
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t address_size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), epoll = epoll_create1(EPOLL_CLOEXEC);
  if (listener < 0 || epoll < 0) fail("socket");
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) fail("bind");
  if (listen(listener, 16384) != 0) fail("listen");
  if (getsockname(listener, (struct sockaddr *)&address, &address_size) != 0) fail("getsockname");
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) != 0) fail("epoll_ctl");
  printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);

  static struct epoll_event events[most_events];
  while (true) {
    int count = epoll_wait(epoll, events, most_events, -1);
    if (count < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < count; i++) {
      int descriptor = events[i].data.fd;
      if (descriptor == listener) {
        accept_all(epoll, listener);
      } else if (!serve(descriptor, events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))) {
        close(descriptor);
      }
    }
  }
}
