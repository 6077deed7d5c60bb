/**
 * The world that this process was started into. Needs the permission for foreign functions where a launcher has started it as one of several.
 *
 * @module
 */
export * from "./launcher.ts";
export { LIBRARY_VARIABLE, MpiError } from "./library.ts";
export * from "./open_world.ts";
