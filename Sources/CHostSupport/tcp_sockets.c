#define _GNU_SOURCE  // getaddrinfo, poll, clock_gettime

#include "tcp_sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

static int is_loopback_address(const struct sockaddr *address) {
  if (address->sa_family == AF_INET) {
    return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == 127;
  }
  return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

static int prepare(int descriptor) {
  int flags = fcntl(descriptor, F_GETFL);
  return fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 && flags >= 0 &&
                 fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0
             ? 0
             : -1;
}

int crossplay_listen(const char *host, unsigned short port, int *is_loopback, unsigned short *bound_port) {
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *found = NULL;
  char service[8];
  snprintf(service, sizeof service, "%u", port);
  if (getaddrinfo(host, service, &hints, &found) != 0 || found == NULL) {
    errno = EADDRNOTAVAIL;
    return -1;
  }
  int descriptor = socket(found->ai_family, SOCK_STREAM, 0), on = 1;
  struct sockaddr_storage bound;
  socklen_t size = sizeof bound;
  int failed = descriptor < 0 || prepare(descriptor) != 0 ||
               setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
               bind(descriptor, found->ai_addr, found->ai_addrlen) != 0 || listen(descriptor, 64) != 0 ||
               getsockname(descriptor, (struct sockaddr *)&bound, &size) != 0;
  *is_loopback = is_loopback_address(found->ai_addr);
  freeaddrinfo(found);
  if (failed) {
    int reason = errno;
    if (descriptor >= 0) close(descriptor);
    errno = reason;
    return -1;
  }
  *bound_port = ntohs(
      bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port : ((struct sockaddr_in *)&bound)->sin_port);
  return descriptor;
}

int crossplay_connect_loopback(unsigned short port) {
  int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (descriptor < 0) return -1;
  if (connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0 && prepare(descriptor) == 0) {
    return descriptor;
  }
  close(descriptor);
  return -1;
}

static int is_ready(int descriptor, short events, int milliseconds) {
  struct pollfd waiting = {.fd = descriptor, .events = events};
  return poll(&waiting, 1, milliseconds) == 1 && (waiting.revents & (events | POLLHUP)) != 0;
}

int crossplay_accept(int listener, int milliseconds) {
  if (!is_ready(listener, POLLIN, milliseconds)) return -1;
  int connection = accept(listener, NULL, NULL), on = 1;
  if (connection < 0) return -1;
  if (prepare(connection) != 0 || setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
    close(connection);
    return -1;
  }
  return connection;
}

long crossplay_receive(int connection, void *bytes, size_t count, int milliseconds) {
  if (!is_ready(connection, POLLIN, milliseconds)) return -1;
  return recv(connection, bytes, count, 0);
}

int crossplay_send(int connection, const void *bytes, size_t count, int milliseconds) {
  const char *rest = bytes;
  while (count > 0) {
    long sent = send(connection, rest, count, MSG_NOSIGNAL);
    if (sent > 0) {
      rest += sent;
      count -= (size_t)sent;
    } else if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      if (!is_ready(connection, POLLOUT, milliseconds)) return -1;
    } else if (sent == 0 || errno != EINTR) {
      return -1;
    }
  }
  return 0;
}

int crossplay_is_closed(int connection) {
  char byte;
  long count = recv(connection, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

void crossplay_close_politely(int connection, int milliseconds) {
  shutdown(connection, SHUT_WR);
  char bytes[4096];
  struct timespec start, now;
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (int left = milliseconds; left > 0;) {
    if (crossplay_receive(connection, bytes, sizeof bytes, left) <= 0) break;
    clock_gettime(CLOCK_MONOTONIC, &now);
    left = milliseconds - (int)((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000);
  }
  close(connection);
}
