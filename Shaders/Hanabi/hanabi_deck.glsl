// The deck and the discard pile share one row of bytes: the pile grows from the front, in order, while cards are drawn
// from behind it; a card is discarded only after it was drawn, so they never meet.
//
// Drawing shuffles: draw i of an episode swaps position i with a random position j, i <= j < DECK_SIZE (Fisher and
// Yates), keyed by (episode key, i). An injected deck keeps its order: j = i.
#include "Common/random.glsl"

uint deck_card(uint position) { return (STATE(DECK_WORD + (position >> 2)) >> (8u * (position & 3u))) & 255u; }

void set_deck_card(uint position, uint card) {
  uint shift = 8u * (position & 3u);
  uint word = DECK_WORD + (position >> 2);
  STATE(word) = (STATE(word) & ~(255u << shift)) | (card << shift);
}

// Draw number `draw`, which must be below DECK_SIZE.
uint draw_card(uint draw, uvec2 key, bool ordered) {
  uint bits = random_words(key, PURPOSE_DEAL, draw, 0u, 0u).x;
  uint position = draw + (ordered ? 0u : to_index(bits, DECK_SIZE - draw));
  uint card = deck_card(position);
  set_deck_card(position, deck_card(draw));
  return card;
}
