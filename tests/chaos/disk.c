/* A disk whose power can be cut: preloaded into the server, it copies each file of CHAOS_DATA to CHAOS_DISK whenever it is flushed. What
 * was not flushed is only in CHAOS_DATA, as it would be only in memory. A copy takes the place of the one before in one step. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int copy(int fd, const char *name, const char *disk) {
  char part[4200], whole[4200], buffer[65536];
  snprintf(whole, sizeof whole, "%s/%s", disk, name);
  snprintf(part, sizeof part, "%s/.%s.%d", disk, name, gettid());
  int to = open(part, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (to < 0) return -1;
  off_t at = 0;
  for (ssize_t n; (n = pread(fd, buffer, sizeof buffer, at)) > 0; at += n) {
    if (write(to, buffer, n) != n) { close(to); return -1; }
  }
  close(to);
  return rename(part, whole);
}

static int flushed(int fd) {
  const char *data = getenv("CHAOS_DATA"), *disk = getenv("CHAOS_DISK");
  char link[64], path[4096];
  if (!data || !disk) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  size_t length = strlen(data);
  if (n < 0) return 0;
  path[n] = 0;
  if (strncmp(path, data, length) || path[length] != '/' || strchr(path + length + 1, '/')) return 0;
  /* A folder is flushed for the names in it; those here come with their files. */
  return copy(fd, path + length + 1, disk);
}

int fsync(int fd) {
  int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
  int result = real(fd);
  return result ? result : flushed(fd);
}

int fdatasync(int fd) {
  int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
  int result = real(fd);
  return result ? result : flushed(fd);
}
