"""A client on requests: one operation after another, or a thread and a session per lane."""

from __future__ import annotations

import argparse
import contextlib
import threading
import time
from http.client import BadStatusLine, RemoteDisconnected

from trial import MALFORMED, PREMATURE_END, TIMEOUT, WARM_UP, Failure, Trial, outcome_of

import requests


def fetch(trial: Trial, session: requests.Session, number: int) -> None:
    # Without a session, each request has a connection of its own.
    get = session.get if trial.keeps_connections else requests.get
    try:
        response = get(f"http://{trial.endpoint.authority}{trial.target(number)}", timeout=trial.timeout)
    except requests.Timeout as error:
        raise Failure(TIMEOUT) from error
    except requests.ConnectionError as error:
        raise cause_of(error) from error
    except requests.exceptions.ChunkedEncodingError as error:
        raise Failure(PREMATURE_END) from error
    trial.verify(number, response.status_code, response.content)


def cause_of(error: BaseException | None) -> Exception:
    """The outcome that an error of requests stands for: that of its innermost cause."""
    cause: Exception = Failure(PREMATURE_END)
    while error is not None:
        if isinstance(error, OSError) and error.errno:
            cause = error
        elif isinstance(error, BadStatusLine) and not isinstance(error, RemoteDisconnected):
            cause = Failure(MALFORMED)
        error = error.__cause__ or error.__context__
    return cause


def lane(trial: Trial, index: int, permits: contextlib.AbstractContextManager) -> None:
    with requests.Session() as session:
        while True:
            with permits:
                if (taken := trial.take(index)) is None:
                    return
                number, row = taken
                if trial.starts is not None:
                    while (now := time.monotonic_ns()) < (due := trial.due(number)):
                        time.sleep((due - now) / 1e9)
                    trial.begin(number, row, index, now)
                try:
                    if trial.workload == "sleep":
                        time.sleep(trial.sleep / 1e9)
                    else:
                        fetch(trial, session, number & ~WARM_UP)
                except Exception as error:
                    trial.end(row, *outcome_of(error))
                else:
                    trial.end(row)


def main(in_threads: bool) -> None:
    trial = Trial.read()
    permits = threading.Semaphore(trial.limit) if trial.limit else contextlib.nullcontext()
    trial.ready()
    lanes = range(trial.lanes if in_threads else 1)
    # Threads that the program does not wait for: one may be in the middle of an operation when the window ends.
    threads = [threading.Thread(target=lane, args=(trial, index, permits), daemon=True) for index in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(trial.remaining)
    trial.done()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", action="store_true", help="a thread per lane")
    main(parser.parse_args().threads)
