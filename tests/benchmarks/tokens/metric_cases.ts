/**
 * Random tag sequences: valid ones of IOB1, IOB2 and IOBES, and ones that break every scheme.
 *
 *     deno run tests/benchmarks/tokens/metric_cases.ts > cases.json
 *
 * writes them for `tests/fixtures/tokens/expected.py`.
 */
import { RandomStream } from "../../../src/tensor/random/mod.ts";

/** Correct and predicted tags of a few sentences. */
export interface MetricCase {
  readonly gold: readonly string[][];
  readonly predicted: readonly string[][];
}

const STREAM = 0x74616773;
const TYPES = ["PER", "LOC", "ORG", "MISC-X"];
const PREFIXES = ["BI", "BIES", "I", "BIES"];

/** Returns 500 cases. */
export function metricCases(): MetricCase[] {
  return Array.from({ length: 500 }, (_, i) => {
    const random = new RandomStream(11, STREAM, i);
    const draw = (count: number) => random.integer(count);
    const prefixes = PREFIXES[i % PREFIXES.length];
    const types = TYPES.slice(0, 1 + draw(TYPES.length));
    const tag = () =>
      draw(3) === 0 ? "O" : `${prefixes[draw(prefixes.length)]}-${types[draw(types.length)]}`;
    const gold = Array.from(
      { length: 1 + draw(4) },
      () => Array.from({ length: 1 + draw(12) }, tag),
    );
    // Between all correct and all random.
    const errors = draw(5);
    const predicted = gold.map((tags) => tags.map((one) => draw(4) < errors ? tag() : one));
    return { gold, predicted };
  });
}

if (import.meta.main) console.log(JSON.stringify(metricCases()));
