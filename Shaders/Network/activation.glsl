// The activation of a layer, chosen by macro (ACTIVATION_RELU, ACTIVATION_TANH, neither: identity) or, with
// ACTIVATION_CONSTANT, by the constant ACTIVATION, and its derivative written in terms of the activated value y.
// Not-a-number goes in and comes out.
vec4 relu(vec4 x) { return mix(x, vec4(0.0), lessThan(x, vec4(0.0))); }
vec4 relu_derivative(vec4 y) { return mix(vec4(0.0), vec4(1.0), greaterThan(y, vec4(0.0))); }
vec4 hyperbolic_tangent(vec4 x) { return 1.0 - 2.0 / (exp(2.0 * x) + 1.0); }
vec4 hyperbolic_tangent_derivative(vec4 y) { return fma(-y, y, vec4(1.0)); }

#if defined(ACTIVATION_CONSTANT)
vec4 activate(vec4 x) {
  if (ACTIVATION == ACTIVATION_IS_RELU) return relu(x);
  if (ACTIVATION == ACTIVATION_IS_TANH) return hyperbolic_tangent(x);
  return x;
}
vec4 activation_derivative(vec4 y) {
  if (ACTIVATION == ACTIVATION_IS_RELU) return relu_derivative(y);
  if (ACTIVATION == ACTIVATION_IS_TANH) return hyperbolic_tangent_derivative(y);
  return vec4(1.0);
}
float activate(float x) { return activate(vec4(x)).x; }
float activation_derivative(float y) { return activation_derivative(vec4(y)).x; }
#elif defined(ACTIVATION_RELU)
vec4 activate(vec4 x) { return relu(x); }
vec4 activation_derivative(vec4 y) { return relu_derivative(y); }
#elif defined(ACTIVATION_TANH)
vec4 activate(vec4 x) { return hyperbolic_tangent(x); }
vec4 activation_derivative(vec4 y) { return hyperbolic_tangent_derivative(y); }
#else
vec4 activate(vec4 x) { return x; }
vec4 activation_derivative(vec4 y) { return vec4(1.0); }
#endif
