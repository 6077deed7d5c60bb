"""Checks the exchange of weights with Transformers in both directions, for all classes of ALBERT and BERT that the toolkit supports.

    python bench/interop/heads.py [DEVICE]

Requires torch, transformers, safetensors, and Deno in PATH (or DENO=path). For each class, it saves small random models as
Transformers does: in one file, in shards, in half precision, and with the duplicates and buffers of older versions. The toolkit
loads each model, computes all hidden states and logits, and saves the model again as `albert convert` does. Transformers loads
that. The table lists the largest differences, which must not exceed 1e-4.
"""
import os, shutil, subprocess, sys, tempfile

import torch, transformers
from safetensors.torch import load_file, save_file
from transformers import AlbertConfig, BertConfig

LIMIT = 1e-4
device = sys.argv[1] if len(sys.argv) > 1 else "cpu"
deno = os.environ.get("DENO", "deno")
here = os.path.dirname(os.path.abspath(__file__))
transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()

COMMON = dict(vocab_size=211, hidden_size=48, num_hidden_layers=3, num_attention_heads=4, intermediate_size=96,
              max_position_embeddings=40)
ALBERT = dict(COMMON, embedding_size=16)
CLASSES = [
    ("AlbertForPreTraining", AlbertConfig(**ALBERT)),
    ("AlbertForMaskedLM", AlbertConfig(**ALBERT, num_hidden_groups=3)),
    ("AlbertForSequenceClassification", AlbertConfig(**ALBERT, num_labels=3)),
    ("AlbertForQuestionAnswering", AlbertConfig(**ALBERT, inner_group_num=2)),
    ("AlbertForMultipleChoice", AlbertConfig(**ALBERT, hidden_act="relu")),
    ("AlbertModel", AlbertConfig(**ALBERT, hidden_act="gelu")),
    ("BertForPreTraining", BertConfig(**COMMON)),
    ("BertModel", BertConfig(**COMMON)),
    ("BertForMaskedLM", BertConfig(**COMMON)),
    ("BertForSequenceClassification", BertConfig(**COMMON, num_labels=3)),
    ("BertForQuestionAnswering", BertConfig(**COMMON)),
]


def random_model(name, config):
    """A model whose weights are larger than the initial ones, so that zeros and ones do not hide errors."""
    torch.manual_seed(1)
    model = getattr(transformers, name)(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    model.tie_weights()
    return model


def save(model, how, folder):
    if how == "shards":
        model.save_pretrained(folder, max_shard_size="60KB")
        assert os.path.exists(f"{folder}/model.safetensors.index.json")
    elif how == "half":
        model.half().save_pretrained(folder)
        model.float()
    else:
        model.save_pretrained(folder)
    if how == "old":
        tensors = load_file(f"{folder}/model.safetensors")
        base = model.config.model_type
        prefix = "" if type(model).__name__.endswith("Model") else f"{base}."
        tensors[f"{prefix}embeddings.position_ids"] = torch.arange(40).unsqueeze(0)
        head = "predictions" if base == "albert" else "cls.predictions"
        if f"{head}.bias" in tensors:
            tensors[f"{head}.decoder.weight"] = tensors[f"{prefix}embeddings.word_embeddings.weight"].clone()
            tensors[f"{head}.decoder.bias"] = tensors[f"{head}.bias"].clone()
        if base == "bert":
            tensors = {k.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): v
                       for k, v in tensors.items()}
        save_file(tensors, f"{folder}/model.safetensors", {"format": "pt"})


def random_batch():
    torch.manual_seed(2)
    ids = torch.randint(5, 211, (8, 24))
    lengths = torch.tensor([24, 13, 1, 24, 7, 24, 2, 19])
    mask = (torch.arange(24) < lengths[:, None]).long()
    return dict(input_ids=ids * mask, attention_mask=mask, token_type_ids=(torch.arange(24) >= lengths[:, None] // 2).long() * mask)


def outputs(model, batch):
    choices = "MultipleChoice" in type(model).__name__
    given = {k: v.view(2, 4, -1) for k, v in batch.items()} if choices else batch
    with torch.no_grad():
        out = model(**given, output_hidden_states=True)
    named = {f"hidden.{i}": state for i, state in enumerate(out.hidden_states)}
    for key, name in [("prediction_logits", "prediction_logits"), ("pooler_output", "pooler_output"),
                      ("sop_logits", "pair_logits"), ("seq_relationship_logits", "pair_logits")]:
        if getattr(out, key, None) is not None:
            named[name] = out[key]
    if "start_logits" in out:
        named["span_logits"] = torch.cat([out.start_logits, out.end_logits])
    if "logits" in out:
        named["prediction_logits" if "MaskedLM" in type(model).__name__ else "logits"] = out.logits
    return named


def worst(expected, actual):
    return max((expected[k].flatten() - actual[k].flatten()).abs().max().item() for k in expected)


with tempfile.TemporaryDirectory() as cases:
    batch = random_batch()
    expected = {}
    for name, config in CLASSES:
        for how in ("one file", "shards", "half", "old"):
            model = random_model(name, config)
            folder = f"{cases}/{name} {how}"
            save(model, how, folder)
            save_file(batch, f"{folder}/batch.safetensors")
            expected[name, how] = outputs(model, batch)
    subprocess.run([deno, "run", "-A", "--quiet", "--no-lock", f"{here}/compute.ts", "heads", cases, device], check=True)
    print(f"transformers {transformers.__version__}, torch {torch.__version__}, device {device}")
    print("| class | saved as | tensors compared | largest value | difference of ours from Transformers | difference after saving with ours |")
    print("| --- | --- | --- | --- | --- | --- |")
    failures = 0
    for (name, how), reference in expected.items():
        folder = f"{cases}/{name} {how}"
        there = worst(reference, load_file(f"{folder}/actual.safetensors"))
        model, info = getattr(transformers, name).from_pretrained(f"{folder}/ours", output_loading_info=True)
        assert not info["unexpected_keys"] and not info["mismatched_keys"], info
        missing = [key for key in info["missing_keys"] if "position_ids" not in key]
        assert not missing, missing
        back = worst(reference, outputs(model.eval(), batch))
        assert transformers.AutoConfig.from_pretrained(f"{folder}/ours").architectures == [name]
        largest = max(value.abs().max().item() for value in reference.values())
        print(f"| {name} | {how} | {len(reference)} | {largest:.2f} | {there:.1e} | {back:.1e} |")
        failures += not (there <= LIMIT and back <= LIMIT)
    print(f"{len(expected) - failures} of {len(expected)} within {LIMIT:.0e}")
    sys.exit(failures > 0)
