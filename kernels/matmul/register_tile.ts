/**
 * The generated lines of a register tile: the sums that one invocation accumulates, four k per step. WGSL has no arrays in registers,
 * so every sum has a name.
 *
 * @module
 */
import type { Structural } from "../kernel.ts";
import { range } from "../wgsl.ts";

const COMPONENTS = ["x", "y", "z", "w"] as const;

/**
 * Names of a tile of `rows` rows and `vectors` groups of four columns:
 *
 * - `c_{r}_{v}`: the sums of row `r`, group `v`;
 * - `b_{i}_{v}`: group `v` of op(B) at the step's `i`-th k; if B is transposed, transposed from `column_b_{j}_{v}`, four k of its `j`-th column;
 * - `x_{r}`: the step's four k of row `r` of op(A), or `x_{r}_{i}`, one by one, if A is transposed;
 * - `row_sum_{q}`: the sums of the rows `4·q … 4·q + 3` of op(A).
 */
export class RegisterTile {
  readonly rows: readonly number[];
  readonly vectors: readonly number[];
  /** Numbers of the groups of four rows. */
  readonly fours: readonly number[];
  constructor(rows: number, vectors: number, readonly structural: Structural) {
    this.rows = range(rows);
    this.vectors = range(vectors);
    this.fours = range(rows / 4);
  }

  /** The sums; `zero` is an expression for the four zeros of row `r`, group `v`. */
  sums(zero: (r: number, v: number) => string = () => "vec4f()"): string[] {
    return this.rows.map((r) =>
      this.vectors.map((v) => `var c_${r}_${v} = ${zero(r, v)};`).join(" ")
    );
  }

  /**
   * B in rows; `load` reads four columns at the `i`-th k, or four k of the `i`-th column if B is transposed. `order` is the order of the
   * loads.
   */
  loadsOfB(load: (i: number, v: number) => string, order: readonly number[] = FOUR): string[] {
    const lines: string[] = [];
    const name = this.structural.transpose_b ? "column_b" : "b";
    for (const v of this.vectors) {
      for (const i of order) lines.push(`let ${name}_${i}_${v} = ${load(i, v)};`);
      if (!this.structural.transpose_b) continue;
      for (const i of FOUR) {
        const parts = FOUR.map((j) => `column_b_${j}_${v}.${COMPONENTS[i]}`);
        lines.push(`let b_${i}_${v} = vec4f(${parts.join(", ")});`);
      }
    }
    return lines;
  }

  /** The products of a step, added in the order of k; `take` returns a component of the step's `number`-th group of A. */
  products(take: (number: number, component: string) => string): string[] {
    // Row by row, and group by group within a row, so that few registers are live at a time.
    return this.rows.flatMap((r) => [
      ...this.#elements(r, take),
      ...this.vectors.map((v) => FOUR.map((i) => this.#product(r, v, i)).join(" ")),
    ]);
  }

  /**
   * The same products, each sum in the same order, for compilers of GPUs, which load four neighbors into four neighboring registers: the
   * last uses of a group of four follow each other, so that the next group fits its registers, and nothing is moved to make room.
   */
  productsByGroup(take: (number: number, component: string) => string): string[] {
    const { transpose_a, transpose_b } = this.structural;
    if (transpose_a) {
      // A group has one k of four rows.
      return this.fours.flatMap((q) => {
        const rows = FOUR.map((r) => 4 * q + r);
        return [
          ...rows.flatMap((r) => this.#elements(r, take)),
          ...FOUR.flatMap((i) =>
            rows.map((r) => this.vectors.map((v) => this.#product(r, v, i)).join(" "))
          ),
        ];
      });
    }
    if (!transpose_b) return this.products(take);
    // A group has four k of one column. The last row finishes column by column.
    const last = this.rows.length - 1;
    const columns = this.vectors.flatMap((v) =>
      FOUR.map((j) =>
        FOUR.map((i) => {
          const b = `column_b_${j}_${v}.${COMPONENTS[i]}`;
          return `c_${last}_${v}.${COMPONENTS[j]} += ${this.#x(last, i)} * ${b};`;
        }).join(" ")
      )
    );
    return [
      ...this.products(take).slice(0, last * (1 + this.vectors.length)),
      ...this.#elements(last, take),
      ...columns,
    ];
  }

  /** The sums of the rows of op(A), all zero. */
  rowSums(): string[] {
    return this.fours.map((q) => `var row_sum_${q} = vec4f();`);
  }

  /** Adds a step's elements of op(A) to the sums of its rows, in the order of k; `take` as for {@linkcode products}. */
  rowAdditions(take: (number: number, component: string) => string): string[] {
    return FOUR.flatMap((i) =>
      this.fours.map((q) => {
        const parts = FOUR.map((r) => take(4 * q + r, `.${COMPONENTS[i]}`));
        const group = this.structural.transpose_a
          ? take(i * this.fours.length + q, "")
          : `vec4f(${parts.join(", ")})`;
        return `row_sum_${q} += ${group};`;
      })
    );
  }

  /** Declares the step's four elements of row `r` of op(A). */
  #elements(r: number, take: (number: number, component: string) => string): string[] {
    if (!this.structural.transpose_a) return [`let x_${r} = ${take(r, "")};`];
    return FOUR.map((i) => {
      const number = i * this.rows.length / 4 + Math.floor(r / 4);
      return `let x_${r}_${i} = ${take(number, `.${COMPONENTS[r % 4]}`)};`;
    });
  }

  /** Adds the product at the step's `i`-th k to the sums of row `r`, group `v`. */
  #product(r: number, v: number, i: number): string {
    return `c_${r}_${v} += ${this.#x(r, i)} * b_${i}_${v};`;
  }

  #x(r: number, i: number): string {
    return this.structural.transpose_a ? `x_${r}_${i}` : `x_${r}.${COMPONENTS[i]}`;
  }

  /**
   * Stores the sums row by row: the first `rows` rows, and of the columns from `first_{v}` on those below `n`. Vectors are written whole
   * if every row of C is aligned to four elements.
   */
  stores(aligned: boolean): string[] {
    const { bias } = this.structural;
    const lines: string[] = [];
    for (const v of bias ? this.vectors : []) {
      const values = FOUR.map((j) => `bias[min(first_${v} + ${j}u, n - 1)]`).join(", ");
      lines.push(`let bias_${v} = ${aligned ? `bias[first_${v} / 4]` : `vec4f(${values})`};`);
    }
    for (const r of this.rows) {
      lines.push(`if (${r}u < rows) {`);
      for (const v of this.vectors) {
        const product = `alpha * c_${r}_${v}${bias ? ` + bias_${v}` : ""}`;
        const index = `start + ${r} * ldc + first_${v}`;
        lines.push(`  finish_four(${index}, first_${v}, n, ${product});`);
      }
      lines.push("}");
    }
    return lines;
  }
}

const FOUR = range(4);
