#define _POSIX_C_SOURCE 200809L  // sigaction

#include "stop_signals.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
static atomic_int first;

static void note(int number) {
  int none = 0;
  if (!atomic_compare_exchange_strong(&first, &none, number)) _exit(128 + number);
}

static void handle(void (*handler)(int)) {
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; ++i) {
    struct sigaction before, action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) sigaction(numbers[i], &action, NULL);
  }
}

void crossplay_stop_signals_begin(void) {
  handle(note);
  // Whoever starts the process from a thread that blocks signals hands that down.
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; ++i) sigaddset(&set, numbers[i]);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

int crossplay_stop_signal(void) { return atomic_load(&first); }

void crossplay_stop_signals_end(void) { handle(SIG_DFL); }
