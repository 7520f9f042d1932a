"""
The example in the contract, for writers in other languages, does what it says.
"""

import re

from inventory_stream.records import TYPES, decode
from inventory_stream.records.reference import contract_text


def test_the_example_for_other_languages_is_a_valid_record() -> None:
    """
    What the command in the contract would write is decoded, under the key and in the topic of its type.
    """
    (value, topic, key) = re.search(r"echo '(.+)' \|.* -t (\S+) .* -k (\S+)", _command()).groups()
    headers = [(name, text.encode()) for name, text in re.findall(r"-H (\S+?)=(\S+)", _command())]
    found = decode(topic, 0, 0, key.encode(), value.encode(), headers)

    assert (found.failure, found.key) == ("", found.record.key())
    assert TYPES[found.type].cls.topic == topic


def _command() -> str:
    """
    Return the command in one line.
    """
    (command,) = re.findall(r"^echo .*?^```", contract_text(), re.MULTILINE | re.DOTALL)
    return command.replace("\\\n", " ")
