import { albertCommand } from "./common.ts";
import list from "./paper/list.ts";
import plan from "./paper/plan.ts";
import report from "./paper/report.ts";
import run from "./paper/run.ts";
import status from "./paper/status.ts";

/** `albert paper` */
export default albertCommand()
  .description(
    "The paper's tables and figures as experiments, at four sizes.\nRuns are done once, shared by all tables that need them, and go on after a kill.",
  )
  .command("list", list)
  .command("plan", plan)
  .command("run", run)
  .command("report", report)
  .command("status", status);
