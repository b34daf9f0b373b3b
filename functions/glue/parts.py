"""A file's parts, which Spark's tasks load side by side, and how they make a whole.

A module of its own, because what executors send back must be importable where it arrives.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from database import Database, stage
from node_reader import COLUMNS, Reading
from source import Source


@dataclass
class Task:
    """What is asked of the reader, and the staging table for what it finds."""

    request: dict[str, Any]
    table: str

    @property
    def begin(self) -> int:
        """The first byte that the reader is sent."""
        layout = self.request["layout"]
        return 0 if layout and layout["decoded"] else int(self.request["offset"])


@dataclass
class Part:
    """What a task made of a range of the file."""

    start: int
    stop: int | None
    rows: int
    rejects: list[dict[str, Any]]
    failure: str | None
    layout: dict[str, Any] | None
    table: str
    columns: list[str]


def load_part(script: str, source: Source, database: Database, task: Task) -> Part | None:
    """Runs on an executor. None where no record was found that the part could begin with."""
    with Reading(script, source, task.begin, task.request) as reading:
        columns: list[tuple[str, str]] = []
        kind, content = reading.frame()
        if kind == COLUMNS:
            columns = json.loads(content)
            answers: list[dict[str, Any]] = []
            stage(database, task.table, columns, reading.rows(answers))
            answer = answers[0]
        else:
            answer = json.loads(content)
    if "start" not in answer:
        return None
    names = [name for name, _ in columns]
    found = (answer["rows"], answer["rejects"], answer.get("failure"), answer.get("layout"))
    return Part(answer["start"], answer.get("stop"), *found, task.table, names)


class Chain:
    """The parts that follow one another without a gap or an overlap from the first byte to the last.

    A start that was found inside quotes is no record's: then the part before it ends elsewhere, and a part
    that begins there is asked for. Whatever the guesses, the records are those that reading from the first
    byte finds.
    """

    def __init__(self, first: int, size: int) -> None:
        self._first = first
        self._size = size
        self._parts: dict[int, Part] = {}

    def add(self, parts: Iterable[Part | None]) -> None:
        self._parts |= {part.start: part for part in parts if part is not None}

    def walk(self) -> tuple[list[Part], tuple[int, int] | None]:
        """The parts in order, and the range that is missing behind them: None at the end or at a failure."""
        at, found = self._first, list[Part]()
        while at < self._size:
            part = self._parts.get(at)
            if part is None:
                return found, (at, min((s for s in self._parts if s > at), default=self._size))
            found.append(part)
            if part.stop is None:
                break
            at = part.stop
        return found, None
