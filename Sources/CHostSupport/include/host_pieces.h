// Pieces of one step, shared out among the threads of the process.
#ifndef CROSSPLAY_HOST_PIECES_H
#define CROSSPLAY_HOST_PIECES_H
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Calls piece(context, i) for all i below `count`, on this thread and on one thread for every other processor, and
// returns when all are done. A thread that finds no piece left looks out for the next step for a few dozen microseconds
// before it sleeps. While another step is under way, pieces run on this thread alone; so they do inside a piece.
void host_perform(uint32_t count, void (*piece)(void *context, uint32_t index), void *context);

#ifdef __cplusplus
}
#endif
#endif
