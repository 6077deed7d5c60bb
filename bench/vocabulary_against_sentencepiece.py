"""Compares `albert vocab train` with Google's sentencepiece, with the same settings and text.

Requires Python with sentencepiece, and Deno. For example, in the root of the repository:

    python bench/vocabulary_against_sentencepiece.py --input 'books/*.txt' --held-out 'wiki/*'

Cleans the text as ALBERT does, trains a vocabulary with each, segments the held-out text with both
models in sentencepiece, and prints one JSON object: bits per character (minus the sum of the scores
of the best segmentations / ln 2 / characters), seconds of training, the ratios ours / theirs, the
number of shared pieces, and the number of lines that `albert tokenize` encodes differently.
"""

import argparse
import glob
import json
import math
import pathlib
import shlex
import subprocess
import tempfile
import time
import unicodedata

import sentencepiece

USER_DEFINED = ["(", ")", '"', "-", ".", "–", "£", "€"]


def clean(line: str) -> str:
    """ALBERT's cleaning (google-research/albert, tokenization.py)."""
    line = " ".join(line.split()).replace("``", '"').replace("''", '"')
    line = unicodedata.normalize("NFKD", line)
    return "".join(c for c in line if not unicodedata.combining(c)).lower()


def write_clean(patterns: list[str], path: pathlib.Path) -> list[str]:
    lines = []
    for pattern in patterns:
        for name in sorted(glob.glob(pattern)):
            # Split at line feeds only, as both trainers do.
            text = pathlib.Path(name).read_bytes().decode()
            lines += [cleaned for line in text.split("\n") if (cleaned := clean(line))]
    if not lines:
        raise SystemExit(f"No text in {patterns}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return lines


def bits_per_character(model: pathlib.Path, lines: list[str]) -> float:
    processor = sentencepiece.SentencePieceProcessor(model_file=str(model))
    # The score of an unknown piece in segmentation: 10 below that of the least likely normal piece.
    normal = range(5 + len(USER_DEFINED), processor.get_piece_size())
    unknown = min(processor.get_score(i) for i in normal) - 10
    nats = 0.0
    for ids in processor.encode(lines):
        nats -= sum(unknown if i == 1 else processor.get_score(i) for i in ids)
    return nats / math.log(2) / sum(map(len, lines))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--input", nargs="+", required=True, help="training text")
    parser.add_argument("--held-out", nargs="+", required=True, help="text for the evaluation")
    parser.add_argument("--vocab-size", type=int, default=8000)
    parser.add_argument("--character-coverage", type=float, default=0.9995)
    parser.add_argument("--albert", default="deno task albert", help="how to run the command")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        text = folder / "text.txt"
        write_clean(options.input, text)
        held_out_path = folder / "held_out.txt"
        held_out = write_clean(options.held_out, held_out_path)

        start = time.perf_counter()
        sentencepiece.SentencePieceTrainer.train(
            input=str(text),
            model_prefix=str(folder / "theirs"),
            vocab_size=options.vocab_size,
            character_coverage=options.character_coverage,
            normalization_rule_name="identity",
            max_sentence_length=2**30,
            pad_id=0,
            unk_id=1,
            bos_id=-1,
            eos_id=-1,
            control_symbols=["[CLS]", "[SEP]", "[MASK]"],
            user_defined_symbols=USER_DEFINED,
            minloglevel=2,
        )
        their_seconds = time.perf_counter() - start

        albert = shlex.split(options.albert)
        start = time.perf_counter()
        train = ["vocab", "train", "--input", str(text), "--output", str(folder / "ours")]
        train += ["--vocab-size", str(options.vocab_size), "--format", "sentences"]
        train += ["--character-coverage", str(options.character_coverage), "--quiet"]
        subprocess.run(albert + train, check=True)
        our_seconds = time.perf_counter() - start

        ours = folder / "ours" / "spiece.model"
        theirs = folder / "theirs.model"
        ids = subprocess.run(
            albert + ["tokenize", "--raw", "--vocab", str(ours)],
            check=True,
            stdin=held_out_path.open("rb"),
            stdout=subprocess.PIPE,
        ).stdout.decode().split("\n")
        reader = sentencepiece.SentencePieceProcessor(model_file=str(ours))
        other = sentencepiece.SentencePieceProcessor(model_file=str(theirs))
        pieces = [{p.id_to_piece(i) for i in range(len(p))} for p in (reader, other)]
        our_bits = bits_per_character(ours, held_out)
        their_bits = bits_per_character(theirs, held_out)
        print(json.dumps({
            "sentencepiece": sentencepiece.__version__,
            "pieces_shared": len(pieces[0] & pieces[1]),
            "bits_per_character": {"ours": our_bits, "theirs": their_bits},
            "bits_per_character_ratio": our_bits / their_bits,
            "seconds": {"ours": our_seconds, "theirs": their_seconds},
            "seconds_ratio": our_seconds / their_seconds,
            "lines_held_out": len(held_out),
            "lines_encoded_differently": sum(
                expected != json.loads(found)
                for expected, found in zip(reader.encode(held_out), ids)
            ),
        }))


if __name__ == "__main__":
    main()
