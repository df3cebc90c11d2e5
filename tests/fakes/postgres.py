"""A real PostgreSQL server for the tests, where one is installed."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def missing() -> str:
    """Why there is none here; '' when there is one."""
    if importlib.util.find_spec("psycopg") is None:
        return "psycopg is not installed"
    if _binary("initdb") is None:
        return "PostgreSQL is not installed"
    if os.geteuid() == 0 and not _is_user("postgres"):
        return "PostgreSQL does not run as root and there is no user postgres"
    return ""


@contextmanager
def running() -> Iterator[str]:
    """The URL of an empty database, on a Unix socket in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="causeway-postgres-"))
    account = "postgres" if os.geteuid() == 0 else None
    if account:
        shutil.chown(folder, account)
    data = str(folder / "data")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    try:
        _run(account, "initdb", "-D", data, "-U", "causeway", "--auth=trust", "--no-sync")
        _run(account, "pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start")
        yield f"postgresql+psycopg://causeway@/postgres?host={folder}"
    finally:
        _run(account, "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder)


def _run(account: str | None, name: str, *arguments: str) -> None:
    command = [str(_binary(name)), *arguments]
    subprocess.run(command, user=account, cwd="/", check=True, stdout=subprocess.DEVNULL)


def _binary(name: str) -> Path | None:
    """On the path, or where distributions keep the server's programs."""
    folders = [os.environ.get("PATH", "")]
    if pg_config := shutil.which("pg_config"):
        told = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=True)
        folders.append(told.stdout.strip())
    folders += [str(bin) for bin in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    found = shutil.which(name, path=os.pathsep.join(folders))
    return Path(found) if found else None


def _is_user(name: str) -> bool:
    import pwd

    return any(entry.pw_name == name for entry in pwd.getpwall())
