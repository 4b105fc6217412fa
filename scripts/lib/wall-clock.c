/*
 * Preloaded into a process, sets its wall clock off by as many seconds as the file says that WALL_CLOCK_FILE names, read again every half
 * second. The monotonic clock and all waiting stay as they are, as with a real machine's clock that is set; libfaketime also stands
 * before waits and timers, and holds them up.
 *
 *   cc -shared -fPIC -O1 -o wall-clock.so wall-clock.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static int (*real_clock_gettime)(clockid_t, struct timespec *);
static atomic_long offset_seconds;
static atomic_long read_at_half_seconds;

__attribute__((constructor)) static void find_real(void) {
  real_clock_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
}

static void read_offset(void) {
  struct timespec now;
  const char *name = getenv("WALL_CLOCK_FILE");
  FILE *file;
  long read = 0;
  real_clock_gettime(CLOCK_MONOTONIC, &now);
  long half_seconds = now.tv_sec * 2 + now.tv_nsec / 500000000;
  if (name == NULL || atomic_exchange(&read_at_half_seconds, half_seconds) == half_seconds) return;
  file = fopen(name, "re");
  if (file == NULL) return;
  if (fscanf(file, "%ld", &read) == 1) atomic_store(&offset_seconds, read);
  fclose(file);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  if (real_clock_gettime == NULL) find_real();
  int result = real_clock_gettime(clock, now);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    read_offset();
    now->tv_sec += atomic_load(&offset_seconds);
  }
  return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec precise;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &precise);
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *now) {
  struct timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  if (now != NULL) *now = precise.tv_sec;
  return precise.tv_sec;
}
