"""Cases whose feature is not there yet, by name, each with its reason. The list only shrinks."""

from collections.abc import Mapping

_TAX = "the report of capital gains for Indian tax does not exist yet"
_IMPORT = "nothing reads brokers' files yet"

GAPS: Mapping[str, str] = {
    "in_bonus_after_2018": _TAX,
    "in_grandfathering_four_scenarios": _TAX,
    "in_ltcg_exemption_and_stcl_setoff": _TAX,
    "in_rate_boundary_2024_07_23": _TAX,
    "import_cas_pdf_cams": _IMPORT,
    "import_groww_orders": _IMPORT,
    "import_robinhood": _IMPORT,
    "import_zerodha_tradebook_2024": _IMPORT,
    "casparser_134_sip_registration_is_no_purchase": "which lines of a registrar are transactions is for the importer",
}
# Lower it with every gap that is closed; it never rises.
GAPS_MAX = 9
