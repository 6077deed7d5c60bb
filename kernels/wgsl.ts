/**
 * WGSL inside TypeScript modules, where every runtime and registry can load it.
 *
 * @module
 */

/**
 * Marks a template literal as WGSL, for editors that highlight by tag. Returns the text as written: backslashes are kept, `${…}` is
 * filled in.
 */
export const wgsl: (strings: TemplateStringsArray, ...values: (string | number)[]) => string =
  String.raw;
