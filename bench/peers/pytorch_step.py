"""An ALBERT pretraining step in eager PyTorch, with the model, losses and optimizer of `bench step`.

The argument is a JSON object of sizes; its field `gpu` selects CUDA or Metal if PyTorch supports it, else the CPU. Prints a line with the
version, the device, the modes, the bytes of a step, and the bytes of a step in Transformers. Then reads lines such as `f32 10`: runs ten
steps in a row, waits for the device once, and prints the milliseconds of one. The modes are f32 (without TF32), and on CUDA tf32 and
bf16 (autocast).
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Albert(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.sizes = s
        e, h = s["embedding"], s["hidden"]
        self.words = nn.Embedding(s["vocabulary"], e)
        self.positions = nn.Embedding(512, e)
        self.types = nn.Embedding(2, e)
        self.embedding_norm = nn.LayerNorm(e, eps=1e-12)
        self.projection = nn.Linear(e, h)
        self.query, self.key, self.value, self.dense = (nn.Linear(h, h) for _ in range(4))
        self.attention_norm = nn.LayerNorm(h, eps=1e-12)
        self.ffn_in, self.ffn_out = nn.Linear(h, s["ffn"]), nn.Linear(s["ffn"], h)
        self.output_norm = nn.LayerNorm(h, eps=1e-12)
        self.pooler, self.pair = nn.Linear(h, h), nn.Linear(h, 2)
        self.masked_dense, self.masked_norm = nn.Linear(h, e), nn.LayerNorm(e, eps=1e-12)
        self.masked_bias = nn.Parameter(torch.zeros(s["vocabulary"]))
        for name, parameter in self.named_parameters():
            if parameter.dim() > 1:
                nn.init.trunc_normal_(parameter, std=0.02, a=-0.04, b=0.04)

    def layer(self, x):
        b, t, h = x.shape
        heads = self.sizes["heads"]
        split = lambda y: y.view(b, t, heads, h // heads).transpose(1, 2)
        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        weights = torch.softmax(q @ k.transpose(-1, -2) / (h // heads) ** 0.5, dim=-1)
        mixed = (weights @ v).transpose(1, 2).reshape(b, t, h)
        x = self.attention_norm(x + self.dense(mixed))
        return self.output_norm(x + self.ffn_out(F.gelu(self.ffn_in(x), approximate="tanh")))

    def forward(self, ids, types, masked, masked_labels, pair_labels):
        t = ids.shape[1]
        x = self.words(ids) + self.positions(torch.arange(t)) + self.types(types)
        x = self.projection(self.embedding_norm(x))
        for _ in range(self.sizes["layers"]):
            x = self.layer(x)
        taken = x.reshape(-1, x.shape[-1])[masked]
        y = self.masked_norm(F.gelu(self.masked_dense(taken), approximate="tanh"))
        logits = F.linear(y, self.words.weight, self.masked_bias)
        pair = self.pair(torch.tanh(self.pooler(x[:, 0])))
        return F.cross_entropy(logits, masked_labels) + F.cross_entropy(pair, pair_labels)


class Lamb:
    """LAMB of google-research/albert, with the fused list operations of PyTorch."""

    def __init__(self, parameters):
        self.parameters = list(parameters)
        self.m = [torch.zeros_like(p) for p in self.parameters]
        self.v = [torch.zeros_like(p) for p in self.parameters]

    @torch.no_grad()
    def step(self, rate=1e-3):
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        gradients = [p.grad for p in self.parameters]
        torch._foreach_lerp_(self.m, gradients, 0.1)
        torch._foreach_mul_(self.v, 0.999)
        torch._foreach_addcmul_(self.v, gradients, gradients, 0.001)
        roots = torch._foreach_sqrt(self.v)
        torch._foreach_add_(roots, 1e-6)
        updates = torch._foreach_div(self.m, roots)
        for p, update in zip(self.parameters, updates):
            if p.dim() > 1:
                update.add_(p, alpha=0.01)
                update.mul_(p.norm() / update.norm())
        torch._foreach_add_(self.parameters, updates, alpha=-rate)


def saved_bytes(model, forward):
    """Bytes that autograd keeps at the end of the forward pass, without weights. Each storage counts once."""
    own = {p.untyped_storage().data_ptr() for p in model.parameters()}
    seen, kept = {}, []

    def pack(tensor):
        kept.append(tensor)
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            seen[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss = forward()
    total = sum(seen.values())
    del loss, kept
    return total


def transformers_bytes(s, batch):
    """Bytes of weights, gradients, moments and what autograd keeps, for the model of Transformers. None if it is not installed."""
    try:
        from transformers import AlbertConfig, AlbertForPreTraining
    except ImportError:
        return None
    model = AlbertForPreTraining(AlbertConfig(
        vocab_size=s["vocabulary"], embedding_size=s["embedding"], hidden_size=s["hidden"],
        num_hidden_layers=s["layers"], num_attention_heads=s["heads"], intermediate_size=s["ffn"],
        hidden_act="gelu_new", hidden_dropout_prob=0, attention_probs_dropout_prob=0,
        classifier_dropout_prob=0, attn_implementation="eager",
    ))
    ids, types, masked, masked_labels, pair_labels = batch
    labels = torch.full((ids.numel(),), -100)
    labels[masked] = masked_labels
    forward = lambda: model(
        input_ids=ids, token_type_ids=types, labels=labels.view_as(ids),
        sentence_order_label=pair_labels,
    ).loss
    parameters = sum(p.numel() for p in model.parameters())
    return 16 * parameters + saved_bytes(model, forward)


sizes = json.loads(sys.argv[1])
kind = "cpu"
if sizes["gpu"] and torch.cuda.is_available():
    kind = "cuda"
elif sizes["gpu"] and torch.backends.mps.is_available():
    kind = "mps"
torch.set_default_device(kind)
torch.manual_seed(1)
model = Albert(sizes)
optimizer = Lamb(model.parameters())
rows = sizes["batch"] * sizes["sequence"]
shape = (sizes["batch"], sizes["sequence"])
batch = (
    torch.randint(sizes["vocabulary"], shape),
    torch.randint(2, shape),
    torch.randperm(rows)[: sizes["masked"]],
    torch.randint(sizes["vocabulary"], (sizes["masked"],)),
    torch.randint(2, (sizes["batch"],)),
)


def step(mode):
    for p in model.parameters():
        p.grad = None
    with torch.autocast(kind, torch.bfloat16, enabled=mode == "bf16"):
        loss = model(*batch)
    loss.backward()
    optimizer.step()


def wait():
    if kind == "cuda":
        torch.cuda.synchronize()
    elif kind == "mps":
        torch.mps.synchronize()


def milliseconds(mode, steps):
    """Milliseconds of a step, over `steps` steps in a row with one wait."""
    if kind == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = mode != "f32"
        torch.backends.cudnn.allow_tf32 = mode != "f32"
    wait()
    start = time.perf_counter()
    for _ in range(steps):
        step(mode)
    wait()
    return (time.perf_counter() - start) * 1e3 / steps


def device_name():
    if kind == "cuda":
        return torch.cuda.get_device_name()
    return "Metal" if kind == "mps" else f"{torch.get_num_threads()} threads"


weights = 4 * sum(p.numel() for p in model.parameters())
print(json.dumps({
    "version": torch.__version__,
    "device": device_name(),
    "modes": ["f32", "tf32", "bf16"] if kind == "cuda" else ["f32"],
    "bytes": 4 * weights + saved_bytes(model, lambda: model(*batch)),
    "transformers_bytes": transformers_bytes(sizes, batch),
}), flush=True)
for line in sys.stdin:
    mode, steps = line.split()
    print(milliseconds(mode, int(steps)), flush=True)
