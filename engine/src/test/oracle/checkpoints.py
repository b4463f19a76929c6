"""Makes the checkpoints of HuggingFaceOracleTest with Hugging Face's transformers, and beside each a
batch and what the library answers to it.

    pip install torch==2.13.0 transformers==5.18.0 safetensors
    python checkpoints.py ../resources/dev/switchyard/engine/store/huggingface

A folder holds config.json and the weights as the library (or an older version of it) saves them,
batch.json, and answers.safetensors: logits, the loss (the mean cross entropy over labels other than
-100; the library adds its router losses only when asked for router logits), its gradient for every
parameter, and each token's expert, gate, and whether it was kept. In float32, without dropout.
"""

import json
import pathlib
import shutil
import sys

import torch
from safetensors.torch import load_file, save_file
from transformers import (
    SwitchTransformersConfig,
    SwitchTransformersForConditionalGeneration,
    T5Config,
    T5ForConditionalGeneration,
)

SIZES = dict(
    vocab_size=24,
    d_model=12,
    d_kv=5,
    d_ff=10,
    num_heads=2,
    num_layers=2,
    num_decoder_layers=2,
    relative_attention_num_buckets=8,
    relative_attention_max_distance=16,
)
SPARSE = dict(
    num_experts=4, expert_capacity=2, num_sparse_encoder_layers=1, num_sparse_decoder_layers=1
)


def filled(model, seed, scale):
    """Weights of a size at which routers decide, and softmaxes are neither flat nor sharp."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            noise = torch.randn(weight.shape)
            weight.copy_(1 + 0.2 * noise if "layer_norm" in name else scale * noise)
    return model.eval()


def switch(seed, scale=0.4, **settings):
    config = SwitchTransformersConfig(
        **(SIZES | SPARSE | settings), decoder_start_token_id=0, pad_token_id=0
    )
    return filled(SwitchTransformersForConditionalGeneration(config), seed, scale)


def t5(seed, **settings):
    config = T5Config(**(SIZES | settings), decoder_start_token_id=0, pad_token_id=0)
    return filled(T5ForConditionalGeneration(config), seed, 0.4)


def batch(seed, inputs=9, targets=7, rows=3, vocabulary=24, padded=True):
    torch.manual_seed(seed)
    made = {
        "input_ids": torch.randint(2, vocabulary, (rows, inputs)),
        "labels": torch.randint(2, vocabulary, (rows, targets)),
    }
    if padded:
        mask = torch.ones_like(made["input_ids"])
        mask[1, 5:] = 0
        mask[2, :2] = 0
        made["input_ids"] *= mask
        made["attention_mask"] = mask
        made["labels"][1, 4:] = -100
        made["labels"][2, 2] = -100
    return made


def answers(model, given):
    routed = []
    for name, module in model.named_modules():
        if name.endswith("mlp.router"):
            block = name.split(".layer.")[0]
            module.register_forward_hook(lambda _, __, out, b=block: routed.append((b, *out)))
    out = model(**given)
    out.loss.backward()
    tensors = {"logits": out.logits, "loss": out.loss.reshape(1)}
    for name, parameter in model.named_parameters():
        gradient = parameter.grad
        tensors["grad." + name] = torch.zeros_like(parameter) if gradient is None else gradient
    for block, kept, gate, logits in routed:
        tensors[block + ".expert"] = logits.argmax(-1)
        tensors[block + ".kept"] = kept.sum(-1)
        tensors[block + ".gate"] = gate.squeeze(-1)
    return {name: tensor.detach().contiguous() for name, tensor in tensors.items()}


def write(folder, model, given, weights=None, shard="5GB"):
    shutil.rmtree(folder, ignore_errors=True)
    dtype = weights or torch.float32
    # What is stored is what is answered for: rounded first, then computed with in float32.
    model.to(dtype).save_pretrained(folder, max_shard_size=shard)
    model.float()
    if isinstance(model, SwitchTransformersForConditionalGeneration):
        for module in model.modules():
            if type(module).__name__ == "SwitchTransformersTop1Router":
                module.classifier.float()
    (folder / "generation_config.json").unlink()
    lists = {name: tensor.tolist() for name, tensor in given.items()}
    (folder / "batch.json").write_text(json.dumps(lists) + "\n")
    save_file(answers(model, given), folder / "answers.safetensors")


def as_converters_save(folder):
    """Some converters keep other names of a tied tensor."""
    tensors = load_file(folder / "model.safetensors")
    shared = tensors.pop("shared.weight")
    for name in ("encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight"):
        tensors[name] = shared.clone()
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    write(target / "second-layers-tied", switch(1), batch(1))
    every = dict(num_sparse_encoder_layers=2, num_sparse_decoder_layers=2)
    write(
        target / "every-layer-untied",
        switch(2, **every, num_experts=3, expert_capacity=3, tie_word_embeddings=False),
        batch(2),
    )
    long = dict(
        vocab_size=12,
        d_model=8,
        d_kv=3,
        d_ff=6,
        expert_capacity=40,
        relative_attention_num_buckets=32,
        relative_attention_max_distance=128,
    )
    write(
        target / "long-inputs",
        switch(3, 0.5, **long),
        batch(3, inputs=300, targets=200, rows=2, vocabulary=12, padded=False),
    )
    write(target / "sharded-bfloat16", switch(4), batch(4), torch.bfloat16, shard="6KB")
    write(target / "copies-float16", switch(5), batch(5), torch.float16)
    as_converters_save(target / "copies-float16")
    untied = switch(6, tie_word_embeddings=False)
    # As version 4 has it: untied is the output alone.
    untied.encoder.embed_tokens = untied.decoder.embed_tokens = untied.shared
    write(target / "shared-untied", untied, batch(6))
    write(target / "dense", t5(7, feed_forward_proj="relu"), batch(7))
    gated = t5(8, feed_forward_proj="gated-gelu", tie_word_embeddings=False)
    # Version 5 of the library ties them at the start, and leaves them apart where a file has both.
    gated.lm_head.weight = torch.nn.Parameter(0.4 * torch.randn(gated.lm_head.weight.shape))
    write(target / "dense-gated", gated, batch(8))
