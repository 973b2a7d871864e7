"""Fonts that come with common programs: their names are no text."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_NAMES = """
aptos, aptos display, aptos narrow, arial, arial black, arial narrow, arial unicode ms, andale
mono, bahnschrift, batang, book antiqua, bookman, bookman old style, bradley hand itc, calibri,
calibri light, calisto mt, cambria, cambria math, candara, carlito, caladea, century, century
gothic, century schoolbook, comic sans ms, consolas, constantia, corbel, courier, courier new,
copperplate gothic light, dejavu sans, dejavu sans mono, dejavu serif, dengxian, didot, ebrima,
fangsong, franklin gothic book, franklin gothic medium, freesans, freeserif, futura, gadugi,
garamond, georgia, gill sans, gill sans mt, goudy old style, gulim, helvetica, helvetica neue,
impact, ipamincho, kaiti, kalinga, lato, javanese text, leelawadee ui, liberation mono,
liberation sans, liberation sans narrow, liberation serif, linux libertine g, lohit devanagari,
lucida console, lucida grande, lucida sans, lucida sans unicode, malgun gothic, mangal, meiryo,
menlo, microsoft jhenghei, microsoft new tai lue, microsoft sans serif, microsoft tai le,
microsoft yahei, myanmar text, nirmala ui, phagspa, mingliu, monaco, monotype corsiva, ms
gothic, ms mincho, ms pgothic, ms pmincho, ms reference sans serif, ms sans serif, mt extra,
noto sans, noto sans cjk sc, noto serif, nsimsun, nyala, open sans, opensymbol, optima,
palatino, palatino linotype, perpetua, plantagenet cherokee, pmingliu, raavi, roboto, rockwell,
segoe print, segoe script, segoe ui, segoe ui emoji, segoe ui symbol, shruti, simhei, simsun,
source han sans cn, source han serif sc, source sans pro, sylfaen, symbol, tahoma, times, times
new roman, trebuchet ms, tunga, tw cen mt, univers, verdana, vrinda, webdings, wingdings,
wingdings 2, wingdings 3, yu gothic, yu gothic light, yu mincho, dokchampa, estrangelo edessa,
euphemia, gautami, iskoola pota, kartika, khmer ui, latha, microsoft himalaya, microsoft uighur,
microsoft yi baiti, moolboran, mongolian baiti, mv boli, cordia new, angsana new, daunpenh,
browallia new, ms 明朝, ms ゴシック, ms p明朝, ms pゴシック, 맑은 고딕, 宋体, 新細明體, 游明朝,
游ゴシック, 游ゴシック light, 等线, 等线 light, 바탕, 굴림, 돋움, 黑体, 楷体, 仿宋, 標楷體,
細明體
"""
# Names are compared after NFKC, which makes the full-width letters of Japanese ones plain.
FONTS = frozenset(name.strip() for name in _NAMES.replace("\n", " ").split(","))


@lru_cache(maxsize=4096)
def is_known(family: str) -> bool:
    """Whether `family` is the name of one of them, in any casing and width of its letters."""
    return unicodedata.normalize("NFKC", family).casefold().strip(" '\"").lstrip("@") in FONTS
