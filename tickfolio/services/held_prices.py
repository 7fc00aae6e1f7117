"""A held price, settled by a person who knows better than the gate can, or by a fact that explains it."""

from collections.abc import Sequence

from tickfolio.cache.events import Event
from tickfolio.domain.errors import AdministratorOnly, NoHeldPrice
from tickfolio.domain.instruments import Instrument
from tickfolio.domain.price_gate import Accepted, accept_held, reconsider
from tickfolio.domain.prices import HeldPrice, LatestPrice
from tickfolio.domain.splits import Split
from tickfolio.domain.witnesses import Beside, newest_last, outdoes
from tickfolio.services.markets import load_calendar
from tickfolio.services.price_batches import store_verdicts
from tickfolio.services.told_actions import lapse_with_price
from tickfolio.services.verdicts import NO_WORDS, dismiss, load_words, take_back
from tickfolio.services.world import World
from tickfolio.storage.database import Tx
from tickfolio.storage.people import User


def may_settle(user: User, instrument: Instrument) -> bool:
    """What all share is the administrator's to settle, one's own is one's own."""
    return user.administrator or instrument.owner_id == user.id


def settle_held_price(tx: Tx, world: World, user: User, instrument_id: str, *, accept: bool) -> Instrument:
    """The held price becomes the last good one, or is dropped: its source saying it again does not make it true.

    Who changes their mind accepts what was dropped, while nothing newer has come. Raises: NotFound, AdministratorOnly,
    NoHeldPrice.
    """
    instrument = tx.instruments.load(user.id, instrument_id)
    if not may_settle(user, instrument):
        raise AdministratorOnly(f"{instrument.symbol} is everybody's: only the administrator settles its price.")
    # In the order of the price job, so that neither waits for the other in a circle.
    last = tx.prices.latest([instrument.id], to_change=True).get(instrument.id)
    held = tx.prices.held([instrument.id]).get(instrument.id)
    if held is None and accept:
        held = _dropped(tx, instrument, last)
    if held is None:
        raise NoHeldPrice(f"No price of {instrument.symbol} is held back.")
    if accept:
        price = accept_held(held, instrument, last, world.now(), load_calendar(tx))
        store_verdicts(tx, [Accepted(price)], is_changed=True)
        take_back(tx, instrument.id)
    else:
        tx.prices.drop_held(instrument.id)
        dismiss(tx, held, world.now())
        lapse_with_price(tx, world, held)
        tx.server.raise_version("prices")
    done = "accepted" if accept else "rejected"
    tx.server.note(world.new_id(), user.id, f"held_price_{done}", None, world.now())
    _tell(tx, world, instrument)
    return instrument


def reconsider_held_price(tx: Tx, world: World, instrument_id: str) -> bool:
    """Accepts the held price of an instrument where a split that is recorded by now explains it; says whether it did.

    To be called in the transaction that records one, after it.
    """
    instrument = tx.instruments.many([instrument_id]).get(instrument_id)
    last = tx.prices.latest([instrument_id], to_change=True).get(instrument_id)
    accepted = None if instrument is None else explain_held_price(tx, world, instrument, last)
    if instrument is None or accepted is None:
        return False
    store_verdicts(tx, [accepted], is_changed=True)
    _tell(tx, world, instrument)
    return True


def explain_held_price(
    tx: Tx, world: World, instrument: Instrument, last: LatestPrice | None, supposed: Sequence[Split] = ()
) -> Accepted | None:
    """The held price as it counts once the splits that are recorded, and the `supposed` ones, explain it."""
    held = tx.prices.held([instrument.id]).get(instrument.id)
    if held is None or not outdoes(held, last, ()):
        return None
    splits = [*tx.corporate_actions.splits([instrument.id]), *supposed]
    return reconsider(held, instrument, last, world.now(), Beside(splits=splits, calendar=load_calendar(tx)))


def _dropped(tx: Tx, instrument: Instrument, last: LatestPrice | None) -> HeldPrice | None:
    """What a person has rejected, while it is newer than the last good price: the newest of it."""
    dismissed = load_words(tx, [instrument.id]).get(instrument.id, NO_WORDS).dismissed
    found = newest_last((one for one in dismissed if outdoes(one, last, ())), ())
    return found[-1] if found else None


def _tell(tx: Tx, world: World, instrument: Instrument) -> None:
    version = tx.server.version("prices")
    tx.after_commit(lambda: world.publish(Event("prices.updated", instrument.owner_id, {"version": str(version)})))
