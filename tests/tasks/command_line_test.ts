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
    ["pretrain --lr 1 --output_dir=x", "pretrain --learning-rate 1 --output=x"],
    [
      "finetune glue --model_name_or_path m --num_train_epochs 2 --per_device_train_batch_size 8",
      "finetune glue --checkpoint m --epochs 2 --batch-size 8",
    ],
    ["finetune glue --task SST2 --output o", "finetune glue --task sst-2 --output o"],
    ["finetune glue --task_name=STSB", "finetune glue --task=sts-b"],
    ["finetune squad --task v1.1", "finetune squad --task 1.1"],
    ["evaluate squad --task=squad_v2", "evaluate squad --task=2.0"],
    ["--device GPU", "--device GPU"],
    ["doctor --device WebGPU", "doctor --device webgpu"],
    ["pretrain --learning-rate -1", "pretrain --learning-rate -1"],
    ["--seed 3 pretrain --data x y", "pretrain --seed 3 --data x --data y"],
    ["--json finetune --seed=0 glue --epochs 1", "finetune glue --json --seed=0 --epochs 1"],
    [
      "prepare --workers 1024 --validation-fraction 0",
      "prepare --workers 1024 --validation-fraction 0",
    ],
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
    ["embed a '' b", "An argument is empty; expected a text, a path or a name"],
    ["predict fill-mask -- ''", "An argument is empty; expected a text, a path or a name"],
    ["report runs/a --opne", 'Unknown option "--opne". "albert report --help" lists the options.'],
    [
      "finetune glue --fp16",
      'Unknown option "--fp16". Use --precision f16.',
    ],
    ["tokenize --fp16", 'Unknown option "--fp16". "albert tokenize --help" lists the options.'],
    [
      "finetune glue --load_best_model_at_end",
      'Unknown option "--load-best-model-at-end". The best checkpoint is always kept.',
    ],
    [
      "pretrain --load_best_model_at_end true",
      'Unknown option "--load-best-model-at-end". Use --keep-best.',
    ],
    ["pretrain --num_train_epochs 3", 'Unknown option "--num-train-epochs". Use --steps.'],
    [
      "finetune glue --learning-rtae 1",
      'Unknown option "--learning-rtae". Did you mean option "--learning-rate"?',
    ],
    [
      "finetune glue --decay=1",
      'Unknown option "--decay". Did you mean option "--weight-decay"?',
    ],
    ["train --data a", 'Unknown command "train". Did you mean command "pretrain" or "finetune"?'],
    ["evalaute glue", 'Unknown command "evalaute". Did you mean command "evaluate"?'],
    ["swim", 'Unknown command "swim". "albert --help" lists the commands.'],
    ["finetune cola", 'Unknown command "cola". "albert finetune --help" lists the commands.'],
    ["finetune mnli", 'Unknown command "mnli". Did you mean command "glue"?'],
    [
      "finetune glue --task colla",
      '--task must be one of cola, sst-2, mrpc, sts-b, qqp, mnli, qnli, rte, wnli (got "colla")',
    ],
    ["prepare --workers -1", "--workers must be from 0 to 1024 (got -1)"],
    ["vocab train --workers=1e9", "--workers must be from 0 to 1024 (got 1e9)"],
    [
      "pretrain --dataloader_num_workers 1025",
      "--dataloader-num-workers must be from 0 to 1024 (got 1025)",
    ],
    [
      "prepare --validation-fraction 1",
      "--validation-fraction must be at least 0 and less than 1 (got 1)",
    ],
    ["pretrain --dropout 1", "--dropout must be at least 0 and less than 1 (got 1)"],
    ["--seed 1e17 data stats", "--seed must be from 0 to 9007199254740991 (got 1e17)"],
    ["--seed -1 data stats", "--seed must be at least 0 (got -1)"],
    ["finetune text --max-train-samples -1", "--max-train-samples must be at least 1 (got -1)"],
    ["finetune text --max_length 0", "--max-seq-length must be at least 3 (got 0)"],
    ["evaluate text --batch-size 0", "--batch-size must be at least 1 (got 0)"],
    ["data show --count 0", "--count must be at least 1 (got 0)"],
    ["data --device tpu stats", '--device must be one of auto, webgpu, cpu (got "tpu")'],
    ["doctor --device=tpu", '--device must be one of auto, webgpu, cpu (got "tpu")'],
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
