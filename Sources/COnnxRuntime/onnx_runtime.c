#include "onnx_runtime.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Places in the table of functions, as every version since 1.0 has them.
enum {
  GET_ERROR_MESSAGE = 2,
  CREATE_ENV = 3,
  CREATE_SESSION = 7,
  RUN = 9,
  CREATE_SESSION_OPTIONS = 10,
  SET_INTRA_OP_THREADS = 24,
  SET_INTER_OP_THREADS = 25,
  INPUT_COUNT = 30,
  OUTPUT_COUNT = 31,
  INPUT_TYPE = 33,
  OUTPUT_TYPE = 34,
  INPUT_NAME = 36,
  OUTPUT_NAME = 37,
  CREATE_TENSOR = 49,
  TENSOR_DATA = 51,
  TENSOR_INFO_OF_TYPE = 55,
  ELEMENT_TYPE = 60,
  DIMENSION_COUNT = 61,
  DIMENSIONS = 62,
  TENSOR_INFO = 65,
  CREATE_CPU_MEMORY = 69,
  ALLOCATOR_FREE = 76,
  DEFAULT_ALLOCATOR = 78,
  RELEASE_STATUS = 93,
  RELEASE_SESSION = 95,
  RELEASE_VALUE = 96,
  RELEASE_TYPE = 98,
  RELEASE_TENSOR_INFO = 99,
  RELEASE_SESSION_OPTIONS = 100,
  MODEL_METADATA = 111,
  LOOKUP_METADATA = 116,
  RELEASE_METADATA = 118,
};
enum { FLOAT = 1, BOOL = 9 };  // element types
enum { LOG_ERRORS = 3, ARENA_ALLOCATOR = 1, DEFAULT_MEMORY = 0 };

struct Base {
  const void *const *(*table)(uint32_t version);
  const char *(*version)(void);
};

static const void *const *functions;
static void *environment, *memory, *allocator;
static const char *version;
static char refusal[ONNX_PROBLEM_BYTES];
static const char *asked_path;
static pthread_once_t once = PTHREAD_ONCE_INIT;

// Calls the function at a place of the table with these types of arguments; its status, NULL where it succeeded.
#define CALL(PLACE, TYPES, ...) ((void *(*)TYPES)functions[PLACE])(__VA_ARGS__)
#define RELEASE(PLACE, OBJECT) ((void (*)(void *))functions[PLACE])(OBJECT)

// Whether a call succeeded; else `problem` says what the library says.
static bool succeeded(void *status, char *problem) {
  if (!status) return true;
  const char *message = ((const char *(*)(const void *))functions[GET_ERROR_MESSAGE])(status);
  snprintf(problem, ONNX_PROBLEM_BYTES, "%s", message);
  // Its messages may have several lines, and more than a sentence needs.
  for (char *c = problem; *c; ++c) {
    if (*c == '\n') *c = ' ';
  }
  RELEASE(RELEASE_STATUS, status);
  return false;
}

static void load_once(void) {
  static const char *const names[] = {"libonnxruntime.so.1", "libonnxruntime.so", "libonnxruntime.dylib"};
  void *library = NULL;
  if (asked_path) {
    library = dlopen(asked_path, RTLD_NOW | RTLD_LOCAL);
  } else {
    for (size_t i = 0; !library && i < sizeof names / sizeof *names; ++i) {
      library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    }
  }
  if (!library) {
    const char *reason = dlerror();
    snprintf(refusal, sizeof refusal, "%s", asked_path && reason ? reason : "it was not found");
    return;
  }
  const struct Base *(*base)(void) = (const struct Base *(*)(void))dlsym(library, "OrtGetApiBase");
  if (!base) {
    snprintf(refusal, sizeof refusal, "%s has no function OrtGetApiBase", asked_path ? asked_path : "the one that was found");
    return;
  }
  functions = base()->table(1);
  if (!functions) {
    snprintf(refusal, sizeof refusal, "version %s does not offer its first interface", base()->version());
    return;
  }
  if (succeeded(CALL(CREATE_ENV, (int, const char *, void **), LOG_ERRORS, "crossplay", &environment), refusal) &&
      succeeded(CALL(CREATE_CPU_MEMORY, (int, int, void **), ARENA_ALLOCATOR, DEFAULT_MEMORY, &memory), refusal) &&
      succeeded(CALL(DEFAULT_ALLOCATOR, (void **), &allocator), refusal)) {
    version = base()->version();
  }
}

bool onnx_runtime_load(const char *path, char *problem) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&lock);
  if (!version && !*refusal) asked_path = path;
  pthread_once(&once, load_once);
  pthread_mutex_unlock(&lock);
  snprintf(problem, ONNX_PROBLEM_BYTES, "%s", refusal);
  return version != NULL;
}

const char *onnx_runtime_version(void) { return version; }

enum { OBSERVATION, LEGAL_MASK, HIDDEN_STATE, INPUTS };
enum { LOGITS, NEXT_HIDDEN_STATE, OUTPUTS };
static const char *const input_names[INPUTS] = {"observation", "legal_mask", "hidden_state"};
static const char *const output_names[OUTPUTS] = {"logits", "next_hidden_state"};

struct OnnxModel {
  void *session;
  int64_t inputs[INPUTS];    // numbers per row, 0 for an input that is not there
  int64_t outputs[OUTPUTS];
};

// Numbers per row of a matrix of the given element type whose rows are the batch.
static bool read_width(void *type, int element, const char *name, int64_t *width, char *problem) {
  const void *info = NULL;
  int found = 0;
  size_t axes = 0;
  int64_t dimensions[2] = {0, 0};
  if (!succeeded(CALL(TENSOR_INFO_OF_TYPE, (const void *, const void **), type, &info), problem)) return false;
  if (info && (!succeeded(CALL(ELEMENT_TYPE, (const void *, int *), info, &found), problem) ||
               !succeeded(CALL(DIMENSION_COUNT, (const void *, size_t *), info, &axes), problem))) {
    return false;
  }
  if (!info || axes != 2 || found != element) {
    snprintf(problem, ONNX_PROBLEM_BYTES, "%s is not a matrix (batch, numbers) of %s", name,
             element == BOOL ? "booleans" : "float32");
    return false;
  }
  if (!succeeded(CALL(DIMENSIONS, (const void *, int64_t *, size_t), info, dimensions, 2), problem)) return false;
  if (dimensions[0] >= 0 || dimensions[1] < 1) {
    snprintf(problem, ONNX_PROBLEM_BYTES, "%s must have a free axis for the batch and a fixed number of numbers", name);
    return false;
  }
  *width = dimensions[1];
  return true;
}

// The widths of those inputs or outputs whose names are known.
static bool read_arrays(void *session, bool are_inputs, const char *const *names, int count, int64_t *widths, char *problem) {
  size_t total = 0;
  if (!succeeded(CALL(are_inputs ? INPUT_COUNT : OUTPUT_COUNT, (const void *, size_t *), session, &total), problem)) {
    return false;
  }
  for (size_t i = 0; i < total; ++i) {
    char *name = NULL;
    if (!succeeded(CALL(are_inputs ? INPUT_NAME : OUTPUT_NAME, (const void *, size_t, void *, char **), session, i,
                        allocator, &name),
                   problem)) {
      return false;
    }
    int place = 0;
    while (place < count && strcmp(name, names[place]) != 0) ++place;
    bool fits = true;
    if (place < count) {
      void *type = NULL;
      fits = succeeded(CALL(are_inputs ? INPUT_TYPE : OUTPUT_TYPE, (const void *, size_t, void **), session, i, &type),
                       problem);
      if (fits) {
        fits = read_width(type, are_inputs && place == LEGAL_MASK ? BOOL : FLOAT, name, &widths[place], problem);
        RELEASE(RELEASE_TYPE, type);
      }
    } else if (are_inputs) {
      snprintf(problem, ONNX_PROBLEM_BYTES, "it has an input %s; expected observation, legal_mask and hidden_state", name);
      fits = false;
    }
    CALL(ALLOCATOR_FREE, (void *, void *), allocator, name);
    if (!fits) return false;
  }
  return true;
}

OnnxModel *onnx_model_open(const char *path, char *problem) {
  void *options = NULL;
  OnnxModel *model = calloc(1, sizeof *model);
  // One thread: the machine's processors are busy with games, and sums of several threads depend on their number.
  bool fits = succeeded(CALL(CREATE_SESSION_OPTIONS, (void **), &options), problem) &&
              succeeded(CALL(SET_INTRA_OP_THREADS, (void *, int), options, 1), problem) &&
              succeeded(CALL(SET_INTER_OP_THREADS, (void *, int), options, 1), problem) &&
              succeeded(CALL(CREATE_SESSION, (const void *, const char *, const void *, void **), environment, path,
                             options, &model->session),
                        problem) &&
              read_arrays(model->session, true, input_names, INPUTS, model->inputs, problem) &&
              read_arrays(model->session, false, output_names, OUTPUTS, model->outputs, problem);
  if (options) RELEASE(RELEASE_SESSION_OPTIONS, options);
  if (fits && (!model->inputs[OBSERVATION] || !model->outputs[LOGITS])) {
    snprintf(problem, ONNX_PROBLEM_BYTES, "it needs an input observation and an output logits");
    fits = false;
  }
  if (fits && model->inputs[HIDDEN_STATE] != model->outputs[NEXT_HIDDEN_STATE]) {
    snprintf(problem, ONNX_PROBLEM_BYTES, "hidden_state and next_hidden_state must be of one width");
    fits = false;
  }
  if (fits) return model;
  onnx_model_close(model);
  return NULL;
}

void onnx_model_close(OnnxModel *model) {
  if (model->session) RELEASE(RELEASE_SESSION, model->session);
  free(model);
}

char *onnx_model_metadata(OnnxModel *model, const char *key) {
  char ignored[ONNX_PROBLEM_BYTES];
  void *metadata = NULL;
  char *value = NULL, *copy = NULL;
  if (!succeeded(CALL(MODEL_METADATA, (const void *, void **), model->session, &metadata), ignored)) return NULL;
  if (succeeded(CALL(LOOKUP_METADATA, (const void *, void *, const char *, char **), metadata, allocator, key, &value),
                ignored) &&
      value) {
    copy = strdup(value);
    CALL(ALLOCATOR_FREE, (void *, void *), allocator, value);
  }
  RELEASE(RELEASE_METADATA, metadata);
  return copy;
}

struct OnnxShape onnx_model_shape(const OnnxModel *model) {
  return (struct OnnxShape){model->inputs[OBSERVATION], model->inputs[LEGAL_MASK], model->inputs[HIDDEN_STATE],
                            model->outputs[LOGITS]};
}

// Whether an output is a matrix of this shape; its numbers go to `target`.
static bool copy_out(void *value, int64_t rows, int64_t width, float *target, const char *name, char *problem) {
  void *info = NULL;
  float *numbers = NULL;
  int64_t dimensions[2] = {0, 0};
  size_t axes = 0;
  if (!succeeded(CALL(TENSOR_INFO, (const void *, void **), value, &info), problem)) return false;
  bool fits = succeeded(CALL(DIMENSION_COUNT, (const void *, size_t *), info, &axes), problem);
  if (fits && axes == 2) fits = succeeded(CALL(DIMENSIONS, (const void *, int64_t *, size_t), info, dimensions, 2), problem);
  RELEASE(RELEASE_TENSOR_INFO, info);
  if (!fits) return false;
  if (dimensions[0] != rows || dimensions[1] != width) {
    snprintf(problem, ONNX_PROBLEM_BYTES, "%s has the shape (%lld, %lld) for %lld rows", name, (long long)dimensions[0],
             (long long)dimensions[1], (long long)rows);
    return false;
  }
  if (!succeeded(CALL(TENSOR_DATA, (void *, void **), value, (void **)&numbers), problem)) return false;
  memcpy(target, numbers, sizeof *numbers * (size_t)(rows * width));
  return true;
}

bool onnx_model_step(OnnxModel *model, int64_t rows, const float *observation, const uint8_t *legal_mask,
                     const float *hidden_state, float *logits, float *next_hidden_state, char *problem) {
  const void *const data[INPUTS] = {observation, legal_mask, hidden_state};
  const char *names[INPUTS];
  void *inputs[INPUTS] = {NULL, NULL, NULL}, *outputs[OUTPUTS] = {NULL, NULL};
  size_t input_count = 0, output_count = model->inputs[HIDDEN_STATE] ? 2 : 1;
  bool fits = true;
  for (int i = 0; fits && i < INPUTS; ++i) {
    if (!model->inputs[i]) continue;
    int64_t shape[2] = {rows, model->inputs[i]};
    size_t bytes = (size_t)(shape[0] * shape[1]) * (i == LEGAL_MASK ? 1 : sizeof(float));
    names[input_count] = input_names[i];
    fits = succeeded(CALL(CREATE_TENSOR, (const void *, const void *, size_t, const int64_t *, size_t, int, void **), memory,
                          data[i], bytes, shape, 2, i == LEGAL_MASK ? BOOL : FLOAT, &inputs[input_count]),
                     problem);
    if (fits) ++input_count;
  }
  fits = fits && succeeded(CALL(RUN,
                                (void *, const void *, const char *const *, const void *const *, size_t,
                                 const char *const *, size_t, void **),
                                model->session, NULL, names, (const void *const *)inputs, input_count, output_names,
                                output_count, outputs),
                           problem);
  fits = fits && copy_out(outputs[LOGITS], rows, model->outputs[LOGITS], logits, "logits", problem);
  if (fits && output_count == 2) {
    fits = copy_out(outputs[NEXT_HIDDEN_STATE], rows, model->outputs[NEXT_HIDDEN_STATE], next_hidden_state,
                    "next_hidden_state", problem);
  }
  for (size_t i = 0; i < input_count; ++i) RELEASE(RELEASE_VALUE, inputs[i]);
  for (size_t i = 0; i < output_count; ++i) {
    if (outputs[i]) RELEASE(RELEASE_VALUE, outputs[i]);
  }
  return fits;
}
