#!/usr/bin/env python3
"""Memory that PyTorch needs for a pretraining step of ALBERT: parameters, gradients, two moments, and what autograd has saved when the forward pass ends.

transformers' AlbertForPreTraining with eager attention and both losses; a saved tensor is counted once however often it is saved, by its storage, and
parameters not again. Prints one JSON object. `deno task bench step` prints the same of the toolkit.

    python3 bench/memory_against_pytorch.py --config albert-base-v2 --batch-size 8 --sequence-length 128
"""

import argparse
import json

import torch
from transformers import AlbertConfig, AlbertForPreTraining

SIZES = {
    "albert-base-v2": dict(hidden_size=768, num_attention_heads=12, num_hidden_layers=12, intermediate_size=3072),
    "albert-large-v2": dict(hidden_size=1024, num_attention_heads=16, num_hidden_layers=24, intermediate_size=4096),
    "reference": dict(hidden_size=256, num_attention_heads=4, num_hidden_layers=4, intermediate_size=1024),
}


def saved_bytes(model, batch):
    """Bytes of all storages that autograd holds at the end of the forward pass, parameters left out."""
    own = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}
    held = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            held[storage.data_ptr()] = storage.nbytes()
            kept.append(tensor)
        return tensor

    # What is saved stays alive, so that no two storages share an address.
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss = model(**batch).loss
    assert torch.isfinite(loss)
    return sum(held.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", choices=sorted(SIZES), default="albert-base-v2")
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--sequence-length", type=int, default=128)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    config = AlbertConfig(
        vocab_size=30000,
        embedding_size=128,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        attn_implementation="eager",
        **SIZES[arguments.config],
    )
    model = AlbertForPreTraining(config).train()
    shape = (arguments.batch_size, arguments.sequence_length)
    ids = torch.randint(5, config.vocab_size, shape)
    masked = torch.rand(shape) < 0.15
    batch = dict(
        input_ids=ids,
        attention_mask=torch.ones(shape, dtype=torch.long),
        token_type_ids=torch.zeros(shape, dtype=torch.long),
        labels=torch.where(masked, ids, torch.full(shape, -100)),
        sentence_order_label=torch.zeros(shape[0], dtype=torch.long),
    )
    parameters = sum(parameter.numel() * parameter.element_size() for parameter in model.parameters())
    saved = saved_bytes(model, batch)
    print(
        json.dumps(
            {
                "config": arguments.config,
                "batch": shape[0],
                "sequence": shape[1],
                "torch": torch.__version__,
                "parameters_gradients_moments_bytes": 4 * parameters,
                "saved_bytes": saved,
                "peak_bytes": 4 * parameters + saved,
            }
        )
    )


if __name__ == "__main__":
    main()
