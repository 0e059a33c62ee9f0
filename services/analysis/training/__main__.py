"""Make the shipped model: `python -m services.analysis.training DATA MODEL --work WORK`."""

from pathlib import Path
from time import perf_counter
from typing import Annotated

import torch
import typer

from services.analysis.training.making import make
from services.analysis.training.stages import Workshop


def main(
    data: Annotated[Path, typer.Argument(help="folder with sentiment/, emotion/, stance/ …")],
    model: Annotated[Path, typer.Argument(help="folder to write the model into")],
    work: Annotated[Path, typer.Option(help="results of finished steps are kept here")] = Path(
        ".training"
    ),
    device: Annotated[str, typer.Option(help="cpu, cuda, or auto")] = "auto",
) -> None:
    """Learn a vocabulary, pretrain, fine-tune, learn the linear half, export, and fit on dev.

    One to two hours on two CPU cores. Started again, it goes on after the last finished step.
    """
    started = perf_counter()

    def say(what: str) -> None:
        typer.echo(f"{perf_counter() - started:7.0f} s  {what}", err=True)

    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    make(Workshop(data, work, torch.device(device), say), model)


if __name__ == "__main__":
    typer.run(main)
