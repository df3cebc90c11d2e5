"""Shopping carts: what a customer means to buy, at the price shown when it was added."""

from shoplib.errors import BadRequest, NotFound
from shoplib.messages import Request
from shoplib.service import Service, required

service = Service("cart")

MAX_QUANTITY = 10
ITEMS = "SELECT sku, quantity, cents FROM cart_items WHERE cart_id = ?"
ADD = "INSERT INTO cart_items (cart_id, sku, quantity, cents) VALUES (?, ?, ?, ?)"
CLEAR = "DELETE FROM cart_items WHERE cart_id = ?"


def check_quantity(quantity: int) -> None:
    if quantity < 1 or quantity > MAX_QUANTITY:
        raise BadRequest(f"quantity must lie between 1 and {MAX_QUANTITY}, not {quantity}")


async def current_price(sku: str) -> dict:
    return await service.cache.get(
        ("price", sku), lambda: service.client.get("pricing", "/prices/{sku}", sku=sku)
    )


@service.route("POST", "/carts/{cart_id}/items")
async def add_item(request: Request) -> dict:
    sku, quantity = required(request.body, "sku", "quantity")
    check_quantity(quantity)
    cart_id = request.parameters["cart_id"]
    price = await current_price(sku)
    await service.db.fetch(ADD, cart_id, sku, quantity, price["cents"])
    service.log("INFO", f"put {quantity} of {sku} into the cart", cart=cart_id)
    return {"cart_id": cart_id, "sku": sku, "cents": price["cents"]}


@service.route("GET", "/carts/{cart_id}")
async def show_cart(request: Request) -> dict:
    cart_id = request.parameters["cart_id"]
    items = await service.db.fetch(ITEMS, cart_id)
    if not items:
        raise NotFound(f"cart {cart_id} is empty")
    return {"cart_id": cart_id, "items": items}


@service.route("POST", "/carts/{cart_id}/clear")
async def clear_cart(request: Request) -> dict:
    await service.db.fetch(CLEAR, request.parameters["cart_id"])
    return {"cleared": request.parameters["cart_id"]}
