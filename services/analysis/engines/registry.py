"""From a name to an engine.

An engine's code is imported when it is first asked for: torch takes seconds and 300 MB, and only
GPUs and models that were swapped in need it.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple

from services.analysis.engines.base import Engine, RefusedModel, UnknownModel
from services.analysis.engines.isolated import IsolatedEngine
from services.analysis.engines.lexicon import LexiconEngine
from services.analysis.engines.model_folder import ModelFolder, read_folder
from services.analysis.engines.process import Recipe
from services.analysis.engines.remote.address import is_remote, read_location
from services.analysis.engines.remote.engine import RemoteEngine
from shared.contracts.labels import Task

# What judges where nothing else is said.
DEFAULT: Final = "compact"
BUILT_IN: Final[dict[str, Callable[[], Engine]]] = {"lexicon": LexiconEngine}
# Folders shipped with the software, by name.
MODELS: Final = Path(__file__).parent.parent / "shipped"


class _Code(NamedTuple):
    """An engine of model folders: where its class is, and the extra that brings its libraries."""

    module: str
    name: str
    extra: str


_TORCH: Final = _Code("services.analysis.engines.transformer", "TransformerEngine", "transformer")
_ONNX: Final = _Code("services.analysis.engines.onnx", "OnnxEngine", "analysis")
_COMPACT: Final = _Code("services.analysis.engines.compact.engine", "CompactEngine", "analysis")
# The file by which a folder of the compact kind is known.
_COMPACT_FILE: Final = "compact.json"


def known_models() -> tuple[str, ...]:
    """Names that `open_engine` takes: the built-in engines and the shipped folders."""
    files = ("config.json", _COMPACT_FILE)
    shipped = sorted({path.parent.name for file in files for path in MODELS.glob(f"*/{file}")})
    return (*BUILT_IN, *shipped)


def open_engine(
    name_or_path: str,
    *,
    task: Task | None = None,
    labels: dict[str, str] | None = None,
    device: str = "auto",
    isolated: bool = False,
) -> Engine:
    """Open an engine by name, a model folder by path, or a model on a server by its address.

    `task` and `labels` (the model's label -> ours) are for models whose labels do not speak for
    themselves; `device` is "cpu", "cuda" or "auto". A model folder is run in a process of its own
    if `isolated` says so: close the engine then.

    Raises:
        UnknownModel: no such name, no such folder.
        RefusedModel: the model is unsafe or does not fit; or a library is not installed.
        EngineFailed, Overloaded: the server does not answer.
    """
    if is_remote(name_or_path):
        return RemoteEngine(read_location(name_or_path), task=task, labels=labels)
    if name_or_path in BUILT_IN:
        return BUILT_IN[name_or_path]()
    path = next(
        (path for path in (MODELS / name_or_path, Path(name_or_path)) if path.is_dir()), None
    )
    if path is None:
        known = ", ".join(known_models())
        raise UnknownModel(
            f'no model is called "{name_or_path}" and no folder lies there; known: {known}'
        )
    if not isolated:
        return open_folder(str(path), task=task, labels=labels, device=device)
    options = {"path": str(path.resolve()), "task": task, "labels": labels, "device": device}
    return IsolatedEngine(Recipe(f"{__name__}:open_folder", options))


def open_folder(
    path: str, *, task: str | None, labels: dict[str, str] | None, device: str
) -> Engine:
    """Open a model folder in this process; see `open_engine`."""
    if (Path(path) / _COMPACT_FILE).exists():
        compact: Engine = _load(_COMPACT)(Path(path), device=device)
        return compact
    folder = read_folder(Path(path), task=Task(task) if task else None, labels=labels)
    engine: Engine = _load_code(folder)(folder, device=device)
    return engine


def _load_code(folder: ModelFolder) -> Any:
    """The engine for the folder: torch for safetensors, ONNX Runtime for a graph alone, or where
    there are both and torch is not installed."""
    fitting = [code for code, fits in ((_TORCH, folder.safetensors), (_ONNX, folder.graph)) if fits]
    missing = []
    for code in fitting:
        try:
            return _load(code)
        except RefusedModel as refused:
            missing.append(str(refused))
    raise RefusedModel(f"{folder.path}: {' or '.join(missing)}")


def _load(code: _Code) -> Any:
    try:
        return getattr(import_module(code.module), code.name)
    except ModuleNotFoundError as error:
        raise RefusedModel(
            f"this model needs {error.name}; install groundswell[{code.extra}]"
        ) from error
