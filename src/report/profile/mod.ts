/**
 * Profiles of training steps.
 *
 * @module
 */
export * from "./run_profile.ts";
export * from "./trace.ts";
