import { Command } from "@cliffy/command";

/** `bench peers` */
export default new Command()
  .description("Matrix products here and in other libraries, interleaved: medians and ratios.")
  .option("--only <text:string>", "Products whose name contains it.")
  .option("--rounds <n:integer>", "How often each runs.", { default: 3 })
  .option("--python <path:string>", "A Python that has PyTorch.", { default: "python3" })
  .option("--json", "Print one JSON object.")
  .example("Beside jax-js and PyTorch at 1024³", "deno task bench peers --only matmul_1024")
  .action(async ({ only, rounds, python, json }) => {
    const { benchPeers, peersTable } = await import("../../bench/peers.ts");
    const report = await benchPeers({
      only,
      rounds,
      python,
      onResult: ({ product }) => console.error(`${product} done`),
    });
    console.log(json ? JSON.stringify(report, null, 2) : peersTable(report));
  });
