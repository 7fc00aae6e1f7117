"""The route of a holding's lots: what the average and every gain are worked out of."""

from fastapi import APIRouter

from tickfolio.api.desk import DeskHere
from tickfolio.api.problems import documented
from tickfolio.api.schemas.common import PathId
from tickfolio.api.schemas.lots import AccountPart, HoldingLots, Lot, Sale, SoldPart, Step
from tickfolio.api.session import SignedIn
from tickfolio.domain.money import write_decimal, write_known
from tickfolio.services import lots

router = APIRouter(tags=["holdings"])


@router.get("/holdings/{holding_id}/lots", responses=documented(401, 404, 503))
def get_lots(holding_id: PathId, principal: SignedIn, desk: DeskHere) -> HoldingLots:
    """The lots still held, for the screen and for tax, every sale with the lots it took, and each account."""
    with desk.database.reading() as tx:
        found = lots.load_lots(tx, principal.user.id, holding_id)
    return HoldingLots(
        lots=[_show_lot(lot) for lot in found.lots],
        tax_lots=[_show_lot(lot) for lot in found.tax_lots],
        sales=[_show_sale(sale) for sale in found.sales],
        accounts=[
            AccountPart(
                account=part.account,
                quantity=write_decimal(part.quantity),
                invested=write_known(part.invested),
                avg_buy_price=write_known(part.avg_buy_price),
            )
            for part in found.accounts
        ],
        steps=[_show_step(step) for step in found.steps],
    )


def _show_lot(lot: lots.OpenLot) -> Lot:
    return Lot(
        transaction_id=lot.transaction_id,
        account=lot.account,
        acquired_on=lot.acquired_on,
        quantity=write_decimal(lot.quantity),
        cost=write_known(lot.cost),
    )


def _show_sale(sale: lots.SaleOfLots) -> Sale:
    return Sale(
        transaction_id=sale.transaction_id,
        account=sale.account,
        sold_on=sale.sold_on,
        quantity=write_decimal(sale.quantity),
        proceeds=write_known(sale.proceeds),
        cost=write_known(sale.cost),
        realised=write_known(sale.realised),
        parts=[_show_part(part) for part in sale.parts],
    )


def _show_part(part: lots.SoldPart) -> SoldPart:
    return SoldPart(
        transaction_id=part.transaction_id,
        acquired_on=part.acquired_on,
        quantity=write_decimal(part.quantity),
        proceeds=write_known(part.proceeds),
        cost=write_known(part.cost),
        realised=write_known(part.realised),
    )


def _show_step(step: lots.Step) -> Step:
    return Step(
        transaction_id=step.transaction_id,
        account=step.account,
        date=step.on,
        quantity=write_decimal(step.quantity),
        held=write_decimal(step.held),
        avg_buy_price=write_known(step.avg_buy_price),
        adjusted_avg_buy_price=write_known(step.adjusted),
    )
