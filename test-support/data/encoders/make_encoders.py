"""Random encoders and their hidden states, computed in float64 by plain numpy.

    python make_encoders.py        # needs numpy and safetensors; rewrites bert_tiny/ and roberta_tiny/ beside this file

Each folder is laid out as Hugging Face saves a checkpoint. `expected.safetensors` holds `ids`, `type_ids`, `mask` and, for
every intermediate tensor of the forward pass, `<layer>.<name>`.
"""

import json
import math
import pathlib

import numpy as np
from safetensors.numpy import save_file

erf = np.vectorize(math.erf)
HERE = pathlib.Path(__file__).parent


def weights(config, rng, prefix):
    hidden, wide = config["hidden_size"], config["intermediate_size"]
    tensors = {}

    def linear(name, out, inp, spread):
        tensors[f"{prefix}{name}.weight"] = rng.normal(0, spread / math.sqrt(inp), (out, inp))
        tensors[f"{prefix}{name}.bias"] = rng.normal(0, 0.1, out)

    def norm(name):
        tensors[f"{prefix}{name}.weight"] = rng.uniform(0.5, 1.5, hidden)
        tensors[f"{prefix}{name}.bias"] = rng.normal(0, 0.2, hidden)

    for name, rows in (("word", "vocab_size"), ("position", "max_position_embeddings"), ("token_type", "type_vocab_size")):
        tensors[f"{prefix}embeddings.{name}_embeddings.weight"] = rng.normal(0, 0.5, (config[rows], hidden))
    norm("embeddings.LayerNorm")
    for layer in range(config["num_hidden_layers"]):
        base = f"encoder.layer.{layer}."
        linear(base + "attention.self.query", hidden, hidden, 1.4)
        linear(base + "attention.self.key", hidden, hidden, 1.4)
        linear(base + "attention.self.value", hidden, hidden, 1.0)
        linear(base + "attention.output.dense", hidden, hidden, 1.0)
        norm(base + "attention.output.LayerNorm")
        linear(base + "intermediate.dense", wide, hidden, 1.2)
        linear(base + "output.dense", hidden, wide, 1.2)
        norm(base + "output.LayerNorm")
    return {name: value.astype(np.float32) for name, value in tensors.items()}


def forward(config, tensors, prefix, ids, type_ids, mask):
    w = {name.removeprefix(prefix): value.astype(np.float64) for name, value in tensors.items()}
    heads = config["num_attention_heads"]
    dim = config["hidden_size"] // heads
    seen = {}

    def linear(x, name):
        return x @ w[name + ".weight"].T + w[name + ".bias"]

    def norm(x, name):
        centred = x - x.mean(-1, keepdims=True)
        deviation = np.sqrt((centred**2).mean(-1, keepdims=True) + config["layer_norm_eps"])
        return centred / deviation * w[name + ".weight"] + w[name + ".bias"]

    if config["model_type"] == "bert":
        positions = np.arange(len(ids))
    else:
        real = (ids != config["pad_token_id"]).astype(np.int64)
        positions = np.cumsum(real) * real + config["pad_token_id"]
    e = "embeddings."
    total = w[e + "word_embeddings.weight"][ids] + w[e + "token_type_embeddings.weight"][type_ids]
    seen["0.embeddings.sum"] = total + w[e + "position_embeddings.weight"][positions]
    x = seen["0.embeddings.output"] = norm(seen["0.embeddings.sum"], "embeddings.LayerNorm")
    for layer in range(config["num_hidden_layers"]):
        base = f"encoder.layer.{layer}."

        def see(name, value):
            seen[f"{layer}.{name}"] = value
            return value

        q, k, v = (
            see(f"attention.{name}", linear(x, f"{base}attention.self.{name}")).reshape(-1, heads, dim).transpose(1, 0, 2)
            for name in ("query", "key", "value")
        )
        scores = see("attention.scores", q @ k.transpose(0, 2, 1) / math.sqrt(dim))
        power = np.exp(scores - scores[:, :, mask == 1].max(-1, keepdims=True)) * (mask == 1)
        p = see("attention.probabilities", power / power.sum(-1, keepdims=True))
        context = see("attention.context", (p @ v).transpose(1, 0, 2).reshape(len(ids), -1))
        projected = see("attention.output", linear(context, base + "attention.output.dense"))
        h = see("attention.norm", norm(see("attention.sum", projected + x), base + "attention.output.LayerNorm"))
        a = see("ffn.intermediate", linear(h, base + "intermediate.dense"))
        g = see("ffn.gelu", a * (1 + erf(a / math.sqrt(2))) / 2)
        out = see("ffn.output", linear(g, base + "output.dense"))
        x = see("ffn.norm", norm(see("ffn.sum", out + h), base + "output.LayerNorm"))
    return seen


def make(folder, config, prefix, seed, padding):
    rng = np.random.default_rng(seed)
    tensors = weights(config, rng, prefix)
    ids = rng.integers(5, config["vocab_size"], 11)
    mask = np.ones(11, np.int64)
    if padding:
        ids[-padding:] = config["pad_token_id"]
        mask[-padding:] = 0
    type_ids = np.where(np.arange(11) < 6, 0, config["type_vocab_size"] - 1)
    seen = forward(config, tensors, prefix, ids, type_ids, mask)
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    expected = {name: np.ascontiguousarray(value, np.float32) for name, value in seen.items()}
    save_file(expected | {"ids": ids, "type_ids": type_ids, "mask": mask}, folder / "expected.safetensors")


COMMON = {"hidden_act": "gelu", "hidden_size": 24, "intermediate_size": 40, "num_attention_heads": 3, "num_hidden_layers": 2}
if __name__ == "__main__":
    bert = COMMON | {"layer_norm_eps": 1e-12, "max_position_embeddings": 32, "model_type": "bert", "pad_token_id": 0,
                     "type_vocab_size": 2, "vocab_size": 48}
    make(HERE / "bert_tiny", bert, "bert.", 1, 0)
    roberta = COMMON | {"layer_norm_eps": 1e-2, "max_position_embeddings": 34, "model_type": "roberta", "pad_token_id": 1,
                        "type_vocab_size": 1, "vocab_size": 48}
    make(HERE / "roberta_tiny", roberta, "roberta.", 2, 3)
