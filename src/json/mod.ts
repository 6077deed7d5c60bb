/**
 * JSON from untrusted files: parsing with one-line errors, and values for error messages. Runs anywhere and imports nothing.
 *
 * @module
 */
export * from "./check_options.ts";
export * from "./parse_json.ts";
export * from "./quote.ts";
