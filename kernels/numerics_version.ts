/**
 * Raised whenever a kernel, or the order in which operations use kernels, gives other bytes for the same numbers: a run goes on under the version that it began
 * with, or not at all.
 */
export const NUMERICS_VERSION = 2;
