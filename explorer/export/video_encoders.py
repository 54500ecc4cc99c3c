"""Encoders of animations: GIF and WebP by Pillow, MP4 and WebM by PyAV. Each takes frames one by one."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from explorer.core.errors import OutputError
from explorer.export import credit

Frames = Iterator[np.ndarray]
"""uint8 `(height, width, 3)` each, all of one even size, unless said otherwise."""
_X264 = {"preset": "veryfast", "crf": "19", "tune": "stillimage"}
# Speed 8 with the realtime deadline takes a sixth of the time of the good one, for twice the bytes.
_VP9 = {"deadline": "realtime", "cpu-used": "8", "row-mt": "1", "tile-columns": "1", "crf": "28", "b": "0"}
_WEBP_QUALITY = 82
_LEARNT = 60_000
"""Pixels from which a GIF's colours are chosen."""
_BT709 = 1
_NARROW = 1
"""ffmpeg's numbers: the colours of HDTV, and levels from 16 to 235, which every player expects."""


def gif(path: Path, frames: Frames, fps: float, about: Mapping[str, str], palette: Palette) -> None:
    """An endless GIF in one palette of 256 colours; frames as `Palette.places` gives them, uint8 `(height, width)`."""

    def pages() -> Iterator[Image.Image]:
        for places in frames:
            page = Image.fromarray(places)
            page.putpalette(palette.colours)
            yield page

    found = pages()
    first = next(found)
    # A GIF counts in hundredths of a second, and players slow down what claims less than two.
    duration = max(20, round(100 / fps) * 10)
    first.save(
        path, "GIF", save_all=True, append_images=found, duration=duration, loop=0, disposal=1, optimize=False,
        comment=credit.comment(about).encode("ascii", "replace"),
    )  # fmt: skip


def webp(
    path: Path, frames: Iterator[bytes], size: tuple[int, int], fps: float, about: Mapping[str, str]
) -> None:
    """An endless animated WebP of frames of one `size` (width, height), each as `webp_still` gives it.

    Pillow's own animations try several ways for every frame, which takes three times as long.
    """
    duration, extent = round(1000 / fps), _u24(size[0] - 1) + _u24(size[1] - 1)
    # Flags: animation and XMP (WebP container specification, RFC 9649).
    parts = [_chunk(b"VP8X", bytes([0b00000110, 0, 0, 0]) + extent)]
    parts.append(_chunk(b"ANIM", b"\xff\xff\xff\xff" + b"\x00\x00"))
    head = _u24(0) + _u24(0) + extent + _u24(duration) + b"\x02"
    parts += [_chunk(b"ANMF", head + frame) for frame in frames]
    parts.append(_chunk(b"XMP ", credit.xmp(about)))
    body = b"WEBP" + b"".join(parts)
    path.write_bytes(b"RIFF" + len(body).to_bytes(4, "little") + body)


def webp_still(frame: np.ndarray) -> bytes:
    """One frame as the picture chunks of a WebP, without its container."""
    buffer = io.BytesIO()
    Image.fromarray(frame).save(buffer, "WEBP", quality=_WEBP_QUALITY, method=0)
    return buffer.getvalue()[12:]


def video(path: Path, frames: Frames, fps: float, about: Mapping[str, str], codec: str) -> None:
    """An MP4 (`libx264`, its index in front) or WebM (`libvpx-vp9`), 8-bit 4:2:0. Raises `OutputError`."""
    av = av_library()
    first = next(frames)
    options = {"movflags": "+faststart"} if codec == "libx264" else {}
    with av.open(str(path), "w", options=options) as out:
        out.metadata.update(_tags(about))
        rate = Fraction(fps).limit_denominator(1000)
        stream = out.add_stream(codec, rate=rate, options=dict(_X264 if codec == "libx264" else _VP9))
        stream.width, stream.height = first.shape[1], first.shape[0]
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.thread_count = 0
        context.color_range, context.colorspace = _NARROW, _BT709
        context.color_primaries = context.color_trc = _BT709
        for number, frame in enumerate(itertools.chain([first], frames)):
            picture = av.VideoFrame.from_ndarray(frame, format="rgb24")
            picture = picture.reformat(format="yuv420p", dst_colorspace=_BT709, dst_color_range=_NARROW)
            picture.pts, picture.time_base = number, 1 / rate
            out.mux(stream.encode(picture))
        out.mux(stream.encode())


def mp4(path: Path, frames: Frames, fps: float, about: Mapping[str, str]) -> None:
    """An MP4 in H.264, as every player plays."""
    video(path, frames, fps, about, "libx264")


def webm(path: Path, frames: Frames, fps: float, about: Mapping[str, str]) -> None:
    """A WebM in VP9."""
    video(path, frames, fps, about, "libvpx-vp9")


VIDEO: dict[str, Callable[[Path, Frames, float, Mapping[str, str]], None]] = {".mp4": mp4, ".webm": webm}


class Palette:
    """256 colours for many frames: some that are kept as they are, the others chosen for the pictures.

    `pictures` are uint8 `(h, w, 3)` each; `kept` uint8 `(n, 3)`, n at most 64, those that matter most first.
    """

    def __init__(self, pictures: Sequence[np.ndarray], kept: np.ndarray) -> None:
        pixels = np.concatenate([picture.reshape(-1, 3) for picture in pictures])
        # An odd step wanders over rows and columns; k-means takes the time, and needs no more pixels than this.
        pixels = pixels[:: max(1, len(pixels) // _LEARNT | 1)]
        square = Image.fromarray(pixels[None])
        chosen = square.quantize(256 - len(kept), Image.Quantize.MEDIANCUT, kmeans=1).getpalette() or []
        colours = np.concatenate([kept, np.array(chosen, np.uint8).reshape(-1, 3)])[:256]
        self.colours = colours.tobytes()
        # The place of every colour of 5, 6 and 5 bits.
        red, green, blue = np.meshgrid(np.arange(32), np.arange(64), np.arange(32), indexing="ij")
        middle = (
            np.stack([red * 8 + 4, green * 4 + 2, blue * 8 + 4], axis=-1).reshape(-1, 3).astype(np.float32)
        )
        wide = colours.astype(np.float32)
        far = (wide**2).sum(axis=1) - 2 * middle @ wide.T  # less what is the same for every colour of a row
        self._lookup = far.argmin(axis=1).astype(np.uint8)
        # Of kept ones that are nearly the same, the first has the place.
        self._lookup[_packed(kept)[::-1]] = np.arange(len(kept))[::-1]

    def places(self, frame: np.ndarray) -> np.ndarray:
        """The nearest of the colours for every pixel: uint8 `(h, w)`."""
        return np.take(self._lookup, _packed(frame))


def _packed(colours: np.ndarray) -> np.ndarray:
    """Colours in 5, 6 and 5 bits: uint16, less the last axis."""
    packed = (colours[..., 0] & np.uint8(0xF8)).astype(np.uint16)
    packed <<= 8
    packed |= (colours[..., 1] & np.uint8(0xFC)).astype(np.uint16) << 3
    packed |= colours[..., 2] >> 3
    return packed


def _tags(about: Mapping[str, str]) -> dict[str, str]:
    return {
        "title": about["title"],
        "comment": credit.comment(about),
        "copyright": credit.rights(about),
        "artist": about["attribution"],
        "encoder": about["software"],
    }


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + len(data).to_bytes(4, "little") + data + b"\x00" * (len(data) % 2)


def _u24(number: int) -> bytes:
    return number.to_bytes(3, "little")


def av_library() -> Any:
    """PyAV. Raises `OutputError` where it is not installed."""
    try:
        import av
    except ImportError as error:
        raise OutputError(
            "video needs PyAV: pip install 'rapidai4eo-explorer[video]'; GIF and WebP work without it"
        ) from error
    return av
