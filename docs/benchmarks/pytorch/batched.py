"""Times training steps of a Switch Transformer written for speed in PyTorch, on the work of `switchyard bench`.

    python batched.py --config ../switch-base-32.json

The experts of a layer are one batched product over [experts, slots, d_model]; tokens are gathered into
slots and back by index; attention is PyTorch's own with the relative position bias as its mask; all of it
goes through torch.compile, and the optimizer is the fused one. bfloat16 is autocast with weights in
float32 and the router in float32.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

import workload


class RmsNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        exact = x.float()
        return (self.weight * exact * torch.rsqrt(exact.square().mean(-1, keepdim=True) + 1e-6)).to(x.dtype)


class Attention(nn.Module):
    def __init__(self, work):
        super().__init__()
        self.heads, self.size = work["num_heads"], work["d_kv"]
        self.rate = work["dropout_rate"]
        d, width = work["d_model"], work["num_heads"] * work["d_kv"]
        self.q, self.k, self.v = (nn.Linear(d, width, bias=False) for _ in range(3))
        self.o = nn.Linear(width, d, bias=False)

    def split(self, x):
        return x.view(x.shape[0], x.shape[1], self.heads, self.size).transpose(1, 2)

    def forward(self, x, memory, bias):
        q, k, v = self.split(self.q(x)), self.split(self.k(memory)), self.split(self.v(memory))
        mixed = F.scaled_dot_product_attention(
            q, k, v, attn_mask=None if bias is None else bias.to(q.dtype),
            dropout_p=self.rate if self.training else 0.0, scale=1.0)
        return self.o(mixed.transpose(1, 2).flatten(2))


class Dense(nn.Module):
    def __init__(self, work):
        super().__init__()
        self.wi = nn.Linear(work["d_model"], work["d_ff"], bias=False)
        self.wo = nn.Linear(work["d_ff"], work["d_model"], bias=False)
        self.dropout = nn.Dropout(work["dropout_rate"])

    def forward(self, x):
        return self.wo(self.dropout(torch.relu(self.wi(x)))), 0.0


class Switch(nn.Module):
    """A Switch layer whose capacity holds for each row by itself."""

    def __init__(self, work):
        super().__init__()
        self.experts, self.capacity = work["num_experts"], work["expert_capacity"]
        self.balance, self.z = work["router_aux_loss_coef"], work["router_z_loss_coef"]
        d, hidden = work["d_model"], work["d_ff"]
        self.router = nn.Parameter(torch.randn(d, self.experts) / math.sqrt(d))
        self.wi = nn.Parameter(torch.randn(self.experts, d, hidden) / math.sqrt(d))
        self.wo = nn.Parameter(torch.randn(self.experts, hidden, d) / math.sqrt(hidden))
        self.dropout = nn.Dropout(work["dropout_rate"])

    def forward(self, x):
        rows, length, d = x.shape
        tokens = rows * length
        with torch.autocast(x.device.type, enabled=False):
            logits = x.float() @ self.router
            probabilities = logits.softmax(-1)
            gate, expert = probabilities.max(-1)
            chosen = F.one_hot(expert, self.experts)
            position = (chosen.cumsum(1) * chosen).sum(-1) - 1
            asked = chosen.sum((0, 1)) / tokens
            loss = self.balance * self.experts * (asked * probabilities.mean((0, 1))).sum()
            loss = loss + self.z * logits.logsumexp(-1).square().mean()
        slots = rows * self.capacity
        row = torch.arange(rows, device=x.device).unsqueeze(1)
        slot = expert * slots + row * self.capacity + position
        # Tokens without a slot share one behind all others, which is thrown away and reads as zeros.
        slot = torch.where(position < self.capacity, slot, self.experts * slots).flatten()
        token = torch.full((self.experts * slots + 1,), tokens, device=x.device)
        token = token.scatter(0, slot, torch.arange(tokens, device=x.device))[:-1]
        padded = torch.cat([x.reshape(tokens, d), x.new_zeros(1, d)])
        inside = padded[token].view(self.experts, slots, d)
        hidden = self.dropout(torch.relu(torch.bmm(inside, self.wi.to(inside.dtype))))
        out = torch.bmm(hidden, self.wo.to(hidden.dtype)).view(-1, d)
        out = torch.cat([out, out.new_zeros(1, d)])[slot].view(rows, length, d)
        return out * gate.unsqueeze(-1).to(out.dtype), loss


class Block(nn.Module):
    def __init__(self, work, stack, index):
        super().__init__()
        d = work["d_model"]
        self.norm, self.attention = RmsNorm(d), Attention(work)
        self.crosses = stack == "decoder"
        if self.crosses:
            self.cross_norm, self.cross = RmsNorm(d), Attention(work)
        self.last_norm = RmsNorm(d)
        self.feed_forward = Switch(work) if workload.is_sparse(work, stack, index) else Dense(work)
        self.dropout = nn.Dropout(work["dropout_rate"])

    def forward(self, x, bias, memory):
        normed = self.norm(x)
        x = x + self.dropout(self.attention(normed, normed, bias))
        if self.crosses:
            x = x + self.dropout(self.cross(self.cross_norm(x), memory, None))
        y, loss = self.feed_forward(self.last_norm(x))
        return x + self.dropout(y), loss


class Stack(nn.Module):
    def __init__(self, work, name, layers):
        super().__init__()
        self.causal = name == "decoder"
        self.buckets = work["relative_attention_num_buckets"]
        self.furthest = work["relative_attention_max_distance"]
        self.bias = nn.Embedding(self.buckets, work["num_heads"])
        self.blocks = nn.ModuleList(Block(work, name, index) for index in range(layers))
        self.norm = RmsNorm(work["d_model"])
        self.dropout = nn.Dropout(work["dropout_rate"])

    def bucket(self, length, device):
        """T5's buckets: near distances each their own, far ones by their logarithm."""
        place = torch.arange(length, device=device)
        distance = place[None, :] - place[:, None]
        half = self.buckets if self.causal else self.buckets // 2
        first = 0 if self.causal else (distance > 0) * half
        away = (-distance).clamp(min=0) if self.causal else distance.abs()
        exact = half // 2
        far = exact + (
            torch.log(away.clamp(min=1) / exact) / math.log(self.furthest / exact) * (half - exact)).long()
        return first + torch.where(away < exact, away, far.clamp(max=half - 1))

    def forward(self, x, memory):
        length = x.shape[1]
        bias = self.bias(self.bucket(length, x.device)).permute(2, 0, 1).unsqueeze(0)
        if self.causal:
            after = torch.ones(length, length, dtype=torch.bool, device=x.device).triu(1)
            bias = bias.masked_fill(after, float("-inf"))
        x = self.dropout(x)
        losses = 0.0
        for block in self.blocks:
            x, loss = block(x, bias, memory)
            losses = losses + loss
        return self.dropout(self.norm(x)), losses


class Model(nn.Module):
    def __init__(self, work):
        super().__init__()
        self.width = work["d_model"]
        self.embedding = nn.Embedding(work["vocab_size"], self.width)
        self.encoder = Stack(work, "encoder", work["num_layers"])
        self.decoder = Stack(work, "decoder", work["num_decoder_layers"])

    def forward(self, inputs, shifted, labels):
        memory, losses = self.encoder(self.embedding(inputs), None)
        x, more = self.decoder(self.embedding(shifted), memory)
        logits = F.linear(x * self.width**-0.5, self.embedding.weight)
        truth = F.cross_entropy(logits.flatten(0, 1).float(), labels.flatten())
        return truth + losses + more if self.training else truth


if __name__ == "__main__":
    given, work = workload.arguments(__doc__)
    torch.manual_seed(1)
    torch.set_float32_matmul_precision("highest" if work["precision"] == "float32" else "high")
    model = Model(work).to(given.device)
    compiled = model if given.no_compile else torch.compile(model)
    workload.measure(given, work, compiled, lambda run, *data: run(*data), "PyTorch, batched experts")
