/**
 * Fills masks.
 *
 *     deno run -A examples/fill_mask.ts [MODEL [TEXT…]]
 *
 * MODEL is albert-mini-books, which comes with the package and is the default, a folder in the format
 * of Hugging Face, such as a checkpoint of `albert pretrain`, or hf:OWNER/NAME.
 */
import { loadPretrained, openDevice } from "@albert-lab/albert";

const [model = "albert-mini-books", ...texts] = Deno.args;
if (texts.length === 0) {
  texts.push("I do not [MASK] what you mean.", "She opened the [MASK] and went into the house.");
}

// Uses a graphics card that passes the self-test, otherwise the CPU.
const device = await openDevice({ device: "auto" });
const albert = await loadPretrained(model, device);
for (const text of texts) {
  console.log(text);
  for (const candidates of await albert.fillMask(text, 4)) {
    const shown = candidates.map(({ piece, probability }) =>
      `${piece.replace("▁", "")} ${(100 * probability).toFixed(1)}%`
    );
    console.log(`  [MASK] ${shown.join("  ")}`);
  }
}
albert.free();
await device.destroy();
