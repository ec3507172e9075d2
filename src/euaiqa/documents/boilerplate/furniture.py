"""Words of a site's furniture: what menus, footers, share bars and comment sections say.

Nothing here makes a line boilerplate: "Culture" is a menu's item and a section's heading.
What a line says is one thing that `page` weighs, with where the line stands.
"""

from __future__ import annotations

import functools
import re
from importlib import resources

from euaiqa.documents.boilerplate.lines import Line

_STEM = re.compile(
    r"\b(newsletters?|infolettre|abonne[rz]?|abonnes|abonnement|subscri\w+|cookies?|log ?in"
    r"|sign[ -]?(in|up)|connecte[rz]|inscri(re|ption|vez)|partage[rz]|share[sd]?|facebook"
    r"|twitter|linkedin|whatsapp"
    r"|instagram|e-?mail|rss|copyright|reserved|reserves|privacy|confidentialite|terms|mentions"
    r"|commentaires?|comments?|publicite|advertis\w+|sponsor\w+|partenaires?|download|telechargez"
    r"|click|cliquez|password|mot de passe|moderation|moderateurs?|lire aussi|read more|see all"
    r"|voir (tou[ts]|plus)|most (read|popular|viewed)|plus (lus|lues|partages)|follow|suivez|menu"
    r"|search|rechercher|photo|credit|getty|reuters|afp|podcast|webinar|webinaire|offre|essai"
    r"|free trial|appli(cation)?s?|store|tous droits|traceurs|reserve a(ux| nos) abonnes"
    r"|reagi(r|ssez)"
    r"|vous (conseille|recommande)\w*|horoscope|annonces? legales?|codes? promo"
    r"|mots (croises|fleches)"
    r"|bluesky|tiktok|youtube|mastodon|boite mail|courriel|gerer (mes|les|vos)|mes (choix|favoris"
    r"|articles|alertes)|regie publicitaire|identifiez|deja abonne|mon compte)\b"
)
_OFFER = re.compile(
    r"\b(newsletters?|infolettre|cookies?|unsubscribe|subscribe|abonnez|abonner|s'inscrire"
    r"|inscrivez"
    r"|desinscrire|desabonner|traceurs|votre consentement|log ?in|sign[ -]?up"
    r"|privacy policy|confidentialite|adresse e-?mail|inbox)\b"
)
_TIME = re.compile(
    r"(il y a|posted|publie|updated|mis a jour) .{0,30}\d"
    r"|\b\d+ ?(min\w*|heures?|hours?|jours?|days?|h|d|j|mn)\b( ago)?$|\b\d{1,2}[:h]\d\d\b"
    r"|^\W*\d[\d., ]*k?\W*(\w+)?$|\b(19|20)\d\d\b.{0,20}$"
)
_TALK = re.compile(
    r"^(repondre.*|reply|report( abuse| comment| this)?|signaler.*"
    r"|like|j'aime|share|flag|permalink|quote|citer"
    r"|(re: .{0,40}|(poste|publie|ecrit|redige|envoye|commente) par .{2,40})( le .*\d.*)?"
    r"|alerter|recommander|recommend|.* (dit|says|wrote|a ecrit) ?:|posted by.*|avatar.*"
    r"|(.* )?\(?(il y a|posted|\d+) .*(ago|heures?|jours?|minutes?|mois|ans?)\)?"
    r"|(.* )?(\||·) (permalink|permalien)\b.*|\d{1,2}[:h]\d\d.{0,8} (on|le) \d.{0,15}|\d+ reponses?"
    r"|\d+ (fans|followers|abonnes|messages)|en reponse a .{2,40}|voir (les )?\d+ reponses?"
    r"|((poste|publie|ecrit|envoye) )?(le )?(\w+di |dimanche )?\d{1,2}(er)? [a-z]{3,9}\.?( \d{4})?"
    r"( a|,| -)? \d{1,2} ?[:h].{0,8}|(hier|yesterday)\b.{0,20}"
    r"|(le )?\d+[/ .-][\w.]+[/ .-]\d{2,4}.{0,25}|(par|by|de|from) .{2,30}[ ,-](le|on) .*\d.*"
    r"|@\w.{0,25}|#?\d+( (likes?|points?|votes?))?)$"
)
_REPLY = re.compile(
    r"^\W*(repondre|reply|signaler( .*)?|alerter|report( abuse| comment)?|citer|quote)\W*$"
)
_COMMENTS = re.compile(
    r"^(\W*\d* ?)?((vos |les |your |visitor |reader |view |all |tous les |voir |afficher |lire "
    r"|derniers |meilleurs |recent |latest )*"
    r"(commentaires?|comments|comment(?=\W*\d|\W*$| on )|reactions?"
    r"|responses|discussion|replies|contributions|avis)"
    r"|(laisser|ajouter|poster|rediger|deposer|ecrire) (un|votre) commentaire"
    r"|(add|leave|post) (a|your) (comment|reply)|(join|rejoindre) the (conversation"
    r"|discussion)|commenter|reagi(r|ssez)"
    r"( a cet article)?|contribuer)\W*[\d()]*( .{0,25})?$"
)
_CAPTION = re.compile(
    r"^(image|photo|legende|caption|video|illustration|infographie|graphic)s?( caption)?\W? ?[:,]"
    r"|(photograph|photo|image|picture|credits?|courtesy|illustration|visuel)s?"
    r"( by| credit)? ?[:.(/©].{2,60}$"
    r"|(©|\(c\)|/ ?(afp|reuters|getty|ap|epa|sipa|belga)\b|\b(service photo|archives?|ddr"
    r"|dr)\W*$).{0,40}$"
    r"|^(view image|agrandir|voir l'image|enlarge)"
)
_DOUBTFUL = "~ "
_PARTS = re.compile(r"\s*[|·•>»›/]\s*|\s{2,}|, ")


def is_item(line: Line) -> bool:
    """Whether the line is an item of a menu, a footer or a bar, or several of them."""
    plain, parts = _split(line)
    items = _items()
    return plain in items or (
        len(parts) > 1 and 2 * sum(part in items for part in parts) > len(parts)
    )


def is_surely_item(line: Line) -> bool:
    """Whether it is one that can be no heading of a section and no cell of a table."""
    plain, parts = _split(line)
    return any(_items().get(part) for part in (plain, *parts)) and is_item(line)


def _split(line: Line) -> tuple[str, list[str]]:
    """The line without its bullets and arrows, and what `|` and the like part it into."""
    plain = line.plain.lower().strip(" *#>»›·•-:←→+×|[]")
    return plain, [part for part in _PARTS.split(plain) if part]


def has_stem(line: Line) -> bool:
    """Whether a word of the line is one that furniture is full of."""
    return bool(_STEM.search(line.plain.lower()))


def offers(line: Line) -> bool:
    """Whether the line speaks of letters, accounts or cookies."""
    return bool(_OFFER.search(line.plain.lower()))


def is_caption(line: Line) -> bool:
    """Whether the line seems to be the caption of a picture, or tells who made it."""
    return len(line.text) <= 250 and bool(_CAPTION.search(line.plain.lower()))


def is_time(line: Line) -> bool:
    """Whether the line is short and tells a time, a date or a count."""
    return len(line.text) <= 80 and bool(_TIME.search(line.plain.lower()))


def is_talk(line: Line) -> bool:
    """Whether the line is one of those between the comments of readers."""
    return len(line.text) <= 80 and bool(_TALK.search(line.plain.lower()))


def is_reply(line: Line) -> bool:
    """Whether the line is a button that every comment of a reader has."""
    return len(line.text) <= 40 and bool(_REPLY.match(line.plain.lower()))


def opens_comments(line: Line) -> bool:
    """Whether the line is the heading of the comments of readers."""
    return len(line.text) <= 60 and bool(_COMMENTS.search(line.plain.lower()))


@functools.cache
def _items() -> dict[str, bool]:
    """Whole lines of furniture, and whether each is nothing else."""
    file = resources.files("euaiqa.documents") / "data" / "furniture.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    return {
        line.removeprefix(_DOUBTFUL): not line.startswith(_DOUBTFUL)
        for line in lines
        if not line.startswith("#")
    }
