"""
A group whose members share the partitions of a `MemoryLog`. The log's lock is held by whoever calls.
"""

from collections.abc import Collection
from typing import NamedTuple

from inventory_stream.log.base import Partition


class Share(NamedTuple):
    """
    What a member has to give up, and what it may take.
    """

    lost: list[Partition]
    gained: list[Partition]


class MemoryGroup:
    """
    Who should own which partition, and who does. As with Kafka's cooperative protocol, a partition first comes back
    from its old owner before the new one gets it.
    """

    def __init__(self) -> None:
        self._topics: dict[int, frozenset[Partition]] = {}  # member → partitions it asked for
        self._target: dict[Partition, int] = {}
        self._owner: dict[Partition, int] = {}
        self._names: dict[str, int] = {}

    def join(self, member: int, partitions: Collection[Partition], name: str) -> None:
        """
        Let a member in; under a name that is there already, it takes that member's place and partitions.
        """
        before = self._names.get(name) if name else None
        if name:
            self._names[name] = member
        self._topics[member] = frozenset(partitions)
        if before in self._topics:
            del self._topics[before]
            self._owner = {partition: owner for partition, owner in self._owner.items() if owner != before}
            self._target = {
                partition: member if target == before else target for partition, target in self._target.items()
            }
        self._rebalance()

    def leave(self, member: int) -> None:
        """
        Let a member go; its partitions are free at once.
        """
        if self._topics.pop(member, None) is not None:
            self._owner = {partition: owner for partition, owner in self._owner.items() if owner != member}
            self._names = {name: named for name, named in self._names.items() if named != member}
            self._rebalance()

    def is_member(self, member: int) -> bool:
        """
        Tell whether the member is in, and nobody took its place.
        """
        return member in self._topics

    def share(self, member: int) -> Share:
        """
        Give back what the member should no longer own, take what is free for it, and return both.
        """
        share = self._due(member)
        for partition in share.lost:
            del self._owner[partition]
        self._owner.update(dict.fromkeys(share.gained, member))
        return share

    def stirs(self, member: int) -> bool:
        """
        Tell whether there is something to give up or to take.
        """
        return any(self._due(member))

    def _due(self, member: int) -> Share:
        lost = sorted(p for p, owner in self._owner.items() if owner == member != self._target.get(p))
        gained = sorted(p for p, target in self._target.items() if target == member and p not in self._owner)
        return Share(lost, gained)

    def _rebalance(self) -> None:
        """
        Spread all partitions evenly, moving as few as that needs.
        """
        kept: dict[int, list[Partition]] = {member: [] for member in self._topics}
        loose: list[Partition] = []
        for partition in sorted(frozenset[Partition]().union(*self._topics.values())):
            target = self._target.get(partition, -1)
            (kept[target] if partition in self._topics.get(target, ()) else loose).append(partition)
        for partition in loose:
            self._lightest(kept, partition).append(partition)
        while (move := self._imbalance(kept)) is not None:
            heavy, light = move
            light.append(heavy.pop())
        self._target = {partition: member for member, partitions in kept.items() for partition in partitions}

    def _lightest(self, kept: dict[int, list[Partition]], partition: Partition) -> list[Partition]:
        takers = [kept[member] for member, asked in self._topics.items() if partition in asked]
        return min(takers, key=len)

    def _imbalance(self, kept: dict[int, list[Partition]]) -> tuple[list[Partition], list[Partition]] | None:
        """
        Return two members' partitions of which the first could hand its last one to the second.
        """
        for heavy in sorted(kept.values(), key=len, reverse=True):
            if heavy:
                light = self._lightest(kept, heavy[-1])
                if len(heavy) - len(light) > 1:
                    return heavy, light
        return None
