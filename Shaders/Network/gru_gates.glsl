// The elementwise part of a GRU and its gradient; r, z, n are the reset gate, the update gate and the candidate, q the
// candidate's product h W_n + b_n. Not-a-number goes in and comes out.
vec4 sigmoid(vec4 x) { return 1.0 / (1.0 + exp(-x)); }
vec4 hyperbolic_tangent(vec4 x) { return 1.0 - 2.0 / (exp(2.0 * x) + 1.0); }

// h' = (1 - z) n + z h
vec4 next_hidden(vec4 z, vec4 n, vec4 h) { return fma(z, h - n, n); }

// The gradients by x W_i + b_i of the three gates, and by q; those by h W of the other gates are the same.
struct GateGradients {
  vec4 reset;
  vec4 update;
  vec4 candidate;
  vec4 product;
};

GateGradients differentiate_gates(vec4 dh, vec4 h, vec4 r, vec4 z, vec4 n, vec4 q) {
  GateGradients g;
  g.candidate = dh * (1.0 - z) * (1.0 - n * n);
  g.product = g.candidate * r;
  g.reset = g.candidate * q * r * (1.0 - r);
  g.update = dh * (h - n) * z * (1.0 - z);
  return g;
}
