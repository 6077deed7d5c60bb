import { EnumType } from "@cliffy/command";
import { PAPER_PRESET_NAMES } from "../../paper/mod.ts";
import { albertCommand } from "../common.ts";

/** Flags of `paper report`. */
export type PaperReportFlags = {
  output: string;
  preset?: string;
  results?: string;
  selection: "best" | "last";
  publish?: true;
  quiet?: true;
  json?: true;
};

/** `albert paper report` */
export default albertCommand()
  .description(
    "Draw what is done: every table and figure beside the paper's, and the findings.\nWrites report/index.html, README.md, and Markdown, CSV, LaTeX or SVG of each.",
  )
  .type("preset", new EnumType(PAPER_PRESET_NAMES))
  .type("selection", new EnumType(["best", "last"] as const))
  .option("--output <folder:string>", "The folder of paper run; report goes into it.", {
    required: true,
  })
  .option("--preset <name:preset>", "Whose kept results to draw, where the folder holds no runs.")
  .option("--results <folder:string>", "Kept results (docs/results/PRESET in a checkout).")
  .option("--selection <name:selection>", "Finetuned checkpoint: best on dev, or last.", {
    default: "best" as const,
  })
  .option("--publish", "Put Markdown and SVG beside the kept results too.")
  .example("Of a folder", "albert paper report --output paper")
  .example(
    "Of what is kept with the project",
    "albert paper report --preset nano --output paper",
  )
  .action(async (flags: PaperReportFlags) => {
    const { reportPaper } = await import("./report_paper.ts");
    await reportPaper(flags);
  });
