// The functions of oneDNN that we use, as its headers declare them.
#ifndef CROSSPLAY_ONE_DNN_LIBRARY_H
#define CROSSPLAY_ONE_DNN_LIBRARY_H
#include "one_dnn.h"

#if __has_include(<oneapi/dnnl/dnnl.h>)
#define HAS_ONE_DNN 1
#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>

#define COMMON_FUNCTIONS(F)                                                                                            \
  F(dnnl_version)                                                                                                      \
  F(dnnl_get_effective_cpu_isa)                                                                                        \
  F(dnnl_cpu_isa2str)                                                                                                  \
  F(dnnl_sgemm)                                                                                                        \
  F(dnnl_engine_create)                                                                                                \
  F(dnnl_stream_create)                                                                                                \
  F(dnnl_stream_destroy)                                                                                               \
  F(dnnl_memory_create)                                                                                                \
  F(dnnl_memory_destroy)                                                                                               \
  F(dnnl_memory_desc_get_size)                                                                                         \
  F(dnnl_post_ops_create)                                                                                              \
  F(dnnl_post_ops_destroy)                                                                                             \
  F(dnnl_post_ops_append_sum)                                                                                          \
  F(dnnl_post_ops_append_eltwise)                                                                                      \
  F(dnnl_primitive_attr_create)                                                                                        \
  F(dnnl_primitive_attr_destroy)                                                                                       \
  F(dnnl_primitive_attr_set_scratchpad_mode)                                                                           \
  F(dnnl_primitive_attr_set_post_ops)                                                                                  \
  F(dnnl_primitive_desc_query_md)                                                                                      \
  F(dnnl_primitive_desc_destroy)                                                                                       \
  F(dnnl_primitive_create)                                                                                             \
  F(dnnl_primitive_execute)

#if DNNL_VERSION_MAJOR >= 3
#define FUNCTIONS(F)                                                                                                   \
  COMMON_FUNCTIONS(F)                                                                                                  \
  F(dnnl_memory_desc_create_with_strides)                                                                              \
  F(dnnl_matmul_primitive_desc_create)
#else
#define FUNCTIONS(F)                                                                                                   \
  COMMON_FUNCTIONS(F)                                                                                                  \
  F(dnnl_memory_desc_init_by_strides)                                                                                  \
  F(dnnl_matmul_desc_init)                                                                                             \
  F(dnnl_primitive_desc_create)
#endif

struct OneDNNLibrary {
#define MEMBER(NAME) __typeof__(&NAME) NAME;
  FUNCTIONS(MEMBER)
#undef MEMBER
};

extern struct OneDNNLibrary one_dnn;

// Before every call: OpenMP keeps the number of threads per thread that starts them.
void one_dnn_use_this_thread_alone(void);

// Ends the process where a call has failed, which it does only for arguments that make no sense or without memory.
void one_dnn_check(dnnl_status_t status, const char *what);

#endif
#endif
