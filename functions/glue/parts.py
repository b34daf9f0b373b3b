"""A file's parts, which Spark's tasks load side by side, and how they make a whole.

A module of its own, because what executors send back must be importable where it arrives.
"""

from dataclasses import dataclass

from csv_records import Splitter
from database import stage
from values import Table

# What is read to find a part's first record.
PROBE_BYTES = 128 * 1024


@dataclass
class Settings:
    max_record_bytes: int
    max_rejects: int
    part_bytes: int


@dataclass
class Part:
    """What a task made of a range of the file."""

    start: int
    stop: int | None
    rows: int
    rejects: list
    problem: str | None
    table: str


def load_part(source, database, definition, newline, settings, start, end, name):
    """Runs on an executor."""
    table = Table(definition)
    splitter = Splitter(table, newline, settings.max_record_bytes, settings.max_rejects)
    stage(database, table, name, splitter.split(source, start, end))
    return Part(start, splitter.stop, splitter.rows, splitter.rejects, splitter.problem, name)


def find_starts(source, plain, first, part_bytes):
    """Where the parts begin: each at a record, as far as can be told without reading all that stands before it."""
    starts = [first]
    for nominal in range(first + part_bytes, source.size, part_bytes):
        start = None
        length = PROBE_BYTES
        # The line end may stand before, the record after. A file of nothing but bad records is read to its end.
        while start is None and nominal < source.size:
            found = plain.next_start(source.read(nominal, nominal + length), 0)
            start = nominal + found if found is not None else None
            if nominal + length >= source.size:
                break
            length *= 4
        if start is not None and starts[-1] < start < source.size:
            starts.append(start)
    return starts


class Chain:
    """The parts that follow one another without a gap or an overlap from the first byte to the last.

    A start that was found inside quotes is no record's: then the part before it ends elsewhere, and a part that
    begins there is asked for. Whatever the guesses, the records are those that reading from the first byte finds.
    """

    def __init__(self, first, size, starts):
        self._first = first
        self._size = size
        self._starts = starts
        self._parts = {}

    def add(self, parts):
        for part in parts:
            self._parts[part.start] = part

    def walk(self):
        """The parts in order, and the range that is missing behind them: None at the end, or where a part stopped."""
        at, found = self._first, []
        while at < self._size:
            part = self._parts.get(at)
            if part is None:
                return found, (at, min((s for s in self._starts if s > at), default=self._size))
            found.append(part)
            if part.stop is None:
                break
            at = part.stop
        return found, None
