"""Makes the fixtures of SwitchTransformerOracleTest and PositionBiasTest with PyTorch and
Hugging Face's transformers.

    pip install torch==2.13.0 transformers==5.18.0 safetensors
    python switch_transformer.py ../resources/dev/switchyard/engine

For two tiny models, in double precision, without dropout and jitter: a batch, the logits, the loss,
every gradient, and where each token went. transformers gives each row of the batch the same expert
capacity, which here is a routing group for each row; it routes padding like any other token. The
load-balancing loss and the z-loss are added here by the paper's definition, one of each for every
Switch layer, since transformers pools the layers of a stack.
"""

import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file
from transformers import SwitchTransformersConfig, SwitchTransformersForConditionalGeneration

ROWS, LENGTH, EXPERTS, CAPACITY = 3, 8, 4, 2
BALANCE, Z_LOSS = 0.1, 0.05
SIZES = dict(
    vocab_size=24,
    d_model=12,
    d_kv=5,
    d_ff=10,
    num_heads=2,
    num_layers=2,
    num_decoder_layers=2,
    num_experts=EXPERTS,
    relative_attention_num_buckets=8,
    relative_attention_max_distance=16,
)


def model(sparse_layers, tied, seed):
    config = SwitchTransformersConfig(
        **SIZES,
        expert_capacity=CAPACITY,
        num_sparse_encoder_layers=sparse_layers,
        num_sparse_decoder_layers=sparse_layers,
        tie_word_embeddings=tied,
        dropout_rate=0.0,
        router_jitter_noise=0.0,
        layer_norm_epsilon=1e-6,
        feed_forward_proj="relu",
        decoder_start_token_id=0,
        pad_token_id=0,
    )
    result = SwitchTransformersForConditionalGeneration(config)
    # Untied is the output alone; transformers 5 would give encoder and decoder tables of their own.
    result.encoder.embed_tokens = result.decoder.embed_tokens = result.shared
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, weight in result.named_parameters():
            noise = torch.randn(weight.shape)
            weight.copy_(1 + 0.2 * noise if "layer_norm" in name else 0.4 * noise)
    # What the fixture holds is single precision; all that follows is exact for those numbers. The
    # configuration would not let the router go beyond single precision.
    for module in result.modules():
        if type(module).__name__ == "SwitchTransformersTop1Router":
            module.dtype = torch.float64
    return result.double()


def batch(seed):
    torch.manual_seed(seed)
    inputs = torch.randint(2, SIZES["vocab_size"], (ROWS, LENGTH))
    input_mask = torch.ones_like(inputs)
    input_mask[1, 5:] = 0
    input_mask[2, 7:] = 0
    inputs = inputs * input_mask
    labels = torch.randint(2, SIZES["vocab_size"], (ROWS, LENGTH))
    labels[1, 4:] = -100
    labels[2, 6:] = -100
    return inputs, input_mask, labels


def losses(logits):
    """Load-balancing loss and z-loss of one Switch layer; each row is a group."""
    probabilities = torch.softmax(logits, -1)
    asked = torch.nn.functional.one_hot(probabilities.argmax(-1), EXPERTS).double()
    balance = (EXPERTS * (asked.mean(1) * probabilities.mean(1)).sum(-1)).mean()
    return balance, torch.logsumexp(logits, -1).square().mean()


def make(folder, name, sparse_layers, tied, seed):
    tiny = model(sparse_layers, tied, seed).eval()
    inputs, input_mask, labels = batch(seed)
    routed = []
    for module_name, module in tiny.named_modules():
        if module_name.endswith("mlp.router"):
            module.register_forward_hook(
                lambda _, __, out, n=module_name: routed.append((n, *out))
            )
    out = tiny(input_ids=inputs, attention_mask=input_mask, labels=labels)
    layers = []
    total = out.loss
    for module_name, mask, gate, logits in routed:
        balance, z = losses(logits)
        total = total + BALANCE * balance + Z_LOSS * z
        layers.append(
            {
                "name": module_name.split(".layer.")[0],
                "expert": logits.argmax(-1).flatten().tolist(),
                "kept": mask.sum(-1).bool().flatten().tolist(),
                "gate": gate.flatten().tolist(),
                "load_balancing_loss": balance.item(),
                "z_loss": z.item(),
            }
        )
    total.backward()
    parameters = dict(tiny.named_parameters())
    tensors = {n: p.detach().float().contiguous() for n, p in parameters.items()}
    tensors |= {
        "gradient." + n: (torch.zeros_like(p) if p.grad is None else p.grad).float().contiguous()
        for n, p in parameters.items()
    }
    tensors["logits"] = out.logits.detach().float().contiguous()
    save_file(tensors, folder / "model" / f"{name}.safetensors")
    description = {
        "made_by": f"transformers {transformers.__version__}, torch {torch.__version__}",
        "config": SIZES
        | {
            "encoder_sparse_step": tiny.config.encoder_sparse_step,
            "decoder_sparse_step": tiny.config.decoder_sparse_step,
            "tie_word_embeddings": tied,
        },
        "expert_capacity": CAPACITY,
        "router_aux_loss_coef": BALANCE,
        "router_z_loss_coef": Z_LOSS,
        "rows": ROWS,
        "length": LENGTH,
        "inputs": inputs.flatten().tolist(),
        "input_mask": input_mask.flatten().tolist(),
        "labels": labels.flatten().tolist(),
        "decoder_inputs": tiny._shift_right(labels).flatten().tolist(),
        "cross_entropy": out.loss.item(),
        "loss": total.item(),
        "layers": layers,
    }
    (folder / "model" / f"{name}.json").write_text(json.dumps(description, indent=1) + "\n")


def buckets(folder):
    """The bucket of each distance, key minus query, with 32 buckets and 128 the farthest."""
    attention = model(1, True, 1).encoder.block[0].layer[0].SelfAttention
    distances = torch.arange(-300, 301)
    of = {
        "bidirectional" if both else "causal": attention._relative_position_bucket(
            distances, bidirectional=both, num_buckets=32, max_distance=128
        ).tolist()
        for both in (True, False)
    }
    text = json.dumps({"first_distance": -300, "buckets": 32, "max_distance": 128} | of)
    (folder / "layer" / "position-buckets.json").write_text(text + "\n")


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    make(target, "every-second-layer-sparse", 1, True, 1)
    make(target, "all-layers-sparse-untied", 2, False, 2)
    buckets(target)
