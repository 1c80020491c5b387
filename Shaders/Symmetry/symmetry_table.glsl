// Tables of permutations: a row per symmetry, two places of 16 bits to a word.

// Place I of the row that starts at word ROW of the buffer TABLE.
#define TABLE_PLACE(TABLE, ROW, I) ((TABLE[(ROW) + ((I) >> 1)] >> (16u * ((I) & 1u))) & 0xFFFFu)
