/**
 * Table look-ups and their gradients.
 *
 * @module
 */
import {
  elementwiseFill,
  embeddingForward,
  embeddingGather,
  embeddingScatter,
  embeddingSegmentSum,
} from "../../../kernels/mod.ts";
import { type Device, type DeviceBuffer, whole } from "../../device/mod.ts";
import { type ScatterPlan, scatterPlan, type SegmentLevel } from "../scatter_plan.ts";
import type { Scope } from "../scope.ts";
import { matrixShape, temporaryTensor, type Tensor } from "../tensor.ts";

/** Uploads integers for the length of the recording. */
export function temporaryIntegers(
  device: Device,
  values: Uint32Array,
  label: string,
): DeviceBuffer {
  const buffer = device.temporary(values.length, "u32", label);
  device.write(whole(buffer), values);
  return buffer;
}

/**
 * `words[ids] + positions[0 … sequence) + types[typeIds]` for each token.
 *
 * @param words `[vocabulary, embedding]`
 * @param positions `[at least sequence, embedding]`
 * @param types `[type vocabulary, embedding]`
 * @param ids token ids, `[batch·sequence]` on the host
 * @param typeIds segment ids, likewise
 * @param paddingId word whose row gets no gradient from being looked up, as PyTorch's `padding_idx`
 * @returns `[batch·sequence, embedding]`
 * @throws {RangeError} for an id outside its table.
 */
export function embed(
  scope: Scope,
  words: Tensor,
  positions: Tensor,
  types: Tensor,
  ids: Uint32Array,
  typeIds: Uint32Array,
  sequence: number,
  paddingId?: number,
): Tensor {
  const { device, tape } = scope;
  const columns = words.shape[1];
  const rows = ids.length;
  const places = Uint32Array.from(ids, (_, i) => i % sequence);
  const plans: [Tensor, ScatterPlan][] = [
    [words, scatterPlan(ids, words.shape[0], paddingId)],
    [positions, scatterPlan(places, positions.shape[0])],
    [types, scatterPlan(typeIds, types.shape[0])],
  ];
  const out = temporaryTensor(device, [rows, columns], "embeddings");
  device.run(embeddingForward, {
    bindings: {
      words: words.view,
      positions: positions.view,
      types: types.view,
      ids: whole(temporaryIntegers(device, ids, "token ids")),
      type_ids: whole(temporaryIntegers(device, typeIds, "token type ids")),
      out: out.view,
    },
    uniforms: { rows, columns, sequence },
  });
  tape?.record(out, (gradient) => {
    for (const [table, plan] of plans) accumulateRows(device, gradient, table, plan);
  });
  return out;
}

/** Adds the rows of `gradient` to the rows of a table's gradient that the plan names. */
function accumulateRows(device: Device, gradient: Tensor, table: Tensor, plan: ScatterPlan): void {
  if (table.gradient === undefined) return;
  const columns = table.shape[1];
  const partial = temporaryTensor(
    device,
    [plan.partial.rows.length, columns],
    "embedding gradient sums",
  );
  const sum = (
    x: Tensor["view"],
    { segments, offsets, items, rows }: SegmentLevel,
    out: Tensor["view"],
    accumulate: boolean,
  ) =>
    device.run(embeddingSegmentSum, {
      bindings: {
        x,
        offsets: whole(temporaryIntegers(device, offsets, "segment offsets")),
        items: whole(temporaryIntegers(device, items, "segment items")),
        rows: whole(temporaryIntegers(device, rows, "segment rows")),
        out,
      },
      uniforms: { segments, columns },
      structural: { accumulate },
    });
  sum(gradient.view, plan.partial, partial.view, false);
  sum(partial.view, plan.final, table.gradient, true);
}

/**
 * Rows of a matrix by index.
 *
 * @param x `[rows, columns]`
 * @param indices distinct rows, on the host
 * @returns `[indices.length, columns]`
 */
export function gatherRows(scope: Scope, x: Tensor, indices: Uint32Array): Tensor {
  const { device, tape } = scope;
  const { columns } = matrixShape(x);
  const count = indices.length;
  const selected = temporaryIntegers(device, indices, "gathered rows");
  const out = temporaryTensor(device, [count, columns], "gather");
  device.run(embeddingGather, {
    bindings: { x: x.view, indices: whole(selected), out: out.view },
    uniforms: { count, columns, pitch: columns },
  });
  tape?.record(out, (gradient) => {
    const dx = temporaryTensor(device, x.shape, "gather gradient");
    device.run(elementwiseFill, {
      bindings: { out: dx.view },
      uniforms: { count: dx.view.length, value: 0 },
    });
    device.run(embeddingScatter, {
      bindings: { x: gradient.view, indices: whole(selected), out: dx.view },
      uniforms: { count, columns },
      structural: { accumulate: false },
    });
    tape.accumulate(x, dx);
  });
  return out;
}
