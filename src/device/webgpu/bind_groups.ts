/**
 * Bind groups, kept by what they bind: the same step binds the same memory, so that after the first step none is made.
 *
 * @module
 */

/** Bind groups of one generation: what was not asked for while so many others were is forgotten. */
const GENERATION = 8_192;

/** A cache of two generations: bounded, without bookkeeping per entry. */
export class BindGroups {
  #young = new Map<string, GPUBindGroup>();
  #old = new Map<string, GPUBindGroup>();

  get count(): number {
    return this.#young.size + this.#old.size;
  }

  /** The bind group known by `key`, made by `make` if there is none. */
  get(key: string, make: () => GPUBindGroup): GPUBindGroup {
    const known = this.#young.get(key);
    if (known !== undefined) return known;
    const group = this.#old.get(key) ?? make();
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, group);
    return group;
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
