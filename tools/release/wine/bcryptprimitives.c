// The library that Go's runtime asks for random bytes (os_windows.go,
// loadOptionalSyscalls). Wine before 9 does not have it; its advapi32 has the same.
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) {
  return SystemFunction036(data, (ULONG)length);
}
