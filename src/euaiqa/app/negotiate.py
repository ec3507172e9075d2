"""What the client would like: JSON, a page or an event stream, in French or English.

Takes header values; gives choices. Source: https://www.rfc-editor.org/rfc/rfc9110#section-12.5
"""

from __future__ import annotations

from starlette.requests import Request

from euaiqa.datamodels import Language

LANGUAGE_COOKIE = "euaiqa-lang"


def weights(header: str) -> dict[str, float]:
    """Read `a, b;q=0.5` into the weight of each choice, from 0 to 1."""
    found: dict[str, float] = {}
    for item in header.split(",")[:50]:
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weight = float(parameter[2:])
                except ValueError:
                    weight = 0.0
        if name:
            found[name] = max(found.get(name, 0.0), weight)
    return found


def names(request: Request, media: str) -> float:
    """The weight of a media type that `Accept` names; ranges such as `*/*` name nothing."""
    return weights(request.headers.get("accept", "")).get(media, 0.0)


def wants_json(request: Request) -> bool:
    """Whether JSON is asked for by name, and not less than a page."""
    json = names(request, "application/json")
    return json > 0 and json >= names(request, "text/html")


def wants_page(request: Request) -> bool:
    """Whether a browser navigates: it asks for `text/html` by name."""
    html = names(request, "text/html")
    return html > 0 and html > names(request, "application/json")


def wants_stream(request: Request) -> bool:
    """Whether an event stream is asked for by name, and not less than JSON."""
    stream = names(request, "text/event-stream")
    return stream > 0 and stream >= names(request, "application/json")


def chosen_language(request: Request) -> Language | None:
    """The interface language that `?lang=` asks for."""
    return _known(request.query_params.get("lang", ""))


def interface_language(request: Request) -> Language:
    """The switch first, then the cookie it left, then the browser's own languages."""
    chosen = chosen_language(request) or _known(request.cookies.get(LANGUAGE_COOKIE, ""))
    if chosen:
        return chosen
    wanted = weights(request.headers.get("accept-language", ""))
    best: dict[Language, float] = {"en": 0.0, "fr": 0.0}
    for tag, weight in wanted.items():
        language = _known(tag.split("-")[0])
        if language:
            best[language] = max(best[language], weight)
    return "fr" if best["fr"] > best["en"] else "en"


def _known(text: str) -> Language | None:
    match text:
        case "fr":
            return "fr"
        case "en":
            return "en"
        case _:
            return None
