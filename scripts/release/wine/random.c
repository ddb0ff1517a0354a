// bcryptprimitives.dll, which Wine 8 lacks: Rust's standard library takes its seeds from it.

#include <stddef.h>

unsigned char __stdcall SystemFunction036(void *buffer, unsigned long length);

__declspec(dllexport) int __stdcall ProcessPrng(unsigned char *data, size_t size) {
  return SystemFunction036(data, (unsigned long)size);
}
