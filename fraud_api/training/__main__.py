"""
`python -m fraud_api.training`: give a new installation its first model, once the stream has labels to learn from.
"""

import sys
from time import monotonic, sleep

from rich.console import Console

from fraud_api.settings import MODEL
from fraud_api.training.command import train
from fraud_api.training.errors import TrainingError
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.settings import StreamSettings

PATIENCE_S = 60.0
PAUSE_S = 2.0


def main() -> None:
    """
    Train unless a version answers already; wait a while for labels, and leave it at that when none come.
    """
    settings = StreamSettings()
    log = KafkaLog(settings.kafka_bootstrap_servers, settings.topic_prefix)
    console, give_up = Console(stderr=True), monotonic() + PATIENCE_S
    try:
        while True:
            try:
                sys.stdout.write(train(log, console, MODEL, 60, 4, if_missing=True, promote=True) + "\n")
            except TrainingError as error:
                if monotonic() > give_up:
                    sys.stdout.write(f"{error}\n")
                    return
                sleep(PAUSE_S)
            else:
                return
    finally:
        log.close()


if __name__ == "__main__":
    main()
