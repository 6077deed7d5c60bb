// Command lines as they are typed, and as Cliffy gets them.
import { assertEquals, assertThrows } from "@std/assert";
import { dashes, normalizeLine } from "../../tasks/cli/command_line.ts";
import { buildProgram } from "../../tasks/cli/commands.ts";
import { UsageError } from "../../tasks/cli/errors.ts";

const program = await buildProgram([]);

const normalized = (line: string) =>
  normalizeLine(
    program,
    line.split(" ").filter((word) => word).map((word) => word.replace("''", "")),
  )
    .join(" ");

for (
  const [typed, cliffy] of [
    ["pretrain --data a b", "pretrain --data a --data b"],
    ["pretrain --data data config output", "pretrain --data data --data config --data output"],
    ["pretrain --data a --data b c --steps 3", "pretrain --data a --data b --data c --steps 3"],
    ["pretrain --data=a --eval-data -", "pretrain --data=a --eval-data -"],
    ["pretrain --max_seq_length 8 --output a_b", "pretrain --max-seq-length 8 --output a_b"],
    ["pretrain --learning-rate -1", "pretrain --learning-rate -1"],
    ["--seed 3 pretrain --data x y", "--seed 3 pretrain --data x --data y"],
    ["pretrain --data a b -- --data c_d", "pretrain --data a --data b -- --data c_d"],
    ["pretrain --steps 3 --help --data", "pretrain --help"],
    ["--device cpu predict fill-mask -h", "predict fill-mask -h"],
    ["--quiet --version", "--version"],
    ["predict fill-mask -1", "predict fill-mask -1"],
    ["help pretrain --quiet", "--quiet help pretrain"],
    ["completions bash --seed 3 --json", "--seed 3 --json completions bash"],
    ["vocab --quiet", "--quiet vocab"],
    ["--quiet", "--quiet"],
    ["", ""],
  ]
) {
  Deno.test(`"albert ${typed}" is "${cliffy}" to Cliffy`, () => {
    assertEquals(normalized(typed), cliffy);
  });
}

for (
  const [typed, message] of [
    ["pretrain --data", 'Missing value for option "--data".'],
    ["pretrain --data --steps 3", 'Missing value for option "--data".'],
    ["pretrain --data --dta 3", 'Missing value for option "--data".'],
    ["pretrain --output --resume", 'Missing value for option "--output".'],
    ["pretrain --init-from ''", 'The value of option "--init-from" is empty.'],
    ["pretrain --init-from=", 'The value of option "--init-from" is empty.'],
    ["pretrain --data a ''", 'The value of option "--data" is empty.'],
    ["report runs/a --opne", 'Unknown option "--opne". "albert report --help" lists the options.'],
  ]
) {
  Deno.test(`"albert ${typed}" is rejected`, () => {
    assertEquals(assertThrows(() => normalized(typed), UsageError).message, message);
  });
}

Deno.test("dashes() rewrites the name of an option and nothing else", () => {
  assertEquals(dashes("--max_seq_length"), "--max-seq-length");
  assertEquals(dashes("--output_dir=my_folder/a_b"), "--output-dir=my_folder/a_b");
  assertEquals(dashes("--learning-rate_min=1"), "--learning-rate-min=1");
  for (const word of ["my_file.txt", "-x_y", "--", "_", "--a b_c", "--_x", "___", "a=--b_c"]) {
    assertEquals(dashes(word), word);
  }
});
