"""Malformed inputs, files as a whole: cut off, in a wrong encoding, of another kind, empty, far too large."""

import gzip
import io
import tarfile
import zipfile

import pandas as pd
from _malformed import Case, Table

EMPTY = "the file is empty; download the table again"
NO_TEXT = "no text file and no workbook that can be read"
NO_ENCODING = "neither UTF-8 nor GBK text"
GARBLED = "The text is garbled: it was saved in a wrong encoding"
TRADITIONAL = str.maketrans("数据库区总产值亿庆龙苏东湾内蒙门广", "數據庫區總產值億慶龍蘇東灣內蒙門廣")
PAGE = "<head><title>登录</title></head><body><form>用户名</form></body></html>"


def data(changed: bytes | str):
    """A change that gives other bytes altogether."""
    return lambda _: changed if isinstance(changed, bytes) else changed.encode()


def cut(at: str, add: int = 0, encoding: str = "gb18030"):
    """A change that cuts the file `add` bytes after a text of it begins."""
    return lambda good: good.csv(encoding)[: good.csv(encoding).index(at.encode(encoding)) + add]


def cut_in_a_row(good: Table) -> bytes:
    """The file up to the middle of a row."""
    lines = good.csv().splitlines(keepends=True)
    row = good.row("河北")
    return b"".join(lines[:row]) + lines[row][: lines[row].index(b",", 40)]


def archive(good: bytes, **members: str) -> bytes:
    """A zip archive of texts, or of a file as such."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        for name, text in members.items():
            target.writestr(name.replace("__", "/"), text)
        if not members:
            target.writestr("gdp.csv", good)
    return file.getvalue()


def tar(good: bytes) -> bytes:
    """A tar archive."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as target:
        info = tarfile.TarInfo("gdp.csv")
        info.size = len(good)
        target.addfile(info, io.BytesIO(good))
    return file.getvalue()


def saved(frame: str) -> bytes:
    """A data set without rows or columns."""
    file = io.BytesIO()
    if frame == "dta":
        pd.DataFrame({"province": pd.Series([], dtype=str)}).to_stata(file, write_index=False)
    else:
        pd.DataFrame().to_parquet(file)
    return file.getvalue()


def in_one_row(old: str, new: bytes):
    """A change of a text of the file's bytes."""
    return lambda good: good.csv().replace(old.encode("gb18030"), new, 1)


TRUNCATED = [
    ("after the first line", "指标", 0, "no header row found"),
    ("inside a character of the title", "生产总值", 3, NO_ENCODING),
    ("inside the title", "总值", 0, "no header row found"),
    ("inside the header", "2010年", 2, "row 4, column N: found '20', expected a year such as 2022年"),
    ("after the header", "北京市", 0, "no rows of figures below the header"),
    ("inside a province's name", "河北省", 1, NO_ENCODING),
    ("between two characters of a province's name", "黑龙江省", 4, "row 12: 1 cells where the header has 24"),
    ("between two rows", "河北省", 0, "no row for hebei, .*add the rows or exclude the provinces"),
    ("inside the quoted note", "按当年", 2, "row 36: broken quoting"),
]
BYTES = [
    ("UTF-8 read as GBK and saved again", lambda t: t.csv("utf-8").decode("gb18030", "replace").encode(), GARBLED),
    ("GBK read as Latin-1 and saved again", lambda t: t.csv().decode("latin-1").encode(), GARBLED),
    ("UTF-8 read as Latin-1 and saved again", lambda t: t.csv("utf-8").decode("latin-1").encode(), GARBLED),
    ("GBK read as UTF-8, replacement marks", lambda t: t.csv().decode("utf-8", "replace").encode(), GARBLED),
    (
        "question marks for Chinese",
        lambda t: t.text().encode("ascii", "replace"),
        "no header row found; the file begins '[?]{10}'",
    ),
    ("Big5", lambda t: t.text().translate(TRADITIONAL).encode("big5", "ignore"), NO_ENCODING),
    ("Western text", lambda t: t.text().replace("省", "é").encode("cp1252", "ignore"), NO_ENCODING),
    ("UTF-16 without its mark", lambda t: t.csv("utf-16-le"), NO_TEXT),
    ("UTF-16 of the other order without its mark", lambda t: t.csv("utf-16-be"), NO_TEXT),
    ("UTF-32", lambda t: t.csv("utf-32"), NO_TEXT),
    ("UTF-16 with half a character at its end", lambda t: t.csv("utf-16")[:-1], NO_TEXT),
    ("EBCDIC", lambda t: t.text().encode("cp500", "replace"), NO_ENCODING),
    ("NUL bytes at the end", lambda t: t.csv() + b"\0" * 512, NO_TEXT),
    ("NUL in a figure", in_one_row("27633.34", b"27\x00633"), NO_TEXT),
    ("a block of NUL bytes", lambda t: t.csv()[:900] + b"\0" * 600 + t.csv()[1500:], NO_TEXT),
    ("a stray byte", in_one_row("27633.34", b"27633\xff.34"), NO_ENCODING),
    ("two encodings joined", lambda t: t.csv() + t.csv("utf-8"), NO_ENCODING),
    ("GBK below a UTF-8 mark", lambda t: b"\xef\xbb\xbf" + t.csv(), NO_ENCODING),
    ("random bytes", data(bytes(i * i * 31 % 251 for i in range(9000))), NO_TEXT),
    ("nothing", data(b""), EMPTY),
    ("blanks", data(b" \t \r\n" * 40), EMPTY),
    ("a byte order mark", data(b"\xef\xbb\xbf"), EMPTY),
    ("a byte order mark of UTF-16", data(b"\xff\xfe"), "empty"),
    ("line ends", data(b"\r\n" * 900), EMPTY),
    ("commas", data(b",,,,\n" * 40), "no cell that is not empty"),
    ("ideographic blanks", data("　　,　\n" * 40), "no cell that is not empty"),
    ("a million blank lines", data(b"\n" * 1_000_000), EMPTY),
    (
        "a table below a million blank lines",
        lambda t: b"\n" * 1_000_000 + t.put("河北", 2015, "x").csv(),
        "row 1000007",
    ),
    ("millions of commas", data(b"," * 4_100_000), "row 1: more than 120,000 columns"),
    ("a cell of a megabyte", lambda t: t.put("河北", 2015, "9" * 2**20).csv(), "row 7: broken quoting .field larger"),
    (
        "a figure of 300 digits",
        lambda t: t.put("河北", 2015, "9" * 300),
        "row 7, column I: found '9{60}...', and no statistic has a figure of that size",
    ),
    (
        "a figure of 400 digits",
        lambda t: t.put("河北", 2015, "9" * 400),
        "row 7, column I: found '9{60}...', expected a number",
    ),
]
KINDS = [
    ("a login page", "<!DOCTYPE html>\n<html>" + PAGE, "this is a web page, perhaps the site's error or log-in page"),
    ("a page in GBK", ("<html>" + PAGE).encode("gbk"), "this is a web page"),
    ("a page below a byte order mark", b"\xef\xbb\xbf\r\n\r\n  <HTML>" + PAGE.encode(), "this is a web page"),
    ("a page below a comment", "<!-- saved from url=(0014)about:internet -->\n<html>" + PAGE, "this is a web page"),
    ("a page of XHTML", '<?xml version="1.0"?>\n<!DOCTYPE html><html>' + PAGE, "this is a web page"),
    ("a table of HTML", "<table><tr><td>地区</td><td>2022年</td></tr></table>", "this is a web page"),
    ("a script", "<script>location.href='/login'</script>", "this is a web page"),
    ("a heading", "<h1>502 Bad Gateway</h1>", "this is a web page"),
    (
        "a page saved as one file",
        "MIME-Version: 1.0\r\nContent-Type: multipart/related",
        "a web page saved as one file",
    ),
    ("an error of a service", '{"error": {"code": 404, "message": "not found"}}', "JSON"),
    ("data of a service", '[{"地区": "北京市", "2022": 41610.9}]', "JSON"),
    ("XML", '<?xml version="1.0"?>\n<rows><row/></rows>', "this is an XML document"),
    (
        "a spreadsheet of XML",
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?><Workbook/>',
        "XML document",
    ),
    ("a sentence", "404 page not found\n", "no header row found; the file begins '404 page not found', expected a row"),
    ("a sentence with commas", "Service Unavailable, try again later, 2022, 2021\n", "no header row found"),
    (
        "a pointer of Git LFS",
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
        "no header row",
    ),
    ("a web link", "[InternetShortcut]\r\nURL=https://data.stats.gov.cn/\r\n", "no header row found"),
    ("a PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "a PDF document; export the table as csv or xlsx"),
    ("RTF", "{\\rtf1\\ansi 41610.9}", "a text document; export the table as csv or xlsx"),
    ("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture; get the table"),
    ("a photograph", b"\xff\xd8\xff\xe0\0\x10JFIF", "a picture; get the table"),
    ("a moving picture", b"GIF89a\x01\0\x01\0\x80\0\0" + bytes(60), NO_TEXT),
    ("RAR", b"Rar!\x1a\x07\x01\0" + bytes(60), "a RAR archive; unpack it"),
    ("7z", b"7z\xbc\xaf\x27\x1c\0\4" + bytes(60), "a 7z archive; unpack it"),
    ("a program", b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff" + bytes(200), NO_TEXT),
    ("a database", b"SQLite format 3\0\x10\0\1\1" + bytes(200), NO_TEXT),
    ("an SPSS file", b"$FL2@(#) SPSS DATA FILE MS Windows" + bytes(200), NO_TEXT),
    ("an Arrow file", b"ARROW1\0\0\xff\xff\xff\xff" + bytes(200), NO_TEXT),
]
ARCHIVES = [
    ("gzip", lambda t: gzip.compress(t.csv(), mtime=0), "gdp.csv", "a gzip archive; unpack it"),
    ("zip", lambda t: archive(t.csv()), "gdp.xlsx", "a zip archive without a workbook in it; unpack it"),
    ("tar", lambda t: tar(t.csv()), "gdp.csv", NO_TEXT),
    ("half a zip", lambda t: archive(t.csv())[:-30], "gdp.xlsx", "a damaged or cut-off workbook"),
    ("a text document", lambda t: archive(b"", word__document_xml="<w/>"), "gdp.xlsx", "without a workbook in it"),
    ("a binary workbook", lambda t: archive(b"", **{"xl__workbook.bin": "x"}), "gdp.xlsx", "a binary workbook .xlsb."),
    (
        "an open document",
        lambda t: archive(b"", mimetype="x", **{"content.xml": "<t/>"}),
        "gdp.xls",
        "without a workbook",
    ),
    ("an empty Stata file", lambda t: saved("dta"), "gdp.dta", "gdp.dta: .*no header row found"),
    ("an empty parquet file", lambda t: saved("parquet"), "gdp.parquet", "no cell that is not empty"),
]
FILES = [
    *(Case(f"cut {name}", "gdp", cut(at, add), says) for name, at, add, says in TRUNCATED),
    Case("cut inside a row", "gdp", cut_in_a_row, r"row 7: \d+ cells where the header has 24; row cut short"),
    Case("UTF-8 cut inside a character", "population", cut("河北省", 4, "utf-8"), NO_ENCODING),
    *(Case(f"bytes: {name}", "gdp", change, says) for name, change, says in BYTES),
    *(Case(f"kind: {name}", "gdp", data(text), says) for name, text, says in KINDS),
    *(Case(f"archive: {name}", "gdp", change, says, file=file) for name, change, file, says in ARCHIVES),
    Case(
        "a table far too large", "gdp", lambda t: t.csv() + b" " * (70 * 2**20), "70 MB, and tables of yearbooks have"
    ),
    Case("a login page as robots", "robots_china", data("<html>" + PAGE), "this is a web page"),
    Case("a login page as census", "employment_2004", data("<html>" + PAGE), "this is a web page"),
    Case("no census", "employment_2004", data(b""), EMPTY),
    Case(
        "half the robots' bytes",
        "robots_china",
        lambda t: t.csv()[:4000],
        "no rows of CN for 2013; the study needs 2013 to 2022",
    ),
    Case("no robots", "robots_china", data(b"\xef\xbb\xbf"), EMPTY),
]
