// How kernels declare and read buffers.
//
// WIDE_FLOATS and WIDE_UINTS are for operands read four words at a time: on software devices through a texel buffer (about 2.7 times the
// read rate of a storage buffer on lavapipe), elsewhere through a storage buffer. LOAD4(name, i) gives the i-th vec4.
#ifdef WIDE_LOADS_TEXEL
#define WIDE_FLOATS(BINDING, NAME) layout(binding = BINDING) uniform textureBuffer NAME
#define WIDE_UINTS(BINDING, NAME) layout(binding = BINDING) uniform utextureBuffer NAME
#define LOAD4(NAME, INDEX) texelFetch(NAME, int(INDEX))
#else
#define WIDE_FLOATS(BINDING, NAME) layout(std430, binding = BINDING) readonly buffer NAME##_block { vec4 NAME[]; }
#define WIDE_UINTS(BINDING, NAME) layout(std430, binding = BINDING) readonly buffer NAME##_block { uvec4 NAME[]; }
#define LOAD4(NAME, INDEX) NAME[INDEX]
#endif

#define INPUT(BINDING, TYPE, NAME) layout(std430, binding = BINDING) readonly buffer NAME##_block { TYPE NAME[]; }
#define OUTPUT(BINDING, TYPE, NAME) layout(std430, binding = BINDING) writeonly buffer NAME##_block { TYPE NAME[]; }
#define IN_OUT(BINDING, TYPE, NAME) layout(std430, binding = BINDING) buffer NAME##_block { TYPE NAME[]; }
