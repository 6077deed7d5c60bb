/**
 * Whether a device computes what it should.
 *
 * @module
 */
export { type Finding, selfTest, wrongFindings } from "./self_test.ts";
