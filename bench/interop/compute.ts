/**
 * Runs models that Transformers saved, for `bench/interop/heads.py` and `bench/interop/minilm.py`.
 *
 *     deno run -A bench/interop/compute.ts heads FOLDER-OF-CASES [DEVICE]
 *     deno run -A bench/interop/compute.ts sentences MODEL-FOLDER [DEVICE] < lines
 *
 * `heads` writes the outputs of all heads of each case (a model folder with `batch.safetensors`) to `actual.safetensors`, and
 * the model in our format to `ours/`. `sentences` prints the sentence embedding of each line as JSON: the normalized mean of
 * the last hidden states.
 */
import { type Device, openDevice } from "../../src/device/mod.ts";
import { loadPretrained } from "../../src/inference/mod.ts";
import {
  classifierLogits,
  Encoder,
  loadWeights,
  maskedLanguageLogits,
  Parameters,
  sentenceOrderLogits,
  spanLogits,
} from "../../src/model/mod.ts";
import type { Tensor } from "../../src/tensor/mod.ts";
import { encoderParts, headsOf, type ModelHead } from "../../src/train/mod.ts";
import { convertFolder, readModelFolder, readSafetensors } from "../../src/train/disk.ts";
import { encodeSafetensors, toInt32, type WritableTensor } from "../../src/weights/mod.ts";

/** An output tensor, whose rows may be padded. */
interface Output {
  readonly tensor: Pick<Tensor, "view">;
  readonly columns: number;
  readonly pitch: number;
}

async function computeHeads(device: Device, folder: string): Promise<Map<string, WritableTensor>> {
  const { config, weights } = await readModelFolder(folder);
  const { tensors } = await readSafetensors(`${folder}/batch.safetensors`);
  const integers = (name: string) => Uint32Array.from(toInt32(name, tensors.get(name)!));
  const [batch, sequence] = tensors.get("input_ids")!.shape;
  const mask = integers("attention_mask");
  const input = {
    batch,
    sequence,
    inputIds: integers("input_ids"),
    tokenTypeIds: integers("token_type_ids"),
    lengths: Uint32Array.from(
      { length: batch },
      (_, example) =>
        mask.subarray(example * sequence, (example + 1) * sequence).reduce((sum, one) => sum + one),
    ),
  };
  const heads = headsOf(config, weights);
  const specs = [...encoderParts(config, weights), ...heads.flatMap(({ specs }) => specs)];
  const parameters = new Parameters(device, specs, { trainable: false });
  try {
    const { missing, unexpected } = loadWeights(parameters, weights);
    if (missing.length + unexpected.length > 0) {
      throw new Error(`${folder}: ${[...missing.map(({ name }) => name), ...unexpected]}`);
    }
    const encoder = new Encoder(config, parameters);
    const scope = { device };
    const output = encoder.forward(scope, input);
    const outputs = new Map<string, Output>();
    const add = (name: string, tensor: Tensor) => {
      const columns = tensor.shape.at(-1)!;
      outputs.set(name, { tensor, columns, pitch: columns });
    };
    output.hiddenStates.forEach((state, i) => add(`hidden.${i}`, state));
    const pooled = specs.some(({ name }) => name.includes(".pooler."))
      ? encoder.pool(scope, output, input)
      : null;
    if (pooled !== null) add("pooler_output", pooled);
    const compute: Record<ModelHead, () => void> = {
      "masked language": () => {
        const everyToken = Uint32Array.from(input.inputIds.keys());
        const logits = maskedLanguageLogits(scope, encoder, output.sequenceOutput, everyToken);
        outputs.set("prediction_logits", { tensor: logits, ...logits });
      },
      pair: () => add("pair_logits", sentenceOrderLogits(scope, encoder, pooled!)),
      classifier: () => {
        const [labels] = weights.tensors.get("classifier.weight")!.shape;
        add("logits", classifierLogits(scope, encoder, pooled!, labels));
      },
      span: () => add("span_logits", spanLogits(scope, encoder, output.sequenceOutput, batch)),
      "paper's SQuAD 2.0": () => {
        throw new Error("Transformers has no class for the paper's SQuAD 2.0 head");
      },
    };
    for (const { head } of heads) compute[head]();
    const read = await Promise.all(
      [...outputs.values()].map(({ tensor }) => device.read(tensor.view) as Promise<Float32Array>),
    );
    return new Map([...outputs].map(([name, { columns, pitch }], i) => {
      const rows = Math.ceil(read[i].length / pitch);
      const data = new Float32Array(rows * columns);
      for (let row = 0; row < rows; row++) {
        data.set(read[i].subarray(row * pitch, row * pitch + columns), row * columns);
      }
      return [name, { shape: [rows, columns], data }];
    }));
  } finally {
    parameters.free();
  }
}

async function heads(device: Device, folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    const at = `${folder}/${name}`;
    const actual = encodeSafetensors(await computeHeads(device, at));
    await Deno.writeFile(`${at}/actual.safetensors`, ReadableStream.from(actual));
    await convertFolder(at, `${at}/ours`);
  }
}

async function sentences(device: Device, folder: string): Promise<void> {
  const model = await loadPretrained(folder, device);
  const text = await new Response(Deno.stdin.readable).text();
  for (const line of text.split("\n").filter((line) => line !== "")) {
    const tokens = model.tokenizer.encodePair(line).ids.length;
    console.log(JSON.stringify({ tokens, embedding: [...await model.embed(line)] }));
  }
  model.free();
}

if (import.meta.main) {
  const [what, folder, kind = "cpu"] = Deno.args;
  const device = await openDevice({ device: kind as "auto" | "webgpu" | "cpu" });
  try {
    await (what === "heads" ? heads : sentences)(device, folder);
  } finally {
    await device.destroy();
  }
  Deno.exit();
}
