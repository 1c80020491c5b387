// Access to the packed state of one game: include it after the push constants `p`, declare the buffer with STATES_IN or
// STATES_IN_OUT, call locate_state once. STATE is one word; LOAD_STATE4 and STORE_STATE4 move four that start at a
// multiple of four, and READ_STATE4 loads four where the buffer was declared with STATES_IN. The game's macro STATE_WORDS
// says how many words a state has, a multiple of four.
//
// Structure of arrays (STATE_SOA): neighbouring invocations touch neighbouring words. Otherwise a game is contiguous, and
// four words are one access.
uint state_base;

#ifdef STATE_SOA
#define STATES_IN(BINDING) INPUT(BINDING, uint, states)
#define STATES_IN_OUT(BINDING) IN_OUT(BINDING, uint, states)
#define STATE(FIELD) states[state_base + (FIELD) * p.environments]
#define LOAD_STATE4(FIELD) uvec4(STATE(FIELD), STATE((FIELD) + 1u), STATE((FIELD) + 2u), STATE((FIELD) + 3u))
#define READ_STATE4(FIELD) LOAD_STATE4(FIELD)
#define STORE_STATE4(FIELD, VALUE) \
  { uvec4 v = VALUE; STATE(FIELD) = v.x; STATE((FIELD) + 1u) = v.y; STATE((FIELD) + 2u) = v.z; STATE((FIELD) + 3u) = v.w; }
void locate_state(uint run, uint environment) { state_base = run * p.state_stride + environment; }
#else
#define STATES_IN(BINDING) WIDE_UINTS(BINDING, states)
#define STATES_IN_OUT(BINDING) IN_OUT(BINDING, uvec4, states)
#define STATE(FIELD) states[(state_base + (FIELD)) >> 2][(FIELD) & 3u]
#define LOAD_STATE4(FIELD) states[(state_base + (FIELD)) >> 2]
#define READ_STATE4(FIELD) LOAD4(states, (state_base + (FIELD)) >> 2)
#define STORE_STATE4(FIELD, VALUE) states[(state_base + (FIELD)) >> 2] = VALUE
void locate_state(uint run, uint environment) { state_base = run * p.state_stride + environment * STATE_WORDS; }
#endif
