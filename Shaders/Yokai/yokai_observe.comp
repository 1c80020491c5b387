#version 450
// What one seat sees, one bit per feature, and which actions it may choose.
//
//   flags of a slot = locked | its colour, if the seat knows it | colours of the hint on it
//                     | is the first peek, the second peek, the last moved, the last hinted | seen by each seat
//   matches = per slot the earlier slots whose colour the seat knows to be the same; per hint that lies open the slots
//             whose colour the seat knows to be on it; only with OBSERVE_MATCHES
//   cards  per slot: row, column, flags; then the cell that the last card left; then matches; then what concerns no card
//   grid   one plane of the grid: cells with a card; one per flag, with one for the cell that the last card left in
//          its place; one per slot; then matches; then what concerns no card
//
// Seats are counted from the observer. One invocation per (run, seat, environment) builds its row in registers, seat by
// seat, so that neighbouring invocations are likely to do the same; only the moves of the seat to move take a loop.
#include "Common/environment.h"
#include "Common/buffers.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { EnvironmentDispatch p; };

#include "Yokai/yokai_state.glsl"
#include "Yokai/yokai_board.glsl"
STATES_IN(0);                    // (R, N, S)
OUTPUT(1, uvec4, observations);  // (R, T, N, A, W / 4)
OUTPUT(2, uint, legal_masks);    // (R, T, N, A, M)

#include "Common/bit_rows.glsl"

uint observer;
uint unlocked;
uint known;  // slots whose colours the observer sees

uint seat_of(uint distance) {
  uint seat = observer + distance;
  return seat >= PLAYERS ? seat - PLAYERS : seat;
}

// One-hot over the seats, counted from the observer.
uint seat_bit(uint seat) { return 1u << (seat + (seat < observer ? PLAYERS : 0u) - observer); }

// The seat that wrote a register, one-hot; nothing where the register is empty.
uint owner_bit(uint slot_shift, uint owner_shift) {
  return SLOT_OF(head.y, slot_shift) == YOKAI_NO_SLOT ? 0u : seat_bit(OWNER_OF(head.y, owner_shift));
}

uint is_in_register(uint slot, uint shift) { return uint(SLOT_OF(head.y, shift) == slot); }

// The flags of a slot, FLAGS bits.
#define ADD_SEEN(DISTANCE) \
  flags |= ((slots_of_seat(sights.xy, seat_of(DISTANCE)) >> slot) & 1u) << (place + 4u + DISTANCE);
uint flags_of(uint slot) {
  uint number = hint_on(slot);
  uint flags = uint(number > 0u);
  flags |= ((known >> slot) & 1u) << (1u + color_of(slot));
  flags |= (number > 0u ? hint_colors(number - 1u) : 0u) << (1u + COLORS);
  uint place = 1u + 2u * COLORS;
  flags |= is_in_register(slot, YOKAI_PEEK1_SHIFT) << place;
  flags |= is_in_register(slot, YOKAI_PEEK2_SHIFT) << (place + 1u);
  flags |= is_in_register(slot, YOKAI_MOVED_SHIFT) << (place + 2u);
  flags |= is_in_register(slot, YOKAI_HINTED_SHIFT) << (place + 3u);
#ifdef PERFECT_MEMORY
  REPEAT(PLAYERS, ADD_SEEN)
#endif
  return flags;
}

// Row and column of a cell, one-hot; nothing for YOKAI_NO_CELL.
uint place_bits(uint cell) {
  uint bits = (1u << (cell / GRID & 31u)) | (1u << (GRID + cell % GRID));
  return cell == YOKAI_NO_CELL ? 0u : bits;
}

#ifdef GRID_OBSERVATION
#define MOVED_FLAG (3u + 2u * COLORS)
#define SOURCE_PLANE (2u + MOVED_FLAG)
BOARD planes[FLAGS];

void put_board(uint plane, BOARD board) {
  uint place = plane * CELLS;
  put_observation(place, board.x, min(CELLS, 32u));
  if (CELLS > 32u) put_observation(place + 32u, board.y, min(CELLS - 32u, 32u));
  if (CELLS > 64u) put_observation(place + 64u, board.z, min(CELLS - 64u, 32u));
#ifndef SMALL_BOARD
  put_observation(place + 96u, board.w, CELLS - 96u);
#endif
}

#define ADD_TO_PLANE(FLAG) planes[FLAG] |= board & BOARD(0u - ((flags >> FLAG) & 1u));
void observe_slot(uint slot) {
  uint flags = flags_of(slot);
  BOARD board = board_of(cell_of(slot));
  REPEAT(FLAGS, ADD_TO_PLANE)
  put_board(2u + FLAGS + slot, board);
}

#define CLEAR_PLANE(FLAG) planes[FLAG] = no_cells;
#define OBSERVE_SLOT(SLOT) observe_slot(SLOT);
#define PUT_PLANE(FLAG) put_board(1u + FLAG + (FLAG > MOVED_FLAG ? 1u : 0u), planes[FLAG]);
void observe_cards() {
  REPEAT(FLAGS, CLEAR_PLANE)
  REPEAT(CARDS, OBSERVE_SLOT)
  put_board(0u, occupied);
  REPEAT(FLAGS, PUT_PLANE)
  put_board(SOURCE_PLANE, board_of(source_cell()));
  observation_place = (2u + FLAGS + CARDS) * CELLS;
}
#else
void observe_slot(uint slot) {
  append_observation(place_bits(cell_of(slot)), 2u * GRID);
  append_observation(flags_of(slot), FLAGS);
}

#define OBSERVE_SLOT(SLOT) observe_slot(SLOT);
void observe_cards() {
  observation_place = 0u;
  REPEAT(CARDS, OBSERVE_SLOT)
  append_observation(place_bits(source_cell()), 2u * GRID);
}
#endif

#ifdef OBSERVE_MATCHES
// Slots of a colour.
uint slots_of_color(uint color) {
  uint bits = head.w ^ (color * 0x55555555u);
  bits = ~(bits | (bits >> 1)) & 0x55555555u;
  bits = (bits | (bits >> 1)) & 0x33333333u;
  bits = (bits | (bits >> 2)) & 0x0F0F0F0Fu;
  bits = (bits | (bits >> 4)) & 0x00FF00FFu;
  return (bits | (bits >> 8)) & 0xFFFFu;
}

void observe_pairs_of(uint slot) {
  uint pairs = ((known >> slot) & 1u) != 0u ? known & slots_of_color(color_of(slot)) & ((1u << slot) - 1u) : 0u;
  if (slot > 0u) append_observation(pairs, slot);
}

#define ADD_COLOR(COLOR) fits |= ((colors >> COLOR) & 1u) != 0u ? slots_of_color(COLOR) : 0u;
void observe_fits_of(uint hint) {
  bool open = ((open_hints(head.x) >> hint) & 1u) != 0u;
  uint colors = open ? hint_colors(hint) : 0u;
  uint fits = 0u;
  REPEAT(COLORS, ADD_COLOR)
  append_observation(fits & known, CARDS);
}

#define OBSERVE_PAIRS_OF(SLOT) observe_pairs_of(SLOT);
#define OBSERVE_FITS_OF(HINT) observe_fits_of(HINT);
#endif

// A hint of the deck: revealed, placed, its colours.
void observe_hint(uint hint) {
  uint revealed = uint(hint < REVEALED_OF(head.x));
  uint placed = (head.x >> hint) & 1u;
  append_observation(revealed | (placed << 1) | ((0u - revealed) & (hint_colors(hint) << 2)), 2u + COLORS);
}

#define OBSERVE_HINT(HINT) observe_hint(HINT);
void observe_table() {
  uint phase = PHASE_OF(head.x);
#ifdef CELL_ACTIONS
  append_observation(1u << phase, 6u);
#else
  append_observation(1u << min(phase, 3u), 4u);
#endif
  append_observation(seat_bit(PLAYER_OF(head.x)), PLAYERS);
  REPEAT(HINTS, OBSERVE_HINT)
  append_observation(1u << (HINTS - REVEALED_OF(head.x)), HINTS + 1u);
  append_observation(1u << TURN_OF(head.x), 2u * HINTS + 1u);
  append_observation(owner_bit(YOKAI_PEEK1_SHIFT, YOKAI_PEEK_OWNER_SHIFT), PLAYERS);
  append_observation(owner_bit(YOKAI_MOVED_SHIFT, YOKAI_MOVE_OWNER_SHIFT), PLAYERS);
  append_observation(owner_bit(YOKAI_HINTED_SHIFT, YOKAI_HINT_OWNER_SHIFT), PLAYERS);
#ifdef CELL_ACTIONS
  append_observation((1u << CHOSEN_OF(head.y)) >> 1, HINTS);
#endif
}

// Slots that may be peeked at.
uint peekable(uint phase) {
  uint first = phase == YOKAI_PEEK2 ? SLOT_OF(head.y, YOKAI_PEEK1_SHIFT) : YOKAI_NO_SLOT;
  return phase <= YOKAI_PEEK2 ? unlocked & ~(1u << first) : 0u;
}

#ifdef CELL_ACTIONS
DEFINE_BIT_ROW(mask, MASK_WORDS)

#define CLEAR_MASK_WORD(WORD) mask_row[WORD] = 0u;
#define STORE_MASK_WORD(WORD) legal_masks[base + WORD] = mask_row[WORD];
void observe_legal_actions(bool on_turn, uint base) {
  uint phase = PHASE_OF(head.x);
  uint cards = phase == YOKAI_PLACE ? unlocked : peekable(phase);
  uint tried = phase == YOKAI_MOVE ? unlocked
      : phase == YOKAI_TARGET ? 1u << SLOT_OF(head.y, YOKAI_MOVED_SHIFT) : 0u;
  uint last = on_turn ? (cards != 0u || tried != 0u ? CARDS : 0u) : 0u;
  BOARD legal = no_cells;
  for (uint slot = 0u; slot < last; ++slot) {
    BOARD own = board_of(cell_of(slot));
    legal |= ((cards >> slot) & 1u) != 0u ? own : no_cells;
    if (((tried >> slot) & 1u) != 0u) {
      BOARD targets = targets_from(cell_of(slot));
      legal |= phase == YOKAI_TARGET ? targets : any_of(targets) ? own : no_cells;
    }
  }
  bool chooses_hint = on_turn && phase == YOKAI_HINT;
  bool waits = !on_turn || (phase == YOKAI_MOVE && !any_of(legal));
  REPEAT(MASK_WORDS, CLEAR_MASK_WORD)
  put_mask(0u, legal.x, min(CELLS, 32u));
  if (CELLS > 32u) put_mask(32u, legal.y, min(CELLS - 32u, 32u));
  if (CELLS > 64u) put_mask(64u, legal.z, min(CELLS - 64u, 32u));
#ifndef SMALL_BOARD
  put_mask(96u, legal.w, CELLS - 96u);
#endif
  put_mask(REVEAL_ACTION, uint(chooses_hint && REVEALED_OF(head.x) < HINTS), 1u);
  put_mask(FIRST_HINT_ACTION, chooses_hint ? open_hints(head.x) : 0u, HINTS);
  put_mask(END_ACTION, uint(on_turn && phase == YOKAI_PEEK1), 1u);
  put_mask(NO_OP, uint(waits), 1u);
  REPEAT(MASK_WORDS, STORE_MASK_WORD)
}
#else
// The last words of the mask, from the one with the first action behind the moves on.
#define TAIL_WORD (REVEAL_ACTION / 32u)
DEFINE_BIT_ROW(tail, MASK_WORDS - TAIL_WORD)

// The words of the moves, in order: bits that do not fill a word yet wait in `pending`.
uint move_word;
uint pending;
uint pending_count;

void append_moves(uint bits, uint count) {
  pending |= bits << pending_count;
  if (pending_count + count >= 32u) {
    legal_masks[move_word] = pending;
    ++move_word;
    pending = pending_count == 0u ? 0u : bits >> (32u - pending_count);
  }
  pending_count = (pending_count + count) & 31u;
}

#define CLEAR_TAIL_WORD(WORD) tail_row[WORD] = 0u;
#define PUT_HINT(HINT) \
  put_tail(FIRST_HINT_ACTION - 32u * TAIL_WORD + HINT * CARDS, ((open >> HINT) & 1u) != 0u ? unlocked : 0u, CARDS);
#define STORE_TAIL_WORD(WORD) legal_masks[base + TAIL_WORD + WORD] = tail_row[WORD];
void observe_legal_actions(bool on_turn, uint base) {
  uint phase = PHASE_OF(head.x);
  bool moves = on_turn && phase == YOKAI_MOVE;
  uint zeros = moves ? 0u : TAIL_WORD;
  for (uint word = 1u; word < zeros; ++word) legal_masks[base + word] = 0u;

  move_word = base;
  pending = 0u;
  pending_count = CARDS;
  bool can_move = false;
  uint last = moves ? CARDS : 0u;
  for (uint slot = 0u; slot < last; ++slot) {
    BOARD targets = no_cells;
    if (((unlocked >> slot) & 1u) != 0u) targets = targets_from(cell_of(slot));
    can_move = can_move || any_of(targets);
    append_moves(targets.x, min(CELLS, 32u));
    if (CELLS > 32u) append_moves(targets.y, min(CELLS - 32u, 32u));
    if (CELLS > 64u) append_moves(targets.z, min(CELLS - 64u, 32u));
#ifndef SMALL_BOARD
    append_moves(targets.w, CELLS - 96u);
#endif
  }
  if (!moves) legal_masks[base] = on_turn ? peekable(phase) : 0u;

  bool hints_now = on_turn && phase == YOKAI_HINT;
  uint open = hints_now ? open_hints(head.x) : 0u;
  bool waits = !on_turn || (moves && !can_move);
  REPEAT(TAIL_WORDS, CLEAR_TAIL_WORD)
  tail_row[0] = pending;
  put_tail(REVEAL_ACTION - 32u * TAIL_WORD, uint(hints_now && REVEALED_OF(head.x) < HINTS), 1u);
  REPEAT(HINTS, PUT_HINT)
  put_tail(END_ACTION - 32u * TAIL_WORD, uint(on_turn && phase == YOKAI_PEEK1), 1u);
  put_tail(NO_OP - 32u * TAIL_WORD, uint(waits), 1u);
  REPEAT(TAIL_WORDS, STORE_TAIL_WORD)
}
#endif

void main() {
  uint run = gl_GlobalInvocationID.y;
  if (gl_GlobalInvocationID.x >= p.environments * PLAYERS) return;
  observer = gl_GlobalInvocationID.x / p.environments;
  uint environment = gl_GlobalInvocationID.x % p.environments;
  locate_state(run, environment);
  LOAD_GAME(READ_STATE4)
  unlocked = free_slots();
#ifdef PERFECT_MEMORY
  known = slots_of_seat(sights.xy, observer);
#else
  known = slots_of_seat(sights.zw, observer);
#endif
  find_cards();

  clear_observation();
  observe_cards();
#ifdef OBSERVE_MATCHES
  REPEAT(CARDS, OBSERVE_PAIRS_OF)
  REPEAT(HINTS, OBSERVE_FITS_OF)
#endif
  observe_table();
  uint row = (p.transition * p.environments + environment) * PLAYERS + observer;
  store_observation(run * p.observation_stride + row * OBSERVATION_WORDS);
  bool on_turn = PLAYER_OF(head.x) == observer && !ENDED_OF(head.x);
  observe_legal_actions(on_turn, run * p.mask_stride + row * MASK_WORDS);
}
