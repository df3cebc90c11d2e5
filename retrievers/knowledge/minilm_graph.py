"""The ONNX graph of MiniLM (BERT, 6 layers), built from its safetensors weights without torch.

Architecture: Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers", with
post-layer normalisation; mean pooling as in Reimers & Gurevych 2019, "Sentence-BERT".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

HIDDEN = 384
_HEADS = 12
_LAYERS = 6
_EPSILON = 1e-12
_OPSET = 20  # the first with Gelu
# Seven bits: a sum of two products of full bytes overflows 16 bits on processors without VNNI.
_INT8_MAX = 63
_MICROSOFT = "com.microsoft"  # onnxruntime's own operators

Weights: TypeAlias = Mapping[str, npt.NDArray[np.float32]]


class _Graph:
    """Nodes and constants in the making; every method returns the name of its result."""

    def __init__(self, weights: Weights, int8: bool) -> None:
        self.weights = weights
        self.int8 = int8
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        result = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [result], **attributes))
        return result

    def constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name])

    def dense(self, x: str, name: str) -> str:
        matrix, bias = self.weights[f"{name}.weight"].T, self.weight(f"{name}.bias")
        if not self.int8:
            product = self.op("MatMul", x, self.constant(f"{name}.matrix", matrix))
            return self.op("Add", product, bias)
        # One scale per column; activations are quantised as they come.
        scale = np.abs(matrix).max(axis=0) / _INT8_MAX
        small = self.constant(f"{name}.matrix", np.rint(matrix / scale).astype(np.int8))
        scales = self.constant(f"{name}.scale", scale.astype(np.float32))
        return self.op("DynamicQuantizeMatMul", x, small, scales, "", bias, domain=_MICROSOFT)

    def normalised(self, x: str, name: str) -> str:
        scale, shift = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.op("LayerNormalization", x, scale, shift, axis=-1, epsilon=_EPSILON)


def sentence_encoder(weights: Weights, *, int8: bool) -> onnx.ModelProto:
    """input_ids and attention_mask, int64 [batch, tokens] → embedding, float32 [batch, 384]:
    the mean over tokens, not yet of length 1. With `int8` the weights of the dense layers are kept
    in 8 bits (a third of the file, twice the speed)."""
    graph = _Graph(weights, int8)
    hidden = _embedded(graph)
    mask = graph.op("Cast", "attention_mask", to=TensorProto.INT32)
    for layer in range(_LAYERS):
        hidden = _layer(graph, hidden, mask, f"encoder.layer.{layer}")
    _mean_over_tokens(graph, hidden)
    tokens = ["batch", "tokens"]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "minilm",
            [
                helper.make_tensor_value_info("input_ids", TensorProto.INT64, tokens),
                helper.make_tensor_value_info("attention_mask", TensorProto.INT64, tokens),
            ],
            [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", HIDDEN])],
            list(graph.constants.values()),
        ),
        opset_imports=[helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)],
    )
    model.ir_version = 9  # what opset 20 came with; the newest one is ahead of onnxruntime
    return model


def _embedded(graph: _Graph) -> str:
    start = graph.constant("start", np.array([0], np.int64))
    length = graph.op("Shape", "input_ids", start=1, end=2)
    # All tokens are of the first segment, so its row joins the table of positions.
    segment = graph.weights["embeddings.token_type_embeddings.weight"][:1]
    places = graph.weights["embeddings.position_embeddings.weight"] + segment
    words = graph.op("Gather", graph.weight("embeddings.word_embeddings.weight"), "input_ids")
    where = graph.op("Slice", graph.constant("positions", places), start, length)
    return graph.normalised(graph.op("Add", words, where), "embeddings.LayerNorm")


def _layer(graph: _Graph, x: str, mask: str, name: str) -> str:
    query, key, value = (
        graph.dense(x, f"{name}.attention.self.{part}") for part in ("query", "key", "value")
    )
    attended = graph.op(
        "MultiHeadAttention", query, key, value, "", mask, domain=_MICROSOFT, num_heads=_HEADS
    )
    attended = graph.dense(attended, f"{name}.attention.output.dense")
    x = graph.normalised(graph.op("Add", attended, x), f"{name}.attention.output.LayerNorm")
    wide = graph.op("Gelu", graph.dense(x, f"{name}.intermediate.dense"))
    narrow = graph.dense(wide, f"{name}.output.dense")
    return graph.normalised(graph.op("Add", narrow, x), f"{name}.output.LayerNorm")


def _mean_over_tokens(graph: _Graph, hidden: str) -> None:
    token_axis = graph.constant("token_axis", np.array([1], np.int64))
    last_axis = graph.constant("last_axis", np.array([2], np.int64))
    mask = graph.op("Cast", "attention_mask", to=TensorProto.FLOAT)
    weighted = graph.op("Mul", hidden, graph.op("Unsqueeze", mask, last_axis))
    total = graph.op("ReduceSum", weighted, token_axis, keepdims=0)
    count = graph.op("ReduceSum", mask, token_axis, keepdims=1)
    graph.nodes.append(helper.make_node("Div", [total, count], ["embedding"]))
