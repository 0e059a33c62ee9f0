"""Fit the outlook to past events: `python -m services.monitor.backtest.fitting FOLDER`.

Prints, as JSON lines, what weights that were fitted on one half of the authors reach on the other
half, both ways round, for several divisions of the authors; then how these figures are spread, and
what one rule fitted on all reaches. Writes `outlook.json` with the weights that were fitted on all.

Fitted is the time of the warning, not each post by itself: an event that is no surge counts by the
highest score that it ever has, a surge by the highest that it had before half of its size, and
again by the highest that it had an hour earlier. A logistic loss over those posts is made small;
which posts they are changes with the weights, so that is done a few times.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import numpy as np
import typer
from numpy.typing import NDArray
from scipy.optimize import minimize

from services.monitor.backtest.cascades import (
    DAYS,
    Case,
    Timeliness,
    event_posts,
    read_cases,
    timeliness,
)
from services.monitor.backtest.subject import Subject
from services.monitor.indicators.course import course
from services.monitor.indicators.tally import Tally
from services.monitor.warnings.levels import DEFAULT_THRESHOLDS
from services.monitor.warnings.outlook import FIGURES, MODEL_FILE, OutlookModel, features

Values: TypeAlias = NDArray[np.float64]

# 200 posts within a day is what the data call a surge.
_SIZE = 200
# The strict limit is 3 a day; the rest is left to chance: on 28 days of events that were not seen,
# the count of false alarms alone varies by 0.3 a day.
_ALARMS_A_DAY = 2.4
_DIVISIONS = 5
# A surge is to be warned of an hour before half of its size, and some minutes.
_AHEAD = 3_800.0
_HALF_WEIGHT, _AHEAD_WEIGHT, _OTHER_WEIGHT = 0.5, 1.0, 3.0
_REGULARISATION = 2.5e-4
# Colder posts than this teach nothing: no warning is possible there by far.
_LEAST_HEAT = 8.0
_ROUNDS, _STEPS, _STILL = 60, 40, 1e-4
_GROUNDS = 24
_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
# Foretells nothing: warned of is what is hot, or large.
_SURE = OutlookModel(
    size=_SIZE, bias=0.0, weights=(0.0,) * len(FIGURES), shares=((0.0, 0.0),), threshold=0.5
)


@dataclass(frozen=True, slots=True)
class Example:
    """A case as the outlook sees it: a row of features after each post, the times of those posts;
    `valid`: it is not large yet, and hot enough; `sure_at`: when it is warned of at the latest, by
    its heat or because it is large, whatever is foretold; None for never."""

    case: Case
    rows: Values
    times: Values
    valid: NDArray[np.bool_]
    sure_at: float | None

    def first_warned(self, model: OutlookModel) -> float | None:
        """When the whole rule first warns: as `first_warned`, and a hundred times as fast."""
        scores = model.bias + self.rows @ model.weights
        early = self.times[self.valid & (scores >= model.least_score)]
        times = [*early[:1].tolist(), *([] if self.sure_at is None else [self.sure_at])]
        return min(times, default=None)


def example(case: Case) -> Example:
    """Returns the rows of a case; `valid` are those at which the outlook may warn."""
    tally = Tally()
    rows, times, valid = [], [], []
    for post in event_posts(case.event):
        tally.add(post)
        heat = tally.heat.value(post.at)
        if heat < _LEAST_HEAT:
            continue
        so_far = course(tally, post.at)
        rows.append(features(so_far))
        times.append(post.at)
        valid.append(so_far.posts <= _SIZE and heat >= DEFAULT_THRESHOLDS.outlook_heat)
    return Example(
        case=case,
        rows=np.array(rows, dtype=float).reshape(-1, len(FIGURES)),
        times=np.array(times),
        valid=np.array(valid, dtype=bool),
        sure_at=first_warned(case, _SURE),
    )


def fit(examples: Sequence[Example], days: float) -> OutlookModel:
    """Fits weights, shares and threshold; `days` is what the number of alarms is divided by."""
    seen = [each for each in examples if len(each.times)]
    everything = np.concatenate([each.rows for each in seen])
    middle, width = everything.mean(0), everything.std(0)
    offsets = np.cumsum([0, *(len(each.times) for each in seen)])
    scaled = np.column_stack([np.ones(len(everything)), (everything - middle) / width])
    weights = _weights(scaled, _spans(seen, offsets))
    raw = weights[1:] / width
    model = OutlookModel(
        size=_SIZE,
        bias=round(float(weights[0] - raw @ middle), 4),
        weights=tuple(round(float(each), 4) for each in raw),
        shares=((0.0, 0.0),),
        threshold=1.0,
    )
    return _calibrated(model, seen, round(_ALARMS_A_DAY * days))


def _spans(seen: Sequence[Example], offsets: Values) -> list[tuple[int, int, float, float]]:
    """The stretches of rows of which the highest score counts: from, to, +1 for those that shall
    stay low and -1 for those that shall rise, weight."""
    spans = []
    for each, start in zip(seen, offsets.astype(int).tolist(), strict=False):
        if not each.case.surge:
            spans.append((start, start + len(each.times), 1.0, _OTHER_WEIGHT))
            continue
        half = each.case.half_at or 0.0
        for until, weight in ((half, _HALF_WEIGHT), (half - _AHEAD, _AHEAD_WEIGHT)):
            stop = start + int(np.searchsorted(each.times, until))
            if stop > start:
                spans.append((start, stop, -1.0, weight))
    return spans


def _weights(rows: Values, spans: Sequence[tuple[int, int, float, float]]) -> Values:
    signs = np.array([sign for _, _, sign, _ in spans])
    shares = np.array([weight for *_, weight in spans]) / len(spans)
    weights = np.zeros(rows.shape[1])
    for turn in range(_ROUNDS):
        scores = rows @ weights
        highest = rows[[start + int(np.argmax(scores[start:stop])) for start, stop, *_ in spans]]
        found = minimize(
            _loss(highest, signs, shares),
            weights,
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": _STEPS},
        )
        # Half a step calms the exchange of the posts that count.
        step = (found.x - weights) * (1.0 if turn < 4 else 0.5)
        weights = weights + step
        if np.abs(step).max() < _STILL:
            break
    return weights


def _loss(
    highest: Values, signs: Values, shares: Values
) -> Callable[[Values], tuple[float, Values]]:
    def loss(weights: Values) -> tuple[float, Values]:
        margins = signs * (highest @ weights)
        penalty = np.r_[0.0, weights[1:]]
        value = shares @ np.logaddexp(0.0, margins) + _REGULARISATION * penalty @ penalty
        slope = shares * signs * 0.5 * (1 + np.tanh(margins / 2))
        return float(value), highest.T @ slope + 2 * _REGULARISATION * penalty

    return loss


def _calibrated(model: OutlookModel, seen: Sequence[Example], most_alarms: int) -> OutlookModel:
    """The model with its table of shares, and with the least share in thousandths that gives no
    more false alarms than allowed, those counted in that come without it."""
    seen = [each for each in seen if each.valid.any()]
    highest = np.array([model.bias + max(each.rows[each.valid] @ model.weights) for each in seen])
    surge = np.array([each.case.surge for each in seen])
    sure = np.array([each.sure_at is not None for each in seen])
    table: list[tuple[float, float]] = []
    for score in np.unique(np.round(np.quantile(highest, np.linspace(0.02, 0.97, _GROUNDS)), 3)):
        reached = highest >= score
        # Rule of succession (Laplace): what was always so may yet be otherwise.
        share = round(float((surge[reached].sum() + 1) / (reached.sum() + 2)), 4)
        table.append((float(score), max(share, table[-1][1] if table else 0.0)))
    ready = replace(model, shares=tuple(table))
    shares = np.array([ready.share(score) for score in highest])
    for thousandths in range(500, 1_000):
        if int((((shares >= thousandths / 1_000) | sure) & ~surge).sum()) <= most_alarms:
            return replace(ready, threshold=thousandths / 1_000)
    return replace(ready, threshold=1.0)


def first_warned(case: Case, model: OutlookModel | None) -> float | None:
    """Replays a case through the whole rule (without a model, the heat alone) up to its first
    warning, and returns when that was."""
    threshold = 1.0 if model is None else model.threshold
    subject = Subject(replace(DEFAULT_THRESHOLDS, outlook=threshold), model)
    for post in event_posts(case.event):
        if subject.add(post).level is not None:
            return post.at
    return None


def measured(examples: Iterable[Example], model: OutlookModel, days: float = DAYS) -> Timeliness:
    """Tells how early the whole rule warns of some cases."""
    found = {each.case.id: each for each in examples}
    cases = [each.case for each in found.values()]
    return timeliness(cases, lambda case: found[case.id].first_warned(model), days)


def divided(examples: Sequence[Example], salt: str) -> Iterator[tuple[int, Timeliness]]:
    """Fits on either half of the authors, and tells the part and its figures on the other half."""
    for part in (0, 1):
        known = [each for each in examples if each.case.part(salt) == part]
        other = [each for each in examples if each.case.part(salt) != part]
        yield part, measured(other, fit(known, DAYS / 2), DAYS / 2)


def spread(found: Sequence[Timeliness]) -> dict[str, dict[str, float]]:
    """How figures of several divisions are spread: least, quartiles, most."""
    names = ("before_half", "lead_minutes", "alarms_a_day", "right")
    steps = ("least", "quarter", "median", "three_quarters", "most")
    return {
        name: {
            step: round(float(value), 3)
            for step, value in zip(
                steps, np.quantile([getattr(each, name) for each in found], _QUARTERS), strict=True
            )
        }
        for name in names
    }


def main(
    folder: Annotated[Path, typer.Argument(help="Folder with events.jsonl.gz, truth.jsonl.gz")],
    out: Annotated[Path, typer.Option(help="The model that is written")] = MODEL_FILE,
    divisions: Annotated[int, typer.Option(min=1, help="Into halves of the authors")] = _DIVISIONS,
) -> None:
    """Fit the outlook anew, and tell what it is worth on authors that it has not seen."""
    examples = [example(case) for case in read_cases(folder)]
    cases = [each.case for each in examples]
    unseen = []
    for number in range(divisions):
        for part, found in divided(examples, salt=f"{number or ''}"):
            unseen.append(found)
            typer.echo(json.dumps(_line(f"{number}: {part}", f"{number}: {1 - part}", found)))
    model = fit(examples, DAYS)
    known = timeliness(cases, lambda case: first_warned(case, model))
    heat = timeliness(cases, lambda case: first_warned(case, None))
    figures = [
        {"fitted_on": "one half of the authors", "measured_on": "the other half"}
        | {"divisions": divisions}
        | spread(unseen),
        _line("all", "all", known),
        _line("nothing: heat alone", "all", heat),
    ]
    for figure in figures:
        typer.echo(json.dumps(figure))
    out.write_text(_document(model, figures), encoding="utf-8")


def _line(fitted_on: str, measured_on: str, found: Timeliness) -> dict[str, Any]:
    return {"fitted_on": fitted_on, "measured_on": measured_on} | _rounded(found)


def _rounded(found: Timeliness) -> dict[str, Any]:
    return {name: round(value, 3) for name, value in asdict(found).items()}


def _document(model: OutlookModel, figures: Sequence[dict[str, Any]]) -> str:
    values = {
        "what": "How likely a story grows to `size` posts within 24 hours. score = bias + sum of "
        "weight * feature (services/monitor/warnings/outlook.py); shares: [score, part of the past "
        "events that ever reached the score and grew so large]; threshold: the part from which a "
        "story is warned of.",
        "fitted_on": "Half of the authors of CED_Dataset (Song et al. 2018, arXiv 1811.04175): "
        "Weibo cascades of 2010 to 2014 and quiet branches of others, times and counts only.",
        "figures_say": "before_half: part of the surges warned of before half of their final "
        "size; lead_minutes: median over all surges; alarms: events that were no surge; right: "
        "part of the warned events that were surges. A half of the authors counts for half of the "
        "days; each division is measured both ways round.",
        "limits": "Reposts of one network twelve years ago. Of events elsewhere the shares say how "
        "like ones went there; the back-test of a watch says what they mean here.",
        "figures": list(figures),
        "size": model.size,
        "threshold": model.threshold,
        "bias": model.bias,
        "weights": dict(zip(FIGURES, model.weights, strict=True)),
        "shares": [list(pair) for pair in model.shares],
    }
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    typer.run(main)
