"""Splits a CSV file into records at the byte, more strictly than functions/ingest/reader: one kind of line end, one header.

Python's csv module neither says where a record begins nor goes on behind one that is malformed.
"""

import json
import re
from values import PlainRecords, Refused

# What JavaScript's trim() takes away, in a text of one character a byte.
BLANK = b"\t\n\x0b\x0c\r \xa0"
MISQUOTED = "a quote is not closed, or text follows a closing quote"
# Of one search for plain records; more at once would only take more memory.
WINDOW = 256 * 1024


class FileProblem(Exception):
    """Why the file can't be loaded at all. A retry would find the same."""


class Header:
    def __init__(self, data, whole):
        """Reads it from the file's first bytes; `whole`: they are all that there are."""
        start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
        at = start
        quoted = False
        for found in re.finditer(rb'["\r\n]', data[start:]):
            if found[0] == b'"':
                quoted = not quoted
            elif not quoted:
                at = start + found.start()
                break
        else:
            at = len(data)
        crlf = data[at : at + 2] == b"\r\n"
        self.newline = b"\r\n" if crlf else b"\r" if data[at : at + 1] == b"\r" else b"\n"
        self.end = min(at + len(self.newline), len(data))
        line = data[start:at]
        fields = scan(line, 0, self.newline, True)[0] if line else []
        self.names = [field.decode("utf-8", "replace") for field in fields]

    def check(self, table):
        if self.names == table.headers:
            return
        found = ",".join(self.names)
        shown = found[:200] + "…" if len(found) > 200 else found
        quoted = [json.dumps(text, ensure_ascii=False) for text in (shown, ",".join(table.headers))]
        raise FileProblem(f"the file's header is {quoted[0]} and must be {quoted[1]}")


def scan(data, start, newline, last):
    """The record at `start`: its fields, its end, where the next begins, and whether its quotes are right.

    None where it doesn't end in the data and the data isn't the file's last.
    """
    fields = []
    at = start
    right = True
    while True:
        if data[at : at + 1] != b'"':
            comma, line = data.find(b",", at), data.find(newline, at)
            if comma >= 0 and (line < 0 or comma < line):
                fields.append(data[at:comma])
                at = comma + 1
                continue
            if line < 0 and not last:
                return None
            end = len(data) if line < 0 else line
            fields.append(data[at:end])
            return fields, end, min(end + len(newline), len(data)), right
        quote = at
        while True:
            quote = data.find(b'"', quote + 1)
            if quote < 0 or (quote == len(data) - 1 and not last):
                if not last:
                    return None
                fields.append(data[at + 1 :])
                return fields, len(data), len(data), False
            if quote == len(data) - 1:
                fields.append(data[at + 1 : quote].replace(b'""', b'"'))
                return fields, len(data), len(data), right
            if data[quote + 1 : quote + 2] == b'"':
                quote += 1
                continue
            comma, line = data.find(b",", quote + 1), data.find(newline, quote + 1)
            if comma >= 0 and (line < 0 or comma < line) and not data[quote + 1 : comma].strip(BLANK):
                break
            if line >= 0 and not data[quote + 1 : line].strip(BLANK):
                fields.append(data[at + 1 : quote].replace(b'""', b'"'))
                return fields, line, line + len(newline), right
            if line < 0 and not last:
                return None
            right = False
        fields.append(data[at + 1 : quote].replace(b'""', b'"'))
        at = comma + 1


class Splitter:
    """Reads the records that begin in a range of the file, whose first byte begins a record."""

    def __init__(self, table, newline, max_record_bytes, max_rejects):
        self._table = table
        self._newline = newline
        self._most = max_record_bytes
        self._max_rejects = max_rejects
        self._plain = PlainRecords(table, newline)
        self.rejects = []
        self.rows = 0
        self.problem = None
        self.stop = None

    def split(self, source, start, end):
        """Yields lines for COPY. Afterwards `stop` is where the next record begins, at `end` or behind it; None where
        a problem or too many rejects ended the reading."""
        data, at = source.read(start, end), 0
        while start + at < end:
            until = self._plain.run_end(data, at, min(at + WINDOW, end - start))
            until = self._plain.run_end(data, at, at + utf8_bytes(data[at:until]))
            if until > at:
                lines, rows = self._plain.encode(data, at, until)
                self.rows += rows
                at = until
                yield lines
                continue
            while (record := self._record(data, at, source.is_last(start + len(data)))) is None:
                data += source.read(start + len(data), start + len(data) + self._most)
            fields, record_end, following, problem = record
            if problem is None and fields != [b""]:
                problem, line = self._encode(fields)
                if line is not None:
                    yield line
            if problem is not None:
                if record_end - at > self._most:
                    self.problem = f"the line at byte {start + at} is longer than {self._most} bytes"
                    return
                self.rejects.append(reject(data[at:record_end], start + at, problem))
                if len(self.rejects) > self._max_rejects:
                    return
            at = following
        self.stop = start + at

    def _encode(self, fields):
        try:
            line = self._table.encode(fields)
        except Refused as refused:
            return str(refused), None
        self.rows += 1
        return None, line

    def _record(self, data, at, last):
        """The record, or of a malformed one its first line; None where more data is needed to tell."""
        found = scan(data, at, self._newline, last)
        if found is None and len(data) - at <= self._most:
            return None
        problem = None
        if found is None or found[1] - at > self._most:
            problem = f"the record is longer than {self._most} bytes, or a quote is not closed"
        elif not found[3]:
            problem = MISQUOTED
        elif found[0][-1].endswith(b"\r") and data[found[1] - 1 : found[1]] == b"\r":
            problem = "the line ends with a carriage return, unlike the header"
        if problem is None:
            return found[0], found[1], found[2], None
        line = data.find(self._newline, at)
        end = len(data) if line < 0 else line
        return [], end, min(end + len(self._newline), len(data)), problem


def utf8_bytes(data):
    """How many of the bytes, from the first on, are UTF-8."""
    try:
        data.decode()
        return len(data)
    except UnicodeDecodeError as error:
        return error.start


def reject(raw, byte_offset, reason):
    """What PostgreSQL can't store is U+FFFD."""
    record = raw.decode("utf-8", "replace").replace("\0", "\ufffd")
    return byte_offset, reason.replace("\0", "\ufffd"), record
