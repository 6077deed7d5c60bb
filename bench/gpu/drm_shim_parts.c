// The few functions of Mesa that its imitations of the kernel's interface call and that would pull in the rest of its libraries.
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

size_t u_printf_length(const char *format, va_list arguments) {
  va_list copy;
  va_copy(copy, arguments);
  int length = vsnprintf(NULL, 0, format, copy);
  va_end(copy);
  return length;
}

int64_t os_time_get_nano(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000ll + now.tv_nsec;
}

// No detected features of the processor.
struct {
  int once;
  char rest[4096];
} _util_cpu_caps_state = {1};

void _util_cpu_detect_once(void) {}

int intel_engines_count(void *engines, int kind) { return 1; }
int intel_engine_class_to_xe(int kind) { return kind; }
int intel_engine_class_to_i915(int kind) { return kind; }
bool intel_device_info_from_json(const char *file, void *info) { return false; }
