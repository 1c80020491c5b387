// Embeds the shader texts into the binary. A new file below Shaders/ gets three lines here; a test compares this list
// with the folder.
#include "CShaders.h"

static const struct EmbeddedShaderFile files[] = {
    {"Common/types.h", (const char[]){
#embed "Common/types.h"
                           , 0}},
    {"Common/purposes.h", (const char[]){
#embed "Common/purposes.h"
                              , 0}},
    {"Common/environment.h", (const char[]){
#embed "Common/environment.h"
                                 , 0}},
    {"Common/buffers.glsl", (const char[]){
#embed "Common/buffers.glsl"
                                , 0}},
    {"Common/random.glsl", (const char[]){
#embed "Common/random.glsl"
                               , 0}},
    {"Network/network.h", (const char[]){
#embed "Network/network.h"
                                        , 0}},
    {"Network/activation.glsl", (const char[]){
#embed "Network/activation.glsl"
                                              , 0}},
    {"Network/bit_observations.glsl", (const char[]){
#embed "Network/bit_observations.glsl"
                                                    , 0}},
    {"Network/expand_observations.comp", (const char[]){
#embed "Network/expand_observations.comp"
                                                       , 0}},
    {"Network/dense_forward.comp", (const char[]){
#embed "Network/dense_forward.comp"
                                                 , 0}},
    {"Network/dense_backward_input.comp", (const char[]){
#embed "Network/dense_backward_input.comp"
                                                        , 0}},
    {"Network/dense_backward_weights.comp", (const char[]){
#embed "Network/dense_backward_weights.comp"
                                                          , 0}},
    {"Network/dense_forward_shared.comp", (const char[]){
#embed "Network/dense_forward_shared.comp"
                                                        , 0}},
    {"Network/dense_backward_input_shared.comp", (const char[]){
#embed "Network/dense_backward_input_shared.comp"
                                                               , 0}},
    {"Network/dense_backward_weights_shared.comp", (const char[]){
#embed "Network/dense_backward_weights_shared.comp"
                                                                 , 0}},
};

unsigned int crossplay_embedded_shader_count(void) { return sizeof files / sizeof *files; }
struct EmbeddedShaderFile crossplay_embedded_shader(unsigned int index) { return files[index]; }
