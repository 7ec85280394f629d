"""Where chunks are marked: here, in processes of this machine, or on a Dask cluster. The same function under each.

An engine takes tasks in order and gives back what is done in that order, with few of them on the way at a time, so
that memory does not grow with the cohort, and results do not hang on the engine or on the number of workers.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Protocol

from grader.errors import GraderError, Place
from grader.folder import Folder
from grader.run.marker import Done, Marker, Task

AHEAD = 2  # tasks on the way, a worker


Errors = type[BaseException] | tuple[type[BaseException], ...]


class EngineError(GraderError):
    """Work that was lost: a worker that died, or a cluster that cannot be reached."""


class Mark(Protocol):
    """Marks tasks, in order."""

    def __call__(self, tasks: Iterable[Task]) -> Iterator[Done]: ...


@contextmanager
def serial(folder: Folder, workers: int, scheduler: str) -> Generator[Mark]:
    """One task after another, in this process."""
    yield lambda tasks: map(Marker(folder).mark, tasks)


@contextmanager
def processes(folder: Folder, workers: int, scheduler: str) -> Generator[Mark]:
    """Processes of this machine, as many as it has cores unless `workers` says otherwise."""
    count = workers or available()
    forking = sys.platform == "linux" and threading.active_count() == 1  # copies what is loaded; unsafe beside threads
    context = multiprocessing.get_context("fork" if forking else "spawn")
    pool = ProcessPoolExecutor(count, context, _begin, (folder,))
    try:
        yield lambda tasks: _lost(
            _in_order(lambda task: pool.submit(_mark, task), tasks, AHEAD * count), BrokenProcessPool
        )
    finally:
        pool.shutdown(cancel_futures=True)  # and wait: a worker that is ended while it writes leaves the pool waiting


@contextmanager
def dask(folder: Folder, workers: int, scheduler: str) -> Generator[Mark]:
    """A Dask cluster: the one at `scheduler`, used as it is, or else one of processes of this machine."""
    try:
        from distributed import Client, KilledWorker, LocalCluster
    except ImportError as error:
        what = "the engine dask needs Dask's distributed"
        raise EngineError(what, hint="install grader[cluster], or choose --engine processes") from error
    try:
        own = None if scheduler else LocalCluster(workers or available(), threads_per_worker=1, dashboard_address=None)
        client = Client(own or scheduler, timeout=10)
    except OSError as error:
        raise EngineError(
            f"no scheduler answers: {error}", Place(scheduler), "start it, or check --scheduler"
        ) from error
    try:
        count = max(1, len(client.scheduler_info()["workers"]))
        spread = client.scatter(folder, broadcast=True)
        submit = functools.partial(client.submit, _mark_with, spread, pure=False)
        yield lambda tasks: _lost(_in_order(submit, tasks, AHEAD * count), (KilledWorker, CancelledError, OSError))
    finally:
        client.close()
        if own is not None:
            own.close()


ENGINES: dict[str, Callable[..., Any]] = {"serial": serial, "processes": processes, "dask": dask}


SMALL = 8_000_000  # bytes of what was handed in, below which starting processes takes longer than marking


def chosen(name: str, submissions: Path) -> Callable[..., Any]:
    """The engine of a name; without one, processes where a file is large and there are cores for it."""
    large = submissions.is_file() and submissions.stat().st_size > SMALL and available() > 1
    return ENGINES[name or ("processes" if large else "serial")]


def available() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _in_order(submit: Callable[[Task], Any], tasks: Iterable[Task], most: int) -> Iterator[Done]:
    """What is done, in the order of the tasks, of which `most` are on the way at a time."""
    waiting: deque[Any] = deque()
    for task in tasks:
        waiting.append(submit(task) if task.groups else _Nothing())
        while len(waiting) >= most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


class _Nothing:
    """The result of a task in which there is nothing to do."""

    def result(self) -> Done:
        return Done()


def _lost(done: Iterator[Done], lost: Errors) -> Iterator[Done]:
    """What is done; an `EngineError` where an engine lost a worker, which it tells by one of these errors."""
    while True:
        try:
            one = next(done)
        except StopIteration:
            return
        except lost as error:
            hint = "perhaps memory ran out; run it again: what is done is kept"
            raise EngineError("a worker process ended before its work", hint=hint) from error
        yield one


_marker: Marker | None = None
"""Of this worker process."""


def _begin(folder: Folder) -> None:
    """Make ready a worker process, which ends when the one that started it does, however that ends."""
    global _marker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all of a terminal; the main process answers it
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    _marker = Marker(folder)


def _end_with(sentinel: Any) -> None:
    wait([sentinel])
    os._exit(1)


def _mark(task: Task) -> Done:
    assert _marker is not None
    return _marker.mark(task)


def _mark_with(folder: Folder, task: Task) -> Done:
    global _marker
    if _marker is None or _marker.folder is not folder:  # which a worker has once, however many tasks it gets
        _marker = Marker(folder)
    return _marker.mark(task)
