"""Small end-of-day files of NSE and BSE, in the layout of the real ones; the securities are made up."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

HEADER = (
    "TradDt,BizDt,Sgmt,Src,FinInstrmTp,FinInstrmId,ISIN,TckrSymb,SctySrs,XpryDt,FininstrmActlXpryDt,StrkPric,OptnTp,"
    "FinInstrmNm,OpnPric,HghPric,LwPric,ClsPric,LastPric,PrvsClsgPric,UndrlygPric,SttlmPric,OpnIntrst,ChngInOpnIntrst,"
    "TtlTradgVol,TtlTrfVal,TtlNbOfTxsExctd,SsnId,NewBrdLotQty,Rmks,Rsvd1,Rsvd2,Rsvd3,Rsvd4"
)
COLUMNS = HEADER.split(",")


def row(symbol: str, close: str, **cells: str) -> str:
    """One line of NSE's file; `cells` are by the names of the columns."""
    usual = {
        "TradDt": "2026-11-20",
        "BizDt": "2026-11-20",
        "Sgmt": "CM",
        "Src": "NSE",
        "FinInstrmTp": "STK",
        "FinInstrmId": "101",
        "ISIN": "INE000A01010",
        "TckrSymb": symbol,
        "SctySrs": "EQ",
        "FinInstrmNm": f"{symbol} LIMITED",
        "ClsPric": close,
        # what must not be taken for the close
        "OpnPric": "1.00",
        "HghPric": "2.00",
        "LwPric": "3.00",
        "LastPric": "4.00",
        "SttlmPric": "5.00",
        "PrvsClsgPric": "100.00",
        "TtlTradgVol": "1000",
        "SsnId": "F1",
        "NewBrdLotQty": "1",
    } | cells
    return ",".join(usual.get(name, "") for name in COLUMNS)


def bse_row(symbol: str, code: str, close: str, **cells: str) -> str:
    """One line of BSE's file."""
    return row(symbol, close, **({"Src": "BSE", "FinInstrmId": code, "SctySrs": "A"} | cells))


def file(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def zipped(*contents: bytes, **how: int) -> bytes:
    """The contents, each a member of one zip file."""
    packed = BytesIO()
    with ZipFile(packed, "w", how.get("compression", ZIP_DEFLATED)) as archive:
        for number, content in enumerate(contents):
            archive.writestr(f"BhavCopy_{number}.csv", content)
    return packed.getvalue()
