import { assert, assertEquals } from "@std/assert";
import { listCases, readCase } from "../../tasks/golden/case.ts";
import { checkCase } from "../../tasks/golden/compare.ts";
import { testDevices } from "../support/devices.ts";
import { fileURLToPath } from "node:url";

const FIXTURES = fileURLToPath(new URL("../fixtures/golden", import.meta.url));
const SHARED = `${
  Deno.env.get("ALBERT_SHARED") ?? fileURLToPath(new URL("../../../shared", import.meta.url))
}/golden/cases`;

/** Fraction of the tolerance. PyTorch's own float32 error is a hundredth to a tenth of it. */
const FORWARD = 0.3;
/**
 * Twelve steps of LAMB amplify rounding: an element whose gradient almost cancels still moves by the learning rate, so the weight depends on the last bits
 * of the gradient. Here the full tolerance is allowed.
 */
const TRAJECTORY = 1;

const fixtures = await listCases(FIXTURES);
const shared = await listCases(SHARED).catch(() => {
  console.log(`${SHARED} does not exist; testing only the golden cases in tests/fixtures`);
  return [];
});
const known = new Set(fixtures.map(({ name }) => name));

for (const { name, path } of [...fixtures, ...shared.filter(({ name }) => !known.has(name))]) {
  testDevices(
    `golden case ${name} matches PyTorch in losses, logits, hidden states and all gradients`,
    async (device) => {
      const golden = await readCase(name, path);
      const { worstError, worstTensor, tensors } = await checkCase(device, golden);
      const bound = golden.trajectory === undefined ? FORWARD : TRAJECTORY;
      assert(worstError <= bound, `${worstError} of the tolerance at ${worstTensor}`);
      assertEquals([...golden.expected.keys()].filter((key) => !tensors.has(key)), []);
    },
  );
}
