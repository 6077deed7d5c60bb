/**
 * Findings: the paper's claims, each with the statistic that tests it, its effect over seeds and the verdict.
 *
 * @module
 */
export * from "./assess.ts";
export * from "./claim.ts";
export * from "./claims/mod.ts";
export * from "./rows.ts";
export * from "./scores.ts";
export * from "./verdict.ts";
