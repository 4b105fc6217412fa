// warm-memory GIGABYTES: keeps memory at hand during a measurement, on a virtual machine that gives free memory back to its host.
// The first touch of a page that the host took back costs microseconds, which are counted as the broker's system time: whoever is measured
// first would pay. This takes so much, says READY, and gives it back as others take what is free.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PIECE (2L << 20)
#define SLACK (256L << 20)

static long free_bytes(void) {
  FILE *file = fopen("/proc/meminfo", "r");
  char line[128];
  long kilobytes = 0;
  if (!file) return 0;
  while (fgets(line, sizeof line, file))
    if (sscanf(line, "MemFree: %ld", &kilobytes) == 1) break;
  fclose(file);
  return kilobytes * 1024;
}

int main(int count, char **arguments) {
  size_t size = (size_t)(atof(count > 1 ? arguments[1] : "1") * 1024) << 20;
  char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    perror("warm-memory");
    return 1;
  }
  memset(memory, 1, size);
  long enough = free_bytes() + SLACK;
  puts("READY");
  fflush(stdout);
  for (size_t given = 0; given < size; usleep(10000))
    for (long missing = enough - free_bytes(); missing > 0 && given < size; missing -= PIECE, given += PIECE)
      madvise(memory + given, PIECE, MADV_DONTNEED);
  pause();
  return 0;
}
