"""`causeway serve`: owns the stores, takes in telemetry, answers questions."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import click

from assistant.cli import options


@click.command("serve")
@click.option("--host", help="Address to listen on; loopback only for now.  [127.0.0.1]")
@click.option("--api-port", type=int, help="REST API, and OTLP over HTTP too.  [8080]")
@click.option("--otlp-http-port", type=int, help="OTLP over HTTP.  [4318]")
@click.option("--otlp-grpc-port", type=int, help="OTLP over gRPC.  [4317]")
@click.option(
    "--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where the stores lie."
)
@click.option("--json", "as_json", is_flag=True, help="Print the addresses as one line of JSON.")
@click.pass_obj
def command(
    config: Path | None,
    host: str | None,
    api_port: int | None,
    otlp_http_port: int | None,
    otlp_grpc_port: int | None,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    """Take in telemetry over OTLP and answer questions, until stopped (Ctrl-C or SIGTERM).

    \b
    Examples:
      causeway serve
      causeway serve --api-port 0 --otlp-http-port 0 --otlp-grpc-port 0 --json

    Port 0 takes a free port; the addresses are printed once they answer. What was acknowledged is
    on disk: stopping, even with kill -9, loses nothing. Other causeway commands that use the same
    data directory talk to this server.
    """
    settings = options.settings_from(
        config,
        host=host,
        api_port=api_port,
        otlp_http_port=otlp_http_port,
        otlp_grpc_port=otlp_grpc_port,
        data_dir=data_dir,
    )
    from assistant.api.server import Addresses, serve

    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")

    def ready(addresses: Addresses) -> None:
        if as_json:
            click.echo(json.dumps(addresses._asdict()))
            return
        click.echo(f"API              {addresses.api}")
        click.echo(f"OTLP over HTTP   {addresses.otlp_http}")
        click.echo(f"OTLP over gRPC   {addresses.otlp_grpc}")
        click.echo(f"Data             {settings.data_dir}")

    serve(settings, ready)
