import Environments

/// Text of kernels that draw actions from logits in shared memory and play on with them (`GameText`): one for row `lane` of the
/// workgroup is `choose`, one for the environment whose seats begin there is `store_actions`.
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
      """
  }
}
