"""Feature flags, flipped while the service runs."""


class Flags:
    def __init__(self, runtime, service: str) -> None:
        self.runtime = runtime
        self.service = service

    def on(self, flag: str, default: bool = False) -> bool:
        return bool(self.runtime.flags.get(flag, default))
