"""
`seatstream train`.
"""

from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from fraud_api.settings import MODEL
from fraud_api.training.errors import TrainingError
from inventory_stream.log import Log, LogError
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.settings import StreamSettings

_NEEDED = ("xgboost", "onnxmltools", "sklearn")


def app(
    context: typer.Context,
    model: Annotated[str, typer.Option(help="Name of the model.")] = MODEL,
    trees: Annotated[int, typer.Option(min=1, max=1000)] = 60,
    depth: Annotated[int, typer.Option(min=1, max=10, help="Deepest a tree may be.")] = 4,
    if_missing: Annotated[
        bool, typer.Option("--if-missing", help="Do nothing when a version answers already.")
    ] = False,
    promote: Annotated[bool, typer.Option(help="Let the new version answer at once.")] = True,
) -> None:
    """
    Learn from the stream which customers abuse the system, and publish the model.

    Labels are the feedback on the stream: confirmed and cleared abuse, and payments that were charged back.

    Examples:
      seatstream train
      seatstream train --if-missing
      seatstream train --trees 120 --no-promote
    """
    console, errors = (Console(soft_wrap=True, highlight=False, stderr=stderr) for stderr in (False, True))
    try:
        log = context.obj if context.obj is not None else _kafka_log()
        try:
            console.print(train(log, errors, model, trees, depth, if_missing=if_missing, promote=promote), markup=False)
        finally:
            if context.obj is None:
                log.close()
    except (TrainingError, LogError) as error:
        errors.print(str(error), markup=False)
        raise typer.Exit(1) from error


def train(log: Log, console: Console, model: str, trees: int, depth: int, *, if_missing: bool, promote: bool) -> str:
    """
    Read, fit and publish; return in a sentence what was done. Progress is shown on `console`.

    Raises:
        TrainingError: there can be no model.
        LogError: the stream cannot be read or written.
    """
    # Here and not above: what learns takes a second to import, which other commands should not wait for.
    from fraud_api.training.examples import read_examples
    from fraud_api.training.fitting import Settings, fit
    from fraud_api.training.publishing import publish, read_published

    published = read_published(log, model)
    if if_missing and published.answers:
        return f"version {published.promoted} of model {model} answers already"
    absent = [name for name in _NEEDED if find_spec(name) is None]
    if absent:
        raise TrainingError(f"training needs {', '.join(absent)}: install seatstream[train]")
    with Progress(console=console, transient=True) as progress:
        reading = progress.add_task("Reading the stream", total=None)
        examples = read_examples(log, lambda done, total: progress.update(reading, completed=done, total=total))
    fitted = fit(examples, Settings(trees, depth))
    metrics = fitted.metrics
    trained_on = f"{examples.records} records about {len(examples.customer_ids)} customers"
    version = publish(log, model, fitted, trained_on, datetime.now(UTC), promote=promote)
    return (
        f"Published{' and promoted' if promote else ''} version {version} of model {model}: AUC {metrics['auc']:.3f}, "
        f"average precision {metrics['average_precision']:.3f} on {metrics['held_out_rows']:,} held-out customers "
        f"({metrics['held_out_positives']:,} of them with confirmed abuse or a charged back payment), from {trained_on}"
    )


def _kafka_log() -> Log:
    settings = StreamSettings()
    return KafkaLog(settings.kafka_bootstrap_servers, settings.topic_prefix)
