"""The official colours of CORINE's classes as a QGIS style (QML) for tables of samples, whose column `clc` they follow."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from explorer.core import corine

MEDIA = "application/xml"
_WIDTH_MM = 0.3
"""Of an outline in the fill's colour: from afar a sample is smaller than a pixel, and would not be drawn."""


def qml() -> bytes:
    """The style: a symbol a class of level 3, and one for samples without a label. Read by QGIS from 3.22 on (tried)."""
    root = Xml.Element("qgis", version="3.22", styleCategories="Symbology")
    renderer = Xml.SubElement(root, "renderer-v2", type="categorizedSymbol", attr="clc", forceraster="0")
    categories, symbols = Xml.SubElement(renderer, "categories"), Xml.SubElement(renderer, "symbols")
    known = [(one.code, f"{one.code} {one.title}", one.rgb) for one in corine.classes(3)]
    known.append((corine.NO_LABEL, corine.NO_LABEL_TITLE, corine.NO_LABEL_RGB))
    for number, (code, title, rgb) in enumerate(known):
        name = str(number)
        Xml.SubElement(categories, "category", value=str(code), symbol=name, label=title, render="true")
        symbol = Xml.SubElement(symbols, "symbol", type="fill", name=name, alpha="1")
        layer = Xml.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1"})
        _options(layer, ",".join(map(str, (*rgb, 255))))
    return b"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + Xml.tostring(root, "utf-8")


def _options(layer: Xml.Element, colour: str) -> None:
    options = Xml.SubElement(layer, "Option", type="Map")
    for name, value in {
        "color": colour, "style": "solid", "outline_color": colour, "outline_style": "solid", "outline_width": str(_WIDTH_MM),
        "outline_width_unit": "MM",
    }.items():  # fmt: skip
        Xml.SubElement(options, "Option", type="QString", name=name, value=value)
