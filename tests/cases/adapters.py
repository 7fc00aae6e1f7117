"""Which code each area of cases is checked against. An area that is not here fails, unless its cases are gaps."""

from collections.abc import Callable, Mapping

from tests.cases.complaints import play_complaint
from tests.cases.corporate_actions import play_action
from tests.cases.funds import play_day, play_fund
from tests.cases.labels import write_labels
from tests.cases.ledgers import play_ledger
from tests.cases.rates import find_cagr, find_modified_dietz, find_risk, find_roai, find_twr, find_xirr
from tests.cases.runner import Case, Figures, differences
from tests.cases.stage import Stage

Adapter = Callable[[Case, Stage], Figures]

ADAPTERS: Mapping[str, Adapter] = {
    "complaint": play_complaint,
    "cost_basis": play_ledger,
    "corporate_action": play_action,
    "mutual_fund": play_fund,
    "simple_figures": play_day,
    "xirr": find_xirr,
    "twr": find_twr,
    "cagr": find_cagr,
    "modified_dietz": find_modified_dietz,
    "risk": find_risk,
    "roai": find_roai,
    "locale": write_labels,
}


def check(case: Case, stage: Stage) -> list[str]:
    """What is wrong about a case, a line for each; an area without an adapter is wrong altogether."""
    adapter = ADAPTERS.get(case.area)
    if adapter is None:
        return [f"no adapter knows the area {case.area}"]
    try:
        return differences(case, adapter(case, stage))
    except AssertionError as error:
        return [str(error)]
