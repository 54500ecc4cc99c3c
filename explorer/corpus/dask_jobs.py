"""Long work over a corpus by Dask: in processes of this machine, or where a scheduler runs; results as they come."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from explorer.core.errors import StoreError
from explorer.core.optional import needed

T = TypeVar("T")
R = TypeVar("R")
_AHEAD = 3  # jobs given to a worker at a time


def each(
    jobs: Sequence[T],
    work: Callable[[T], R],
    *,
    scheduler: str | None = None,
    workers: int | None = None,
) -> Iterator[R]:
    """`work` of each job, as they are done; a few under way at a time, however many there are.

    `work` and jobs are sent to other processes, so `work` is a function of a module (or a `functools.partial` of one). `scheduler`
    is the address of a running `dask.distributed` scheduler; without it, `workers` processes (all cores) start here. The first
    error is raised, and the rest given up. Raises `StoreError` where no scheduler answers.
    """
    with needed("compute", "work over a whole corpus"):
        from distributed import as_completed

    with _client(scheduler, workers, len(jobs)) as client:
        waiting = iter(jobs)
        width = max(len(client.scheduler_info()["workers"]), 1) * _AHEAD
        first = [
            client.submit(work, job, pure=False)
            for _, job in zip(range(width), waiting, strict=False)  # in this order: none is taken and dropped
        ]
        running = as_completed(first, loop=client.loop)
        for future in running:
            yield future.result()
            future.release()
            for job in waiting:
                running.add(client.submit(work, job, pure=False))
                break


def _client(scheduler: str | None, workers: int | None, jobs: int) -> Any:
    import dask
    from distributed import Client, LocalCluster

    dask.config.set({"distributed.comm.timeouts.connect": "20s", "distributed.admin.tick.limit": "30s"})
    if scheduler is not None:
        try:
            return Client(scheduler, set_as_default=False)
        except (OSError, ValueError) as error:
            raise StoreError(f"no Dask scheduler answers at {scheduler[:200]} ({error})") from error
    count = max(1, min(workers or os.cpu_count() or 1, jobs))
    cluster = LocalCluster(
        n_workers=count, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1",
        memory_limit="2GiB", silence_logs=50,
    )  # fmt: skip
    return _Own(cluster, Client(cluster, set_as_default=False))


class _Own:
    """A client with the cluster that it started; both end together."""

    def __init__(self, cluster: Any, client: Any) -> None:
        self.cluster, self.client = cluster, client

    def __enter__(self) -> Any:
        return self.client

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.cluster.close()
