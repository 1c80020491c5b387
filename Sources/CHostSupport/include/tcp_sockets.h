// TCP for a small server: listening, and connections that wait no longer than they are told to.
#ifndef CROSSPLAY_TCP_SOCKETS_H
#define CROSSPLAY_TCP_SOCKETS_H

#include <stddef.h>

// Listens at the first address that `host` has, at a free port where `port` is 0. `is_loopback` says whether other machines
// can reach it, `bound_port` where it listens. Returns a descriptor, or -1 with errno, which is EADDRNOTAVAIL where the name
// has no address here.
int crossplay_listen(const char *host, unsigned short port, int *is_loopback, unsigned short *bound_port);

// A connection to 127.0.0.1, as a client; -1 where nobody listens there.
int crossplay_connect_loopback(unsigned short port);

// The next connection; -1 where none came within the milliseconds.
int crossplay_accept(int listener, int milliseconds);

// Bytes that have come, at most `count`; 0 at the end; -1 where none came within the milliseconds or the connection broke.
long crossplay_receive(int connection, void *bytes, size_t count, int milliseconds);

// Sends all bytes: 0, or -1 where the reader has gone or took none for the milliseconds.
int crossplay_send(int connection, const void *bytes, size_t count, int milliseconds);

// Whether the other side has closed the connection.
int crossplay_is_closed(int connection);

// Tells the other side that nothing follows, reads what it still sends for the milliseconds at most, and closes.
void crossplay_close_politely(int connection, int milliseconds);

#endif
