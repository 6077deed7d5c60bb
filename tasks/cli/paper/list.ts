import { albertCommand } from "../common.ts";

/** `albert paper list` */
export default albertCommand()
  .description("The paper's tables and figures, what each asks, and what each costs at every size.")
  .example("What there is", "albert paper list")
  .action(async ({ json }) => {
    const { experimentList } = await import("./experiment_list.ts");
    const list = experimentList();
    if (json) return console.log(JSON.stringify(list, null, 2));
    for (const { id, title, question, costs } of list) {
      console.log(`${id.padEnd(10)} ${title}`);
      console.log(`           ${question}`);
      console.log(`           ${costs.map(({ preset, text }) => `${preset}: ${text}`).join("; ")}`);
    }
  });
