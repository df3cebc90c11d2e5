"""Failures that have a status code of their own; anything else is a bug and answers 500."""


class Problem(Exception):
    status = 500


class BadRequest(Problem):
    status = 400


class NotFound(Problem):
    status = 404


class Conflict(Problem):
    status = 409


class TooManyRequests(Problem):
    status = 429


class Unavailable(Problem):
    status = 503


class PoolTimeout(Unavailable):
    """No database connection became free in time."""


class UpstreamFailed(Problem):
    """Another service answered with an error, or could not be reached."""

    status = 502

    def __init__(self, peer: str, reason: str, answered: int = 0) -> None:
        super().__init__(f"{peer}: {reason}")
        self.peer = peer
        self.answered = answered


class UpstreamTimeout(UpstreamFailed):
    status = 504
