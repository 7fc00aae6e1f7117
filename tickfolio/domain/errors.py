"""Everything that can be wrong with what a person or a program asks for.

TickfolioError
├── InvalidInput            a field is not what it must be
│   ├── UnknownExchange     an exchange nobody has told us about, and no currency beside it
│   ├── CurrencyMismatch    a price in another currency than its instrument's
│   └── WeakPassword        a password that is too short or too well known
├── NotFound                it does not exist, or belongs to somebody else
├── Unauthenticated         nobody is signed in
├── WrongCredentials        e-mail or password is wrong; which one is not said
├── Forbidden               this person may not do that
│   ├── ForbiddenOrigin     the request comes from another site
│   ├── SignUpClosed        this server takes no new accounts
│   ├── TermsNotAccepted    a source's terms have to be accepted first
│   └── NotPricedByHand     a source gives this instrument's prices, not a person
├── Conflict                it clashes with what is there
│   ├── EmailTaken
│   ├── Oversold            a sale is larger than what is held on that day
│   │   └── NothingHeld     a demerger on a day on which nothing is held
│   ├── HoldingExists       a plain holding of that instrument is there already
│   ├── HoldingHasTransactions  a holding with a history is changed by its transactions
│   ├── ActionExists        that corporate action is written down already
│   ├── ProposalSettled     a proposal that is not in the state for that (any more)
│   ├── LaterFacts          it cannot be undone, since what came later needs it
│   ├── SymbolTaken         another instrument that is in use has that symbol
│   ├── SettingFixed        the environment decides this one
│   └── KeyMissing          a source of prices that needs a key which is not set
├── VersionRequired         If-Match is missing
├── VersionMismatch         somebody else changed it meanwhile
├── IdempotencyKeyReused    the same key with another request
├── TooMany                 too many tries; carries the wait in seconds
│   └── RefreshCoolingDown
└── Unavailable             the database is gone, read-only, full or busy
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that is wrong: its path (`transactions.3.price`), a stable code and a sentence."""

    field: str
    code: str
    message: str


class TickfolioError(Exception):
    """Something a caller asked for that cannot be; the message holds the facts, the code is stable."""

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def errors(self) -> tuple[FieldError, ...]:
        """The fields that are wrong, when it is a matter of fields."""
        return ()


class InvalidInput(TickfolioError):
    """A field is not what it must be."""

    code = "invalid_input"

    def __init__(self, field: str, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.field_code = code or self.code

    @property
    def errors(self) -> tuple[FieldError, ...]:
        """The one field that is wrong."""
        return (FieldError(self.field, self.field_code, self.message),)


class UnknownExchange(InvalidInput):
    """An exchange nobody has told us about, and no currency beside it."""

    code = "unknown_exchange"


class CurrencyMismatch(InvalidInput):
    """A price in another currency than its instrument's."""

    code = "currency_mismatch"


class WeakPassword(InvalidInput):
    """A password that is too short, too long or too well known."""

    code = "weak_password"


class NotFound(TickfolioError):
    """It does not exist, or belongs to somebody else; which of the two is not said."""

    code = "not_found"

    def __init__(self, what: str) -> None:
        super().__init__(f"No such {what}.")


class Unauthenticated(TickfolioError):
    """Nobody is signed in."""

    code = "unauthenticated"


class WrongCredentials(TickfolioError):
    """The e-mail or the password is wrong; which one is not said."""

    code = "wrong_credentials"


class Forbidden(TickfolioError):
    """Signed in, but not allowed to do that."""

    code = "forbidden"


class AdministratorOnly(Forbidden):
    """What only the administrator of this server may do."""

    code = "administrator_only"


class ForbiddenOrigin(Forbidden):
    """The request comes from another site."""

    code = "forbidden_origin"


class SignUpClosed(Forbidden):
    """No new accounts are taken here."""

    code = "sign_up_closed"


class TermsNotAccepted(Forbidden):
    """A source of prices whose terms have to be accepted first."""

    code = "terms_not_accepted"


class NotPricedByHand(Forbidden):
    """An instrument whose prices come from a source: only one's own on exchange MANUAL are priced by hand."""

    code = "not_priced_by_hand"


class Conflict(TickfolioError):
    """It clashes with what is there."""

    code = "conflict"


class EmailTaken(Conflict):
    """There is an account with this e-mail already."""

    code = "email_taken"


class Oversold(Conflict):
    """A sale is larger than what is held on that day."""

    code = "oversold"

    def __init__(self, symbol: str, sold: Decimal, held: Decimal, on: date) -> None:
        super().__init__(f"{symbol}: sold {sold:f}, held {held:f} on {on.isoformat()}")
        self.symbol, self.sold, self.held, self.on = symbol, sold, held, on


class NothingHeld(Oversold):
    """A demerger on a day on which nothing is held."""

    code = "nothing_held"

    def __init__(self, symbol: str, on: date) -> None:
        super().__init__(symbol, Decimal(0), Decimal(0), on)
        self.message = f"{symbol}: nothing held to demerge on {on.isoformat()}"
        self.args = (self.message,)


class HoldingExists(Conflict):
    """A plain holding of that instrument is there already."""

    code = "holding_exists"


class HoldingHasTransactions(Conflict):
    """A holding with a history of its own is changed by its transactions, not as a plain holding."""

    code = "holding_has_transactions"


class ActionExists(Conflict):
    """The same corporate action of the same day is written down already; it counts once."""

    code = "action_exists"


class AliasExists(Conflict):
    """The instrument has this other name already."""

    code = "alias_exists"


class ProposalSettled(Conflict):
    """A proposal that is applied, dismissed or open already, as the case may be."""

    code = "proposal_settled"


class LaterFacts(Conflict):
    """What was applied cannot be taken back: a later sale, or another change, needs it."""

    code = "later_facts"


class SymbolTaken(Conflict):
    """Another instrument that is in use has that symbol: the two would have to be made one."""

    code = "symbol_taken"


class OwnAccount(Conflict):
    """The administrator would remove the account that they ask with; one's own is deleted in its settings."""

    code = "own_account"


class NoHeldPrice(Conflict):
    """No price of that instrument is held back, or no longer."""

    code = "no_held_price"


class SettingFixed(Conflict):
    """The environment decides this setting; it cannot be changed from the page."""

    code = "setting_fixed"


class KeyMissing(Conflict):
    """A source of prices that is asked with a key of one's own, and the key is not set."""

    code = "key_missing"

    def __init__(self, label: str, setting: str) -> None:
        super().__init__(f"{label} needs a key: set {setting} and start the server anew.")


class VersionRequired(TickfolioError):
    """A change that does not say which version it changes."""

    code = "version_required"


class VersionMismatch(TickfolioError):
    """Somebody else changed it meanwhile."""

    code = "version_mismatch"


class IdempotencyKeyReused(TickfolioError):
    """The same Idempotency-Key came before with another request."""

    code = "idempotency_key_reused"


class TooMany(TickfolioError):
    """Too many tries; `retry_after_seconds` says how long to wait."""

    code = "rate_limited"

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class RefreshCoolingDown(TooMany):
    """Prices were asked for by hand a moment ago."""

    code = "refresh_cooling_down"


class Unavailable(TickfolioError):
    """The database is gone, read-only, full or busy; nothing was written."""

    code = "unavailable"
