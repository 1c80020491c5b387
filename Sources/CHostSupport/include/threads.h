// Threads of the process's own.
#ifndef CROSSPLAY_THREADS_H
#define CROSSPLAY_THREADS_H

// Calls body(context) on a thread of its own, which nobody waits for. `name` is what debuggers and `top` show, at most 15 bytes.
// Returns 0, or the error number where no thread can be started.
int crossplay_start_thread(const char *name, void (*body)(void *context), void *context);

#endif
