/**
 * What `albert predict fill-mask` does.
 *
 * @module
 */
import { openDevice } from "../../../src/device/mod.ts";
import { type FilledMask, loadPretrained } from "../../../src/model/mod.ts";
import { resolveCheckpoint } from "../../../src/train/disk.ts";
import type { FillMaskFlags } from "../predict.ts";
import { downloadProgress } from "../download_progress.ts";

/** Loads the checkpoint and prints the candidates of each mask. */
export async function predictFillMask(flags: FillMaskFlags, given?: string): Promise<void> {
  const device = await openDevice({ device: flags.device, blas: flags.blas });
  try {
    const folder = await resolveCheckpoint(flags.checkpoint, downloadProgress(flags));
    const albert = await loadPretrained(folder, device);
    for await (const text of texts(given)) {
      const masks = await albert.fillMask(text, flags.top);
      console.log(flags.json ? JSON.stringify({ text, masks }) : filledText(text, masks));
    }
    albert.free();
  } finally {
    await device.destroy();
  }
}

/** The text, and under it the candidates of each mask. */
export function filledText(text: string, masks: readonly FilledMask[]): string {
  const lines = masks.map((candidates) =>
    candidates
      .map(({ piece, probability }) =>
        `${piece.replace("▁", "")} ${(100 * probability).toFixed(1)}%`
      )
      .join("  ")
  );
  return [text, ...lines.map((line) => `  [MASK] ${line}`)].join("\n");
}

async function* texts(given: string | undefined): AsyncGenerator<string> {
  if (given !== undefined) {
    yield given;
    return;
  }
  const input = await new Response(Deno.stdin.readable).text();
  yield* input.split("\n").filter((line) => line.trim() !== "");
}
