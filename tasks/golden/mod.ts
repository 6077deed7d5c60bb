/**
 * Golden cases: small models whose every number PyTorch has computed.
 *
 * @module
 */
export * from "./case.ts";
export * from "./compare.ts";
export { runForward } from "./forward.ts";
export * from "./trajectory.ts";
