#!/usr/bin/env python3
"""Cuts a slice that fits a repository out of the case file of a real encoder layer.

usage: make_roberta_slice.py roberta_base_layer0.safetensors cases/roberta_base_layer0_slice.safetensors

The input holds every operator of layer 0 of a fine-tuned RoBERTa-base I-BERT on 128 tokens (16 MB). Each operator is
cut where its result does not depend on what is left out:

- per channel (requant, i-GELU): 2 tokens, all channels;
- per row (i-LayerNorm, i-softmax): 8 tokens; of i-softmax all rows that hold a value above the specification, and as
  many others, of every head;
- per output (linear): 4 tokens and 24 outputs of the query projection, all inputs.

Needs numpy and safetensors.
"""

import json
import sys

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

TOKENS = {"requant": 2, "gelu": 2, "layernorm": 8, "linear": 4}
OUTPUTS = 24
SOFTMAX_ROWS = 8


def softmax_rows(q, out, k):
    """Rows whose dumped probabilities differ from the specification, in exact integers."""
    differing = []
    for row in range(q.shape[0]):
        exp16 = []
        scores = [int(v) for v in q[row]]
        for score in scores:
            x = max(score - max(scores), k["n"] * k["x0"])
            z = -x // -k["x0"]
            r = x - k["x0"] * z
            product, shift = max((r + k["b"]) * r + k["c"], 0) * k["m16"], k["e16"] + z
            floor, rest = product >> shift, product & ((1 << shift) - 1)
            up = rest > 1 << shift - 1 or (rest == 1 << shift - 1 and floor & 1)
            exp16.append(min(floor + up, 32767))
        factor, bits = (1 << 32) // sum(exp16), k["out_bits"]
        p = [min(e * factor >> 32 - bits, (1 << bits) - 1) for e in exp16]
        if p != [int(v) & 0xFF for v in out[row]]:
            differing.append(row)
    others = [row for row in range(0, q.shape[0], 37) if row not in differing]
    return sorted(differing + others[: max(0, min(SOFTMAX_ROWS - len(differing), 2))]), len(differing)


def main(source, destination):
    cases, tensors, differing = [], {}, 0
    with safe_open(source, "np") as file:
        metadata = file.metadata()
        for case in json.loads(metadata["ibert.cases"]):
            name, op = case["id"], case["op"]
            if op == "linear" and name != "linear_q":
                continue
            prefix = f"{name}/"
            part = {k[len(prefix) :]: file.get_tensor(k) for k in file.keys() if k.startswith(prefix)}
            if op == "softmax":
                rows, wrong = softmax_rows(part["q"], part["out"], case["attrs"])
                differing += wrong
            else:
                rows = range(TOKENS[op])
            for tensor in ("q", "id.q", "x", "out"):
                if tensor in part:
                    part[tensor] = part[tensor][list(rows)]
            if op == "linear":
                part["w"], part["bias"] = part["w"][:OUTPUTS], part["bias"][:OUTPUTS]
                part["out"] = part["out"][:, :OUTPUTS]
            cases.append(case)
            tensors.update({prefix + k: np.ascontiguousarray(v) for k, v in part.items()})
    provenance = (
        metadata["ibert.source"] + f". A slice made by make_roberta_slice.py; {differing} of its softmax values are "
        "one above the specification, as in the dump."
    )
    save_file(
        tensors,
        destination,
        metadata={"ibert.case": "1", "ibert.cases": json.dumps(cases), "ibert.source": provenance},
    )
    values = sum(v.size for k, v in tensors.items() if k.endswith("/out"))
    print(f"{len(cases)} cases, {values} output values, {differing} softmax rows differ")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
