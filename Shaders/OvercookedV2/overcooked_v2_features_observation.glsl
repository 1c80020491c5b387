// Feature `feature` of the packed feature vector that starts at word `row_base` of the buffer `observations`, which the
// including kernel declares: 46 of each cook, the observer first, places of the others from the observer's, its own place.
#include "OvercookedV2/overcooked_v2_terrain.glsl"

ivec2 place_of(uint cell) { return ivec2(cell % WIDTH, cell / WIDTH); }

uint cook_word(uint row_base, uint cook, uint word) {
  return observations[row_base + OVERCOOKED_V2_ROW_COOK_WORDS * cook + word];
}
uint cook_cell(uint row_base, uint cook) { return cook_word(row_base, cook, 0u) & 255u; }

// Distance to a target in x (axis 0) or y.
int target_distance(uint row_base, uint cook, uint target, uint axis) {
  uint byte = target + 1u;
  uint cell = (cook_word(row_base, cook, byte >> 2) >> (8u * (byte & 3u))) & 255u;
  ivec2 distance = place_of(cell) - place_of(cook_cell(row_base, cook));
  return axis == 0u ? distance.x : distance.y;
}

// There, empty, full, cooking, ready, ingredients, ingredients of another kind, steps left.
int pot_feature(uint pot, uint feature) {
  uint count = (pot >> 1) & 3u;
  uint cooked = (pot >> 3) & 1u;
  uint timer = (pot >> 4) & 31u;
  uint there = pot & 1u;
  return int(feature == 0u ? there
      : feature == 1u ? uint(there == 1u && count == 0u && cooked == 0u)
      : feature == 2u ? uint(count == OVERCOOKED_V2_RECIPE_SIZE)
      : feature == 3u ? uint(timer > 0u)
      : feature == 4u ? cooked
      : feature == 5u ? count
      : feature == 7u ? timer : 0u);
}

int cook_feature(uint row_base, uint cook, uint feature) {
  uint features = cook_word(row_base, cook, 2u);
  if (feature < 4u) return int((features & 3u) == feature);
  if (feature < 8u) return int(((features >> OVERCOOKED_V2_HELD_CLASS_SHIFT) & 3u) == feature - 3u);
  uint axis = feature & 1u;
  if (feature < 10u) return target_distance(row_base, cook, OVERCOOKED_V2_TARGET_INGREDIENT, axis);
  if (feature < 12u) return 0;
  if (feature < 14u) return target_distance(row_base, cook, OVERCOOKED_V2_TARGET_PLATE, axis);
  if (feature < 16u) return target_distance(row_base, cook, OVERCOOKED_V2_TARGET_DISH, axis);
  if (feature == 16u) return int(OVERCOOKED_V2_RECIPE_SIZE * ((features >> OVERCOOKED_V2_DISH_SHIFT) & 1u));
  if (feature == 17u) return 0;
  if (feature < 20u) return target_distance(row_base, cook, OVERCOOKED_V2_TARGET_GOAL, axis);
  if (feature < 22u) return target_distance(row_base, cook, OVERCOOKED_V2_TARGET_COUNTER, axis);
  if (feature < 42u) {
    uint pot = (feature - 22u) / 10u;
    uint place = (feature - 22u) % 10u;
    if (place >= 8u) return target_distance(row_base, cook, OVERCOOKED_V2_TARGET_POT + pot, axis);
    return pot_feature(features >> (OVERCOOKED_V2_POT_FEATURES_SHIFT + OVERCOOKED_V2_POT_BITS * pot), place);
  }
  return int(kind_of(neighbour(cook_cell(row_base, cook), feature - 42u)) != OVERCOOKED_V2_FLOOR);
}

float observation_value(uint row_base, uint feature) {
  uint block = feature / OVERCOOKED_V2_COOK_FEATURES;
  if (block < AGENTS) return float(cook_feature(row_base, block, feature % OVERCOOKED_V2_COOK_FEATURES));
  uint place = feature - AGENTS * OVERCOOKED_V2_COOK_FEATURES;
  ivec2 own = place_of(cook_cell(row_base, 0u));
  ivec2 shown = place / 2u < OTHERS ? place_of(cook_cell(row_base, 1u + place / 2u)) - own : own;
  return float((place & 1u) == 0u ? shown.x : shown.y);
}
