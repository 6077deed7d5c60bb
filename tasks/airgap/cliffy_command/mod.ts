/**
 * A stand-in for `@cliffy/command` for machines that cannot reach JSR: the part of its interface that our commands use, with
 * the same signatures, error messages and exit codes. If the two differ, Cliffy is correct.
 *
 * @module
 */
export { Command } from "./command.ts";
export { EnumType } from "./types.ts";
export { ValidationError } from "./errors.ts";
