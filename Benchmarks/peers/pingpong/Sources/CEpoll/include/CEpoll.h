// What Glibc's Swift module does not export.
#include <sys/epoll.h>
