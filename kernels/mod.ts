/**
 * Every kernel family of the toolkit. This folder imports nothing from the rest.
 *
 * @module
 */
export * from "./kernel.ts";
export { specialise } from "./template.ts";
