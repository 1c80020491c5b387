// Loading, and products of float32.
#include "one_dnn_library.h"

#if HAS_ONE_DNN
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_OF(X) #X
#define TEXT(X) TEXT_OF(X)

// The library of the headers' version; some name it by the minor version, too.
#if defined(__APPLE__)
static const char *const names[] = {"libdnnl." TEXT(DNNL_VERSION_MAJOR) ".dylib", "libdnnl.dylib"};
#else
static const char *const names[] = {"libdnnl.so." TEXT(DNNL_VERSION_MAJOR),
                                    "libdnnl.so." TEXT(DNNL_VERSION_MAJOR) "." TEXT(DNNL_VERSION_MINOR), "libdnnl.so"};
#endif

struct OneDNNLibrary one_dnn;
static const char *refusal;
static char description[128];
static void (*set_threads)(int);  // of OpenMP, for the calling thread; NULL where the library has no threads
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const char *load(void) {
  void *library = NULL;
  for (size_t i = 0; !library && i < sizeof names / sizeof *names; ++i) library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  if (!library) return "version " TEXT(DNNL_VERSION_MAJOR) " of it was not found";
#define FIND(NAME)                                                                                                     \
  one_dnn.NAME = (__typeof__(&NAME))dlsym(library, #NAME);                                                             \
  if (!one_dnn.NAME) return "the one that was found lacks " #NAME;
  FUNCTIONS(FIND)
#undef FIND
  const dnnl_version_t *version = one_dnn.dnnl_version();
  if (version->major != DNNL_VERSION_MAJOR) {
    return "the one that was found is not of version " TEXT(DNNL_VERSION_MAJOR) ", which this program was built for";
  }
  // Looked up in what the library itself was linked to: another OpenMP may be in the process.
  set_threads = (void (*)(int))dlsym(library, "omp_set_num_threads");
  bool uses_openmp = version->cpu_runtime == DNNL_RUNTIME_OMP && set_threads;
  if (!uses_openmp && version->cpu_runtime != DNNL_RUNTIME_SEQ) {
    return "the one that was found has threads that cannot be limited; a build for OpenMP is needed";
  }
  const char *instructions = one_dnn.dnnl_cpu_isa2str(one_dnn.dnnl_get_effective_cpu_isa());
  const char *prefix = "cpu_isa_";
  if (strncmp(instructions, prefix, strlen(prefix)) == 0) instructions += strlen(prefix);
  snprintf(description, sizeof description, "oneDNN %d.%d.%d %s", version->major, version->minor, version->patch,
           instructions);
  return NULL;
}

static void load_once(void) { refusal = load(); }

const char *one_dnn_load(void) {
  pthread_once(&once, load_once);
  return refusal;
}

const char *one_dnn_description(void) { return one_dnn_load() ? NULL : description; }

bool one_dnn_has_bfloat16(void) {
  // Sets of instructions are bits; those of later ones contain those of earlier ones.
  return !one_dnn_load() &&
         (one_dnn.dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
}

void one_dnn_use_this_thread_alone(void) {
  static _Thread_local bool done;
  if (done) return;
  if (set_threads) set_threads(1);
  done = true;
}

void one_dnn_check(dnnl_status_t status, const char *what) {
  if (status == dnnl_success) return;
  fprintf(stderr, "oneDNN failed in %s with status %d\n", what, (int)status);
  abort();
}

void one_dnn_multiply(const struct OneDNNProduct *p, const float *a, const float *b, float *c) {
  one_dnn_use_this_thread_alone();
  one_dnn_check(one_dnn.dnnl_sgemm(p->a_transposed ? 'T' : 'N', p->b_transposed ? 'T' : 'N', (dnnl_dim_t)p->rows,
                                   (dnnl_dim_t)p->columns, (dnnl_dim_t)p->depth, 1, a, (dnnl_dim_t)p->a_pitch, b,
                                   (dnnl_dim_t)p->b_pitch, p->accumulates ? 1 : 0, c, (dnnl_dim_t)p->c_pitch),
                "dnnl_sgemm");
}

#else

const char *one_dnn_load(void) { return "this program was built without its headers"; }

const char *one_dnn_description(void) { return NULL; }

bool one_dnn_has_bfloat16(void) { return false; }

void one_dnn_multiply(const struct OneDNNProduct *p, const float *a, const float *b, float *c) {
  (void)p, (void)a, (void)b, (void)c;
  __builtin_trap();
}

#endif
