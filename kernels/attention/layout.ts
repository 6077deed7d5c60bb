/**
 * How the operands of attention are stored: as columns of matrices with a row for each token.
 *
 * @module
 */

/** A matrix that a kernel writes. */
export interface Written {
  readonly name: string;
  readonly binding: string;
  /** Uniform of the matrix's first column in the binding; column 0 if absent. */
  readonly column?: string;
}

export const OUT: Written = { name: "out", binding: "out" };
export const DQUERY: Written = { name: "dquery", binding: "dquery" };
/** The gradients of keys and values are columns of one binding: a kernel cannot bind the same buffer twice to write it. */
export const DKEY: Written = { name: "dkey", binding: "dkey_dvalue" };
export const DVALUE: Written = {
  name: "dvalue",
  binding: "dkey_dvalue",
  column: "dvalue_column",
};

/** The uniform with the distance between the tokens of an operand. */
export function pitchOf(name: string): "pitch" | "out_pitch" {
  return name === "out" || name === "dout" ? "out_pitch" : "pitch";
}

/** The WGSL of the first column of a written matrix, to be added to an index. */
export function columnOf({ column }: Written): string {
  return column === undefined ? "" : ` + parameters.${column}`;
}
