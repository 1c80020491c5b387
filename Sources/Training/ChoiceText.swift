import Environments

/// Text of kernels that draw actions from logits in shared memory and play on with them (`GameText`): all invocations of a
/// workgroup of GROUP_ENVIRONMENTS environments call `play_turn`.
///
/// The includer declares shared `logits` (rows, LOGIT_COLUMNS), `value_outputs` and `chosen_actions` (rows), the buffers
/// `log_probabilities`, `values`, `progress` and `step_scalars`, and has strides as `o`.
struct ChoiceText {
  let functions: String

  /// nil where the game's step reads actions in a way that this does not know.
  init?(_ text: GameText, _ game: any Environment) {
    let storing: String
    switch text.elementType(of: "actions") {
    case "uint": storing = "for (uint i = 0u; i < AGENTS; ++i) actions[first + i] = chosen_actions[lane * AGENTS + i];"
    case "uvec2" where game.agentCount == 2:
      storing = "actions[first / 2u] = uvec2(chosen_actions[2u * lane], chosen_actions[2u * lane + 1u]);"
    default: return nil
    }
    functions = """
      #include "PPO/sample_action.glsl"
      #include "Common/acting.glsl"

      // Value, action and log-probability of rollout row `row`, which is row `lane` of the workgroup.
      void choose(uint run, uint row, uint lane) {
        uint scalars = run * RUN_SCALARS;
        values[run * o.value_stride + row] =
            step_scalars[scalars + STEP_VALUE_MEAN] + step_scalars[scalars + STEP_VALUE_SCALE] * value_outputs[lane];
        uint mask_base = run * p.mask_stride + row * MASK_WORDS;
        float u = action_draw(seeds[run * p.seed_stride], row, progress[scalars + PROGRESS_UPDATE]);
        SampledAction sampled = sample_action(lane * LOGIT_COLUMNS, mask_base, has_choice(mask_base), u);
        chosen_actions[lane] = sampled.action;
        log_probabilities[run * o.row_stride + row] = sampled.log_probability;
      }

      // The actions of the seats of an environment, whose rows begin at `first`.
      void store_actions(uint first, uint lane) {
        \(storing)
      }

      // What the seats of the environments from `first` on do, whose rows of the workgroup stand in the same order; the turn that
      // follows, and what is seen then. An invocation is a seat where it chooses and looks, and an environment in steps and resets.
      void play_turn(uint run, uint first) {
        uint lane = gl_LocalInvocationID.x;
        uint environment = first + lane / AGENTS;
        uint seat = lane % AGENTS;
        bool sees = lane < GROUP_ENVIRONMENTS * AGENTS && environment < p.environments;
        if (sees) choose(run, (p.transition * p.environments + environment) * AGENTS + seat, lane);
        barrier();
        uint own = first + lane;
        if (lane < GROUP_ENVIRONMENTS && own < p.environments) {
          store_actions(run * p.action_stride + (p.transition * p.environments + own) * AGENTS, lane);
          turn_invocation = uvec3(own, run, 0u);
          take_step();
          reset_where_done();
        }
        memoryBarrierBuffer();
        barrier();
        p.transition += 1u;
        turn_invocation = uvec3(\(text.place(environment: "environment", seat: "seat")), run, 0u);
        if (sees) observe_seat();
      }
      """
  }
}
