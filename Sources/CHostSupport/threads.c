#define _GNU_SOURCE
#include "threads.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct Start {
  void (*body)(void *);
  void *context;
  char name[16];
};

static void *run(void *argument) {
  struct Start start = *(struct Start *)argument;
  free(argument);
#ifdef __APPLE__
  pthread_setname_np(start.name);
#else
  pthread_setname_np(pthread_self(), start.name);
#endif
  start.body(start.context);
  return NULL;
}

int crossplay_start_thread(const char *name, void (*body)(void *), void *context) {
  struct Start *start = malloc(sizeof *start);
  if (start == NULL) return ENOMEM;
  *start = (struct Start){.body = body, .context = context};
  strncpy(start->name, name, sizeof start->name - 1);
  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error == 0) {
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 8 << 20);
    pthread_t thread;
    error = pthread_create(&thread, &attributes, run, start);
    pthread_attr_destroy(&attributes);
  }
  if (error != 0) free(start);
  return error;
}
