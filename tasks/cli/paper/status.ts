import { albertCommand } from "../common.ts";

/** `albert paper status` */
export default albertCommand()
  .description("How far the runs in a folder are, while they go on or afterwards.")
  .option("--output <folder:string>", "The folder of paper run.", { required: true })
  .example("How far is it?", "albert paper status --output paper")
  .action(async ({ output, json }) => {
    const { paperStatus } = await import("../../paper/disk.ts");
    const status = await paperStatus(output);
    if (json) return console.log(JSON.stringify(status, null, 2));
    const { preset, counts, running, failed } = status;
    console.log(
      `${preset}: ${counts.done} of ${counts.jobs} jobs done, ${running.length} running, ${failed.length} failed, ${counts.open} open`,
    );
    for (const { label, step, steps } of running) {
      console.log(`running  ${label}${steps === null ? "" : `, step ${step} of ${steps}`}`);
    }
    for (const { label, error, log } of failed) {
      console.log(`failed   ${label}: ${error} (${output}/${log})`);
    }
  });
