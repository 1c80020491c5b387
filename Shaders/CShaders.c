// The structs and constants that GLSL and Swift share are a C module without code of its own.
#include "CShaders.h"
