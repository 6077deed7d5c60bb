/**
 * Activation functions by the names that configurations use.
 *
 * @module
 */

/** `gelu` = erf form, `gelu_new` = tanh form (Hugging Face's names). */
export type Activation = "gelu" | "gelu_new" | "relu" | "tanh";
