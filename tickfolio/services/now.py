"""The last day of a period, where that is now: then it is the summary's, to the last digit."""

from decimal import Decimal

from tickfolio.domain.money import exact
from tickfolio.reports.performance import Period
from tickfolio.services.performance import Inputs


def is_of_now(inputs: Inputs, period: Period) -> bool:
    """Whether no row, price or rate is newer than the end of the period: then its last value is the summary's."""
    if inputs.rows and inputs.rows[-1].traded_on > period.until:
        return False
    until = period.until.toordinal()
    return all(days[-1] <= until for days, _ in inputs.closes.values() if len(days))


@exact
def worth_now(inputs: Inputs) -> Decimal | None:
    """The summary's value, with the cash where it is tracked; None when either is unknown."""
    value, cash = inputs.now.value.current_value, inputs.now.value.cash
    if inputs.cash is None or not inputs.rows:
        return value
    return None if value is None or cash is None else value + cash
