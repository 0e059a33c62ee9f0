"""The model of the settings, which answers until a release is promoted."""

from services.analysis.engines.base import Engine
from services.analysis.engines.registry import open_engine
from services.analysis.sources import LEXICON, Source
from shared.contracts.labels import Task
from shared.errors import ConfigurationError


def read_choice(setting: str) -> dict[Task | None, Source]:
    """What `GROUNDSWELL_ANALYSIS_MODEL` names: one model for all tasks that it does (under None),
    or a list such as `sentiment=/models/a,emotion=/models/b`.

    Raises:
        ConfigurationError: a task is not known, or is named twice.
    """
    if "=" not in setting:
        return {None: Source(setting)}
    chosen: dict[Task | None, Source] = {}
    for part in setting.split(","):
        name, _, location = part.strip().partition("=")
        if name not in set(Task) or Task(name) in chosen:
            raise ConfigurationError(
                f"GROUNDSWELL_ANALYSIS_MODEL: {name!r} is not a task, or stands there twice. "
                "Write sentiment=PATH,emotion=PATH,stance=PATH."
            )
        chosen[Task(name)] = Source(location, Task(name))
    return chosen


def open_source(source: Source, device: str, *, isolated: bool = False) -> Engine:
    """Open the engine of a source; in a process of its own if `isolated` says so.

    Raises:
        UnknownModel, RefusedModel: it cannot be opened.
    """
    return open_engine(
        source.location,
        task=source.task,
        labels=dict(source.labels) or None,
        device=device,
        isolated=isolated,
    )


def open_choice(
    setting: str, device: str, *, isolated: bool = False
) -> tuple[dict[Task, Source], dict[Source, Engine]]:
    """Open the models of the setting: which answers for each task, and the engines.

    Raises what `read_choice` and `open_source` raise.
    """
    engines: dict[Source, Engine] = {}
    chosen = dict.fromkeys(Task, LEXICON)
    for task, source in read_choice(setting).items():
        if source == LEXICON:
            continue
        engines[source] = open_source(source, device, isolated=isolated)
        for answered in engines[source].tasks if task is None else [task]:
            chosen[answered] = source
    return chosen, engines
