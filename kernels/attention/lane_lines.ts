/**
 * The generated lines of the attention kernels for CPU adapters. WGSL has no arrays in registers, so every group of four elements of a
 * vector has a name: `name_{owned token}_{group}` if a lane owns it, `name_{group}` if it is broadcast.
 *
 * @module
 */
import { range } from "../wgsl.ts";
import type { LaneKernel, LaneShape } from "./lanes.ts";
import { columnOf, DKEY, DQUERY, DVALUE, OUT, pitchOf, type Written } from "./layout.ts";
import * as texts from "./lanes.wgsl.ts";

/** Lines by their name in a template. */
export type LaneLines = Readonly<Record<string, readonly string[]>>;

const COMPONENTS = ["x", "y", "z", "w"] as const;

class Lines {
  readonly #groups: readonly number[];
  readonly #owned: readonly number[];
  readonly #lanes: number;

  constructor({ groups, lanes, owned }: LaneShape) {
    this.#groups = range(groups);
    this.#owned = range(owned);
    this.#lanes = lanes;
  }

  /**
   * Rows of the owned tokens, and their vectors: variables, since the driver would otherwise load constant values again in every iteration.
   */
  own(names: readonly string[]): string[] {
    return this.#owned.flatMap((r) => [
      `let own_${r} = place.first_token + min(own + ${r}u, sequence - 1u);`,
      ...names.flatMap((name) =>
        this.#groups.map((c) =>
          `var ${name}_${r}_${c} = textureLoad(${name}, texel_of(own_${r}, place.texel + ${c}u));`
        )
      ),
    ]);
  }

  /** Sums of the owned tokens, all zero. */
  results(names: readonly string[]): string[] {
    return names.flatMap((name) =>
      this.#owned.map((r) => this.#groups.map((c) => `var ${name}_${r}_${c} = vec4f();`).join(" "))
    );
  }

  /** The vector of the token in texture row `row`, broadcast to all lanes. */
  passing(name: string): string[] {
    const parts = range(Math.ceil(this.#groups.length / this.#lanes)).map((part) => {
      const group = `min(${part * this.#lanes}u + lane, GROUPS - 1u)`;
      return `let ${name}_part_${part} = textureLoad(${name}, texel_of(row, place.texel + ${group}));`;
    });
    const broadcasts = this.#groups.map((c) => {
      const part = `${name}_part_${Math.floor(c / this.#lanes)}`;
      return `let ${name}_${c} = subgroupBroadcast(${part}, ${c % this.#lanes}u);`;
    });
    return [...parts, ...broadcasts];
  }

  /** `sum_{r}`: dot products of each owned token's vector with the broadcast one. */
  products(sum: string, own: string, passing: string): string[] {
    return [
      ...this.#owned.map((r) => `var ${sum}_${r} = 0.0;`),
      ...this.#groups.map((c) =>
        this.#owned.map((r) => `${sum}_${r} += dot(${own}_${r}_${c}, ${passing}_${c});`).join(" ")
      ),
    ];
  }

  /** Adds the broadcast vector to the owned sums, times the owned token's component of `factor`. */
  sums(result: string, factor: string, passing: string): string[] {
    return this.#groups.map((c) =>
      this.#owned.map((r) => `${result}_${r}_${c} += ${factor}.${COMPONENTS[r]} * ${passing}_${c};`)
        .join(" ")
    );
  }

  /** Multiplies the owned sums by the owned token's component of `factor`. */
  shrink(result: string, factor: string): string[] {
    return this.#owned.map((r) =>
      this.#groups.map((c) => `${result}_${r}_${c} *= ${factor}.${COMPONENTS[r]};`).join(" ")
    );
  }

  /** Stores the owned sums of existing tokens; `value` returns the expression to store. */
  stores(
    written: readonly Written[],
    value: (r: number, sum: string) => string,
    more: (r: number) => readonly string[] = () => [],
  ): string[] {
    return this.#owned.flatMap((r) => [
      `if (own + ${r}u < sequence) {`,
      ...written.flatMap((matrix) => {
        const { name, binding } = matrix;
        const start = `own_${r} * parameters.${pitchOf(name)}${columnOf(matrix)}`;
        return this.#groups.map((c) =>
          `  ${binding}[(${start}) / 4u + place.texel + ${c}u] = ${value(r, `${name}_${r}_${c}`)};`
        );
      }),
      ...more(r),
      "}",
    ]);
  }
}

const rowOf = (r: number) => `place.head * sequence + own + ${r}u`;

/** For owned queries: which of the keys first … first + 3 each of them keeps. */
function masks({ owned }: LaneShape, first: string): string[] {
  return range(owned).map((r) => `let kept_${r} = kept_four(${rowOf(r)}, ${first});`);
}

/** One expression for each owned token, as arguments of a vector. */
function eachOwn({ owned }: LaneShape, expression: (r: number) => string): string {
  return range(owned).map(expression).join(", ");
}

/** `attention.forward`. */
export const LANES_FORWARD: LaneKernel = {
  text: texts.forward,
  textures: ["query", "key", "value"],
  values: (shape) => ({ scores: eachOwn(shape, (r) => `score_${r}`) }),
  lines(shape) {
    const lines = new Lines(shape);
    return {
      own: lines.own(["query"]),
      results: lines.results(["out"]),
      keys: lines.passing("key"),
      products: lines.products("score", "query", "key"),
      shrink: lines.shrink("out", "factor"),
      masks: [
        ...masks(shape, "first + j"),
        ...COMPONENTS.map((component, t) => {
          const kept = eachOwn(shape, (r) => `kept_${r}.${component}`);
          const weight = `parameters.keep_scale * scores[j + ${t}u]`;
          return `scores[j + ${t}u] = select(Value(0.0), ${weight}, vec${shape.owned}(${kept}));`;
        }),
      ],
      values: lines.passing("value"),
      sums: lines.sums("out", "weight", "value"),
      stores: lines.stores(
        [OUT],
        (r, sum) => `${sum} / total.${COMPONENTS[r]}`,
        (r) => [`  log_sum_exp[${rowOf(r)}] = lse.${COMPONENTS[r]};`],
      ),
    };
  },
};

/** Arguments of the vectors that both backward kernels compute for the owned tokens. */
function backwardValues(shape: LaneShape): Record<string, string> {
  return {
    scores: eachOwn(shape, (r) => `score_${r}`),
    gradients: eachOwn(shape, (r) => `gradient_${r}`),
  };
}

/** `attention.backward_query`. */
export const LANES_BACKWARD_QUERY: LaneKernel = {
  text: texts.backwardQuery,
  textures: ["query", "key", "value", "dout"],
  values: (shape) => ({
    ...backwardValues(shape),
    kept: eachOwn(shape, (r) => `kept_${r}[j]`),
  }),
  lines(shape) {
    const lines = new Lines(shape);
    const statistic = (offset: number) =>
      eachOwn(
        shape,
        (r) =>
          `statistics[2u * (place.head * sequence + min(own + ${r}u, sequence - 1u)) + ${offset}u]`,
      );
    return {
      own: lines.own(["query", "dout"]),
      statistics: [
        `let log_sum_exp = Value(${statistic(0)});`,
        `let delta = Value(${statistic(1)});`,
      ],
      results: lines.results(["dquery"]),
      masks: masks(shape, "first"),
      keys: [...lines.passing("key"), ...lines.passing("value")],
      products: [
        ...lines.products("score", "query", "key"),
        ...lines.products("gradient", "dout", "value"),
      ],
      sums: lines.sums("dquery", "slope", "key"),
      stores: lines.stores([DQUERY], (_, sum) => sum),
    };
  },
};

/** `attention.backward_key`. */
export const LANES_BACKWARD_KEY: LaneKernel = {
  text: texts.backwardKey,
  textures: ["query", "key", "value", "dout"],
  values: (shape) => ({ ...backwardValues(shape), offsets: eachOwn(shape, (r) => `${r}u`) }),
  lines(shape) {
    const lines = new Lines(shape);
    return {
      own: lines.own(["key", "value"]),
      results: lines.results(["dkey", "dvalue"]),
      queries: [...lines.passing("query"), ...lines.passing("dout")],
      products: [
        ...lines.products("score", "key", "query"),
        ...lines.products("gradient", "value", "dout"),
      ],
      sums: [...lines.sums("dkey", "slope", "query"), ...lines.sums("dvalue", "weight", "dout")],
      stores: lines.stores(
        [DKEY, DVALUE],
        (r, sum) => `select(vec4f(), ${sum}, inside.${COMPONENTS[r]})`,
      ),
    };
  },
};
