"""Fine-tunes GLUE tasks here and in PyTorch, with the same weights and batches, and compares the loss of each step and the speed
(ours first).

    python bench/finetune_against_pytorch.py --checkpoint DIR --data glue --task cola --task mrpc

Requires Python with torch, transformers and safetensors, a checkpoint folder, and GLUE's official TSV files. Dropout is 0 and the rows
are not shuffled, so that both sides compute the same values except for the order of additions. Exits with code 1 if a loss differs by
more than --tolerance (relative).
"""

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

# Folder, text columns, label column, whether the file has a header, labels in the order of google-research/albert (None: regression).
TASKS = {
    "cola": ("CoLA", [3], 1, False, ["0", "1"]),
    "sst-2": ("SST-2", [0], 1, True, ["0", "1"]),
    "mrpc": ("MRPC", [3, 4], 0, True, ["0", "1"]),
    "sts-b": ("STS-B", [7, 8], 9, True, None),
    "rte": ("RTE", [1, 2], 3, True, ["entailment", "not_entailment"]),
    "mnli": ("MNLI", [8, 9], 11, True, ["contradiction", "entailment", "neutral"]),
}


def rows(data, task, count, split="train"):
    folder, texts, label, header, labels = TASKS[task]
    text = (Path(data) / folder / f"{split}.tsv").read_text(encoding="utf-8-sig")
    lines = text.split("\n")[1 if header else 0 :]
    for line in [line for line in lines if line][:count]:
        fields = line.split("\t")
        value = fields[label]
        yield [fields[t] for t in texts], labels.index(value) if labels else float(value)


def finetune(albert, task, checkpoint, output, options, *more):
    command = [*shlex.split(albert), "finetune", "glue", "--task", task, "--data", options.data]
    command += ["--checkpoint", str(checkpoint), "--output", str(output), "--device", options.device]
    command += ["--dropout", "0", "--classifier-dropout", "0", "--shuffle", "false", "--quiet"]
    command += ["--batch-size", str(options.batch_size), "--learning-rate", str(options.learning_rate)]
    command += ["--max-seq-length", str(options.max_seq_length), "--max-eval-samples", "8"]
    command += ["--logging-steps", "1", "--eval-steps", "1000000", *more]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class GoogleAdamW(torch.optim.Optimizer):
    """AdamW of google-research/albert (optimization.py): no bias correction, and weight decay of matrices and embeddings."""

    def __init__(self, named, rate):
        decayed = [p for n, p in named if p.dim() > 1]
        others = [p for n, p in named if p.dim() <= 1]
        super().__init__([{"params": decayed, "decay": 0.01}, {"params": others, "decay": 0.0}], {"lr": rate})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            parameters = group["params"]
            gradients = [p.grad for p in parameters]
            for p in parameters:
                if not self.state[p]:
                    self.state[p].update(m=torch.zeros_like(p), v=torch.zeros_like(p))
            m = [self.state[p]["m"] for p in parameters]
            v = [self.state[p]["v"] for p in parameters]
            torch._foreach_lerp_(m, gradients, 0.1)
            torch._foreach_mul_(v, 0.999)
            torch._foreach_addcmul_(v, gradients, gradients, 0.001)
            roots = torch._foreach_sqrt(v)
            torch._foreach_add_(roots, 1e-6)
            updates = torch._foreach_div(m, roots)
            torch._foreach_add_(updates, parameters, alpha=group["decay"])
            torch._foreach_add_(parameters, updates, alpha=-group["lr"])


def lay_out(tokenizer, batch, limit):
    """[CLS] A [SEP] B [SEP], truncated at the end of the longer text, or of B if both have the same length (google-research/albert).
    The fast tokenizers of Transformers truncate differently if the number of tokens to remove is odd."""
    ids, types = [], []
    for texts in batch:
        parts = [tokenizer(text, add_special_tokens=False).input_ids for text in texts]
        while sum(map(len, parts)) + len(parts) + 1 > limit:
            (parts[0] if len(parts) == 1 or len(parts[0]) > len(parts[1]) else parts[1]).pop()
        ids.append([tokenizer.cls_token_id] + [i for part in parts for i in part + [tokenizer.sep_token_id]])
        types.append([0] * (len(parts[0]) + 2) + [1 for part in parts[1:] for _ in range(len(part) + 1)])
    longest = max(map(len, ids))
    pad = lambda row, value: row + [value] * (longest - len(row))
    return {
        "input_ids": torch.tensor([pad(row, tokenizer.pad_token_id) for row in ids]),
        "token_type_ids": torch.tensor([pad(row, 0) for row in types]),
        "attention_mask": torch.tensor([pad([1] * len(row), 0) for row in ids]),
    }


def losses_in_pytorch(checkpoint, task, options):
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    model = AutoModelForSequenceClassification.from_pretrained(checkpoint).eval()
    # eval() disables dropout. The padding row of the embeddings and unused tensors have no gradient.
    optimizer = GoogleAdamW(list(model.named_parameters()), options.learning_rate)
    warmup = options.steps // 10
    examples = list(rows(options.data, task, options.steps * options.batch_size))
    regression = TASKS[task][4] is None
    losses, ends = [], []
    for step in range(options.steps):
        batch = examples[step * options.batch_size : (step + 1) * options.batch_size]
        inputs = lay_out(tokenizer, [texts for texts, _ in batch], options.max_seq_length)
        labels = torch.tensor([label for _, label in batch])
        logits = model(**inputs).logits
        if regression:
            loss = torch.nn.functional.mse_loss(logits[:, 0], labels.float())
        else:
            loss = torch.nn.functional.cross_entropy(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        decay = 1 - step / options.steps
        rate = options.learning_rate * (step / warmup if step < warmup else decay)
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        losses.append(loss.item())
        ends.append(time.time())
    return losses, ends


def compare(task, options):
    with tempfile.TemporaryDirectory() as folder:
        # A step with learning rate 0 writes a checkpoint with the new head and unchanged weights.
        start = Path(folder) / "start"
        finetune(options.albert, task, options.checkpoint, start, options, "--max-steps", "1", "--warmup-steps", "1")
        start = start / "checkpoints" / "step-1"
        run = Path(folder) / "run"
        warmup = str(options.steps // 10)
        finetune(options.albert, task, start, run, options, "--max-steps", str(options.steps), "--warmup-steps", warmup)
        events = [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]
        logged = [event for event in events if "loss" in event]
        ours = [event["loss"] for event in logged]
        theirs, ends = losses_in_pytorch(start, task, options)
        # The first step of each side includes preparations.
        ends_of_ours = [event["time"] for event in logged]
        rates = [(options.steps - 1) / (times[-1] - times[0]) for times in (ends_of_ours, ends)]
    assert len(ours) == len(theirs) == options.steps, (len(ours), len(theirs))
    worst = max(abs(a - b) / abs(b) for a, b in zip(ours, theirs))
    print(json.dumps({"task": task, "steps": options.steps, "worst_relative_difference": worst,
                      "first_loss": [ours[0], theirs[0]], "last_loss": [ours[-1], theirs[-1]],
                      "steps_per_second": rates}))
    return worst <= options.tolerance


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--data", required=True, help="folder with CoLA/, SST-2/, MRPC/ …")
    parser.add_argument("--task", action="append", choices=TASKS, required=True)
    parser.add_argument("--albert", default="deno task --quiet albert", help="command that runs the toolkit")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--max-seq-length", type=int, default=64)
    parser.add_argument("--learning-rate", type=float, default=1e-4)
    parser.add_argument("--tolerance", type=float, default=1e-3)
    options = parser.parse_args()
    sys.exit(0 if all([compare(task, options) for task in options.task]) else 1)


if __name__ == "__main__":
    main()
