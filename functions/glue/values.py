"""What a record's fields must be, from the shared definition of the table: functions/ingest/sharedDefinition.ts as JSON.

The words of the reasons are those of functions/ingest/reader/field.ts. The rules are stricter: what this road does not
read as the function does, it rejects.
"""

import json
import re

DATE = (
    rb"[12][0-9]{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    rb"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
INTEGER = re.compile(rb"[+-]?[0-9]+")
DECIMAL = re.compile(rb"([+-]?)([0-9]*)(?:(\.)([0-9]*))?")
DAY = re.compile(rb"([0-9]{4})-([0-9]{2})-([0-9]{2})")


class Refused(Exception):
    """Why a record can't be loaded, in words."""


class Table:
    def __init__(self, definition):
        self.name = definition["table"]
        self.columns = definition["columns"]
        self.headers = [column["header"] for column in self.columns]

    def copy_options(self):
        """Of COPY: an empty field is NULL, save that a text is the empty text."""
        texts = [quote_name(c["column"]) for c in self.columns if c["type"]["kind"] == "text"]
        force = f", FORCE_NOT_NULL ({', '.join(texts)})" if texts else ""
        return f"(FORMAT csv{force})"

    def column_list(self):
        return ", ".join(quote_name(column["column"]) for column in self.columns)

    def staging_columns(self):
        return ", ".join(f"{quote_name(c['column'])} {sql_type(c['type'])}" for c in self.columns)

    def encode(self, fields):
        """A record's line for COPY. Raises Refused."""
        if len(fields) != len(self.columns):
            raise Refused(f"{len(fields)} fields instead of {len(self.columns)}")
        values = [self._named(column, read, column, field) for column, field in zip(self.columns, fields)]
        line = [self._named(column, write, column, value) for column, value in zip(self.columns, values)]
        return b",".join(line) + b"\n"

    @staticmethod
    def _named(column, function, *arguments):
        try:
            return function(*arguments)
        except Refused as refused:
            raise Refused(f"{column['header']}: {refused}") from None


class PlainRecords:
    """Finds records that are surely good and takes them over as they stand, many at once.

    Only the common shapes are among them; what isn't, is looked at field by field (`Table.encode`), which decides.
    """

    def __init__(self, table, newline):
        plain = [plain_pattern(column, capture=False) for column in table.columns]
        captured = [plain_pattern(column, capture=True) for column in table.columns]
        end = re.escape(newline)
        record = b",".join(plain) + end
        # Possessive: what was matched once is never tried another way.
        self._run = re.compile(b"(?:" + record + b")*+")
        self._start = re.compile(end + b"(?=" + record + b")")
        # Between the numbers to multiply lies text that stays.
        pattern = b"(" + b",".join(captured) + b")" + end
        self._records = re.compile(pattern)
        self._factors = [f for f in (factor_of(column) for column in table.columns) if f != 1]
        self._exponents = [b"e-%d" % i if i else b"" for i in range(16)]

    def next_start(self, data, at):
        """Behind the first line end from `at` on that a good record follows; None where there is none."""
        found = self._start.search(data, at)
        return found and found.end()

    def run_end(self, data, start, end):
        """Where the good records end that begin at `start`."""
        return self._run.match(data, start, end).end()

    def encode(self, data, start, end):
        """The lines for COPY of a run, and how many they are."""
        found = self._records.findall(data, start, end)
        if len(self._factors) == 1:
            factor, exponents = self._factors[0], self._exponents
            lines = [
                b"%s%d%s%s\n" % (before, factor * int(whole + fraction), exponents[len(fraction)], after)
                for before, whole, fraction, after in found
            ]
        elif not self._factors:
            lines = [line + b"\n" for line in found]
        else:
            lines = [self._multiplied(parts) for parts in found]
        return b"".join(lines), len(lines)

    def _multiplied(self, parts):
        line = [parts[0]]
        for i, factor in enumerate(self._factors):
            whole, fraction, after = parts[3 * i + 1 : 3 * i + 4]
            line.append(b"%d%s%s" % (factor * int(whole + fraction), self._exponents[len(fraction)], after))
        return b"".join(line) + b"\n"


def plain_pattern(column, capture):
    kind = column["type"]
    optional = b"" if column["required"] else b"?"
    if kind["kind"] == "integer":
        return b"(?:[+-]?[0-9]{1,9})" + optional
    if kind["kind"] == "date":
        return b"(?:" + DATE + b")" + optional
    if kind["kind"] == "text":
        words = b"|".join(re.escape(word.encode()) for word in column.get("nulls", []) if word)
        no_null = b"(?!(?:%s)[,\\r\\n])" % words if words else b""
        # So many bytes are never more characters. A backslash could make PostgreSQL's end of data.
        most = kind["length"]
        least = 1 if column["required"] else 0
        unquoted = b'[^",\\r\\n\\x00\\\\]{%d,%d}' % (least, most)
        return b'(?:%s%s|"(?:[^"\\x00]|""){%d,%d}")' % (no_null, unquoted, least, most)
    whole, scale = kind["precision"] - kind["scale"], kind["scale"]
    if factor_of(column) == 1:
        fraction = b"(?:\\.[0-9]{1,%d})?" % scale if scale else b""
        return b"(?:[+-]?[0-9]{1,%d}%s)" % (whole, fraction) + optional
    # One digit less, since it is multiplied. An empty one is left to `Table.encode`.
    group = b"(" if capture else b"(?:"
    fraction = b"(?:\\.%s[0-9]{1,%d}))?" % (group, scale) if scale else group + b")"
    number = b"%s[+-]?[0-9]{1,%d})%s" % (group, max(whole - 1, 1), fraction)
    # Captured, it closes the group of the text before it and opens that of the text behind it.
    return b")" + number + b"(" if capture else number


def factor_of(column):
    return column["type"].get("times", 1)


def read(column, field):
    kind = column["type"]["kind"]
    if field != b"" and field.decode("latin1") in column.get("nulls", []):
        if kind == "text":
            raise Refused("a text that means NULL, which the Glue job can't store")
        field = b""
    if field == b"":
        if column["required"]:
            raise Refused("the field is empty")
        return "" if kind == "text" else None
    if kind == "text":
        try:
            return field.decode()
        except UnicodeDecodeError:
            raise Refused("the text is not UTF-8") from None
    return {"integer": read_integer, "decimal": read_decimal, "date": read_date}[kind](field)


def read_integer(field):
    if not INTEGER.fullmatch(field):
        refuse(field, "not a whole number")
    value = int(field[-400:]) if len(field) > 400 else int(field)
    if len(field) > 400 or not -(2**31) <= value < 2**31:
        refuse(field, "out of the range of int")
    return value


def read_decimal(field):
    found = DECIMAL.fullmatch(field)
    digits = found and found[2] + (found[4] or b"")
    if not digits:
        refuse(field, "not a decimal number")
    if len(digits) > 40 or int(digits) >= 10**15:
        refuse(field, "a number of more than 15 digits")
    units = int(digits)
    return (-units if found[1] == b"-" else units), len(found[4] or b"")


def read_date(field):
    found = DAY.fullmatch(field)
    if found:
        year, month, day = (int(part) for part in found.groups())
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        days = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
        if year >= 1 and 1 <= month <= 12 and 1 <= day <= days[month - 1]:
            return field
    refuse(field, "not a date YYYY-MM-DD")


def refuse(field, what):
    shown = json.dumps(field[:60].decode("utf-8", "replace"), ensure_ascii=False)
    raise Refused(f"{shown} is {what}")


def write(column, value):
    """A value as COPY reads it in a CSV line, after the transform."""
    kind = column["type"]
    if value is None:
        return b""
    if kind["kind"] == "text":
        if len(value) > kind["length"]:
            raise Refused(f"longer than {kind['length']} characters")
        if "\0" in value:
            raise Refused("the text has a NUL character")
        return b'"' + value.encode().replace(b'"', b'""') + b'"'
    if kind["kind"] == "integer":
        return b"%d" % value
    if kind["kind"] == "date":
        return value
    return write_decimal(value[0] * factor_of(column), value[1], kind["precision"], kind["scale"])


def write_decimal(number, from_scale, precision, scale):
    """Rounds half away from zero to the column's scale, as PostgreSQL does."""
    units = abs(number)
    if from_scale > scale:
        divisor = 10 ** (from_scale - scale)
        units, rest = divmod(units, divisor)
        units += 1 if 2 * rest >= divisor else 0
    else:
        units *= 10 ** (scale - from_scale)
    if units >= 10**precision:
        raise Refused(f"beyond numeric({precision},{scale})")
    return b"%d" % (-units if number < 0 else units) + (b"e-%d" % scale if scale else b"")


def sql_type(kind):
    if kind["kind"] == "decimal":
        return f"numeric({kind['precision']}, {kind['scale']})"
    return f"varchar({kind['length']})" if kind["kind"] == "text" else kind["kind"]


def quote_name(name):
    return '"' + name.replace('"', '""') + '"'
