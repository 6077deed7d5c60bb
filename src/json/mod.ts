/**
 * JSON from files that anybody may have written: read with errors of one line, shown in messages without flooding them. Runs anywhere, imports nothing.
 *
 * @module
 */
export * from "./parse_json.ts";
export * from "./quote.ts";
