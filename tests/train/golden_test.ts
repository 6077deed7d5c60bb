import { assert, assertEquals } from "@std/assert";
import { checkCase } from "../../tasks/golden/mod.ts";
import { listCases, readCase } from "../../tasks/golden/read_cases.ts";
import { testDevices } from "../support/devices.ts";
import { fileURLToPath } from "node:url";

const FIXTURES = fileURLToPath(new URL("../fixtures/golden", import.meta.url));
const SHARED = `${
  Deno.env.get("ALBERT_SHARED") ?? fileURLToPath(new URL("../../../shared", import.meta.url))
}/golden/cases`;

/** PyTorch's own float32 sits at a hundredth to a tenth of the tolerance, and so do we. */
const FORWARD = 0.3;
/**
 * Twelve steps of LAMB amplify rounding: an element whose gradient almost cancels still moves by the learning rate, so the last bits of its gradient are
 * seen in the weight. Here the tolerance itself is asked for.
 */
const TRAJECTORY = 1;

const fixtures = await listCases(FIXTURES);
const shared = await listCases(SHARED).catch(() => {
  console.log(`${SHARED} is absent: only the golden cases among the fixtures are computed`);
  return [];
});
const known = new Set(fixtures.map(({ name }) => name));

for (const { name, path } of [...fixtures, ...shared.filter(({ name }) => !known.has(name))]) {
  testDevices(
    `golden case ${name} equals PyTorch in losses, logits, hidden states and every gradient`,
    async (device) => {
      const golden = await readCase(name, path);
      const { worstError, worstTensor, tensors } = await checkCase(device, golden);
      const bound = golden.trajectory === undefined ? FORWARD : TRAJECTORY;
      assert(worstError <= bound, `${worstError} of the tolerance at ${worstTensor}`);
      assertEquals([...golden.expected.keys()].filter((key) => !tensors.has(key)), []);
    },
  );
}
