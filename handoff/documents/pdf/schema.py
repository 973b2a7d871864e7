"""The allow-list: which keys of a PDF may stay, by the kind of object they stand in.

Everything a page needs to look as it did (ISO 32000-1, chapters 7 to 11), and nothing that only
carries information beside it: no metadata, names, structure, actions, thumbnails, layers, private
data. A key that is not here goes, known or not.

A value names the kind of the object found there. PLAIN is numbers, names, booleans and arrays of
them; a dictionary, stream or string in its place goes. `MAP` kinds have free keys (the names of
resources) and one kind for all values.
"""

from __future__ import annotations

from typing import Final

PLAIN: Final = "plain"
COLORS: Final = "colors"
"""A colour space: names, arrays, ICC streams, functions, palettes (strings)."""
FUNCTION: Final = "function"
PICTURE: Final = "picture"
CONTENT: Final = "content"
"""A content stream whose dictionary says nothing more."""
FORM: Final = "form"
XOBJECT: Final = "xobject"
"""Either a picture or a form, by its /Subtype."""
DATA: Final = "data"
"""A stream of font data, or a picture's tables."""
PROFILE: Final = "profile"
"""The stream of an ICC profile."""
CHARACTER_MAP: Final = "map"
"""The stream of a CMap."""

_FILTERS = {"/Length": PLAIN, "/Filter": PLAIN, "/DecodeParms": "decode"}

MAPS: Final[dict[str, str]] = {
    "fonts": "font",
    "xobjects": XOBJECT,
    "states": "state",
    "spaces": COLORS,
    "patterns": "pattern",
    "shadings": "shading",
    "glyphs": "glyph",
    "colorants": COLORS,
}

KEYS: Final[dict[str, dict[str, str]]] = {
    "page": {
        "/Type": PLAIN,
        "/MediaBox": PLAIN,
        "/CropBox": PLAIN,
        "/Rotate": PLAIN,
        "/UserUnit": PLAIN,
        "/Resources": "resources",
        "/Contents": CONTENT,
        "/Group": "group",
        "/Annots": "annots",
    },
    "resources": {
        "/Font": "fonts",
        "/XObject": "xobjects",
        "/ExtGState": "states",
        "/ColorSpace": "spaces",
        "/Pattern": "patterns",
        "/Shading": "shadings",
    },
    "group": {"/Type": PLAIN, "/S": PLAIN, "/CS": COLORS, "/I": PLAIN, "/K": PLAIN},
    "annot": {
        "/Type": PLAIN,
        "/Subtype": PLAIN,
        "/Rect": PLAIN,
        "/F": PLAIN,
        "/AS": PLAIN,
        "/FT": PLAIN,
        "/AP": "appearance",
    },
    "appearance": {"/N": "appearances"},
    CONTENT: {**_FILTERS},
    FORM: {
        **_FILTERS,
        "/Type": PLAIN,
        "/Subtype": PLAIN,
        "/FormType": PLAIN,
        "/BBox": PLAIN,
        "/Matrix": PLAIN,
        "/Resources": "resources",
        "/Group": "group",
    },
    "glyph": {**_FILTERS},
    PICTURE: {
        **_FILTERS,
        "/Type": PLAIN,
        "/Subtype": PLAIN,
        "/Width": PLAIN,
        "/Height": PLAIN,
        "/ColorSpace": COLORS,
        "/BitsPerComponent": PLAIN,
        "/Intent": PLAIN,
        "/ImageMask": PLAIN,
        "/Mask": "mask",
        "/Decode": PLAIN,
        "/Interpolate": PLAIN,
        "/SMask": PICTURE,
        "/SMaskInData": PLAIN,
        "/Matte": PLAIN,
    },
    "decode": {
        "/Predictor": PLAIN,
        "/Colors": PLAIN,
        "/BitsPerComponent": PLAIN,
        "/Columns": PLAIN,
        "/EarlyChange": PLAIN,
        "/K": PLAIN,
        "/EndOfLine": PLAIN,
        "/EncodedByteAlign": PLAIN,
        "/Rows": PLAIN,
        "/EndOfBlock": PLAIN,
        "/BlackIs1": PLAIN,
        "/DamagedRowsBeforeError": PLAIN,
        "/ColorTransform": PLAIN,
        "/JBIG2Globals": DATA,
    },
    "font": {
        "/Type": PLAIN,
        "/Subtype": PLAIN,
        "/BaseFont": PLAIN,
        "/Encoding": "encoding",
        "/ToUnicode": CHARACTER_MAP,
        "/FirstChar": PLAIN,
        "/LastChar": PLAIN,
        "/Widths": PLAIN,
        "/FontDescriptor": "descriptor",
        "/DescendantFonts": "font",
        "/CIDSystemInfo": "cidsystem",
        "/DW": PLAIN,
        "/W": PLAIN,
        "/DW2": PLAIN,
        "/W2": PLAIN,
        "/CIDToGIDMap": DATA,
        "/FontBBox": PLAIN,
        "/FontMatrix": PLAIN,
        "/CharProcs": "glyphs",
        "/Resources": "resources",
    },
    "descriptor": {
        "/Type": PLAIN,
        "/FontName": PLAIN,
        "/FontStretch": PLAIN,
        "/FontWeight": PLAIN,
        "/Flags": PLAIN,
        "/FontBBox": PLAIN,
        "/ItalicAngle": PLAIN,
        "/Ascent": PLAIN,
        "/Descent": PLAIN,
        "/Leading": PLAIN,
        "/CapHeight": PLAIN,
        "/XHeight": PLAIN,
        "/StemV": PLAIN,
        "/StemH": PLAIN,
        "/AvgWidth": PLAIN,
        "/MaxWidth": PLAIN,
        "/MissingWidth": PLAIN,
        "/FontFile": DATA,
        "/FontFile2": DATA,
        "/FontFile3": DATA,
    },
    "cidsystem": {"/Registry": "string", "/Ordering": "string", "/Supplement": PLAIN},
    "encoding": {
        **_FILTERS,
        "/Type": PLAIN,
        "/BaseEncoding": PLAIN,
        "/Differences": PLAIN,
        "/CMapName": PLAIN,
        "/CIDSystemInfo": "cidsystem",
        "/WMode": PLAIN,
        "/UseCMap": CHARACTER_MAP,
    },
    DATA: {
        **_FILTERS,
        "/Length1": PLAIN,
        "/Length2": PLAIN,
        "/Length3": PLAIN,
        "/Subtype": PLAIN,
        "/Type": PLAIN,
    },
    PROFILE: {**_FILTERS, "/N": PLAIN, "/Alternate": COLORS, "/Range": PLAIN},
    CHARACTER_MAP: {
        **_FILTERS,
        "/Type": PLAIN,
        "/CMapName": PLAIN,
        "/CIDSystemInfo": "cidsystem",
        "/WMode": PLAIN,
        "/UseCMap": CHARACTER_MAP,
    },
    COLORS: {
        **_FILTERS,
        "/N": PLAIN,
        "/Alternate": COLORS,
        "/Range": PLAIN,
        "/WhitePoint": PLAIN,
        "/BlackPoint": PLAIN,
        "/Gamma": PLAIN,
        "/Matrix": PLAIN,
        "/Subtype": PLAIN,
        "/Colorants": "colorants",
        "/Process": COLORS,
        "/ColorSpace": COLORS,
        "/Components": PLAIN,
        "/FunctionType": PLAIN,
        "/Domain": PLAIN,
        "/C0": PLAIN,
        "/C1": PLAIN,
        "/Functions": FUNCTION,
        "/Bounds": PLAIN,
        "/Encode": PLAIN,
        "/Decode": PLAIN,
        "/Size": PLAIN,
        "/BitsPerSample": PLAIN,
        "/Order": PLAIN,
    },
    FUNCTION: {
        **_FILTERS,
        "/FunctionType": PLAIN,
        "/Domain": PLAIN,
        "/Range": PLAIN,
        "/C0": PLAIN,
        "/C1": PLAIN,
        "/N": PLAIN,
        "/Functions": FUNCTION,
        "/Bounds": PLAIN,
        "/Encode": PLAIN,
        "/Decode": PLAIN,
        "/Size": PLAIN,
        "/BitsPerSample": PLAIN,
        "/Order": PLAIN,
    },
    "state": {
        "/Type": PLAIN,
        "/LW": PLAIN,
        "/LC": PLAIN,
        "/LJ": PLAIN,
        "/ML": PLAIN,
        "/D": PLAIN,
        "/RI": PLAIN,
        "/OP": PLAIN,
        "/op": PLAIN,
        "/OPM": PLAIN,
        "/Font": "font",
        "/BM": PLAIN,
        "/SMask": "softmask",
        "/CA": PLAIN,
        "/ca": PLAIN,
        "/AIS": PLAIN,
        "/TK": PLAIN,
        "/SA": PLAIN,
        "/SM": PLAIN,
        "/FL": PLAIN,
        "/TR": FUNCTION,
        "/TR2": FUNCTION,
    },
    "softmask": {"/Type": PLAIN, "/S": PLAIN, "/G": FORM, "/BC": PLAIN, "/TR": FUNCTION},
    "pattern": {
        **_FILTERS,
        "/Type": PLAIN,
        "/PatternType": PLAIN,
        "/PaintType": PLAIN,
        "/TilingType": PLAIN,
        "/BBox": PLAIN,
        "/XStep": PLAIN,
        "/YStep": PLAIN,
        "/Resources": "resources",
        "/Matrix": PLAIN,
        "/Shading": "shading",
        "/ExtGState": "state",
    },
    "shading": {
        **_FILTERS,
        "/ShadingType": PLAIN,
        "/ColorSpace": COLORS,
        "/Background": PLAIN,
        "/BBox": PLAIN,
        "/AntiAlias": PLAIN,
        "/Coords": PLAIN,
        "/Domain": PLAIN,
        "/Function": FUNCTION,
        "/Extend": PLAIN,
        "/Matrix": PLAIN,
        "/VerticesPerRow": PLAIN,
        "/BitsPerCoordinate": PLAIN,
        "/BitsPerComponent": PLAIN,
        "/BitsPerFlag": PLAIN,
        "/Decode": PLAIN,
    },
}

CONTENT_KINDS: Final = frozenset({CONTENT, FORM, "glyph", "pattern"})
"""Kinds whose stream is a sequence of operators, where text can be shown."""
STRINGS_ALLOWED: Final = frozenset({COLORS, "string"})
"""Kinds where a string is data: the palette of an indexed colour space, a registry's name."""
