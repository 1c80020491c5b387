// Sums over a workgroup of WORKGROUP invocations, a power of two, in a fixed order. All invocations must take part.
// WORKGROUP_VALUE is the type that is summed, float by default.
#ifndef WORKGROUP_VALUE
#define WORKGROUP_VALUE float
#endif
shared WORKGROUP_VALUE workgroup_values[WORKGROUP];

// The sum of all values, to every invocation.
WORKGROUP_VALUE workgroup_sum(WORKGROUP_VALUE value) {
  uint lane = gl_LocalInvocationID.x;
  workgroup_values[lane] = value;
  barrier();
  for (uint distance = WORKGROUP / 2u; distance > 0u; distance /= 2u) {
    if (lane < distance) workgroup_values[lane] += workgroup_values[lane + distance];
    barrier();
  }
  WORKGROUP_VALUE total = workgroup_values[0];
  barrier();
  return total;
}

// The sum of the values up to and including this invocation's; the last one holds the total.
WORKGROUP_VALUE workgroup_prefix_sum(WORKGROUP_VALUE value) {
  uint lane = gl_LocalInvocationID.x;
  workgroup_values[lane] = value;
  barrier();
  for (uint distance = 1u; distance < WORKGROUP; distance *= 2u) {
    WORKGROUP_VALUE left = workgroup_values[lane >= distance ? lane - distance : lane];
    barrier();
    if (lane >= distance) workgroup_values[lane] += left;
    barrier();
  }
  return workgroup_values[lane];
}

// After workgroup_prefix_sum: the sum over all invocations.
WORKGROUP_VALUE workgroup_total() { return workgroup_values[WORKGROUP - 1u]; }
