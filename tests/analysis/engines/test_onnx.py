"""An ONNX graph in a model folder answers as torch does, and reads nothing outside its folder."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.analysis.engines.base import EngineFailed, Item, RefusedModel
from services.analysis.engines.cores import granted_cores
from services.analysis.engines.model_folder import read_folder
from services.analysis.engines.registry import open_engine
from shared.contracts.labels import Task

onnx = pytest.importorskip("onnx", reason="needs onnx, to make graphs")
pytest.importorskip("onnxruntime", reason="needs groundswell[analysis]")

SENTIMENT = ["negative", "neutral", "positive"]
ITEMS = [
    Item(text, "公司")
    for text in [
        "服务态度很差",
        "good",
        "停电了 要求退款 谢谢",
        "x",
        "我们公司道歉了" * 30,
        "",
        "\ud83d",
    ]
]


@pytest.mark.parametrize(
    ("task", "labels"),
    [(Task.SENTIMENT, SENTIMENT), (Task.STANCE, ["favor", "against", "none"])],
)
def test_its_answers_are_those_of_torch(
    make_onnx_folder: Any, task: Task, labels: list[str]
) -> None:
    folder = make_onnx_folder(labels, keep=True)
    torch_engine = open_engine(str(folder), device="cpu")
    (folder / "model.safetensors").unlink()
    engine = open_engine(str(folder), device="cpu")
    assert type(engine) is not type(torch_engine)
    assert (engine.name, engine.device, engine.tasks) == ("tiny-onnx", "cpu", {task})
    ours, theirs = engine.classify(task, ITEMS), torch_engine.classify(task, ITEMS)
    for one, other in zip(ours, theirs, strict=True):
        assert one.scores == pytest.approx(other.scores, abs=1e-4)
    assert len({verdict.confidence for verdict in ours}) > 3


def test_it_runs_where_torch_is_not_installed(make_onnx_folder: Any) -> None:
    folder = make_onnx_folder(SENTIMENT, graph="onnx/model.onnx", keep=True)
    code = (
        "import sys; sys.modules.update(torch=None, transformers=None);"
        "from services.analysis.engines.registry import open_engine;"
        "from services.analysis.engines.base import Item;"
        f"engine = open_engine({str(folder)!r});"
        "assert len(engine.classify(*engine.tasks, [Item('good')])) == 1"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_the_libraries_the_refusal_names_the_extra(
    make_onnx_folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_onnx_folder(SENTIMENT)
    monkeypatch.delitem(sys.modules, "services.analysis.engines.onnx", raising=False)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(RefusedModel, match=r"onnxruntime; install groundswell\[analysis\]"):
        open_engine(str(folder))


def move_weights_out(graph: Path, location: str) -> None:
    model = onnx.load(graph)
    onnx.save_model(
        model, graph, save_as_external_data=True, location="weights.data", size_threshold=0
    )
    model = onnx.load(graph, load_external_data=False)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location":
                entry.value = location
    onnx.save_model(model, graph)


def test_weights_beside_the_graph_are_read_and_count_for_the_revision(
    make_onnx_folder: Any,
) -> None:
    folder = make_onnx_folder(SENTIMENT, graph="onnx/model.onnx")
    before = open_engine(str(folder), device="cpu").classify(Task.SENTIMENT, ITEMS)
    move_weights_out(folder / "onnx/model.onnx", "weights.data")
    assert open_engine(str(folder), device="cpu").classify(Task.SENTIMENT, ITEMS) == before
    first = read_folder(folder)
    weights = folder / "onnx/weights.data"
    assert weights in first.files
    blob = bytearray(weights.read_bytes())
    blob[-1] ^= 1
    weights.write_bytes(blob)
    assert read_folder(folder).revision != first.revision


@pytest.mark.parametrize("location", ["../secret", "/etc/passwd", "sub/weights.data", ".."])
def test_a_graph_that_reads_outside_its_folder_is_refused(
    make_onnx_folder: Any, location: str
) -> None:
    folder = make_onnx_folder(SENTIMENT)
    move_weights_out(folder / "model.onnx", location)
    with pytest.raises(RefusedModel, match="outside its folder and is not opened"):
        read_folder(folder)


def test_weights_that_are_missing_are_named(make_onnx_folder: Any) -> None:
    folder = make_onnx_folder(SENTIMENT)
    move_weights_out(folder / "model.onnx", "weights.data")
    (folder / "weights.data").unlink()
    with pytest.raises(RefusedModel, match=r'needs the file "weights\.data" beside it'):
        read_folder(folder)


def test_weights_in_an_attribute_are_looked_at_too(make_onnx_folder: Any) -> None:
    folder = make_onnx_folder(SENTIMENT)
    model = onnx.load(folder / "model.onnx")
    hidden = onnx.helper.make_tensor("hidden", onnx.TensorProto.FLOAT, [1], [0.0])
    hidden.ClearField("float_data")
    hidden.data_location = onnx.TensorProto.EXTERNAL
    hidden.external_data.add(key="location", value="../elsewhere")
    branch = onnx.helper.make_graph(
        [onnx.helper.make_node("Constant", [], ["c"], value=hidden)], "branch", [], []
    )
    model.graph.node.append(onnx.helper.make_node("If", ["x"], ["y"], then_branch=branch))
    onnx.save_model(model, folder / "model.onnx")
    with pytest.raises(RefusedModel, match=r'"\.\./elsewhere"'):
        read_folder(folder)


def spoil_labels(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    names = dict(enumerate(["1 star", "2 stars", "3 stars", "4 stars"]))
    (folder / "config.json").write_text(json.dumps(config | {"id2label": names}))


def spoil_inputs(folder: Path) -> None:
    model = onnx.load(folder / "model.onnx")
    for value in model.graph.input:
        value.name = f"other_{value.name}"
    for node in model.graph.node:
        node.input[:] = [
            f"other_{n}" if n in ("input_ids", "attention_mask", "token_type_ids") else n
            for n in node.input
        ]
    onnx.save_model(model, folder / "model.onnx")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda folder: (folder / "model.onnx").write_bytes(b""), "cannot be read as ONNX"),
        (lambda folder: (folder / "model.onnx").write_bytes(b"\x3a\xff\xff"), "as ONNX"),
        (lambda folder: (folder / "model.onnx").write_bytes(b"\x08\x07"), "cannot be loaded"),
        (lambda folder: (folder / "model.onnx").unlink(), "holds no weights"),
        (lambda folder: (folder / "tokenizer.json").unlink(), r"tokenizer\.json is missing"),
        (lambda folder: (folder / "tokenizer.json").write_text("{}"), "tokenizer .* loaded"),
        (spoil_labels, r"in the shape \(2, 3\), not \(2, 4\)"),
        (spoil_inputs, "must ask for input_ids"),
    ],
    ids=["empty", "torn", "hollow", "absent", "no tokenizer", "torn tokenizer", "labels", "inputs"],
)
def test_a_broken_folder_says_what_is_broken(
    make_onnx_folder: Any, spoil: Any, reason: str
) -> None:
    folder: Path = make_onnx_folder(SENTIMENT)
    spoil(folder)
    with pytest.raises(RefusedModel, match=reason):
        open_engine(str(folder), device="cpu")


def test_a_graph_nested_without_end_is_refused(make_onnx_folder: Any) -> None:
    folder = make_onnx_folder(SENTIMENT)
    blob = b""
    for _ in range(200):  # graph in attribute in node in graph …
        for field in (6, 5, 1):
            size = len(blob)
            blob = bytes([field << 3 | 2, size & 0x7F | 0x80, size >> 7 & 0x7F]) + blob
    size = len(blob)
    blob = bytes([7 << 3 | 2, size & 0x7F | 0x80, size >> 7 & 0x7F]) + blob
    (folder / "model.onnx").write_bytes(blob)
    with pytest.raises(RefusedModel, match="nested too deep"):
        read_folder(folder)


def test_figures_that_are_no_numbers_are_a_failure_of_the_model(make_onnx_folder: Any) -> None:
    folder = make_onnx_folder(SENTIMENT)
    model = onnx.load(folder / "model.onnx")
    # The embedding of the character x, which only one text holds.
    words = next(each for each in model.graph.initializer if "word_embeddings" in each.name)
    numbers = onnx.numpy_helper.to_array(words).copy()
    vocabulary = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
    numbers[vocabulary["x"]] = float("nan")
    words.CopyFrom(onnx.numpy_helper.from_array(numbers, words.name))
    onnx.save_model(model, folder / "model.onnx")
    engine = open_engine(str(folder), device="cpu")
    assert engine.classify(Task.SENTIMENT, [Item("good")])
    with pytest.raises(EngineFailed, match="no numbers"):
        engine.classify(Task.SENTIMENT, [Item("x")])


def test_its_threads_follow_the_cores_that_were_granted(make_onnx_folder: Any) -> None:
    engine: Any = open_engine(str(make_onnx_folder(SENTIMENT)), device="cpu")
    options = engine._session.get_session_options()
    assert options.intra_op_num_threads == granted_cores()
    assert options.inter_op_num_threads == 1
