// Sets of cells as bits, and the two questions that are asked of them: where may a card go, and in how many groups do the
// cards of each colour lie.
//
// Cell q is bit q. SMALL_BOARD says that 96 bits are enough.
#ifdef SMALL_BOARD
#define BOARD uvec3
#define WORD_NUMBERS uvec3(0u, 1u, 2u)
#define BELOW(B) uvec3(0u, (B).xy)
#define ABOVE(B) uvec3((B).yz, 0u)
#else
#define BOARD uvec4
#define WORD_NUMBERS uvec4(0u, 1u, 2u, 3u)
#define BELOW(B) uvec4(0u, (B).xyz)
#define ABOVE(B) uvec4((B).yzw, 0u)
#endif

const BOARD no_cells = BOARD(0u);
const BOARD all_cells = BOARD(ALL_CELLS);

bool any_of(BOARD board) { return any(notEqual(board, no_cells)); }

// The set of one cell; of none for YOKAI_NO_CELL.
BOARD board_of(uint cell) { return mix(no_cells, BOARD(1u << (cell & 31u)), equal(BOARD(cell >> 5), WORD_NUMBERS)); }

// Cells that share a side with one of the set; may hold bits outside the grid.
BOARD beside(BOARD board) {
  BOARD left = board & BOARD(NOT_FIRST_COLUMN);
  BOARD right = board & BOARD(NOT_LAST_COLUMN);
  return (left >> 1) | (ABOVE(left) << 31) | (right << 1) | (BELOW(right) >> 31)
      | (board >> GRID) | (ABOVE(board) << (32u - GRID)) | (board << GRID) | (BELOW(board) >> (32u - GRID));
}

// One cell of a set.
BOARD first_of(BOARD board) {
  BOARD lowest = board & (~board + 1u);
  lowest.y = board.x == 0u ? lowest.y : 0u;
  lowest.z = (board.x | board.y) == 0u ? lowest.z : 0u;
#ifndef SMALL_BOARD
  lowest.w = (board.x | board.y | board.z) == 0u ? lowest.w : 0u;
#endif
  return lowest;
}

BOARD occupied;  // cells with a card

#define ADD_CARD(SLOT) occupied |= board_of(cell_of(SLOT));
void find_cards() {
  occupied = no_cells;
  REPEAT(CARDS, ADD_CARD)
}

// Cells that the card on `cell` may go to. All cards are one group, so each group of the others lies beside that card,
// and a cell joins them again if and only if it lies beside every one of these groups.
BOARD targets_from(uint cell) {
  BOARD own = board_of(cell);
  BOARD others = occupied & ~own;
  BOARD neighbours = beside(own) & others;
#ifdef ALLOW_NULL_MOVE
  BOARD targets = all_cells & ~others;
#else
  BOARD targets = all_cells & ~occupied;
#endif
  while (any_of(neighbours)) {
    // Grow from one neighbour until the group is whole, or touches all neighbours that are left: then it is all others.
    BOARD group = first_of(neighbours);
    bool grows = true;
    while (grows && any_of(neighbours & ~group)) {
      BOARD grown = group | (beside(group) & others);
      grows = grown != group;
      group = grown;
    }
    group = grows ? others : group;
    targets &= beside(group);
    neighbours &= ~group;
    others &= ~group;
  }
  return targets;
}

// Groups of cards of one colour, joined by sides, over the first `colors` colours; 0 with 0 of them. A game is won when
// there are as few as colours.
uint count_groups(uint colors) {
  uint groups = 0u;
  for (uint color = 0u; color < colors; ++color) {
    BOARD family = no_cells;
    for (uint slot = 0u; slot < CARDS; ++slot) family |= color_of(slot) == color ? board_of(cell_of(slot)) : no_cells;
    while (any_of(family)) {
      BOARD group = first_of(family);
      bool grows = true;
      while (grows) {
        BOARD grown = group | (beside(group) & family);
        grows = grown != group;
        group = grown;
      }
      family &= ~group;
      ++groups;
    }
  }
  return groups;
}
