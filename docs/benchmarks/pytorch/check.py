"""Checks that hugging_face.py and batched.py compute the same: `python check.py`, on the processor.

Hugging Face's weights are put into the batched model; on random tokens, with capacity for some of them
only, both must give the same cross entropy and the same gradients of the shared weights.
"""

import torch

import batched
import hugging_face
import workload

WORK = dict(
    workload.DEFAULTS, vocab_size=200, d_model=32, d_kv=8, d_ff=48, num_experts=4, expert_capacity=7,
    dropout_rate=0.0, batch=3, input_length=24, target_length=10, router_aux_loss_coef=0.0)


def pairs(theirs, ours):
    """Each tensor of Hugging Face's model with the part of the batched one that stands for it."""
    yield theirs.shared.weight, ours.embedding.weight, None
    for name in ("encoder", "decoder"):
        their, our = getattr(theirs, name), getattr(ours, name)
        yield their.block[0].layer[0].SelfAttention.relative_attention_bias.weight, our.bias.weight, None
        yield their.final_layer_norm.weight, our.norm.weight, None
        for block, mine in zip(their.block, our.blocks):
            layers = [(block.layer[0], mine.norm, mine.attention)]
            if name == "decoder":
                layers.append((block.layer[1], mine.cross_norm, mine.cross))
            for layer, norm, attention in layers:
                yield layer.layer_norm.weight, norm.weight, None
                source = layer.SelfAttention if layer is block.layer[0] else layer.EncDecAttention
                for part in "qkvo":
                    yield getattr(source, part).weight, getattr(attention, part).weight, None
            yield block.layer[-1].layer_norm.weight, mine.last_norm.weight, None
            mlp, feed_forward = block.layer[-1].mlp, mine.feed_forward
            if isinstance(feed_forward, batched.Dense):
                yield mlp.wi.weight, feed_forward.wi.weight, None
                yield mlp.wo.weight, feed_forward.wo.weight, None
                continue
            yield mlp.router.classifier.weight, feed_forward.router, "turned"
            for expert in range(feed_forward.experts):
                one = mlp.experts[f"expert_{expert}"]
                yield one.wi.weight, feed_forward.wi, expert
                yield one.wo.weight, feed_forward.wo, expert


def part(tensor, where):
    if where is None:
        return tensor
    return tensor.T if where == "turned" else tensor[where].T


def main():
    theirs = hugging_face.build(WORK, "cpu").eval()
    ours = batched.Model(WORK).eval()
    with torch.no_grad():
        for source, target, where in pairs(theirs, ours):
            part(target, where).copy_(source)
    data = workload.batch(WORK, "cpu")
    a, b = hugging_face.loss(theirs, *data), ours(*data)
    a.backward()
    b.backward()
    furthest = 0.0
    for source, target, where in pairs(theirs, ours):
        # Hugging Face's experts without tokens have no gradient.
        gradient = torch.zeros_like(source) if source.grad is None else source.grad
        here = (gradient - part(target.grad, where)).abs().max() / (gradient.abs().max() + 1e-6)
        furthest = max(furthest, here.item())
    counts = [sum(p.numel() for p in model.parameters()) for model in (theirs, ours)]
    print(f"cross entropy {a.item():.6f} and {b.item():.6f}; gradients differ by {furthest:.1e} at most;"
          f" parameters {counts[0]} and {counts[1]}")
    if abs(a.item() - b.item()) > 1e-5 or furthest > 1e-3 or counts[0] != counts[1]:
        raise SystemExit("they do not compute the same")


if __name__ == "__main__":
    main()
