/* The loop of the suite's benchmark histogram-record around hdr_record_value of HdrHistogram_c, or
 * hdr_record_value_atomic where threads share the histogram: the same range and digits. The program
 * harness-benchmarks loads it, hands it the same values, and times it. */

#include <hdr/hdr_histogram.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXPORTED __attribute__((visibility("default")))

EXPORTED void *peer_create(void) {
  struct hdr_histogram *histogram;
  return hdr_init(1, INT64_C(3600000000000), 3, &histogram) == 0 ? histogram : NULL;
}

/* Records all values a number of times; returns how many were counted. */
EXPORTED uint64_t peer_record(void *context, const uint64_t *values, size_t count, uint64_t times, bool shared) {
  struct hdr_histogram *histogram = context;
  hdr_reset(histogram);
  for (uint64_t time = 0; time < times; time++) {
    if (shared) {
      for (size_t index = 0; index < count; index++) hdr_record_value_atomic(histogram, (int64_t)values[index]);
    } else {
      for (size_t index = 0; index < count; index++) hdr_record_value(histogram, (int64_t)values[index]);
    }
  }
  return (uint64_t)histogram->total_count;
}
