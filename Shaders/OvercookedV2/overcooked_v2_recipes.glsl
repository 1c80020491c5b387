// What the recipes of a kitchen are made of, by number.
const uint recipe_codes[] = uint[](RECIPE_CODES);
