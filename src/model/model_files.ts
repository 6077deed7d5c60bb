/**
 * Saves a trained model as the files of a Hugging Face folder.
 *
 * @module
 */
import { concatenate } from "../json/mod.ts";
import { type Tokenizer, withMaxLength } from "../text/mod.ts";
import { encodeSafetensors } from "../weights/mod.ts";
import { checkVocabularySize } from "./config.ts";
import { configToJson } from "./config_json.ts";
import { readTensors } from "./load.ts";
import { pretrainingArchitecture, type PretrainingModel } from "./pretraining.ts";

/**
 * Returns the files that {@linkcode loadPretrained} and transformers load, by name: configuration, weights and tokenizer. Nothing is written to disk.
 *
 * @param model the pretraining model or its encoder; its weights are read from the device after all recorded work
 * @param tokenizer the tokenizer of the training data
 * @throws {ConfigError} if the tokenizer has more pieces than the model
 *
 * @example Save a model
 * ```ts ignore
 * import { modelFiles } from "@albert-lab/albert";
 *
 * for (const [name, content] of await modelFiles(trainer.model, tokenizer)) {
 *   await Deno.writeFile(`folder/${name}`, content);
 * }
 * ```
 */
export async function modelFiles(
  model: Pick<PretrainingModel, "config" | "parameters">,
  tokenizer: Tokenizer,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  checkVocabularySize(tokenizer, model.config);
  const config = configToJson(model.config, [pretrainingArchitecture(model.config)]);
  const weights = encodeSafetensors(await readTensors(model.parameters), { format: "pt" });
  const files: [string, string | Uint8Array][] = [
    ["config.json", `${JSON.stringify(config, null, 2)}\n`],
    ...withMaxLength(
      new Map(Object.entries(tokenizer.toFiles())),
      model.config.maxPositionEmbeddings,
    ),
  ];
  const bytes = new Map([["model.safetensors", concatenate(weights)]]);
  for (const [name, content] of files) {
    bytes.set(
      name,
      typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content),
    );
  }
  return bytes;
}
