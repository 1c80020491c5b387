// The games of environment n: fixed before the first game, so that short games do not count more often than long ones.
#include "Evaluation/evaluation.h"

uint game_quota(uint games, uint environments, uint n) {
  return games / environments + (n < games % environments ? 1u : 0u);
}
