"""What is in stock: levels, and reservations that hold items for an order."""

from shoplib.errors import Conflict
from shoplib.messages import Request
from shoplib.service import Service, required

service = Service("inventory")

LEVEL = "SELECT quantity FROM stock WHERE sku = ?"
HELD = "SELECT coalesce(sum(quantity), 0) AS held FROM reservations WHERE sku = ?"
HOLD = "INSERT INTO reservations (sku, quantity, order_id, expires_at) VALUES (?, ?, ?, ?)"
RELEASE = "DELETE FROM reservations WHERE order_id = ?"
EXPIRE = "DELETE FROM reservations WHERE expires_at < ?"
HOLD_SECONDS = 300


async def available(connection, sku: str) -> int:
    levels = await connection.fetch(LEVEL, sku)
    held = await connection.fetch(HELD, sku)
    return (levels[0]["quantity"] if levels else 0) - held[0]["held"]


@service.route("GET", "/stock/{sku}")
async def show_stock(request: Request) -> dict:
    sku = request.parameters["sku"]
    async with service.db.connection() as connection:
        return {"sku": sku, "available": await available(connection, sku)}


@service.route("POST", "/reservations")
async def reserve(request: Request) -> dict:
    """Holds every item of an order, or none of them."""
    order_id, items = required(request.body, "order_id", "items")
    connection = await service.db.acquire()
    try:
        for item in items:
            left = await available(connection, item["sku"])
            if left < item["quantity"]:
                raise Conflict(f"{item['sku']}: {left} left, {item['quantity']} wanted")
        expires_at = service.now() + HOLD_SECONDS
        for item in items:
            await connection.fetch(HOLD, item["sku"], item["quantity"], order_id, expires_at)
    finally:
        service.db.release(connection)
    service.log("INFO", f"reserved {len(items)} items", order=order_id)
    return {"order_id": order_id, "expires_at": expires_at}


@service.route("POST", "/reservations/{order_id}/release")
async def release(request: Request) -> dict:
    await service.db.fetch(RELEASE, request.parameters["order_id"])
    return {"released": request.parameters["order_id"]}


@service.every(20)
async def expire_reservations() -> None:
    await service.db.fetch(EXPIRE, service.now())
