/**
 * Published models from the Hugging Face hub, kept in the cache that all of Hugging Face's libraries share. Needs Deno's files and network, so the public
 * API does not reach it.
 *
 * @module
 */
export * from "./download_model.ts";
export * from "./errors.ts";
export * from "./model_name.ts";
export * from "./settings.ts";
