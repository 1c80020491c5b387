// Models in ONNX, run by ONNX Runtime (MIT licence), which is loaded at run time. None of its headers is needed: its C interface
// is one table of functions, whose places never change from one version to the next.
#ifndef CROSSPLAY_ONNX_RUNTIME_H
#define CROSSPLAY_ONNX_RUNTIME_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ONNX_PROBLEM_BYTES 512

// Loads the library of the first call's path, or the one that the system finds where that is NULL; `problem`
// (ONNX_PROBLEM_BYTES) says why it cannot be used. Later calls give the same answer.
bool onnx_runtime_load(const char *path, char *problem);

// "1.32.0"; NULL unless it is loaded.
const char *onnx_runtime_version(void);

typedef struct OnnxModel OnnxModel;

// NULL, and `problem` says why, where the file is not a model or has other inputs than observation, legal_mask and
// hidden_state, or lacks the output logits or, with a hidden state, next_hidden_state.
OnnxModel *onnx_model_open(const char *path, char *problem);
void onnx_model_close(OnnxModel *model);

// What the file says of itself under a key, to be freed; NULL where there is nothing.
char *onnx_model_metadata(OnnxModel *model, const char *key);

struct OnnxShape {
  int64_t observation, legal_mask, hidden_state, logits;  // numbers per row; 0 for an input that the model does not have
};
struct OnnxShape onnx_model_shape(const OnnxModel *model);

// One step for `rows` rows, float32 and bytes of 0 or 1: what the model has no use for may be NULL. False, and `problem` says
// why, where the library fails or gives other shapes.
bool onnx_model_step(OnnxModel *model, int64_t rows, const float *observation, const uint8_t *legal_mask,
                     const float *hidden_state, float *logits, float *next_hidden_state, char *problem);

#endif
