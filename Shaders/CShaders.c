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
    {"Common/repeat.glsl", (const char[]){
#embed "Common/repeat.glsl"
                               , 0}},
    {"Common/random_legal_action.comp", (const char[]){
#embed "Common/random_legal_action.comp"
                                                      , 0}},
    {"Common/unpack_observations.comp", (const char[]){
#embed "Common/unpack_observations.comp"
                                                      , 0}},
    {"Hanabi/hanabi_layout.h", (const char[]){
#embed "Hanabi/hanabi_layout.h"
                                             , 0}},
    {"Hanabi/hanabi_state.glsl", (const char[]){
#embed "Hanabi/hanabi_state.glsl"
                                               , 0}},
    {"Hanabi/hanabi_deck.glsl", (const char[]){
#embed "Hanabi/hanabi_deck.glsl"
                                              , 0}},
    {"Hanabi/hanabi_bit_writer.glsl", (const char[]){
#embed "Hanabi/hanabi_bit_writer.glsl"
                                                    , 0}},
    {"Hanabi/hanabi_observation.glsl", (const char[]){
#embed "Hanabi/hanabi_observation.glsl"
                                                     , 0}},
    {"Hanabi/hanabi_reset.comp", (const char[]){
#embed "Hanabi/hanabi_reset.comp"
                                               , 0}},
    {"Hanabi/hanabi_step.comp", (const char[]){
#embed "Hanabi/hanabi_step.comp"
                                              , 0}},
    {"Hanabi/hanabi_observe.comp", (const char[]){
#embed "Hanabi/hanabi_observe.comp"
                                                 , 0}},
};

unsigned int crossplay_embedded_shader_count(void) { return sizeof files / sizeof *files; }
struct EmbeddedShaderFile crossplay_embedded_shader(unsigned int index) { return files[index]; }
