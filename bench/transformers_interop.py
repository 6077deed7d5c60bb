"""Checks that Transformers loads a folder that `albert pretrain` saved, and computes the same outputs.

    python bench/transformers_interop.py MODEL_FOLDER TEXT_FILE [LINES]

Requires torch, transformers, safetensors, and Deno in PATH (or DENO=path). It compares the token ids of AutoTokenizer and
`albert tokenize` on the lines of TEXT_FILE, and the logits of AlbertForPreTraining and of the CPU device, which `deno task golden`
computes for a folder with weights and a batch.
"""
import json, os, subprocess, sys, tempfile

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForPreTraining, AutoTokenizer

folder, text_file = sys.argv[1:3]
count = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
deno = os.environ.get("DENO", "deno")
root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")

lines = [line.strip() for line in open(text_file, encoding="utf-8", newline="\n") if line.strip()][:count]
tokenizer = AutoTokenizer.from_pretrained(folder)
theirs = [tokenizer(line, add_special_tokens=False).input_ids for line in lines]
ours = subprocess.run([deno, "task", "--quiet", "--cwd", root, "albert", "tokenize", "--vocab", os.path.abspath(folder)],
                      input="\n".join(lines) + "\n", capture_output=True, text=True, check=True).stdout
ours = [json.loads(line) for line in ours.splitlines()]
equal = sum(a == b for a, b in zip(ours, theirs))
print(f"ids: {equal} of {len(lines)} lines equal")

model, loading = AutoModelForPreTraining.from_pretrained(folder, output_loading_info=True, attn_implementation="eager")
model.eval()
print("missing keys:", sorted(loading["missing_keys"]), "unexpected keys:", sorted(loading["unexpected_keys"]))
batch = tokenizer(lines[:8], padding="max_length", truncation=True, max_length=64, return_tensors="pt",
                  return_token_type_ids=True)
labels = torch.full_like(batch["input_ids"], -100)
labels[:, 1] = batch["input_ids"][:, 1]
order = torch.zeros(len(batch["input_ids"]), dtype=torch.long)
with torch.no_grad():
    out = model(**batch, labels=labels, sentence_order_label=order)
with tempfile.TemporaryDirectory() as case:
    for name in ("config.json", "model.safetensors"):
        os.symlink(os.path.abspath(os.path.join(folder, name)), os.path.join(case, name))
    save_file({k: v.to(torch.int32).contiguous() for k, v in
               dict(batch, labels=labels, sentence_order_label=order).items()}, f"{case}/batch.safetensors")
    save_file({"prediction_logits": out.prediction_logits.contiguous(), "sop_logits": out.sop_logits.contiguous(),
               "loss": out.loss.reshape(1)}, f"{case}/expected.safetensors")
    subprocess.run([deno, "task", "--quiet", "--cwd", root, "golden", case, "--device", "cpu", "--output", f"{case}/out"],
                   check=False, stdout=subprocess.DEVNULL)
    actual = load_file(f"{case}/out/{os.path.basename(case)}/actual.safetensors")
for name, expected in (("prediction_logits", out.prediction_logits), ("sop_logits", out.sop_logits)):
    print(f"{name}: largest difference {(actual[name] - expected).abs().max().item():.2e}, "
          f"largest value {expected.abs().max().item():.2f}")
