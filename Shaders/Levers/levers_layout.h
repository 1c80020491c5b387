// The packed state of one lever game: what shaders and Swift both know about it. A start state has the same form.
#ifndef CROSSPLAY_LEVERS_LAYOUT_H
#define CROSSPLAY_LEVERS_LAYOUT_H

#define LEVERS_ROUND 0u    // rounds played in this episode
#define LEVERS_MATCHED 1u  // of them: rounds in which all players pulled the same lever
#define LEVERS_PULLED 2u   // two words: the lever of every player in the last round, one byte each, player 0 lowest
#define LEVERS_STATE_WORDS 4u
// With a cue also:
#define LEVERS_CUE 4u      // 1 + the lever that the last round pays for; 0 in a start state: every reset draws one
#define LEVERS_EPISODE 5u  // episodes finished before this one; reset counts it, whatever the start state says
#define LEVERS_CUE_STATE_WORDS 8u

#define LEVERS_PLAYERS_PER_WORD 4u
#define LEVERS_MOST_PLAYERS 8u
#define LEVERS_MOST_LEVERS 64u       // where all players have to pull the same one
#define LEVERS_MOST_MATRIX_LEVERS 16u  // where every pair of levers has its own pay

#endif
