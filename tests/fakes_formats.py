"""Small files of every format, made byte by byte, so that a test says what is in them."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence

PARAGRAPH = (
    "La Commission européenne a présenté mardi un plan d’investissement de vingt milliards "
    "d’euros pour les gigafactories d’intelligence artificielle, a précisé sa présidente."
)
SECOND = (
    "Le financement reposera sur un mélange de subventions publiques et d’investissements "
    "privés, dont les modalités seront fixées avant l’été par les vingt-sept États membres."
)


def web_page(
    body: str = "", *, head: str = "", charset: str = "utf-8", language: str = "fr"
) -> bytes:
    """A page as a newspaper's theme makes it, with its menu, its sidebar and its footer."""
    return f"""<!DOCTYPE html><html lang="{language}"><head><meta charset="{charset}">
<title>Le titre – Le Journal</title>
<meta property="og:site_name" content="Le Journal">
<link rel="canonical" href="https://journal.example/plan">{head}
<style>.x {{ color: red }}</style></head><body>
<nav><ul><li><a href="/">Accueil</a></li><li><a href="/m">Monde</a></li></ul></nav>
<main><article><h1>Le titre</h1>
<p>{PARAGRAPH}</p>
{body}
<p>{SECOND}</p>
<p>{PARAGRAPH.replace("mardi", "hier")}</p>
</article></main>
<aside class="sidebar"><h2>À lire aussi</h2><ul><li><a href="/b">Un autre article</a></li></ul>
</aside><footer><p>Tous droits réservés par Le Journal, société anonyme.</p></footer>
<script>var secret = "not visible";</script></body></html>""".encode(charset)


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def word(body: str, *, title: str = "", before: str = "", main: str = "document.xml") -> bytes:
    """A Word document; `body` is of `w:` elements, `before` stands before its root."""
    office = "http://schemas.openxmlformats.org"
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{office}/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
            f'relationships+xml"/><Override PartName="/word/{main}" ContentType="application/vnd.'
            'openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{office}/package/2006/relationships">'
            f'<Relationship Id="r" Type="{office}/officeDocument/2006/relationships/'
            f'officeDocument" Target="word/{main}"/></Relationships>',
            f"word/{main}": f'<?xml version="1.0"?>{before}<w:document xmlns:w='
            f'"{office}/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>',
            "docProps/core.xml": f'<c:p xmlns:c="{office}/package/2006/metadata/core-properties"'
            f' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></c:p>',
        }
    )


def word_paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def book(chapters: Sequence[str], *, before: str = "", extra: str = "") -> bytes:
    """An EPUB; each chapter is the body of an XHTML file."""
    items = "".join(
        f'<item id="c{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n, _ in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in reversed(range(len(chapters))))
    return zipped(
        {
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:'
            'container"><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>',
            "OPS/book.opf": '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.'
            'org/dc/elements/1.1/"><metadata><dc:title>Le livre</dc:title><dc:language>fr-FR'
            "</dc:language><dc:date>2024-07-12</dc:date><dc:publisher>Éditions X</dc:publisher>"
            f"</metadata><manifest>{items}{extra}</manifest><spine>{spine}</spine></package>",
            **{
                f"OPS/c{n}.xhtml": f'<?xml version="1.0"?>{before}<html xmlns='
                f'"http://www.w3.org/1999/xhtml"><head><title/></head><body>{text}</body></html>'
                for n, text in enumerate(chapters)
            },
        }
    )


def pdf(pages: Sequence[Sequence[tuple[float, float, str]]], *, title: str = "") -> bytes:
    """A PDF in Helvetica of 10 points; a page is lines with their place (x, y, text)."""
    streams = [
        b"".join(
            b"BT /F1 10 Tf %.1f %.1f Td (%s) Tj ET\n"
            % (x, y, text.encode("cp1252").replace(b"(", rb"\(").replace(b")", rb"\)"))
            for x, y, text in lines
        )
        for lines in pages
    ]
    return pdf_of([(stream, b"") for stream in streams], title=title)


def pdf_of(streams: Sequence[tuple[bytes, bytes]], *, title: str = "") -> bytes:
    """A PDF of pages with these contents; the second of each names its filter."""
    kids = b" ".join(b"%d 0 R" % (5 + 2 * n) for n in range(len(streams)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(streams)),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Title(%s)>>" % title.encode("cp1252"),
    ]
    for number, (stream, coded) in enumerate(streams):
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R"
            b"/Resources<</Font<</F1 3 0 R>>>>>>" % (6 + 2 * number)
        )
        objects.append(b"<<%s/Length %d>>stream\n%s\nendstream" % (coded, len(stream), stream))
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R/Info 4 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1,
        table,
    )
    return bytes(out)


def deflated(stream: bytes) -> tuple[bytes, bytes]:
    return zlib.compress(stream, 9), b"/Filter/FlateDecode"
