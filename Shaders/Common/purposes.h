// Purposes of random numbers: the last word of the Philox counter, so that no two uses ever share a number.
#ifndef CROSSPLAY_PURPOSES_H
#define CROSSPLAY_PURPOSES_H

#define PURPOSE_INITIAL_WEIGHTS 1u   // (matrix, row, column)
#define PURPOSE_DEAL 2u              // (environment, episode, draw)
#define PURPOSE_RANDOM_PLAY 3u       // (environment, step, agent): uniform legal actions of the benchmarks and tests
#define PURPOSE_SAMPLE_ACTION 4u     // training (rollout row, update, 0); evaluation (environment, step, seat)
#define PURPOSE_PERMUTE_ROWS 5u      // (update, epoch, round)
#define PURPOSE_BREAK_TIES 6u        // (environment, step, agent)
#define PURPOSE_BOOTSTRAP 7u         // (sample, draw, 0): statistics on the host
#define PURPOSE_SAMPLE_TUPLES 8u     // (configuration, draw, 0): which tuples of runs are evaluated, on the host
#define PURPOSE_SEAT_POLICY 9u       // (seat, two words of the policy's name): seeds of an evaluation's cells, on the host
#define PURPOSE_SYMMETRY 10u         // (environment, episode, seat): Other-Play; evaluation (environment, game, seat)
#define PURPOSE_INITIAL_POLICY 32u   // (initialisation, parameter, kind): tabular policies, on the host
#define PURPOSE_RANDOM_PROBLEM 33u   // (problem, entry, table): random Dec-POMDPs, on the host

#endif
