"""Charges: asks the card acquirer, and remembers every charge so that none happens twice."""

from shoplib.messages import Request
from shoplib.service import Service, required

service = Service("payment")

FIND = "SELECT order_id, cents, reference FROM charges WHERE order_id = ?"
RECORD = "INSERT INTO charges (order_id, cents, reference) VALUES (?, ?, ?)"


def read_reference(answer: dict) -> str:
    return answer["charge"]["reference"]


@service.route("POST", "/charges")
async def charge(request: Request) -> dict:
    order_id, cents = required(request.body, "order_id", "cents")
    known = await service.db.fetch(FIND, order_id)
    if known:
        return known[0]
    answer = await service.client.post(
        "acquirer", "/v1/charges", {"amount": cents, "currency": "EUR", "key": order_id}
    )
    reference = read_reference(answer)
    await service.db.fetch(RECORD, order_id, cents, reference)
    service.log("INFO", f"charged {cents} cents, reference {reference}", order=order_id)
    return {"order_id": order_id, "cents": cents, "reference": reference}
