/**
 * Downloads models from the Hugging Face hub to the cache that all Hugging Face libraries share. Needs Deno's file and network access, so it is not part of the
 * public API.
 *
 * @module
 */
export * from "./download_model.ts";
export * from "./errors.ts";
export * from "./model_name.ts";
export * from "./settings.ts";
