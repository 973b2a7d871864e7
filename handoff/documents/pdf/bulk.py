"""What would cost 30 us a turn from Python, run inside the sandbox instead.

A second, tiny module shares the engine's memory and calls the engine's own functions, so that all
characters of a page, or all objects, come back in one call. Layouts are little-endian and packed.
It also copies memory for the engine, which imports that; as there is no memory yet when the engine
is made, a third one stands between them.
"""

from __future__ import annotations

import wasmtime

ENGINE = "pdfium"
"""The name under which the loops import the engine's functions."""

CHAR_SIZE = 72
"""u32 unicode, u32 flags, u32 text object, f32 font size, 4 f64 tight box (left, right, bottom,
top), 4 f32 loose box (left, top, right, bottom), f32 angle in radians, f32 x of the origin."""
CHAR_ROOM = 16
"""Bytes that the loop needs behind the last record."""
LETTER_SIZE = 4
"""u32 unicode."""
GENERATED = 1
"""PDFium put this character in (a space, a line break); nothing on the page shows it."""
UNMAPPED = 2
"""The font does not say which character this glyph is."""
HYPHEN = 4
"""A hyphen at the end of a line that only divides a word."""

OBJECT_RECORD = "<IIi4f"
OBJECT_SIZE = 28
"""u32 address, u32 type, i32 segments (of a path, else 0), 4 f32 bounds (left, bottom, right, top)
in the coordinates of the page or form that the object stands in."""
PATH = 2
"""FPDF_PAGEOBJ_PATH."""

POINT = "<2d"
"""A point on the page."""
PIXEL = "<2i"
PIXEL_SIZE = 8
"""A point in a rendering of it."""

_LOOPS = """
(module
  (import "pdfium" "memory" (memory 0))
  (import "pdfium" "FPDFText_GetUnicode" (func $unicode (param i32 i32) (result i32)))
  (import "pdfium" "FPDFText_IsGenerated" (func $generated (param i32 i32) (result i32)))
  (import "pdfium" "FPDFText_HasUnicodeMapError" (func $unmapped (param i32 i32) (result i32)))
  (import "pdfium" "FPDFText_IsHyphen" (func $hyphen (param i32 i32) (result i32)))
  (import "pdfium" "FPDFText_GetTextObject" (func $object (param i32 i32) (result i32)))
  (import "pdfium" "FPDFText_GetFontSize" (func $size (param i32 i32) (result f64)))
  (import "pdfium" "FPDFText_GetCharAngle" (func $angle (param i32 i32) (result f32)))
  (import "pdfium" "FPDFText_GetCharBox"
    (func $box (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "pdfium" "FPDFText_GetLooseCharBox" (func $loose (param i32 i32 i32) (result i32)))
  (import "pdfium" "FPDFText_GetCharOrigin"
    (func $origin (param i32 i32 i32 i32) (result i32)))
  (import "pdfium" "FPDFPage_GetObject" (func $on_page (param i32 i32) (result i32)))
  (import "pdfium" "FPDFFormObj_GetObject" (func $in_form (param i32 i32) (result i32)))
  (import "pdfium" "FPDFPageObj_GetType" (func $type (param i32) (result i32)))
  (import "pdfium" "FPDFPath_CountSegments" (func $segments (param i32) (result i32)))
  (import "pdfium" "FPDFPageObj_GetBounds"
    (func $bounds (param i32 i32 i32 i32 i32) (result i32)))
  (import "pdfium" "FPDF_PageToDevice" (func $to_device
    (param i32 i32 i32 i32 i32 i32 f64 f64 i32 i32) (result i32)))

  (import "pdfium" "FPDFBitmap_CreateEx"
    (func $bitmap (param i32 i32 i32 i32 i32) (result i32)))
  (import "pdfium" "FPDFBitmap_FillRect"
    (func $fill (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "pdfium" "FPDF_RenderPageBitmap"
    (func $render (param i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "pdfium" "FPDFBitmap_Destroy" (func $destroy (param i32)))

  (func (export "chars") (param $page i32) (param $count i32) (param $at i32)
    (local $i i32)
    (block $done (loop $next
      (br_if $done (i32.ge_s (local.get $i) (local.get $count)))
      (i32.store (local.get $at) (call $unicode (local.get $page) (local.get $i)))
      (i32.store offset=4 (local.get $at)
        (i32.or (i32.or
          (i32.eq (call $generated (local.get $page) (local.get $i)) (i32.const 1))
          (i32.shl
            (i32.or
              (i32.eqz (call $unicode (local.get $page) (local.get $i)))
              (i32.eq (call $unmapped (local.get $page) (local.get $i)) (i32.const 1)))
            (i32.const 1)))
          (i32.shl (i32.eq (call $hyphen (local.get $page) (local.get $i)) (i32.const 1))
            (i32.const 2))))
      (i32.store offset=8 (local.get $at) (call $object (local.get $page) (local.get $i)))
      (f32.store offset=12 (local.get $at)
        (f32.demote_f64 (call $size (local.get $page) (local.get $i))))
      (drop (call $box (local.get $page) (local.get $i)
        (i32.add (local.get $at) (i32.const 16)) (i32.add (local.get $at) (i32.const 24))
        (i32.add (local.get $at) (i32.const 32)) (i32.add (local.get $at) (i32.const 40))))
      (drop (call $loose (local.get $page) (local.get $i)
        (i32.add (local.get $at) (i32.const 48))))
      (f32.store offset=64 (local.get $at) (call $angle (local.get $page) (local.get $i)))
      (drop (call $origin (local.get $page) (local.get $i)
        (i32.add (local.get $at) (i32.const 72)) (i32.add (local.get $at) (i32.const 80))))
      (f32.store offset=68 (local.get $at)
        (f32.demote_f64 (f64.load offset=72 (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 72)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next))))

  (func (export "draw") (param $page i32) (param $kind i32) (param $width i32)
    (param $height i32) (param $stride i32) (param $at i32) (param $paper i32) (param $flags i32)
    (result i32) (local $bitmap i32)
    (local.set $bitmap (call $bitmap (local.get $width) (local.get $height) (local.get $kind)
      (local.get $at) (local.get $stride)))
    (if (i32.eqz (local.get $bitmap)) (then (return (i32.const 0))))
    (drop (call $fill (local.get $bitmap) (i32.const 0) (i32.const 0) (local.get $width)
      (local.get $height) (local.get $paper)))
    (call $render (local.get $bitmap) (local.get $page) (i32.const 0) (i32.const 0)
      (local.get $width) (local.get $height) (i32.const 0) (local.get $flags))
    (call $destroy (local.get $bitmap))
    (i32.const 1))

  (func (export "letters") (param $page i32) (param $count i32) (param $at i32)
    (local $i i32)
    (block $done (loop $next
      (br_if $done (i32.ge_s (local.get $i) (local.get $count)))
      (i32.store (local.get $at) (call $unicode (local.get $page) (local.get $i)))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next))))

  (func (export "objects") (param $holder i32) (param $form i32) (param $count i32) (param $at i32)
    (local $i i32) (local $it i32)
    (block $done (loop $next
      (br_if $done (i32.ge_s (local.get $i) (local.get $count)))
      (if (local.get $form)
        (then (local.set $it (call $in_form (local.get $holder) (local.get $i))))
        (else (local.set $it (call $on_page (local.get $holder) (local.get $i)))))
      (i32.store (local.get $at) (local.get $it))
      (i32.store offset=4 (local.get $at) (call $type (local.get $it)))
      (i32.store offset=8 (local.get $at) (i32.const 0))
      (if (i32.eq (call $type (local.get $it)) (i32.const 2))
        (then (i32.store offset=8 (local.get $at) (call $segments (local.get $it)))))
      (drop (call $bounds (local.get $it)
        (i32.add (local.get $at) (i32.const 12)) (i32.add (local.get $at) (i32.const 16))
        (i32.add (local.get $at) (i32.const 20)) (i32.add (local.get $at) (i32.const 24))))
      (local.set $at (i32.add (local.get $at) (i32.const 28)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next))))

  (func (export "pixels") (param $page i32) (param $width i32) (param $height i32)
    (param $count i32) (param $from i32) (param $at i32)
    (block $done (loop $next
      (br_if $done (i32.le_s (local.get $count) (i32.const 0)))
      (drop (call $to_device (local.get $page) (i32.const 0) (i32.const 0)
        (local.get $width) (local.get $height) (i32.const 0)
        (f64.load (local.get $from)) (f64.load offset=8 (local.get $from))
        (local.get $at) (i32.add (local.get $at) (i32.const 4))))
      (local.set $from (i32.add (local.get $from) (i32.const 16)))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br $next))))

  (func (export "copy") (param $target i32) (param $source i32) (param $count i32)
    (memory.copy (local.get $target) (local.get $source) (local.get $count)))
)
"""

_RELAY = """
(module
  (type $copy (func (param i32 i32 i32)))
  (table $to (export "to") 1 1 funcref)
  (func (export "copy") (type $copy)
    (call_indirect $to (type $copy)
      (local.get 0) (local.get 1) (local.get 2) (i32.const 0)))
)
"""


def compile_loops(engine: wasmtime.Engine) -> wasmtime.Module:
    """The loops as a module, to be kept beside the engine's own."""
    return wasmtime.Module(engine, _LOOPS)


def compile_relay(engine: wasmtime.Engine) -> wasmtime.Module:
    """The module whose "copy" calls the one function in its table "to"."""
    return wasmtime.Module(engine, _RELAY)
