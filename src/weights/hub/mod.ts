/**
 * Downloads models from the Hugging Face hub to the cache that all Hugging Face libraries share. Requires Deno's file and network
 * access.
 *
 * @module
 */
export * from "./download_model.ts";
export * from "./errors.ts";
export * from "./model_name.ts";
export * from "./settings.ts";
