#define _GNU_SOURCE
#include "host_pieces.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

// The step under way: its number, its pieces and the next of them, in one word, so that whoever takes a piece knows that
// the step has not changed. Steps have fewer than 2^24 pieces.
#define INDEX_BITS 24
#define INDEX_MASK ((UINT64_C(1) << INDEX_BITS) - 1)
#define NEXT(STATE) ((STATE) & INDEX_MASK)
#define COUNT(STATE) ((STATE) >> INDEX_BITS & INDEX_MASK)

typedef void (*Piece)(void *, uint32_t);

static _Atomic uint64_t state;
static _Atomic(Piece) current_piece;
static _Atomic(void *) current_context;
static _Atomic uint32_t done;

static pthread_mutex_t step_lock = PTHREAD_MUTEX_INITIALIZER;  // held by whoever has a step under way

static pthread_mutex_t sleep_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work_came = PTHREAD_COND_INITIALIZER, step_ended = PTHREAD_COND_INITIALIZER;
static _Atomic uint32_t sleepers;
static _Atomic bool caller_sleeps;

static pthread_once_t once = PTHREAD_ONCE_INIT;

// Whether there was a piece to take.
static bool take_piece(void) {
  uint64_t seen = atomic_load(&state);
  do {
    if (NEXT(seen) >= COUNT(seen)) return false;
    Piece piece = atomic_load(&current_piece);
    void *context = atomic_load(&current_context);
    // Succeeds only while the step that was seen has this piece left, so that piece and context are its own.
    if (atomic_compare_exchange_weak(&state, &seen, seen + 1)) {
      piece(context, (uint32_t)NEXT(seen));
      if (atomic_fetch_add(&done, 1) + 1 == COUNT(seen) && atomic_load(&caller_sleeps)) {
        pthread_mutex_lock(&sleep_lock);
        pthread_cond_signal(&step_ended);
        pthread_mutex_unlock(&sleep_lock);
      }
      return true;
    }
  } while (true);
}

static bool has_pieces(uint32_t unused) {
  (void)unused;
  uint64_t seen = atomic_load(&state);
  return NEXT(seen) < COUNT(seen);
}

static bool is_done(uint32_t count) { return atomic_load(&done) == count; }

static void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// Looks out for `condition`; false if it has not come true in 50 microseconds.
static bool look_out(bool (*condition)(uint32_t), uint32_t argument) {
  const int64_t end = nanoseconds() + 50000;
  do {
    for (int i = 0; i < 16; ++i) {
      if (condition(argument)) return true;
      pause_briefly();
    }
    sched_yield();  // to the thread of the device, where there are few processors
  } while (nanoseconds() < end);
  return false;
}

static void *work(void *unused) {
  (void)unused;
  while (true) {
    while (take_piece()) {}
    if (look_out(has_pieces, 0)) continue;
    pthread_mutex_lock(&sleep_lock);
    atomic_fetch_add(&sleepers, 1);
    while (!has_pieces(0)) pthread_cond_wait(&work_came, &sleep_lock);
    atomic_fetch_sub(&sleepers, 1);
    pthread_mutex_unlock(&sleep_lock);
  }
  return NULL;
}

static void start_threads(void) {
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  for (long i = 1; i < processors; ++i) {
    pthread_t thread;
    if (pthread_create(&thread, &attributes, work, NULL) != 0) break;  // with fewer threads all gets done, too
  }
  pthread_attr_destroy(&attributes);
}

void host_perform(uint32_t count, void (*piece)(void *context, uint32_t index), void *context) {
  pthread_once(&once, start_threads);
  if (count > INDEX_MASK || pthread_mutex_trylock(&step_lock) != 0) {
    for (uint32_t i = 0; i < count; ++i) piece(context, i);
    return;
  }
  atomic_store(&current_piece, piece);
  atomic_store(&current_context, context);
  atomic_store(&done, 0);
  uint64_t number = (atomic_load(&state) >> 2 * INDEX_BITS) + 1;
  atomic_store(&state, number << 2 * INDEX_BITS | (uint64_t)count << INDEX_BITS);
  if (atomic_load(&sleepers) > 0) {
    pthread_mutex_lock(&sleep_lock);
    pthread_cond_broadcast(&work_came);
    pthread_mutex_unlock(&sleep_lock);
  }
  while (take_piece()) {}
  if (!look_out(is_done, count)) {
    pthread_mutex_lock(&sleep_lock);
    atomic_store(&caller_sleeps, true);
    while (!is_done(count)) pthread_cond_wait(&step_ended, &sleep_lock);
    atomic_store(&caller_sleeps, false);
    pthread_mutex_unlock(&sleep_lock);
  }
  pthread_mutex_unlock(&step_lock);
}
