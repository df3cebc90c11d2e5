"""Shipments: takes placed orders from the outbox, books a carrier, frees the reservation."""

import json

from shoplib.messages import Request
from shoplib.service import Service

service = Service("shipping")

BATCH = 5
NEXT = "SELECT id, topic, payload FROM outbox WHERE state = 'new' ORDER BY id LIMIT ?"
DONE = "UPDATE outbox SET state = 'done' WHERE id = ?"
BOOK = "INSERT OR IGNORE INTO shipments (order_id, carrier, weight_g) VALUES (?, ?, ?)"
TAKE = "UPDATE stock SET quantity = max(quantity - ?, 0) WHERE sku = ?"
PENDING = "SELECT count(*) AS pending FROM outbox WHERE state = 'new'"
TRACK = "SELECT order_id, carrier, weight_g FROM shipments WHERE order_id = ?"
GRAMS = {"small": 250, "medium": 900, "large": 4000}

lag = {"pending": 0}


def weight(items: list[dict]) -> int:
    return sum(GRAMS[item.get("size", "small")] * item["quantity"] for item in items)


async def ship(message: dict) -> None:
    order = json.loads(message["payload"])
    await service.db.fetch(BOOK, order["order_id"], "northpost", weight(order["items"]))
    for item in order["items"]:
        await service.db.fetch(TAKE, item["quantity"], item["sku"])
    await service.client.post(
        "inventory", "/reservations/{order_id}/release", {}, order_id=order["order_id"]
    )
    await service.db.fetch(DONE, message["id"])
    service.log("INFO", "handed an order to northpost", order=order["order_id"])


@service.on_start
def watch_outbox() -> None:
    service.telemetry.gauge("messaging.queue.depth", lambda: lag["pending"], "{message}")


@service.every(3)
async def drain_outbox() -> None:
    lag["pending"] = (await service.db.fetch(PENDING))[0]["pending"]
    for message in await service.db.fetch(NEXT, BATCH):
        topic = {"messaging.destination.name": message["topic"]}
        with service.telemetry.span("process outbox", "consumer", topic):
            await ship(message)


@service.route("GET", "/shipments/{order_id}")
async def show_shipment(request: Request) -> dict:
    shipments = await service.db.fetch(TRACK, request.parameters["order_id"])
    return {"shipments": shipments}
