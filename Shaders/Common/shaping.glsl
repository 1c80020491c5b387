// The weight of shaped rewards in the next step: include it after the push constants `p`.
//
//   weight = SHAPING_WEIGHT * max(0, 1 - transitions * N / SHAPING_HORIZON); SHAPING_WEIGHT where there is no horizon
//
// `transitions` are the steps that this environment has made before, in all its episodes.
float shaping_weight(uint transitions) {
  float weight = SHAPING_WEIGHT;
#ifdef SHAPING_HORIZON
  float env_steps = float(transitions) * float(p.environments);
  weight *= max(0.0, 1.0 - env_steps / SHAPING_HORIZON);
#endif
  return weight;
}
