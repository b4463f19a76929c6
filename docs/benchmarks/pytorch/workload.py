"""The work of `switchyard bench --config FILE`, for models in PyTorch, and how long a step of it takes.

Both scripts beside this one take the same file as `switchyard bench --config` and print one JSON object
with the same names as `switchyard bench --json`, so that the two can be compared line by line. They need
torch (and hugging_face.py transformers); Switchyard itself needs no Python.
"""

import argparse
import json
import statistics
import time

import torch

DEFAULTS = dict(
    vocab_size=8192, d_model=256, d_kv=64, d_ff=1024, num_heads=4, num_layers=4, num_decoder_layers=4,
    num_sparse_encoder_layers=2, num_sparse_decoder_layers=2, num_experts=8, capacity_factor=1.25,
    dropout_rate=0.1, relative_attention_num_buckets=32, relative_attention_max_distance=128,
    router_aux_loss_coef=0.01, router_z_loss_coef=0.0,
    batch=16, input_length=128, target_length=32, precision="float32", optimizer="adamw")


def arguments(description):
    """The command line, with the workload read from its file."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--config", help="the JSON file that switchyard bench --config takes")
    parser.add_argument("--steps", type=int, default=15, help="steps to measure")
    parser.add_argument("--warm-up", type=int, default=5, help="steps before them")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--no-compile", action="store_true", help="without torch.compile, where it is used")
    given = parser.parse_args()
    work = dict(DEFAULTS)
    if given.config:
        with open(given.config, encoding="utf-8") as file:
            work.update(json.load(file))
    share = work["capacity_factor"] * work["input_length"] / max(1, work["num_experts"])
    work.setdefault("expert_capacity", max(1, int(share)))
    return given, work


def is_sparse(work, stack, block):
    """Whether a block has experts: as in Hugging Face's models, the last of each group of blocks."""
    layers = work["num_layers" if stack == "encoder" else "num_decoder_layers"]
    sparse = work[f"num_sparse_{stack}_layers"]
    step = layers // sparse if sparse > 0 else 0
    return step > 0 and (block % step == 1 or step == 1)


def batch(work, device):
    """Random tokens without padding, and the decoder's inputs."""
    generator = torch.Generator().manual_seed(1)
    shape = dict(generator=generator, low=2, high=work["vocab_size"])
    inputs = torch.randint(size=(work["batch"], work["input_length"]), **shape)
    labels = torch.randint(size=(work["batch"], work["target_length"]), **shape)
    shifted = torch.cat([torch.zeros_like(labels[:, :1]), labels[:, :-1]], dim=1)
    return inputs.to(device), shifted.to(device), labels.to(device)


def forward_flop(work):
    """Two for each weight that a token meets (one expert a Switch layer), and attention's products."""
    d, width = work["d_model"], work["num_heads"] * work["d_kv"]
    inputs, targets = work["input_length"], work["target_length"]

    def stack(name, layers):
        sparse = sum(is_sparse(work, name, block) for block in range(layers))
        return layers * (4 * d * width + 2 * d * work["d_ff"]) + sparse * d * work["num_experts"]

    cross = work["num_decoder_layers"] * 2 * d * width
    a_row = inputs * 2 * (stack("encoder", work["num_layers"]) + cross)
    a_row += targets * 2 * (stack("decoder", work["num_decoder_layers"]) + cross + d * work["vocab_size"])
    pairs = work["num_layers"] * inputs**2 + work["num_decoder_layers"] * (targets**2 + targets * inputs)
    return work["batch"] * (a_row + 4 * width * pairs)


def wait(device):
    if device.startswith("cuda"):
        torch.cuda.synchronize()


def products(device, kind):
    """Operations a second of the fastest of some square products: random numbers, medians."""
    best = 0.0
    for n in (512, 1024, 2048, 4096, 8192):
        a, b = (torch.rand(n, n, device=device).mul(2).sub(1).to(kind) for _ in range(2))
        seconds = []
        for _ in range(12):
            wait(device)
            begin = time.perf_counter()
            torch.mm(a, b)
            wait(device)
            seconds.append(time.perf_counter() - begin)
        middle = statistics.median(seconds[2:])
        best = max(best, 2 * n**3 / middle)
        if middle > 0.02:
            break
    return best


def measure(given, work, model, loss_of, name):
    """Prints the figures of a model.

    loss_of(model, inputs, shifted, labels) is the training loss, or in evaluation the cross entropy.
    """
    device = given.device
    reduced = work["precision"] != "float32"
    kind = torch.bfloat16 if reduced else torch.float32
    peak = products(device, kind)
    tokens = work["batch"] * (work["input_length"] + work["target_length"])
    data = batch(work, device)
    if work["optimizer"] == "adafactor":
        optimizer = torch.optim.Adafactor(model.parameters(), lr=1e-4)
    else:
        fused = device.startswith("cuda")
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.01, fused=fused)
    times = {"forward": [], "backward": [], "update": [], "whole": [], "inference": []}

    def autocast():
        return torch.autocast(device.split(":")[0], torch.bfloat16, enabled=reduced)

    def train():
        wait(device)
        begin = time.perf_counter()
        with autocast():
            loss = loss_of(model, *data)
        wait(device)
        forward = time.perf_counter()
        loss.backward()
        wait(device)
        backward = time.perf_counter()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        wait(device)
        end = time.perf_counter()
        return forward - begin, backward - forward, end - backward, end - begin

    model.train()
    for step in range(given.warm_up + given.steps):
        parts = train()
        if step >= given.warm_up:
            for part, seconds in zip(("forward", "backward", "update", "whole"), parts):
                times[part].append(1e3 * seconds)
    model.eval()
    with torch.no_grad(), autocast():
        for step in range(given.warm_up + given.steps):
            wait(device)
            begin = time.perf_counter()
            loss_of(model, *data)
            wait(device)
            if step >= given.warm_up:
                times["inference"].append(1e3 * (time.perf_counter() - begin))
    peak = max(peak, products(device, kind))
    middle = {part: statistics.median(values) for part, values in times.items()}
    flop = 3 * forward_flop(work)
    hardware = torch.cuda.get_device_name() if device.startswith("cuda") else "processor"
    print(json.dumps({
        "device": f"{name}, torch {torch.__version__}, {hardware}",
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "steps": given.steps,
        "step_ms": middle["whole"],
        "forward_ms": middle["forward"],
        "backward_ms": middle["backward"],
        "update_ms": middle["update"],
        "inference_ms": middle["inference"],
        "tokens_per_second": tokens / middle["whole"] * 1e3,
        "inference_tokens_per_second": tokens / middle["inference"] * 1e3,
        "gemm_peak_gflops": peak / 1e9,
        "gemm_peak_type": str(kind).removeprefix("torch."),
        "step_gflop": flop / 1e9,
        "share_of_peak": flop / middle["whole"] * 1e3 / peak,
        "workload": {key: work[key] for key in
                     ("batch", "input_length", "target_length", "precision", "optimizer")},
        "model": {key: work[key] for key in
                  ("vocab_size", "d_model", "d_ff", "num_layers", "num_decoder_layers", "num_experts")},
    }))
