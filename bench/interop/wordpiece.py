"""Compares WordPiece, cased and uncased, with the library `tokenizers` on lines of text.

    python bench/interop/wordpiece.py TEXT_FILE … [--lines 10000]

Requires the package tokenizers, and Deno in PATH (or DENO=path). The library trains each vocabulary on the text and saves it as
`vocab.txt` with a `tokenizer_config.json`, which `albert tokenize` reads. Exits with code 1 if the ids of a line differ.
"""
import argparse, json, os, subprocess, sys, tempfile
from pathlib import Path

from tokenizers import BertWordPieceTokenizer

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("text", nargs="+")
parser.add_argument("--lines", type=int, default=10_000)
parser.add_argument("--vocab-size", type=int, default=8_000)
options = parser.parse_args()

lines = [line for path in options.text for line in Path(path).read_text(encoding="utf-8").split("\n") if line.strip()]
# Samples lines evenly from the whole text.
lines = lines[:: max(len(lines) // options.lines, 1)][: options.lines]
program = Path(__file__).parents[2] / "tasks" / "cli.ts"
failed = False
for cased in (False, True):
    tokenizer = BertWordPieceTokenizer(lowercase=not cased, strip_accents=not cased)
    tokenizer.train(options.text, vocab_size=options.vocab_size, show_progress=False)
    with tempfile.TemporaryDirectory() as folder:
        tokenizer.save_model(folder)
        settings = {"do_lower_case": not cased, "tokenizer_class": "BertTokenizer"}
        Path(folder, "tokenizer_config.json").write_text(json.dumps(settings))
        command = [os.environ.get("DENO", "deno"), "task", "--quiet", "albert", "tokenize", "--vocab", folder]
        answer = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True, cwd=program.parents[1])
    if answer.returncode != 0:
        sys.exit(answer.stderr)
    ours = [json.loads(line) for line in answer.stdout.splitlines()]
    theirs = [encoding.ids for encoding in tokenizer.encode_batch(lines, add_special_tokens=False)]
    assert len(ours) == len(theirs), (len(ours), len(theirs))
    different = [i for i, pair in enumerate(zip(ours, theirs)) if pair[0] != pair[1]]
    kind = "cased" if cased else "uncased"
    print(f"{kind}: {len(lines) - len(different)} of {len(lines)} lines equal, {sum(map(len, theirs))} ids")
    for i in different[:3]:
        print(f"  {lines[i]!r}\n  ours   {ours[i]}\n  theirs {theirs[i]}")
    failed = failed or bool(different)
sys.exit(failed)
