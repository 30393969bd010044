"""Parses statements by sqlglot: reads [[dialect, statement], ...] as JSON, writes what each is, or why not."""

import json
import logging
import sys

import sqlglot
from sqlglot import exp

# It warns of a statement that it passes through unread; we ask for its kind instead.
logging.disable(logging.WARNING)


def look(dialect, statement):
    try:
        (tree,) = sqlglot.parse(statement, read=dialect)
    except Exception as error:
        return {"error": str(error)}
    columns = [each.name for each in tree.find_all(exp.ColumnDef)]
    return {"kind": type(tree).__name__, "columns": columns}


json.dump([look(*each) for each in json.load(sys.stdin)], sys.stdout)
