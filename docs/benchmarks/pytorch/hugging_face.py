"""Times training steps of Hugging Face's SwitchTransformers on the work of `switchyard bench`.

    python hugging_face.py --config ../switch-base-32.json

bfloat16 is autocast with weights in float32. The routers' losses are left out, as Hugging Face's model
leaves them out unless it is asked for them.
"""

import torch
from transformers import SwitchTransformersConfig, SwitchTransformersForConditionalGeneration

import workload


def build(work, device):
    keys = ("vocab_size", "d_model", "d_kv", "d_ff", "num_heads", "num_layers", "num_decoder_layers",
            "num_sparse_encoder_layers", "num_sparse_decoder_layers", "num_experts", "expert_capacity",
            "dropout_rate", "relative_attention_num_buckets", "relative_attention_max_distance")
    config = SwitchTransformersConfig(
        **{key: work[key] for key in keys}, router_jitter_noise=0.0, decoder_start_token_id=0,
        use_cache=False)
    torch.manual_seed(1)
    return SwitchTransformersForConditionalGeneration(config).to(device)


def loss(model, inputs, shifted, labels):
    return model(input_ids=inputs, decoder_input_ids=shifted, labels=labels).loss


if __name__ == "__main__":
    given, work = workload.arguments(__doc__)
    workload.measure(given, work, build(work, given.device), loss, "Hugging Face")
