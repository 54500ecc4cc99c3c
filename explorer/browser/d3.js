/*! Axes, scales and dates of the charts are D3's (d3-array, d3-axis, d3-color, d3-format, d3-interpolate, d3-scale, d3-selection,
d3-time, d3-time-format, internmap).
Copyright 2010-2026 Mike Bostock
Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that
the above copyright notice and this permission notice appear in all copies.
THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES
OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR
ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS
ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE. */

export { axisBottom, axisLeft } from "d3-axis"
export { interpolateZoom } from "d3-interpolate"
export { scaleLinear, scaleUtc } from "d3-scale"
export { select } from "d3-selection"
export { utcFormat } from "d3-time-format"
