"""Orders: turns a cart into a priced, reserved, paid order and tells shipping about it."""

import json

from shoplib.errors import BadRequest, Conflict, UpstreamFailed
from shoplib.messages import Request
from shoplib.service import Service, required

service = Service("checkout")

MAX_ITEMS = 25
PLACE = "INSERT INTO orders (id, cart_id, customer, cents, placed_at) VALUES (?, ?, ?, ?, ?)"
ANNOUNCE = "INSERT INTO outbox (topic, payload) VALUES (?, ?)"
HISTORY = "SELECT id, cents, placed_at FROM orders WHERE customer = ?"


async def priced(items: list[dict], coupon: dict | None) -> dict:
    return await service.client.post("pricing", "/quotes", {"items": items, "coupon": coupon})


async def reserved(order_id: str, items: list[dict]) -> dict:
    try:
        return await service.client.post(
            "inventory", "/reservations", {"order_id": order_id, "items": items}
        )
    except UpstreamFailed as failure:
        if failure.answered == 409:
            raise Conflict(f"order {order_id}: sold out") from failure
        raise


async def paid(order_id: str, cents: int) -> dict:
    try:
        return await service.client.post(
            "payment", "/charges", {"order_id": order_id, "cents": cents}
        )
    except UpstreamFailed:
        await service.client.post(
            "inventory", "/reservations/{order_id}/release", {}, order_id=order_id
        )
        raise


async def recorded(order: dict, items: list[dict]) -> None:
    message = json.dumps({"order_id": order["id"], "items": items})
    async with service.db.connection() as connection, connection.transaction():
        await connection.fetch(PLACE, *order.values())
        await connection.fetch(ANNOUNCE, "order-placed", message)


@service.route("POST", "/orders")
async def place_order(request: Request) -> dict:
    order_id, cart_id, customer = required(request.body, "order_id", "cart_id", "customer")
    cart = await service.client.get("cart", "/carts/{cart_id}", cart_id=cart_id)
    items = [{"sku": item["sku"], "quantity": item["quantity"]} for item in cart["items"]]
    if len(items) > MAX_ITEMS:
        raise BadRequest(f"an order holds at most {MAX_ITEMS} items, not {len(items)}")
    quote = await priced(items, request.body.get("coupon"))
    hold = await reserved(order_id, items)
    await paid(order_id, quote["cents"])
    order = {
        "id": order_id,
        "cart_id": cart_id,
        "customer": customer,
        "cents": quote["cents"],
        "placed_at": service.now(),
    }
    await recorded(order, items)
    await service.client.post("cart", "/carts/{cart_id}/clear", {}, cart_id=cart_id)
    service.log("INFO", f"order placed for {quote['cents']} cents", order=order_id)
    return {"order_id": order_id, "cents": quote["cents"], "held_until": hold["expires_at"]}


@service.route("GET", "/customers/{customer}/orders")
async def list_orders(request: Request) -> dict:
    orders = await service.db.fetch(HISTORY, request.parameters["customer"])
    return {"orders": orders[-20:]}
