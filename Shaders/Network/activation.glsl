// The activation of a layer, chosen by macro (ACTIVATION_RELU, ACTIVATION_TANH, neither: identity), and its derivative
// written in terms of the activated value y. Not-a-number goes in and comes out.
#if defined(ACTIVATION_RELU)
vec4 activate(vec4 x) { return mix(x, vec4(0.0), lessThan(x, vec4(0.0))); }
vec4 activation_derivative(vec4 y) { return mix(vec4(0.0), vec4(1.0), greaterThan(y, vec4(0.0))); }
#elif defined(ACTIVATION_TANH)
vec4 activate(vec4 x) { return 1.0 - 2.0 / (exp(2.0 * x) + 1.0); }
vec4 activation_derivative(vec4 y) { return fma(-y, y, vec4(1.0)); }
#else
vec4 activate(vec4 x) { return x; }
vec4 activation_derivative(vec4 y) { return vec4(1.0); }
#endif
