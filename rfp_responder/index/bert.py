"""BERT encoders with mean pooling, straight from their weights: as an OpenVINO graph, and as plain NumPy.

The graph needs neither torch nor a conversion, so a question is embedded half a second after a cold start. The NumPy
form is slow, short and in float32: it is what the graph's fast arithmetic is checked against.

Architecture: Devlin et al., 2018, "BERT", arXiv 1810.04805, section 3; mean pooling and unit length: Reimers &
Gurevych, 2019, "Sentence-BERT", arXiv 1908.10084, section 3.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rfp_responder.protocols import Vectors

Tokens = npt.NDArray[np.int32]
Weights = dict[str, Vectors]


@dataclass(frozen=True, slots=True)
class BertShape:
    """Sizes of the encoder, as its ``config.json`` gives them."""

    hidden: int
    heads: int
    layers: int
    epsilon: float
    positions: int


def bert_shape(folder: Path) -> BertShape | None:
    """The encoder's sizes; None where the folder holds another architecture, pooling or activation."""
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        pooling = json.loads((folder / "1_Pooling" / "config.json").read_text("utf-8"))
        kinds = [
            module["type"].rsplit(".", 1)[-1] for module in json.loads((folder / "modules.json").read_text("utf-8"))
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    chosen = [name for name, on in pooling.items() if name.startswith("pooling_mode_") and on is True]
    plain = config.get("model_type") == "bert" and config.get("hidden_act") == "gelu"
    plain = plain and config.get("position_embedding_type", "absolute") == "absolute"
    if not plain or chosen != ["pooling_mode_mean_tokens"] or kinds != ["Transformer", "Pooling", "Normalize"]:
        return None
    return BertShape(
        config["hidden_size"],
        config["num_attention_heads"],
        config["num_hidden_layers"],
        config["layer_norm_eps"],
        config["max_position_embeddings"],
    )


def load_weights(folder: Path) -> Weights:
    """Every tensor of ``model.safetensors`` in float32, by its name without a leading ``bert.``."""
    from safetensors.numpy import load_file

    held = load_file(folder / "model.safetensors")
    return {name.removeprefix("bert."): value for name, value in held.items() if value.dtype.kind == "f"}


def quiet_openvino() -> Any:
    """The package openvino, imported without its telemetry, which tells a server abroad of every import.

    It has no switch but the absence of its package; OpenVINO then takes a stub of its own.
    """
    if "openvino_telemetry" not in sys.modules:
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # an import of it now fails
    import openvino

    return openvino


# -- OpenVINO -----------------------------------------------------------------------------------------------


def bert_graph(weights: Weights, shape: BertShape, peaks: Weights | None = None) -> Any:
    """An OpenVINO model: ``ids`` and ``mask``, int32 of shape (batch, tokens), to unit vectors (batch, hidden), and to
    each token's last hidden state (batch, tokens, hidden), those of the padding included.

    With ``peaks`` (the greatest input that each linear layer met, by channel) the wide layers behind each attention,
    two thirds of the arithmetic, have weights in int8, which CPUs with VNNI multiply twice as fast as bfloat16.
    """
    openvino = quiet_openvino()
    from openvino import opset13 as ops

    ids = ops.parameter([-1, -1], np.int32, name="ids")
    mask = ops.parameter([-1, -1], np.int32, name="mask")
    zero, one = ops.constant(0), ops.constant(1)
    # copied, not shared: the graph lets go of its constants on threads of its own, which may not touch Python's
    const: Callable[[Vectors], Any] = lambda value: ops.constant(value, shared_memory=False)  # noqa: E731

    def dense(x: Any, name: str) -> Any:
        if peaks is None or not _WIDE.search(name):
            matrix = const(weights[f"{name}.weight"])
        else:
            whole, step, smooth = _eight_bits(weights[f"{name}.weight"], peaks[name])
            x = ops.multiply(x, ops.constant(smooth))
            matrix = ops.multiply(ops.convert(ops.constant(whole), "f32"), ops.constant(step))
        product = ops.matmul(x, matrix, transpose_a=False, transpose_b=True)
        return ops.add(product, const(weights[f"{name}.bias"]))

    def normed(x: Any, name: str) -> Any:
        centred = ops.mvn(x, ops.constant([-1]), normalize_variance=True, eps=shape.epsilon, eps_mode="inside_sqrt")
        return ops.add(ops.multiply(centred, const(weights[f"{name}.weight"])), const(weights[f"{name}.bias"]))

    width = shape.hidden // shape.heads

    def heads(x: Any) -> Any:
        apart = ops.reshape(x, ops.constant([0, 0, shape.heads, width]), special_zero=True)
        return ops.transpose(apart, ops.constant([0, 2, 1, 3]))

    words = ops.gather(const(weights["embeddings.word_embeddings.weight"]), ids, zero)
    length = ops.gather(ops.shape_of(ids, output_type="i32"), ops.constant([1]), zero)
    places = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    at = ops.slice(const(places), ops.constant([0]), length, ops.constant([1]), ops.constant([0]))
    x = normed(ops.add(words, at), "embeddings.LayerNorm")
    kept = ops.convert(mask, "f32")
    # -1e4 and not -inf: a row that is all padding must not give NaN
    hidden = ops.multiply(ops.subtract(ops.constant(np.float32(1)), kept), ops.constant(np.float32(-1e4)))
    hidden = ops.unsqueeze(ops.unsqueeze(hidden, one), one)
    for layer in range(shape.layers):
        name = f"encoder.layer.{layer}"
        q, k, v = (heads(dense(x, f"{name}.attention.self.{part}")) for part in ("query", "key", "value"))
        seen = ops.scaled_dot_product_attention(q, k, v, hidden)
        joined = ops.reshape(
            ops.transpose(seen, ops.constant([0, 2, 1, 3])), ops.constant([0, 0, shape.hidden]), special_zero=True
        )
        x = normed(ops.add(x, dense(joined, f"{name}.attention.output.dense")), f"{name}.attention.output.LayerNorm")
        inner = ops.gelu(dense(x, f"{name}.intermediate.dense"), "erf")
        x = normed(ops.add(x, dense(inner, f"{name}.output.dense")), f"{name}.output.LayerNorm")
    total = ops.reduce_sum(ops.multiply(x, ops.unsqueeze(kept, ops.constant(2))), one)
    unit = ops.normalize_l2(total, ops.constant([1]), 1e-12, "max")  # the mean's length does not matter
    return openvino.Model([unit, x], [ids, mask], "bert")


def _eight_bits(matrix: Vectors, peak: Vectors) -> tuple[npt.NDArray[np.int8], Vectors, Vectors]:
    """Weights as int8 of the same shape (out, in), their step by row, and what to multiply the input by.

    A few channels of a transformer's activations are far greater than the others and leave those no precision. Their
    size is moved into the weights in part (Xiao et al., 2023, "SmoothQuant", arXiv 2211.10438, equation 4).
    """
    share = np.maximum(peak, 1e-3) ** _MOVED / np.maximum(np.abs(matrix).max(0), 1e-5) ** (1 - _MOVED)
    share = share / np.exp(np.log(share).mean())
    moved = matrix * share
    step = np.abs(moved).max(1, keepdims=True) / 127
    return np.round(moved / step).astype(np.int8), step.astype(np.float32), (1 / share).astype(np.float32)


_WIDE = re.compile(r"layer\.\d+\.(?:intermediate|output)\.dense$")
_MOVED = 0.4  # of 0 to 1; measured: cosine to float32 .9995 on the mean, and .9993 with nothing moved


# -- NumPy --------------------------------------------------------------------------------------------------


def bert_reference(weights: Weights, shape: BertShape, ids: Tokens, peaks: Weights | None = None) -> Vectors:
    """The unit vector, shape (hidden,), of one text's tokens, shape (tokens,), in float32 throughout.

    ``peaks`` is given the greatest input of each linear layer, by channel, where that exceeds what it holds.
    """

    def dense(x: Vectors, name: str) -> Vectors:
        if peaks is not None:
            peaks[name] = np.maximum(peaks.get(name, np.float32(0)), np.abs(x).max(0))
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def normed(x: Vectors, name: str) -> Vectors:
        centred = x - x.mean(-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(-1, keepdims=True) + np.float32(shape.epsilon))
        return np.asarray(centred / spread * weights[f"{name}.weight"] + weights[f"{name}.bias"], dtype=np.float32)

    def heads(x: Vectors) -> Vectors:
        return x.reshape(len(ids), shape.heads, -1).transpose(1, 0, 2)

    x = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.token_type_embeddings.weight"][0]
    x = normed(x + weights["embeddings.position_embeddings.weight"][: len(ids)], "embeddings.LayerNorm")
    for layer in range(shape.layers):
        name = f"encoder.layer.{layer}"
        q, k, v = (heads(dense(x, f"{name}.attention.self.{part}")) for part in ("query", "key", "value"))
        scores = q @ k.transpose(0, 2, 1) / np.float32(math.sqrt(shape.hidden // shape.heads))
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        seen = (scores / scores.sum(-1, keepdims=True) @ v).transpose(1, 0, 2).reshape(len(ids), -1)
        x = normed(x + dense(seen, f"{name}.attention.output.dense"), f"{name}.attention.output.LayerNorm")
        inner: Vectors = dense(x, f"{name}.intermediate.dense")
        inner = np.asarray(inner * (1 + _erf(inner / np.float32(math.sqrt(2)))) / 2, dtype=np.float32)
        x = normed(x + dense(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")
    pooled = x.mean(0)
    return np.asarray(pooled / np.linalg.norm(pooled), dtype=np.float32)


def _erf(x: Vectors) -> Vectors:
    """The error function to 1.5e-7 (Abramowitz & Stegun, 7.1.26)."""
    t = 1 / (1 + np.float32(0.3275911) * np.abs(x))
    terms = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
    series = np.zeros_like(x)
    for term in terms:
        series = np.asarray((series + np.float32(term)) * t, dtype=np.float32)
    return np.asarray(np.sign(x) * (1 - series * np.exp(-(x**2))), dtype=np.float32)
