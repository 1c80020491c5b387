#version 450
// One step of the seat to move: a peek, a move, a hint, or the end of the game; the other seats do nothing.
//
//   won    = every colour is one group of cards side by side
//   score  = won ? 5 * unrevealed + 2 * (revealed - placed) + right - wrong : 0, with the hints placed right and wrong
//   reward = won ? (score + WIN_BONUS) * REWARD_SCALE : 0, once the game is over, the same for all seats
//   shaped = weight * (potential after the step - before it), the same for all seats; only with SHAPING_WEIGHT
//   potential = - groups of one colour + PEEK_BONUS * cards that seats have seen + TURN_BONUS * turns
//               + HINT_BONUS * (right - wrong)
//   outcomes where done: score, won, ended early, both of these, turns, revealed hints, hints placed right, wrong
//
// An action outside the mask changes nothing but the environment's error word. One invocation per (run, environment).
#include "Common/environment.h"
#include "Common/buffers.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { EnvironmentDispatch p; };

#include "Yokai/yokai_state.glsl"
#include "Yokai/yokai_board.glsl"
INPUT(0, uint, actions);    // (R, T, N, A)
OUTPUT(1, float, rewards);  // (R, T, N, A)
OUTPUT(2, vec4, outcomes);  // (R, T, N, E / 4)
OUTPUT(3, uint, dones);     // (R, T, N)
IN_OUT(4, uint, errors);    // (R, N)
STATES_IN_OUT(5);           // (R, N, S)
#ifdef SHAPING_WEIGHT
OUTPUT(6, float, shaped_rewards);  // (R, T, N, A)
#include "Common/shaping.glsl"
#endif

uint status;
uint registers;

#define SET_FIELD(WORD, SHIFT, MASK, VALUE) WORD = (WORD & ~((MASK) << (SHIFT))) | ((VALUE) << (SHIFT))
void set_slot(uint shift, uint slot) { SET_FIELD(registers, shift, 31u, slot); }
void set_owner(uint shift, uint seat) { SET_FIELD(registers, shift, 3u, seat); }
void set_source(uint cell) { SET_FIELD(hints.y, 24u, 255u, cell); }

// Adds a slot to what a seat has seen and has in view; its first peek of a turn starts the view anew.
void see(uint seat, uint slot, bool anew) {
  uint place = 16u * (seat & 1u);
  uvec2 seat_word = uvec2(seat < 2u ? 0xFFFFu << place : 0u, seat < 2u ? 0u : 0xFFFFu << place);
  uvec2 bit = seat_word & uvec2(1u << (slot + place));
  sights.xy |= bit;
  sights.zw = (anew ? sights.zw & ~seat_word : sights.zw) | bit;
}

#ifdef SHAPING_WEIGHT
// Cards that seats have seen, over all seats.
uint count_seen() { return uint(bitCount(sights.x)) + uint(bitCount(sights.y)); }
#endif

void set_cell(uint slot, uint cell) {
  uint shift = 8u * (slot & 3u);
  uvec4 changed = (cells & ~uvec4(255u << shift)) | uvec4(cell << shift);
  cells = mix(cells, changed, equal(uvec4(slot >> 2), uvec4(0u, 1u, 2u, 3u)));
}

#ifdef SHIFT_AT_BORDER
// A card that went to the border takes all cards one row or column back, where there is room on the other side.
void shift_from_border(uint cell) {
  find_cards();
  uint row = cell / GRID;
  uint column = cell % GRID;
  bool down = row == 0u && !any_of(occupied & BOARD(LAST_ROW));
  bool up = row == GRID - 1u && !any_of(occupied & BOARD(FIRST_ROW));
  bool right = column == 0u && !any_of(occupied & ~BOARD(NOT_LAST_COLUMN));
  bool left = column == GRID - 1u && !any_of(occupied & ~BOARD(NOT_FIRST_COLUMN));
  uint forward = (down ? GRID : 0u) + uint(right);
  uint backward = (up ? GRID : 0u) + uint(left);
  cells += uvec4(CELL_BYTES) * forward;
  cells -= uvec4(CELL_BYTES) * backward;
}
#endif

#ifdef CELL_ACTIONS
// The slot on a cell, or YOKAI_NO_SLOT.
#define FIND_SLOT(SLOT) slot = cell_of(SLOT) == cell ? SLOT : slot;
uint slot_at(uint cell) {
  uint slot = YOKAI_NO_SLOT;
  REPEAT(CARDS, FIND_SLOT)
  return slot;
}
#endif

void main() {
  uint environment = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (environment >= p.environments) return;
  locate_state(run, environment);
  LOAD_GAME(LOAD_STATE4)
  status = head.x;
  registers = head.y;
  uint row = p.transition * p.environments + environment;
  uint seats = row * PLAYERS;
  uint player = PLAYER_OF(status);
  uint phase = PHASE_OF(status);
  uint action = actions[run * p.action_stride + seats + player];
  bool others_wait = true;
  for (uint seat = 0u; seat < PLAYERS; ++seat) {
    others_wait = others_wait && (seat == player || actions[run * p.action_stride + seats + seat] == NO_OP);
  }

  // What the action says: a slot, a cell, a hint.
  uint unlocked = free_slots();
#ifdef CELL_ACTIONS
  bool names_slot = action < CELLS;
  uint slot = names_slot ? slot_at(action) : YOKAI_NO_SLOT;
  uint target = action;
  uint hint = phase == YOKAI_PLACE ? CHOSEN_OF(registers) - 1u : action - FIRST_HINT_ACTION;
#else
  bool names_slot = action < CARDS;
  bool names_move = action >= CARDS && action < REVEAL_ACTION;
  bool names_hint = action >= FIRST_HINT_ACTION && action < END_ACTION;
  uint slot = names_slot ? action : names_move ? (action - CARDS) / CELLS
      : names_hint ? (action - FIRST_HINT_ACTION) % CARDS : YOKAI_NO_SLOT;
  uint target = (action - CARDS) % CELLS;
  uint hint = (action - FIRST_HINT_ACTION) / CARDS;
#endif
  bool free = ((unlocked >> slot) & 1u) != 0u;

  // What it does, where that is legal.
  bool peeks = phase <= YOKAI_PEEK2 && names_slot && free
      && (phase == YOKAI_PEEK1 || slot != SLOT_OF(registers, YOKAI_PEEK1_SHIFT));
  bool ends = phase == YOKAI_PEEK1 && action == END_ACTION;
  bool passes = phase == YOKAI_MOVE && action == NO_OP;
  bool reveals = phase == YOKAI_HINT && action == REVEAL_ACTION && REVEALED_OF(status) < HINTS;
  bool hint_is_open = ((open_hints(status) >> (hint & 31u)) & 1u) != 0u;
#ifdef CELL_ACTIONS
  bool picks = phase == YOKAI_MOVE && free;
  bool moves = phase == YOKAI_TARGET && names_slot;
  uint moved = moves ? SLOT_OF(registers, YOKAI_MOVED_SHIFT) : slot;
  bool chooses = phase == YOKAI_HINT && action >= FIRST_HINT_ACTION && action < END_ACTION && hint_is_open;
  bool places = phase == YOKAI_PLACE && free;
  bool any_target = picks || passes;
#else
  bool moves = phase == YOKAI_MOVE && names_move && free;
  uint moved = slot;
  bool places = phase == YOKAI_HINT && names_hint && free && hint_is_open;
  bool any_target = passes;
#endif

  // A move needs a legal target, to pass needs that no card has one.
  find_cards();
  BOARD wanted = any_target ? all_cells : board_of(target);
  bool goes = moves || any_target;
  bool reachable = false;
  uint last = goes ? (passes ? CARDS : moved + 1u) : 0u;
  for (uint i = passes ? 0u : moved; i < last; ++i) {
    reachable = reachable || (((unlocked >> i) & 1u) != 0u && any_of(targets_from(cell_of(i)) & wanted));
  }
  moves = moves && reachable;
  passes = passes && !reachable;
  bool acts = peeks || ends || moves || passes || reveals || places;
#ifdef CELL_ACTIONS
  picks = picks && reachable;
  acts = acts || picks || chooses;
#endif

  bool ended = ENDED_OF(status);
  bool legal = others_wait && acts && !ended;
  uint error_index = run * p.error_stride + environment;
  uint error = ended ? ERROR_EPISODE_ENDED : legal ? 0u : ERROR_ILLEGAL_ACTION;
  if (error != 0u && errors[error_index] == 0u) errors[error_index] = error;

#ifdef SHAPING_WEIGHT
  uint seen_before = count_seen();
#endif
  uint next = phase + 1u;
  if (legal && peeks) {
    bool anew = phase == YOKAI_PEEK1;
    see(player, slot, anew);
    set_slot(anew ? YOKAI_PEEK1_SHIFT : YOKAI_PEEK2_SHIFT, slot);
    if (anew) set_slot(YOKAI_PEEK2_SHIFT, YOKAI_NO_SLOT);
    set_owner(YOKAI_PEEK_OWNER_SHIFT, player);
  }
#ifdef CELL_ACTIONS
  bool writes_source = legal && (picks || passes);
#else
  bool writes_source = legal && (moves || passes);
#endif
  if (writes_source) {
    set_slot(YOKAI_MOVED_SHIFT, passes ? YOKAI_NO_SLOT : moved);
    set_owner(YOKAI_MOVE_OWNER_SHIFT, passes ? 0u : player);
    set_source(passes ? YOKAI_NO_CELL : cell_of(moved));
  }
#ifdef SHAPING_WEIGHT
  uint moved_colors = legal && moves ? COLORS : 0u;
  uint groups_before = count_groups(moved_colors);
#endif
  if (legal && moves) set_cell(moved, target);
#ifdef SHIFT_AT_BORDER
  if (legal && moves) shift_from_border(target);
#endif
  next = moves || passes ? YOKAI_HINT : next;

#ifdef CELL_ACTIONS
  SET_FIELD(registers, YOKAI_CHOSEN_SHIFT, 15u, legal && chooses ? hint + 1u : CHOSEN_OF(registers));
#endif
  bool turn_ends = legal && (reveals || places);
  if (turn_ends) {
    status += uint(reveals) << YOKAI_REVEALED_SHIFT;
    status |= uint(places) << (hint & 31u);
    uint on_slot = (hint + 1u) << (4u * (slot & 7u));
    hints.z |= places && slot < 8u ? on_slot : 0u;
    hints.w |= places && slot >= 8u ? on_slot : 0u;
    set_slot(YOKAI_HINTED_SHIFT, places ? slot : YOKAI_NO_SLOT);
    set_owner(YOKAI_HINT_OWNER_SHIFT, places ? player : 0u);
    SET_FIELD(registers, YOKAI_CHOSEN_SHIFT, 15u, 0u);
    status += 1u << YOKAI_TURN_SHIFT;
    SET_FIELD(status, YOKAI_PLAYER_SHIFT, 3u, player + 1u == PLAYERS ? 0u : player + 1u);
    next = YOKAI_PEEK1;
  }
  next = legal && !ends ? next : phase;
  SET_FIELD(status, YOKAI_PHASE_SHIFT, 7u, next);

  // Scoring.
  uint revealed = REVEALED_OF(status);
  uint placed = uint(bitCount(PLACED_OF(status)));
  bool done = legal && (ends || placed == HINTS);
  bool won = done && count_groups(done ? COLORS : 0u) == COLORS;
  uint right = 0u;
  uint scored = done ? CARDS : 0u;
  for (uint i = 0u; i < scored; ++i) {
    uint number = hint_on(i);
    right += number > 0u ? (hint_colors(number - 1u) >> color_of(i)) & 1u : 0u;
  }
  int points = int(5u * (HINTS - revealed) + 2u * (revealed - placed) + 2u * right) - int(placed);
  float score = won ? float(points) : 0.0;
  float reward = won ? (score + WIN_BONUS) * REWARD_SCALE : 0.0;
  bool early = done && ends;
  status |= (uint(done) << YOKAI_ENDED_SHIFT) | (uint(early) << YOKAI_EARLY_SHIFT)
      | (uint(won) << YOKAI_WON_SHIFT);

  STORE_STATE4(YOKAI_STATUS, uvec4(status, registers, head.zw));
  STORE_STATE4(YOKAI_CELLS, cells);
  STORE_STATE4(YOKAI_HINTS, hints);
  STORE_STATE4(YOKAI_SEEN, sights);
  uint outcome_row = (run * p.outcome_stride + (p.transition * p.environments + environment) * 8u) / 4u;
  outcomes[outcome_row] = vec4(score, won, early, early && won);
  outcomes[outcome_row + 1u] = done ? vec4(TURN_OF(status), revealed, right, placed - right) : vec4(0.0);
  dones[run * p.done_stride + row] = uint(done || ended);
  uint reward_row = run * p.reward_stride + seats;
  for (uint seat = 0u; seat < PLAYERS; ++seat) rewards[reward_row + seat] = reward;

#ifdef SHAPING_WEIGHT
  uint transitions = STATE(YOKAI_TRANSITIONS);
  uint places_right = (hint_colors(hint & 15u) >> color_of(slot & 15u)) & 1u;
  float hinted = places ? (places_right != 0u ? SHAPING_HINT_BONUS : -SHAPING_HINT_BONUS) : 0.0;
  float joined = float(groups_before) - float(count_groups(moved_colors));
  float progress = turn_ends ? SHAPING_TURN_BONUS + hinted
      : peeks ? SHAPING_PEEK_BONUS * float(count_seen() - seen_before) : joined;
  float shaped = shaping_weight(transitions) * progress;
  uint shaped_row = run * p.shaped_stride + (p.transition * p.environments + environment) * PLAYERS;
  for (uint seat = 0u; seat < PLAYERS; ++seat) shaped_rewards[shaped_row + seat] = shaped;
  STATE(YOKAI_TRANSITIONS) = transitions + uint(legal);
#endif
}
