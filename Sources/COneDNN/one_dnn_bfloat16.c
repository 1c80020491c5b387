// Products of bfloat16, as primitives (matmul) that are made once per product and never thrown away: how many there are is
// for the caller to bound.
#include "bfloat16.h"
#include "one_dnn_library.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#if HAS_ONE_DNN
#include <pthread.h>
#include <stdatomic.h>

#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t Description;
#define READ(DESCRIPTION) (DESCRIPTION)
#else
typedef dnnl_memory_desc_t Description;
#define READ(DESCRIPTION) (&(DESCRIPTION))
#endif

struct Primitive {
  struct OneDNNBFloat16Product product;
  bool has_bias;
  dnnl_primitive_t primitive;
  Description a, b, bias, c, scratch;
  size_t scratch_bytes;
  struct Primitive *next;
};

#define BUCKETS 4096
static _Atomic(struct Primitive *) primitives[BUCKETS];
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
static dnnl_engine_t engine;

// What a thread has for itself: memory that a primitive works in, and a stream.
struct Own {
  dnnl_stream_t stream;
  void *scratch;
  size_t scratch_bytes;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t own_key;

static void free_own(void *given) {
  struct Own *own = given;
  one_dnn.dnnl_stream_destroy(own->stream);
  free(own->scratch);
  free(own);
}

static void begin(void) {
  one_dnn_check(one_dnn.dnnl_engine_create(&engine, dnnl_cpu, 0), "dnnl_engine_create");
  pthread_key_create(&own_key, free_own);
}

static struct Own *own_of_this_thread(size_t scratch_bytes) {
  struct Own *own = pthread_getspecific(own_key);
  if (!own) {
    own = calloc(1, sizeof *own);
    one_dnn_check(own ? dnnl_success : dnnl_out_of_memory, "calloc");
    one_dnn_check(one_dnn.dnnl_stream_create(&own->stream, engine, dnnl_stream_default_flags), "dnnl_stream_create");
    pthread_setspecific(own_key, own);
  }
  if (own->scratch_bytes < scratch_bytes) {
    free(own->scratch);
    own->scratch_bytes = (scratch_bytes + 4095) / 4096 * 4096;
    own->scratch = aligned_alloc(4096, own->scratch_bytes);
    one_dnn_check(own->scratch ? dnnl_success : dnnl_out_of_memory, "aligned_alloc");
  }
  return own;
}

static void describe(Description *description, int axes, dnnl_dim_t rows, dnnl_dim_t columns, dnnl_data_type_t type,
                     size_t pitch, bool transposed) {
  const dnnl_dims_t dims = {rows, columns};
  const dnnl_dims_t strides = {transposed ? 1 : (dnnl_dim_t)pitch, transposed ? (dnnl_dim_t)pitch : 1};
#if DNNL_VERSION_MAJOR >= 3
  dnnl_status_t status = one_dnn.dnnl_memory_desc_create_with_strides(description, axes, dims, type, strides);
#else
  dnnl_status_t status = one_dnn.dnnl_memory_desc_init_by_strides(description, axes, dims, type, strides);
#endif
  one_dnn_check(status, "describing a matrix");
}

static dnnl_post_ops_t post_ops_of(const struct OneDNNBFloat16Product *product) {
  dnnl_post_ops_t operations;
  one_dnn_check(one_dnn.dnnl_post_ops_create(&operations), "dnnl_post_ops_create");
  if (product->shape.accumulates) {
#if DNNL_VERSION_MAJOR >= 3
    dnnl_status_t status = one_dnn.dnnl_post_ops_append_sum(operations, 1, 0, dnnl_data_type_undef);
#else
    dnnl_status_t status = one_dnn.dnnl_post_ops_append_sum(operations, 1);
#endif
    one_dnn_check(status, "dnnl_post_ops_append_sum");
  }
  if (product->activation != OneDNNActivationNone) {
    const dnnl_alg_kind_t kind = product->activation == OneDNNActivationReLU ? dnnl_eltwise_relu : dnnl_eltwise_tanh;
#if DNNL_VERSION_MAJOR >= 3
    dnnl_status_t status = one_dnn.dnnl_post_ops_append_eltwise(operations, kind, 0, 0);
#else
    dnnl_status_t status = one_dnn.dnnl_post_ops_append_eltwise(operations, 1, kind, 0, 0);
#endif
    one_dnn_check(status, "dnnl_post_ops_append_eltwise");
  }
  return operations;
}

static struct Primitive *make(const struct OneDNNBFloat16Product *product, bool has_bias) {
  struct Primitive *made = calloc(1, sizeof *made);
  one_dnn_check(made ? dnnl_success : dnnl_out_of_memory, "calloc");
  made->product = *product;
  made->has_bias = has_bias;
  const struct OneDNNProduct *shape = &product->shape;
  const dnnl_dim_t m = (dnnl_dim_t)shape->rows, n = (dnnl_dim_t)shape->columns, k = (dnnl_dim_t)shape->depth;
  describe(&made->a, 2, m, k, dnnl_bf16, shape->a_pitch, shape->a_transposed);
  describe(&made->b, 2, k, n, dnnl_bf16, shape->b_pitch, shape->b_transposed);
  describe(&made->bias, 2, 1, n, dnnl_f32, shape->columns, false);
  describe(&made->c, 2, m, n, product->rounds ? dnnl_bf16 : dnnl_f32, shape->c_pitch, false);
  dnnl_primitive_attr_t attributes;
  one_dnn_check(one_dnn.dnnl_primitive_attr_create(&attributes), "dnnl_primitive_attr_create");
  one_dnn_check(one_dnn.dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user),
                "dnnl_primitive_attr_set_scratchpad_mode");
  dnnl_post_ops_t operations = post_ops_of(product);
  one_dnn_check(one_dnn.dnnl_primitive_attr_set_post_ops(attributes, operations), "dnnl_primitive_attr_set_post_ops");
  dnnl_primitive_desc_t described;
#if DNNL_VERSION_MAJOR >= 3
  one_dnn_check(one_dnn.dnnl_matmul_primitive_desc_create(&described, engine, made->a, made->b,
                                                          has_bias ? made->bias : NULL, made->c, attributes),
                "dnnl_matmul_primitive_desc_create");
#else
  dnnl_matmul_desc_t operation;
  one_dnn_check(
      one_dnn.dnnl_matmul_desc_init(&operation, &made->a, &made->b, has_bias ? &made->bias : NULL, &made->c),
      "dnnl_matmul_desc_init");
  one_dnn_check(one_dnn.dnnl_primitive_desc_create(&described, &operation, attributes, engine, NULL),
                "dnnl_primitive_desc_create");
#endif
  one_dnn_check(one_dnn.dnnl_primitive_create(&made->primitive, described), "dnnl_primitive_create");
  made->scratch_bytes = one_dnn.dnnl_memory_desc_get_size(
      one_dnn.dnnl_primitive_desc_query_md(described, dnnl_query_scratchpad_md, 0));
  describe(&made->scratch, 1, (dnnl_dim_t)made->scratch_bytes, 1, dnnl_u8, 1, false);
  one_dnn.dnnl_primitive_desc_destroy(described);
  one_dnn.dnnl_post_ops_destroy(operations);
  one_dnn.dnnl_primitive_attr_destroy(attributes);
  return made;
}

// Members one by one: what lies between them is nobody's.
static bool are_equal(const struct OneDNNBFloat16Product *a, const struct OneDNNBFloat16Product *b) {
  const struct OneDNNProduct *p = &a->shape, *q = &b->shape;
  return p->rows == q->rows && p->columns == q->columns && p->depth == q->depth && p->a_pitch == q->a_pitch &&
         p->b_pitch == q->b_pitch && p->c_pitch == q->c_pitch && p->a_transposed == q->a_transposed &&
         p->b_transposed == q->b_transposed && p->accumulates == q->accumulates && a->activation == b->activation &&
         a->rounds == b->rounds;
}

static size_t bucket_of(const struct OneDNNBFloat16Product *product) {
  const struct OneDNNProduct *shape = &product->shape;
  const size_t numbers[] = {shape->rows, shape->columns, shape->depth, shape->a_pitch, shape->b_pitch,
                            shape->a_transposed + 2u * shape->b_transposed + 4u * shape->accumulates};
  uint64_t hash = 0;
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; ++i) {
    hash = (hash ^ numbers[i]) * UINT64_C(0x9E3779B97F4A7C15);
    hash ^= hash >> 29;
  }
  return hash % BUCKETS;
}

static const struct Primitive *look_up(struct Primitive *first, const struct OneDNNBFloat16Product *product,
                                       bool has_bias) {
  for (struct Primitive *p = first; p; p = p->next) {
    if (p->has_bias == has_bias && are_equal(&p->product, product)) return p;
  }
  return NULL;
}

static const struct Primitive *primitive_of(const struct OneDNNBFloat16Product *product, bool has_bias) {
  _Atomic(struct Primitive *) *bucket = &primitives[bucket_of(product)];
  const struct Primitive *known = look_up(atomic_load_explicit(bucket, memory_order_acquire), product, has_bias);
  if (known) return known;
  pthread_mutex_lock(&making);
  struct Primitive *first = atomic_load(bucket);
  known = look_up(first, product, has_bias);
  if (!known) {
    struct Primitive *made = make(product, has_bias);
    made->next = first;
    atomic_store_explicit(bucket, made, memory_order_release);
    known = made;
  }
  pthread_mutex_unlock(&making);
  return known;
}

void one_dnn_multiply_bfloat16(const struct OneDNNBFloat16Product *product, const uint16_t *a, const uint16_t *b,
                               const float *bias, void *c) {
  one_dnn_use_this_thread_alone();
  pthread_once(&once, begin);
  const struct Primitive *primitive = primitive_of(product, bias != NULL);
  struct Own *own = own_of_this_thread(primitive->scratch_bytes);
  const struct {
    int name;
    const Description *description;
    const void *address;
  } operands[] = {
      {DNNL_ARG_SRC, &primitive->a, a},
      {DNNL_ARG_WEIGHTS, &primitive->b, b},
      {DNNL_ARG_DST, &primitive->c, c},
      {DNNL_ARG_SCRATCHPAD, &primitive->scratch, own->scratch},
      {DNNL_ARG_BIAS, &primitive->bias, bias},
  };
  dnnl_exec_arg_t arguments[sizeof operands / sizeof *operands];
  const int count = bias ? 5 : 4;
  for (int i = 0; i < count; ++i) {
    arguments[i].arg = operands[i].name;
    one_dnn_check(one_dnn.dnnl_memory_create(&arguments[i].memory, READ(*operands[i].description), engine,
                                             (void *)operands[i].address),
                  "dnnl_memory_create");
  }
  one_dnn_check(one_dnn.dnnl_primitive_execute(primitive->primitive, own->stream, count, arguments),
                "dnnl_primitive_execute");
  for (int i = 0; i < count; ++i) one_dnn.dnnl_memory_destroy(arguments[i].memory);
}

#else

void one_dnn_multiply_bfloat16(const struct OneDNNBFloat16Product *product, const uint16_t *a, const uint16_t *b,
                               const float *bias, void *c) {
  (void)product, (void)a, (void)b, (void)bias, (void)c;
  __builtin_trap();
}

#endif

void emulated_multiply_bfloat16(const struct OneDNNBFloat16Product *product, const uint16_t *a, const uint16_t *b,
                                const float *bias, void *c) {
  const struct OneDNNProduct *p = &product->shape;
  for (size_t i = 0; i < p->rows; ++i) {
    for (size_t j = 0; j < p->columns; ++j) {
      float sum = 0;
      for (size_t k = 0; k < p->depth; ++k) {
        sum += widened(p->a_transposed ? a[k * p->a_pitch + i] : a[i * p->a_pitch + k]) *
               widened(p->b_transposed ? b[j * p->b_pitch + k] : b[k * p->b_pitch + j]);
      }
      uint16_t *narrow = (uint16_t *)c + i * p->c_pitch + j;
      float *wide = (float *)c + i * p->c_pitch + j;
      if (bias) sum += bias[j];
      if (p->accumulates) sum += product->rounds ? widened(*narrow) : *wide;
      if (product->activation == OneDNNActivationReLU) sum = sum < 0 ? 0 : sum;
      if (product->activation == OneDNNActivationTanh) sum = tanhf(sum);
      if (product->rounds) {
        *narrow = rounded(sum);
      } else {
        *wide = sum;
      }
    }
  }
}
