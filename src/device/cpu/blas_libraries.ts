/**
 * The BLAS libraries that `auto` looks for. The launcher reads this list before any package is available, so it imports nothing.
 *
 * @module
 */

/** By operating system, best first. The system's loader searches for bare names. Reference implementations are not listed: they are slower than WebAssembly. */
export const BLAS_LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  linux: [
    "/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblas.so.0",
    "/usr/lib/aarch64-linux-gnu/openblas-pthread/libopenblas.so.0",
    "libopenblasp.so.0", // Fedora: libopenblas.so.0 is for a single thread there
    "libopenblas.so.0",
    "libopenblas.so",
    "/usr/lib/x86_64-linux-gnu/blis-pthread/libblis.so.4",
    "/usr/lib/aarch64-linux-gnu/blis-pthread/libblis.so.4",
    "libblis-mt.so",
    "libblis.so.4",
    "libblis.so",
    "libmkl_rt.so.3",
    "libmkl_rt.so.2",
    "libmkl_rt.so",
    "/opt/intel/oneapi/mkl/latest/lib/libmkl_rt.so",
  ],
  darwin: [
    "/System/Library/Frameworks/Accelerate.framework/Accelerate",
    "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
    "/usr/local/opt/openblas/lib/libopenblas.dylib",
  ],
  windows: ["libopenblas.dll", "openblas.dll", "libblis-mt.dll", "mkl_rt.3.dll", "mkl_rt.2.dll"],
};

/** Debian's package of the first library. */
export const BLAS_PACKAGE = "libopenblas0-pthread";
