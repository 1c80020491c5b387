// Scalar types of the structs that GLSL and C (and so Swift) both read. Members are four-byte scalars only, so that
// std430 and C agree on every offset (tests compare them).
#ifndef CROSSPLAY_TYPES_H
#define CROSSPLAY_TYPES_H

#ifdef GLSL
#define MEMBER_STRUCT(TYPE) TYPE
#else
typedef unsigned int uint;
#define MEMBER_STRUCT(TYPE) struct TYPE
#endif

#endif
