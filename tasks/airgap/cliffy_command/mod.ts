/**
 * Stand-in for `@cliffy/command` where JSR is out of reach: the part of its interface that our
 * commands use, with the same signatures, the same sentences for wrong usage and the same exit
 * codes. What a command line means is Cliffy's to define; when the two differ, Cliffy is right.
 *
 * @module
 */
export { Command } from "./command.ts";
export { EnumType } from "./types.ts";
export { ValidationError } from "./errors.ts";
