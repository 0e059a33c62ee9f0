"""The network as an ONNX graph without weights: they are put in when it is opened.

Products with weights run in bytes: weights are scaled for each column, what comes in by one
fixed scale for each product, measured once on training texts. Fixed, so that a text's answer does
not depend on its neighbours in the batch, as it would with ONNX Runtime's dynamic quantisation.
"""

from collections.abc import Sequence
from typing import Any, Final

import onnx
from onnx import TensorProto, helper

from services.analysis.engines.compact.description import Description
from services.analysis.engines.compact.weights import Table, tables_of

_OPSET: Final = 21
_IR: Final = 10
_FUSED: Final = "com.microsoft"
_EPSILON: Final = 1e-5
_TYPES: Final = {
    "float32": TensorProto.FLOAT,
    "int8": TensorProto.INT8,
    "uint8": TensorProto.UINT8,
}


class GraphWriter:
    """Collects nodes and names what they give."""

    def __init__(self, description: Description) -> None:
        self._sizes = description.encoder
        self._classes = description.classes
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}
        self._tables: dict[str, Table] = {}
        self._known = {table.name: table for table in tables_of(self._sizes, self._classes)}

    def text_graph(self) -> onnx.ModelProto:
        """`ids`, `kinds`, `mask` -> `sentiment`, `emotion`."""
        states = self._encoder()
        pooled = self._node(
            "Concat", [self._mean(states, "mask"), self._largest(states, "mask")], axis=-1
        )
        for task in ("sentiment", "emotion"):
            self._outer(task, pooled)
        return self._model("text", ["mask"], ["sentiment", "emotion"])

    def pair_graph(self) -> onnx.ModelProto:
        """`ids`, `kinds`, `mask`, `target`, `ratios` -> `stance`."""
        states = self._encoder()
        asked = self._mean(states, "target")
        query = self._node(
            "Gemm", [asked, self._table("stance.query.weight"), self._table("stance.query.bias")]
        )
        column = self._node("Unsqueeze", [query, self._numbers("last", [-1])])
        match = self._node("MatMul", [states, column])
        match = self._node("Squeeze", [match, self._numbers("last", [-1])])
        match = self._node("Mul", [match, self._number("root", self._sizes.hidden**-0.5)])
        match = self._node("Where", ["mask", match, self._number("never", -1e4)])
        weights = self._node("Softmax", [match], axis=-1)
        row = self._node("Unsqueeze", [weights, self._numbers("middle", [1])])
        answer = self._node("MatMul", [row, states])
        answer = self._node("Squeeze", [answer, self._numbers("middle", [1])])
        both = self._node("Mul", [asked, answer])
        parts = [self._mean(states, "mask"), self._largest(states, "mask"), asked, answer, both]
        self._outer("stance", self._node("Concat", [*parts, "ratios"], axis=-1))
        return self._model("pair", ["mask", "target", "ratios"], ["stance"])

    def _encoder(self) -> str:
        sizes = self._sizes
        length = self._node("Shape", ["ids"], start=1, end=2)
        places = self._node(
            "Slice", [self._table("encoder.places.weight"), self._numbers("zero", [0]), length]
        )
        states = self._node("Gather", [self._table("encoder.tokens.weight"), "ids"])
        states = self._node("Add", [states, places])
        kinds = self._node("Gather", [self._table("encoder.kinds.weight"), "kinds"])
        first = self._node("Add", [states, kinds])
        states = self._norm("encoder.first", first)
        # No token has the number 0: it fills up short rows.
        seen = self._node("Cast", [self._node("Sign", ["ids"])], to=TensorProto.INT32)
        normed = self._norm("encoder.blocks.0.before_attention", states)
        for at in range(sizes.layers):
            block = f"encoder.blocks.{at}"
            joined = self._linear(f"{block}.attention_in", normed)
            parts = [f"{block}.{name}" for name in ("query", "key", "value")]
            self._nodes.append(helper.make_node("Split", [joined], parts, axis=-1, num_outputs=3))
            mixed = self._node(
                "MultiHeadAttention",
                [*parts, "", seen],
                domain=_FUSED,
                num_heads=self._sizes.heads,
            )
            mixed = self._linear(f"{block}.attention_out", mixed)
            normed, states = self._add_and_norm(f"{block}.before_inner", mixed, states)
            inner = self._linear(f"{block}.inner_in", normed)
            inner = self._node("FastGelu", [inner], domain=_FUSED)
            inner = self._linear(f"{block}.inner_out", inner)
            after = (
                f"encoder.blocks.{at + 1}.before_attention"
                if at + 1 < sizes.layers
                else "encoder.last"
            )
            normed, states = self._add_and_norm(after, inner, states)
        return normed

    def _linear(self, name: str, incoming: str) -> str:
        quantised = self._node(
            "QuantizeLinear",
            [incoming, self._table(f"{name}.in_scale"), self._table(f"{name}.in_zero")],
        )
        return self._node(
            "MatMulIntegerToFloat",
            [
                quantised,
                self._table(f"{name}.weight"),
                self._table(f"{name}.in_scale"),
                self._table(f"{name}.scale"),
                self._table(f"{name}.in_zero"),
                "",
                self._table(f"{name}.bias"),
            ],
            domain=_FUSED,
        )

    def _norm(self, name: str, incoming: str) -> str:
        tables = [self._table(f"{name}.weight"), self._table(f"{name}.bias")]
        return self._node("LayerNormalization", [incoming, *tables], axis=-1, epsilon=_EPSILON)

    def _add_and_norm(self, name: str, incoming: str, states: str) -> tuple[str, str]:
        # Apart: fused, ONNX Runtime 1.31 takes fourteen times as long for it on a CPU.
        total = self._node("Add", [incoming, states])
        return self._norm(name, total), total

    def _mean(self, states: str, mask: str) -> str:
        weight = self._node("Cast", [mask], to=TensorProto.FLOAT)
        row = self._node("Unsqueeze", [weight, self._numbers("middle", [1])])
        total = self._node("MatMul", [row, states])
        total = self._node("Squeeze", [total, self._numbers("middle", [1])])
        count = self._node("ReduceSum", [weight, self._numbers("last", [-1])], keepdims=1)
        return self._node("Div", [total, self._node("Max", [count, self._number("one", 1.0)])])

    def _largest(self, states: str, mask: str) -> str:
        column = self._node("Unsqueeze", [mask, self._numbers("last", [-1])])
        shown = self._node("Where", [column, states, self._number("never", -1e4)])
        return self._node("ReduceMax", [shown, self._numbers("middle", [1])], keepdims=0)

    def _outer(self, task: str, pooled: str) -> None:
        inner = self._node(
            "Gemm",
            [pooled, self._table(f"{task}.inner.weight"), self._table(f"{task}.inner.bias")],
        )
        inner = self._node("FastGelu", [inner], domain=_FUSED)
        tables = [self._table(f"{task}.outer.weight"), self._table(f"{task}.outer.bias")]
        self._nodes.append(helper.make_node("Gemm", [inner, *tables], [task]))

    def _node(self, kind: str, inputs: Sequence[str], **attributes: Any) -> str:
        name = f"{kind}.{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def _table(self, name: str) -> str:
        self._tables[name] = self._known[name]
        return name

    def _number(self, name: str, value: float) -> str:
        self._constants[name] = helper.make_tensor(name, TensorProto.FLOAT, [], [value])
        return name

    def _numbers(self, name: str, values: list[int]) -> str:
        self._constants[name] = helper.make_tensor(name, TensorProto.INT64, [len(values)], values)
        return name

    def _model(self, name: str, beside: Sequence[str], outputs: Sequence[str]) -> onnx.ModelProto:
        types = {"ratios": TensorProto.FLOAT, "mask": TensorProto.BOOL, "target": TensorProto.BOOL}
        shapes: dict[str, list[str | int]] = {"ratios": ["texts", 4]}
        inputs = [
            helper.make_tensor_value_info(
                each, types.get(each, TensorProto.INT64), shapes.get(each, ["texts", "tokens"])
            )
            for each in ("ids", "kinds", *beside)
        ]
        given = [
            helper.make_tensor_value_info(each, TensorProto.FLOAT, ["texts", self._classes[each]])
            for each in outputs
        ]
        empty = [_empty(table) for table in self._tables.values()]
        graph = helper.make_graph(
            self._nodes, name, inputs, given, [*empty, *self._constants.values()]
        )
        sets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)]
        return helper.make_model(graph, opset_imports=sets, ir_version=_IR)


def _empty(table: Table) -> onnx.TensorProto:
    """A tensor that says where its values are to come from, and has none."""
    tensor = onnx.TensorProto(name=table.name, data_type=_TYPES[table.type], dims=table.shape)
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="model.safetensors")
    return tensor
