// Embeds the shader texts into the binary. A new file below Shaders/ gets three lines here; a test compares this list
// with the folder.
#include "CShaders.h"

static const struct EmbeddedShaderFile files[] = {
    {"Common/acting.glsl", (const char[]){
#embed "Common/acting.glsl"
        , 0}},
    {"Common/bit_observations.glsl", (const char[]){
#embed "Common/bit_observations.glsl"
        , 0}},
    {"Common/bit_rows.glsl", (const char[]){
#embed "Common/bit_rows.glsl"
        , 0}},
    {"Common/buffers.glsl", (const char[]){
#embed "Common/buffers.glsl"
        , 0}},
    {"Common/environment.h", (const char[]){
#embed "Common/environment.h"
        , 0}},
    {"Common/environment_state.glsl", (const char[]){
#embed "Common/environment_state.glsl"
        , 0}},
    {"Common/masked_softmax.glsl", (const char[]){
#embed "Common/masked_softmax.glsl"
        , 0}},
    {"Common/purposes.h", (const char[]){
#embed "Common/purposes.h"
        , 0}},
    {"Common/random.glsl", (const char[]){
#embed "Common/random.glsl"
        , 0}},
    {"Common/random_legal_action.comp", (const char[]){
#embed "Common/random_legal_action.comp"
        , 0}},
    {"Common/repeat.glsl", (const char[]){
#embed "Common/repeat.glsl"
        , 0}},
    {"Common/shaping.glsl", (const char[]){
#embed "Common/shaping.glsl"
        , 0}},
    {"Common/types.h", (const char[]){
#embed "Common/types.h"
        , 0}},
    {"Common/unpack_observations.comp", (const char[]){
#embed "Common/unpack_observations.comp"
        , 0}},
    {"Common/workgroup.glsl", (const char[]){
#embed "Common/workgroup.glsl"
        , 0}},
    {"Hanabi/hanabi_deck.glsl", (const char[]){
#embed "Hanabi/hanabi_deck.glsl"
        , 0}},
    {"Hanabi/hanabi_layout.h", (const char[]){
#embed "Hanabi/hanabi_layout.h"
        , 0}},
    {"Hanabi/hanabi_observation.glsl", (const char[]){
#embed "Hanabi/hanabi_observation.glsl"
        , 0}},
    {"Hanabi/hanabi_observe.comp", (const char[]){
#embed "Hanabi/hanabi_observe.comp"
        , 0}},
    {"Hanabi/hanabi_reset.comp", (const char[]){
#embed "Hanabi/hanabi_reset.comp"
        , 0}},
    {"Hanabi/hanabi_state.glsl", (const char[]){
#embed "Hanabi/hanabi_state.glsl"
        , 0}},
    {"Hanabi/hanabi_step.comp", (const char[]){
#embed "Hanabi/hanabi_step.comp"
        , 0}},
    {"Levers/levers_layout.h", (const char[]){
#embed "Levers/levers_layout.h"
        , 0}},
    {"Levers/levers_observe.comp", (const char[]){
#embed "Levers/levers_observe.comp"
        , 0}},
    {"Levers/levers_reset.comp", (const char[]){
#embed "Levers/levers_reset.comp"
        , 0}},
    {"Levers/levers_step.comp", (const char[]){
#embed "Levers/levers_step.comp"
        , 0}},
    {"Network/activation.glsl", (const char[]){
#embed "Network/activation.glsl"
        , 0}},
    {"Network/dense_backward_input.comp", (const char[]){
#embed "Network/dense_backward_input.comp"
        , 0}},
    {"Network/dense_backward_input_cooperative.comp", (const char[]){
#embed "Network/dense_backward_input_cooperative.comp"
        , 0}},
    {"Network/dense_backward_input_shared.comp", (const char[]){
#embed "Network/dense_backward_input_shared.comp"
        , 0}},
    {"Network/dense_backward_weights.comp", (const char[]){
#embed "Network/dense_backward_weights.comp"
        , 0}},
    {"Network/dense_backward_weights_cooperative.comp", (const char[]){
#embed "Network/dense_backward_weights_cooperative.comp"
        , 0}},
    {"Network/dense_backward_weights_shared.comp", (const char[]){
#embed "Network/dense_backward_weights_shared.comp"
        , 0}},
    {"Network/dense_forward.comp", (const char[]){
#embed "Network/dense_forward.comp"
        , 0}},
    {"Network/dense_forward_cooperative.comp", (const char[]){
#embed "Network/dense_forward_cooperative.comp"
        , 0}},
    {"Network/dense_forward_shared.comp", (const char[]){
#embed "Network/dense_forward_shared.comp"
        , 0}},
    {"Network/expand_observations.comp", (const char[]){
#embed "Network/expand_observations.comp"
        , 0}},
    {"Network/expand_observations.glsl", (const char[]){
#embed "Network/expand_observations.glsl"
        , 0}},
    {"Network/fragments.glsl", (const char[]){
#embed "Network/fragments.glsl"
        , 0}},
    {"Network/gru_backward.comp", (const char[]){
#embed "Network/gru_backward.comp"
        , 0}},
    {"Network/gru_backward_shared.comp", (const char[]){
#embed "Network/gru_backward_shared.comp"
        , 0}},
    {"Network/gru_forward.comp", (const char[]){
#embed "Network/gru_forward.comp"
        , 0}},
    {"Network/gru_forward_shared.comp", (const char[]){
#embed "Network/gru_forward_shared.comp"
        , 0}},
    {"Network/gru_gates.glsl", (const char[]){
#embed "Network/gru_gates.glsl"
        , 0}},
    {"Network/gru_load_states.comp", (const char[]){
#embed "Network/gru_load_states.comp"
        , 0}},
    {"Network/gru_store_states.comp", (const char[]){
#embed "Network/gru_store_states.comp"
        , 0}},
    {"Network/list_observations.comp", (const char[]){
#embed "Network/list_observations.comp"
        , 0}},
    {"Network/network.h", (const char[]){
#embed "Network/network.h"
        , 0}},
    {"Network/precision.glsl", (const char[]){
#embed "Network/precision.glsl"
        , 0}},
    {"Network/sparse_backward_weights.comp", (const char[]){
#embed "Network/sparse_backward_weights.comp"
        , 0}},
    {"Network/sparse_base.comp", (const char[]){
#embed "Network/sparse_base.comp"
        , 0}},
    {"Network/sparse_forward.comp", (const char[]){
#embed "Network/sparse_forward.comp"
        , 0}},
    {"Network/sparse_static_gradients.comp", (const char[]){
#embed "Network/sparse_static_gradients.comp"
        , 0}},
    {"Overcooked/overcooked_layout.h", (const char[]){
#embed "Overcooked/overcooked_layout.h"
        , 0}},
    {"Overcooked/overcooked_observation.glsl", (const char[]){
#embed "Overcooked/overcooked_observation.glsl"
        , 0}},
    {"Overcooked/overcooked_observation_list.glsl", (const char[]){
#embed "Overcooked/overcooked_observation_list.glsl"
        , 0}},
    {"Overcooked/overcooked_observe.comp", (const char[]){
#embed "Overcooked/overcooked_observe.comp"
        , 0}},
    {"Overcooked/overcooked_reset.comp", (const char[]){
#embed "Overcooked/overcooked_reset.comp"
        , 0}},
    {"Overcooked/overcooked_state.glsl", (const char[]){
#embed "Overcooked/overcooked_state.glsl"
        , 0}},
    {"Overcooked/overcooked_step.comp", (const char[]){
#embed "Overcooked/overcooked_step.comp"
        , 0}},
    {"Overcooked/overcooked_terrain.glsl", (const char[]){
#embed "Overcooked/overcooked_terrain.glsl"
        , 0}},
    {"OvercookedV2/overcooked_v2_features.comp", (const char[]){
#embed "OvercookedV2/overcooked_v2_features.comp"
        , 0}},
    {"OvercookedV2/overcooked_v2_features_observation.glsl", (const char[]){
#embed "OvercookedV2/overcooked_v2_features_observation.glsl"
        , 0}},
    {"OvercookedV2/overcooked_v2_layout.h", (const char[]){
#embed "OvercookedV2/overcooked_v2_layout.h"
        , 0}},
    {"OvercookedV2/overcooked_v2_observation.glsl", (const char[]){
#embed "OvercookedV2/overcooked_v2_observation.glsl"
        , 0}},
    {"OvercookedV2/overcooked_v2_observation_list.glsl", (const char[]){
#embed "OvercookedV2/overcooked_v2_observation_list.glsl"
        , 0}},
    {"OvercookedV2/overcooked_v2_observe.comp", (const char[]){
#embed "OvercookedV2/overcooked_v2_observe.comp"
        , 0}},
    {"OvercookedV2/overcooked_v2_reset.comp", (const char[]){
#embed "OvercookedV2/overcooked_v2_reset.comp"
        , 0}},
    {"OvercookedV2/overcooked_v2_row.glsl", (const char[]){
#embed "OvercookedV2/overcooked_v2_row.glsl"
        , 0}},
    {"OvercookedV2/overcooked_v2_state.glsl", (const char[]){
#embed "OvercookedV2/overcooked_v2_state.glsl"
        , 0}},
    {"OvercookedV2/overcooked_v2_step.comp", (const char[]){
#embed "OvercookedV2/overcooked_v2_step.comp"
        , 0}},
    {"OvercookedV2/overcooked_v2_terrain.glsl", (const char[]){
#embed "OvercookedV2/overcooked_v2_terrain.glsl"
        , 0}},
    {"PPO/accumulate_metrics.comp", (const char[]){
#embed "PPO/accumulate_metrics.comp"
        , 0}},
    {"PPO/adam.comp", (const char[]){
#embed "PPO/adam.comp"
        , 0}},
    {"PPO/add_shaped_rewards.comp", (const char[]){
#embed "PPO/add_shaped_rewards.comp"
        , 0}},
    {"PPO/advantage_moments.comp", (const char[]){
#embed "PPO/advantage_moments.comp"
        , 0}},
    {"PPO/advantage_moments.glsl", (const char[]){
#embed "PPO/advantage_moments.glsl"
        , 0}},
    {"PPO/compute_gae.comp", (const char[]){
#embed "PPO/compute_gae.comp"
        , 0}},
    {"PPO/finish_update.comp", (const char[]){
#embed "PPO/finish_update.comp"
        , 0}},
    {"PPO/list_sequences.comp", (const char[]){
#embed "PPO/list_sequences.comp"
        , 0}},
    {"PPO/loss_row.glsl", (const char[]){
#embed "PPO/loss_row.glsl"
        , 0}},
    {"PPO/permutation.glsl", (const char[]){
#embed "PPO/permutation.glsl"
        , 0}},
    {"PPO/ppo.h", (const char[]){
#embed "PPO/ppo.h"
        , 0}},
    {"PPO/ppo_loss.comp", (const char[]){
#embed "PPO/ppo_loss.comp"
        , 0}},
    {"PPO/prepare_step.comp", (const char[]){
#embed "PPO/prepare_step.comp"
        , 0}},
    {"PPO/reduce_gradients.comp", (const char[]){
#embed "PPO/reduce_gradients.comp"
        , 0}},
    {"PPO/sample_actions.comp", (const char[]){
#embed "PPO/sample_actions.comp"
        , 0}},
    {"PPO/sample_row.glsl", (const char[]){
#embed "PPO/sample_row.glsl"
        , 0}},
    {"PPO/select_rows.comp", (const char[]){
#embed "PPO/select_rows.comp"
        , 0}},
    {"PPO/select_rows.glsl", (const char[]){
#embed "PPO/select_rows.glsl"
        , 0}},
    {"PPO/step_scalars.glsl", (const char[]){
#embed "PPO/step_scalars.glsl"
        , 0}},
    {"PPO/sum_outcomes.comp", (const char[]){
#embed "PPO/sum_outcomes.comp"
        , 0}},
    {"PPO/track_episodes.comp", (const char[]){
#embed "PPO/track_episodes.comp"
        , 0}},
    {"Evaluation/compare_policies.comp", (const char[]){
#embed "Evaluation/compare_policies.comp"
        , 0}},
    {"Evaluation/evaluation.h", (const char[]){
#embed "Evaluation/evaluation.h"
        , 0}},
    {"Evaluation/game_quota.glsl", (const char[]){
#embed "Evaluation/game_quota.glsl"
        , 0}},
    {"Evaluation/list_acting_rows.comp", (const char[]){
#embed "Evaluation/list_acting_rows.comp"
        , 0}},
    {"Evaluation/list_sequence_rows.comp", (const char[]){
#embed "Evaluation/list_sequence_rows.comp"
        , 0}},
    {"Evaluation/select_actions.comp", (const char[]){
#embed "Evaluation/select_actions.comp"
        , 0}},
    {"Evaluation/track_games.comp", (const char[]){
#embed "Evaluation/track_games.comp"
        , 0}},
    {"Probe/copy_memory.comp", (const char[]){
#embed "Probe/copy_memory.comp"
        , 0}},
    {"Probe/multiply_add.comp", (const char[]){
#embed "Probe/multiply_add.comp"
        , 0}},
    {"Probe/probe.h", (const char[]){
#embed "Probe/probe.h"
        , 0}},
    {"Symmetry/draw_symmetries.comp", (const char[]){
#embed "Symmetry/draw_symmetries.comp"
        , 0}},
    {"Symmetry/permute_masks.comp", (const char[]){
#embed "Symmetry/permute_masks.comp"
        , 0}},
    {"Symmetry/restore_actions.comp", (const char[]){
#embed "Symmetry/restore_actions.comp"
        , 0}},
    {"Symmetry/symmetry.h", (const char[]){
#embed "Symmetry/symmetry.h"
        , 0}},
    {"Symmetry/symmetry_table.glsl", (const char[]){
#embed "Symmetry/symmetry_table.glsl"
        , 0}},
    {"Tabular/tabular.h", (const char[]){
#embed "Tabular/tabular.h"
        , 0}},
    {"Tabular/screen_flows.comp", (const char[]){
#embed "Tabular/screen_flows.comp"
        , 0}},
    {"Yokai/yokai_board.glsl", (const char[]){
#embed "Yokai/yokai_board.glsl"
        , 0}},
    {"Yokai/yokai_layout.h", (const char[]){
#embed "Yokai/yokai_layout.h"
        , 0}},
    {"Yokai/yokai_observe.comp", (const char[]){
#embed "Yokai/yokai_observe.comp"
        , 0}},
    {"Yokai/yokai_reset.comp", (const char[]){
#embed "Yokai/yokai_reset.comp"
        , 0}},
    {"Yokai/yokai_state.glsl", (const char[]){
#embed "Yokai/yokai_state.glsl"
        , 0}},
    {"Yokai/yokai_step.comp", (const char[]){
#embed "Yokai/yokai_step.comp"
        , 0}},
};

unsigned int crossplay_embedded_shader_count(void) { return sizeof files / sizeof *files; }
struct EmbeddedShaderFile crossplay_embedded_shader(unsigned int index) { return files[index]; }
