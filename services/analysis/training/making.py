"""All steps in their order."""

from pathlib import Path

from services.analysis.training.card import write_card
from services.analysis.training.export import export
from services.analysis.training.fitting import fit
from services.analysis.training.stages import Workshop


def make(shop: Workshop, model: Path) -> None:
    """Make a model folder from the data of a workshop; finished steps are taken as they are."""
    shop.work.mkdir(parents=True, exist_ok=True)
    network = shop.finetuned()
    tables = shop.tables()
    tokenizer = shop.vocabulary.read_text(encoding="utf-8")
    export(model, network, tables, tokenizer, shop.measured())
    shop.say("exported")
    fit(model, shop.data)
    shop.say("fitted")
    write_card(model, shop.data)
    shop.say(f"{model} is ready")
