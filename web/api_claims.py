"""Claims over REST beside the trade's own pages: the calculator, the dossier."""

from web.calculator import CalculateBody, CalculationResource, calculation
from web.routes import Ask, Operation

V1 = "/api/v1"


async def calculate_claims(ask: Ask) -> CalculationResource:
    """What each rule grants on stated facts, and why; nothing is kept, nobody has to sign in."""
    body: CalculateBody = ask.body
    return calculation(body, ask.exchange.house.view.settlement.rulebook)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "POST",
        f"{V1}/claims/calculate",
        calculate_claims,
        "What each rule grants on stated facts",
        "settlement",
        CalculationResource,
        body=CalculateBody,
        signed_in=False,
    ),
)
