/**
 * SQuAD's metrics and prediction files. They need neither a device nor a model.
 *
 * @module
 */
export * from "./answers.ts";
export * from "./evaluate.ts";
export * from "./id_table.ts";
