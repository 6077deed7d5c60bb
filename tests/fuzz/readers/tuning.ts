/** What tuning has found: whatever the file says, a run goes on, and measures anew where it cannot be used. */
import { sealedJson } from "../../../src/files/mod.ts";
import { TuningCache } from "../../../src/device/disk.ts";
import { chance, fuzzer } from "../fuzzer.ts";
import { mutateJson } from "../mutate_json.ts";
import { scratch } from "../scratch.ts";

const IDENTITY = { adapter: "llvmpipe", driver: "Mesa", version: "0.1.0" };
const FILE = {
  format: 1,
  identity: IDENTITY,
  choices: { "matmul 32x64x128": "register_tile_4x4", "softmax 512": "rows" },
};

export const tuningCache = fuzzer<string>({
  refusals: ["SyntaxError"],
  cost: 10,
  make: (random) => {
    const text = mutateJson(random, [FILE]);
    try {
      return chance(random, 20) ? text : sealedJson(JSON.parse(text));
    } catch {
      return text;
    }
  },
  read: async (text) => {
    const cache = new TuningCache(scratch("."), IDENTITY);
    await Deno.writeTextFile(cache.path, text);
    let ignored = "";
    const choices = await cache.read((sentence) => ignored = sentence);
    for (const variant of choices.values()) if (typeof variant !== "string") throw variant;
    if (ignored !== "") throw new SyntaxError(ignored); // the message for the user
  },
});
