"""A held price, settled by a person who knows better than the gate can."""

from tickfolio.cache.events import Event
from tickfolio.domain.errors import AdministratorOnly, NoHeldPrice
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.price_gate import Accepted, accept_held
from tickfolio.services.price_batches import store_verdicts
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.people import User


def may_settle(user: User, instrument: Instrument) -> bool:
    """What all share is the administrator's to settle, one's own is one's own."""
    return user.administrator or instrument.owner_id == user.id


def settle_held_price(tx: Tx, world: World, user: User, instrument_id: str, *, accept: bool) -> Instrument:
    """The held price becomes the last good one, or is dropped; a source that says it again has it held again.

    Raises: NotFound, AdministratorOnly, NoHeldPrice.
    """
    instrument = tx.instruments.load(user.id, instrument_id)
    if not may_settle(user, instrument):
        raise AdministratorOnly(f"{instrument.symbol} is everybody's: only the administrator settles its price.")
    # In the order of the price job, so that neither waits for the other in a circle.
    last = tx.prices.latest([instrument.id], to_change=True).get(instrument.id)
    held = tx.prices.held([instrument.id]).get(instrument.id)
    if held is None:
        raise NoHeldPrice(f"No price of {instrument.symbol} is held back.")
    if accept:
        store_verdicts(tx, [Accepted(accept_held(held, instrument, last, world.now()))], is_changed=True)
    else:
        tx.prices.drop_held(instrument.id)
        tx.server.raise_version("prices")
    version = tx.server.version("prices")
    done = "accepted" if accept else "rejected"
    tx.server.note(world.new_id(), user.id, f"held_price_{done}", None, world.now())
    tx.after_commit(lambda: world.publish(Event("prices.updated", instrument.owner_id, {"version": str(version)})))
    return instrument
