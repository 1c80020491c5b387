#version 450
// theta <- theta + h k,   (1 + g h alpha y rho (diag(pi) - pi pi^T)) k = grad J_alpha(theta),   g = 1 + 1 / sqrt(2)
//
// The policy-gradient flow of two agents by linearly implicit Euler steps of growing size h; the symbols are those of
// RegularisedObjective.swift, of which this is the float32 version for all histories possible and discount 1.
//
// One invocation per (problem, lane); x = lane, y = problem. Walks all histories of both agents, step after step.
#include "Common/buffers.glsl"
#include "Tabular/tabular.h"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { ScreeningDispatch p; };

INPUT(0, float, tensors);          // (problems, T, {C_t (N_t A, N_t A), M_t (N_t, N_t)}), N_t = (A O)^t
INPUT(1, float, alphas);           // (L / initialisations)
INPUT(2, int, parents);            // (H): sequence that a history continues, -1 for the empty history
IN_OUT(3, float, logits);          // (problems, 2, H, A, L)
IN_OUT(4, float, probabilities);   // (problems, 2, H, A, L)
IN_OUT(5, float, weights);         // (problems, 2, H, A, L): x
IN_OUT(6, float, values);          // (problems, 2, H, A, L): Q
IN_OUT(7, float, entropies);       // (problems, 2, H, L)

uint policy_base;
uint history_base;

// Place of agent's sequence history * A + action.
uint at(uint agent, uint sequence) { return policy_base + (agent * p.histories * p.actions + sequence) * p.lanes; }

float history_weight(uint agent, uint history) {
  int parent = parents[history];
  return parent < 0 ? 1.0 : weights[at(agent, uint(parent))];
}

// pi, x, H, and Q = 0, from the first step on.
void apply_softmax(uint agent) {
  for (uint history = 0u; history < p.histories; ++history) {
    uint first = history * p.actions;
    float largest = logits[at(agent, first)];
    for (uint a = 1u; a < p.actions; ++a) largest = max(largest, logits[at(agent, first + a)]);
    float sum = 0.0;
    for (uint a = 0u; a < p.actions; ++a) sum += exp(logits[at(agent, first + a)] - largest);
    float log_sum = log(sum);
    float y = history_weight(agent, history);
    float entropy = 0.0;
    for (uint a = 0u; a < p.actions; ++a) {
      uint place = at(agent, first + a);
      float log_probability = logits[place] - largest - log_sum;
      float probability = exp(log_probability);
      entropy -= probability * log_probability;
      probabilities[place] = probability;
      weights[place] = y * probability;
      values[place] = 0.0;
    }
    entropies[history_base + (agent * p.histories + history) * p.lanes] = entropy;
  }
}

// One history: its values, and the step of its logits.
void improve(uint agent, uint history, uint start, uint count, uint reward_tensor, uint reach_tensor, float alpha, float h) {
  uint other = 1u - agent;
  uint own = history - start;
  uint reach_step = agent == 0u ? 1u : count;
  uint reach_row = reach_tensor + own * (agent == 0u ? count : 1u);
  float rho = 0.0;
  float other_entropy = 0.0;
  for (uint k = 0u; k < count; ++k) {
    float reach = tensors[reach_row + k * reach_step] * history_weight(other, start + k);
    rho += reach;
    other_entropy += reach * entropies[history_base + (other * p.histories + start + k) * p.lanes];
  }
  uint sequences = count * p.actions;
  uint reward_step = agent == 0u ? 1u : sequences;
  float temperature = alpha * rho;
  float value = 0.0;
  float mean = 0.0;
  for (uint a = 0u; a < p.actions; ++a) {
    uint place = at(agent, history * p.actions + a);
    uint row = reward_tensor + (own * p.actions + a) * (agent == 0u ? sequences : 1u);
    float q = values[place];
    for (uint k = 0u; k < sequences; ++k) {
      q += tensors[row + k * reward_step] * weights[at(other, start * p.actions + k)];
    }
    values[place] = q;
    float probability = probabilities[place];
    value += probability * q;
    mean += probability * (q - temperature * log(max(probability, 1e-37)));
  }
  float own_entropy = entropies[history_base + (agent * p.histories + history) * p.lanes];
  int parent = parents[history];
  if (parent >= 0) values[at(agent, uint(parent))] += value + temperature * own_entropy + alpha * other_entropy;
  float y = history_weight(agent, history);
  float c = 1.70710678 * h * temperature * y;
  float s0 = 0.0;
  float s1 = 0.0;
  for (uint a = 0u; a < p.actions; ++a) {
    uint place = at(agent, history * p.actions + a);
    float probability = probabilities[place];
    float slope = y * probability * (values[place] - temperature * log(max(probability, 1e-37)) - mean);
    s0 += probability / (1.0 + c * probability);
    s1 += probability * slope / (1.0 + c * probability);
  }
  float shared_part = c * s1 / s0;
  for (uint a = 0u; a < p.actions; ++a) {
    uint place = at(agent, history * p.actions + a);
    float probability = probabilities[place];
    float slope = y * probability * (values[place] - temperature * log(max(probability, 1e-37)) - mean);
    logits[place] += h * (slope + probability * shared_part) / (1.0 + c * probability);
  }
}

void main() {
  uint lane = gl_GlobalInvocationID.x;
  if (lane >= p.lanes) return;
  uint problem = gl_GlobalInvocationID.y;
  policy_base = problem * p.policy_stride + lane;
  history_base = problem * p.history_stride + lane;
  float alpha = alphas[lane / p.initialisations];
  float h = p.step_size * pow(p.growth, float(p.first_step));
  for (uint step = 0u; step < p.steps; ++step) {
    for (uint agent = 0u; agent < 2u; ++agent) apply_softmax(agent);
    // From the last step of the episode back; the end of a layer is the beginning of the next.
    uint count = 1u;
    uint end = 1u;
    uint tensor_end = problem * p.tensor_stride + (p.actions * p.actions + 1u);
    for (uint t = 1u; t < p.horizon; ++t) {
      count *= p.branching;
      end += count;
      tensor_end += count * count * (p.actions * p.actions + 1u);
    }
    for (uint t = p.horizon; t > 0u; --t) {
      uint start = end - count;
      uint reach_tensor = tensor_end - count * count;
      uint reward_tensor = reach_tensor - count * count * p.actions * p.actions;
      for (uint agent = 0u; agent < 2u; ++agent) {
        for (uint history = start; history < end; ++history) {
          improve(agent, history, start, count, reward_tensor, reach_tensor, alpha, h);
        }
      }
      end = start;
      tensor_end = reward_tensor;
      count /= p.branching;
    }
    h *= p.growth;
  }
  for (uint agent = 0u; agent < 2u; ++agent) apply_softmax(agent);
}
