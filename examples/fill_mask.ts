/**
 * Fills masks with a saved model.
 *
 *     deno run -A examples/fill_mask.ts [FOLDER [TEXT…]]
 *
 * FOLDER is an ALBERT in the format of Hugging Face, such as a checkpoint of `albert pretrain` or a
 * download from the hub. By default, the program first trains a tiny model on examples/farm.txt. In
 * a few seconds, the model learns the order of sentences and which words are frequent.
 */
import { loadPretrained, openDevice } from "@albert-lab/albert";
import { pretrain } from "./training_loop.ts";

const [
  folder = await saveTinyModel("tiny-albert"),
  ...texts
] = Deno.args;
if (texts.length === 0) {
  texts.push("At night the cow sleeps in the [MASK].", "The [MASK] wakes up and moos.");
}

// Uses a graphics card that passes the self-test, otherwise the CPU.
const device = await openDevice({ device: "auto" });
const albert = await loadPretrained(folder, device);
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

/** Trains for a few seconds and writes the files that `loadPretrained` reads. */
async function saveTinyModel(path: string): Promise<string> {
  const device = await openDevice({ device: "cpu" });
  const text = await Deno.readTextFile(new URL("farm.txt", import.meta.url));
  const onLog = () => {};
  const files = await pretrain(device, { text, vocabSize: 105, steps: 120, onLog });
  await device.destroy();
  await Deno.mkdir(path, { recursive: true });
  for (const [name, content] of files) await Deno.writeFile(`${path}/${name}`, content);
  console.log(`Trained a tiny model and saved it in ${path}.\n`);
  return path;
}
