"""Compare every attack under an audit hook and print, as JSON, what Python was asked to do meanwhile.

Comparing loads its modules on first use, so the rest of the corpus is gone through before the hook is set.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from tests.corpus import attacks, entries
from tests.corpus.running import run, run_all

HARMLESS = frozenset({"sys._getframe", "builtins.id", "object.__getattr__", "sys._current_frames"})


def main() -> None:
    run_all([entry for entry in entries() if entry.category not in {"code execution", "resource bombs"}][::7])
    texts = list(attacks())
    events: list[tuple[str, str]] = []
    current = [""]

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if current[0] and event not in HARMLESS:
            events.append((event, current[0]))

    sys.addaudithook(heard)
    for entry in texts:
        current[0] = entry.one
        run(entry)
    current[0] = ""
    print(json.dumps({"compared": len(texts), "events": events}))


if __name__ == "__main__":
    main()
