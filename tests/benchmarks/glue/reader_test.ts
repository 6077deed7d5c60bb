import { assertEquals, assertThrows } from "@std/assert";
import {
  checkDisjoint,
  describeMalformed,
  GlueFileError,
  glueTaskDefinition,
  readGlueFile,
} from "../../../src/benchmarks/glue/mod.ts";
import { sharedData } from "../../text/support/shared_data.ts";

const rte = glueTaskDefinition("rte");
const cola = glueTaskDefinition("cola");
const sts = glueTaskDefinition("sts-b");
const mnli = glueTaskDefinition("mnli");
const mrpc = glueTaskDefinition("mrpc");
const RTE_HEADER = "index\tsentence1\tsentence2\tlabel";

function throwsFileError(read: () => unknown, text: string): void {
  assertThrows(read, GlueFileError, text);
}

Deno.test("readGlueFile() preserves quotes, and ignores carriage returns and the last empty line", () => {
  const text = `${RTE_HEADER}\r\n0\tHe said "no.\tIt's "so" "\tentailment\r\n`;
  assertEquals(readGlueFile(rte, "train", text, "train.tsv"), {
    rows: [{ index: "0", texts: ['He said "no.', 'It\'s "so" "'], label: 0 }],
    malformed: [],
    unlabeled: [],
    quoted: false,
  });
});

Deno.test("readGlueFile() reads CoLA, which has no header", () => {
  const { rows } = readGlueFile(cola, "dev", "gj04\t1\t\tOne.\ngj04\t0\t*\tTwo.\n", "dev.tsv");
  assertEquals(rows.map(({ index, texts, label }) => [index, texts[0], label]), [
    ["0", "One.", 1],
    ["1", "Two.", 0],
  ]);
});

Deno.test("readGlueFile() reads the index of a test file, without label", () => {
  const { rows } = readGlueFile(cola, "test", "index\tsentence\n7\tOne.\n", "test.tsv");
  assertEquals(rows, [{ index: "7", texts: ["One."] }]);
});

Deno.test("readGlueFile() skips a byte-order mark", () => {
  const header = "\uFEFFQuality\t#1 ID\t#2 ID\t#1 String\t#2 String";
  const { rows } = readGlueFile(mrpc, "train", `${header}\n1\t1\t2\ta\tb\n`, "train.tsv");
  assertEquals(rows, [{ index: "0", texts: ["a", "b"], label: 1 }]);
});

Deno.test("MNLI's classes are in the order of google-research/albert, and both layouts have the label last", () => {
  const names = (more: string) =>
    `index\tpromptID\tpairID\tgenre\tb1\tb2\tp1\tp2\tsentence1\tsentence2\t${more}gold_label`;
  const fields = Array(8).fill("x").join("\t");
  const train = `${names("label1\t")}\n${fields}\ta\tb\tneutral\tcontradiction\n`;
  assertEquals(readGlueFile(mnli, "train", train, "t").rows[0].label, 0);
  const five = "label1\tlabel2\tlabel3\tlabel4\tlabel5\t";
  const dev = `${names(five)}\n${fields}\ta\tb\tx\tx\tx\tx\tx\tneutral\n`;
  assertEquals(readGlueFile(mnli, "dev", dev, "t").rows[0].label, 2);
  throwsFileError(
    () => readGlueFile(mnli, "train", dev, "train.tsv"),
    "train.tsv, line 1: this is a dev file of MNLI (16 columns); use train.tsv for training",
  );
});

Deno.test("malformed lines are skipped and reported", () => {
  const text = `${RTE_HEADER}\n0\ta\tb\tentailment\n1\ta b\tentailment\n\n3\tc\td\tentailment\n`;
  const { rows, malformed } = readGlueFile(rte, "train", text, "train.tsv");
  assertEquals(rows.map(({ index }) => index), ["0", "3"]);
  assertEquals(malformed.map(({ line, columns }) => [line, columns]), [[3, 3], [4, 1]]);
  assertEquals(
    describeMalformed("train.tsv", malformed),
    "train.tsv: 2 malformed lines skipped (line 3, 4): got 3 columns, expected 4",
  );
  assertEquals(describeMalformed("train.tsv", []), null);
  assertEquals(
    describeMalformed("test.tsv", malformed.slice(0, 1), false),
    "test.tsv: 1 malformed line (line 3): got 3 columns, expected 4",
  );
  const blank = readGlueFile(rte, "train", `${text}\n \n\r\n\n`, "train.tsv");
  assertEquals([blank.rows.length, blank.malformed.length], [rows.length, malformed.length]);
});

Deno.test("an unknown label is reported with file and line", () => {
  throwsFileError(
    () => readGlueFile(rte, "dev", `${RTE_HEADER}\n0\ta\tb\tneutral\n`, "dev.tsv"),
    'dev.tsv, line 2: label "neutral" is not valid for RTE, expected one of entailment, not_entailment',
  );
  const header = "index\tgenre\tfilename\tyear\told_index\ts1\ts2\tsentence1\tsentence2\tscore";
  throwsFileError(
    () => readGlueFile(sts, "dev", `${header}\n0\tx\tx\tx\tx\tx\tx\ta\tb\t5.5\n`, "dev.tsv"),
    'dev.tsv, line 2: label "5.5" is not valid for STS-B, expected a score from 0 to 5',
  );
});

Deno.test("files of other tasks, test files and empty files are rejected", () => {
  const sst = "sentence\tlabel\ngood\t1\n";
  throwsFileError(
    () => readGlueFile(rte, "dev", sst, "dev.tsv"),
    "expected a header of 4 columns for RTE",
  );
  throwsFileError(() => readGlueFile(cola, "dev", sst, "dev.tsv"), "no other line is valid");
  throwsFileError(
    () => readGlueFile(rte, "train", "index\tsentence1\tsentence2\n0\ta\tb\n", "test.tsv"),
    "test.tsv, line 1: this is a test file of RTE without labels",
  );
  throwsFileError(
    () => readGlueFile(rte, "test", `${RTE_HEADER}\n`, "dev.tsv"),
    "expected a header of 3 columns for RTE",
  );
  throwsFileError(() => readGlueFile(rte, "dev", "", "dev.tsv"), "dev.tsv is empty");
  throwsFileError(
    () => readGlueFile(rte, "dev", `${RTE_HEADER}\n`, "dev.tsv"),
    "no rows after the header",
  );
});

Deno.test("checkDisjoint() rejects a training file that contains the validation rows", () => {
  const rows = (...texts: string[]) => texts.map((text, i) => ({ index: `${i}`, texts: [text] }));
  checkDisjoint(rows("a", "b"), rows("b", "c"), "train.tsv", "dev.tsv");
  throwsFileError(
    () => checkDisjoint(rows("a", "b", "c"), rows("b", "c"), "train.tsv", "dev.tsv"),
    "train.tsv contains every row of dev.tsv",
  );
});

const glue = sharedData("data/glue");
const COUNTS = [
  ["cola", 8551, 1043],
  ["sst-2", 67349, 872],
  ["mrpc", 3668, 408],
  ["sts-b", 5749, 1500],
  ["rte", 2490, 277],
  ["wnli", 635, 71],
  ["qnli", 8999, 5463],
] as const;

Deno.test({
  name: "official files have the published numbers of rows, none malformed",
  ignore: glue === undefined,
  async fn() {
    for (const [name, train, dev] of COUNTS) {
      const task = glueTaskDefinition(name);
      for (const [kind, count] of [["train", train], ["dev", dev]] as const) {
        const file = `${glue}/${task.folder}/${kind}.tsv`;
        const { rows, malformed } = readGlueFile(task, kind, await Deno.readTextFile(file), file);
        assertEquals([name, kind, rows.length, malformed.length], [name, kind, count, 0]);
      }
    }
  },
});
