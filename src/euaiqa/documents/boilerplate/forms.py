"""Lines that are boilerplate by what they say, wherever they stand.

Comment forms, newsletter boxes, share bars, photo credits, embedded players' captions,
cookie banners, links to other articles, copyright lines, in French and English.

A whole line is boilerplate or it is not, by three general rules. To lose a sentence of the
article is worse than to keep boilerplate: in doubt a line is kept.

1. it is short, and each of its sentences has one of the forms below from its first word to
   its last: what follows a lead-in ("Follow", "Photo:") is a closed vocabulary or names;
2. it is a separator (`***`, `----`);
3. it comes after the heading of a comment form in the last half of the text, a field of
   the form follows that heading, and nothing long does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from euaiqa.documents.boilerplate import lines
from euaiqa.documents.boilerplate.lines import Line

_MAX_LINE = 300  # characters; a longer line is text, whatever it begins with
_MAX_TAIL_LINE = 200  # characters; a longer line after a comment form is text after all
_MAX_TAIL = 2_000  # characters; so is anything after more than this
_FORM_LINES = 3  # a field of a comment form is at most so many lines after its heading

# The forms are matched without accents, case, and typographic spaces, quotes and dashes.
_WORD = r"[\w'&.+-]+"
_CAPITAL = r"((?-i:[A-Z])[\w'.&-]*|@[\w.]+)"
_MAIL = r"(adresse (de |e-?)?(messagerie|mail)|e-?mail( address)?|courriel)"
_NETWORK = (
    r"(facebook|twitter|x|linkedin|whatsapp|telegram|instagram|youtube|tiktok|pinterest|reddit"
    r"|mastodon|bluesky|threads|messenger|e-?mail|courriel|rss|flipboard|google news)"
)
_NETWORKS = rf"({_NETWORK}((, | (et|and|ou|or|&) ){_NETWORK})*|social media|les reseaux sociaux)"
_AGENCY = (
    r"((afp|reuters|getty|unsplash|pexels|pixabay|shutterstock|istock|adobe|freepik|flickr|dr|ap"
    r"|wikimedia|midjourney|dall[·-]?e|belga|epa|sipa)([ -](images|stock|photos?|commons))?"
    r"|european (commission|parliament|union)|(commission|union) europeenne|parlement europeen)"
)
_PART = r"((d[eu]\w?|van|von|la|le|of|the|et|and) ){0,2}"
_NAME = rf"({_AGENCY}|(the |le |la |l')?{_CAPITAL}( {_PART}{_CAPITAL}){{0,4}})"
_BY = r"( ?[/,|&(-] ?| (via|on|sur) )"
_NAMES = rf"{_NAME}({_BY}{_NAME}){{0,3}}"
_PICTURE = r"(photos?|images?|illustrations?|visuels?|videos?|pictures?|couverture|une)"
_RIGHTS = r"(tous droits reserves|all rights reserved)"
_KIND = r"(hebdomadaire|quotidienne|gratuite|mensuelle|weekly|daily|free|monthly|new|latest)"
_LETTER = rf"(newsletters?|infolettres?|lettres? d'information)( {_KIND})?"
_OUTLET = rf"([\w-]+\.(fr|com|net|org|info|io|eu)|{_NAME})"
_NEWS = (
    r"((toute |all )?(l'actualite|l'actu|l'information|l'info|the news)|(all )?(the |our )?latest"
    r" (news|updates|stories)|(toutes )?les dernieres (nouvelles|infos|actualites|tendances))"
)

# Calls to action: an imperative, and at the end what it offers.
_CALL = (
    r"((re)?abonne[zs]-(vous|toi)|inscri(vez|s)-(vous|toi)|s'(abonner|inscrire)"
    r"|(suivez|retrouvez|rejoignez)-nous|subscribe|sign[- ]?up|sign me up|follow us|join us)"
)
_OFFER = (
    rf"((notre|nos|our) ({_WORD} ){{0,2}}({_LETTER}|briefing|mailing list)|(notre|our) ({_WORD} )?"
    rf"(chaine|page|channel|compte|podcast)( {_NETWORK})?"
    r"|(dans|in|to|into) (votre|ta|your) (boite (e-?mail|mail|de reception)|inbox))"
)
_WHY = (
    r"( gratuitement| now| today| maintenant| for free)?(,? (pour|afin de|to|for|chaque|every"
    rf"|(et|and) (recevez|ne|restez|get|receive|never|stay))( {_WORD}){{1,10}})?"
)
_CALLS = (
    rf"{_CALL}( now| today| maintenant| gratuitement| pour lire la suite| to read more)?",
    rf"{_CALL}( {_WORD}){{0,2}} (a|to|for)( {_WORD}){{1,3}} {_LETTER}{_WHY}",
    rf"{_CALL} (on|sur) {_NETWORKS}{_WHY}|activez les notifications",
    rf"({_CALL}|abonnez|suivez|rejoi(gnez|ns)|recevez|recois|retrouvez|decouvrez|restez|follow"
    rf"|join|get|receive)( {_WORD}){{0,8}} {_OFFER}{_WHY}",
    rf"(follow|suivez|retrouvez) ({_OUTLET}|{_NEWS}( {_WORD}){{0,4}}) (on|sur) {_NETWORKS}",
    r"restez? (informes?|connectes?|a la pointe|au courant)( avec nous)?"
    rf"( sur {_NETWORKS}| de {_NEWS}( (avec|sur|grace a) {_OUTLET})?)?",
    rf"stay (up to date|informed|tuned|connected)( (with|on) {_WORD}( {_WORD})?)?",
    r"ne (manquez|ratez) (plus )?(rien|aucune? (actualite|info|article))"
    rf"( de {_NEWS}( {_WORD}){{0,4}})?|never miss (a|an|another) (story|update|post|article)",
)
# What makes a call a statement: a figure and its noun, a colon, a clause, reported speech.
_STATEMENT = (
    r"\d\d[\d.,\s]*[%€$]?\s?[^\W\d]|\S ?[:;] | - |\b(who|which|that|how|why|what|qui|comment|dont"
    r"|pourquoi|selon|according|because|says?|said|is|are|was|were|has|have|had|will|would|could"
    r"|should|must|may|est|sont|ont|etait|peut|peuvent|doit|doivent|veut|veulent|va|vont|dit"
    r"|\w+(era|eront|aient))\b"
)

# The comment form: one of these opens the tail of the page.
_COMMENT_FORM = (
    r"((laisse[rz]|poste[rz]|publie[rz]|ajoute[rz]|ecri(re|vez)) (un|une|votre|vos) (commentaires?"
    r"|reponse|avis)|(leave|post|add|write) (a|your) (comment|reply))( cancel reply)?",
    r"cliquez (ici )?pour (commenter|reagir)|reagir( a cet article)?|annuler la reponse",
    r"click (here )?to comment|cancel reply|(join|start) the (conversation|discussion)",
)
# And one of these is in it.
_NOTICE = (
    rf"votre {_MAIL} ne sera pas (publie|divulgue)e?",
    r"your e-?mail (address )?will not be (published|shared)|required fields are marked",
    r"(les )?champs obligatoires sont (indiqu|marqu)es( (avec|par|d'un\w*).{0,15})?",
    r"(enregistrer mon nom|save my name)\b.{0,60}(navigateur|browser).{0,60}",
)
_FIELD = rf"(nom|name|pseudo|site( web)?|website|comment|commentaire|{_MAIL})( \(?requi\w+)?"

_FORMS = (
    *_COMMENT_FORM,
    *_NOTICE,
    r"(ce site utilise|this site uses) akismet.{0,60}|learn how your comment data .{0,30}"
    r"|en savoir plus sur .{0,30}vos commentaires .{0,30}",
    # Headings of comments, embedded players, advertisements.
    r"((aucun|pas de|no|\d+) )?comment(aire)?s?( \(\d+| \d{1,3})?|post comment",
    rf"({_NETWORK}|dailymotion) (video|embed|post|player)|(lecteur )?video( youtube)?",
    r"(la suite apres la )?publicite|contenu sponsorise|advertisements?|sponsored( content)?",
    # Newsletter headings, and the box that counts its readers.
    rf"((la|notre|nos|the|our|{_KIND}) ){{0,3}}{_LETTER}( (?-i:[A-Z]){_WORD}){{0,2}}"
    rf"( (du|des|de|of) (la |the )?{_WORD})?",
    r"(rejoi(gnez|ns)|join) (nos|our) [\d., ]*(abonnes|passionnes|lecteurs|subscribers|readers"
    rf"|followers)( (et|and) {_WORD})?( (et|and) (recevez|recois|get|receive)( {_WORD}){{1,9}})?",
    rf"(enter|entrez) (your|votre) {_MAIL}|article reserve aux abonnes|be the first to comment",
    # Share bars and lists of networks.
    r"(partage[rz]?|share|tweete?[rz]?|imprimer|print|save|enregistrer|suivez-nous|follow us)"
    r"( ((l'|cet |cette |this |the )?(article|page|story|post)|this))?"
    rf"( ?((partager|share|sur|on|via|par|by|et|and|{_NETWORK})\b|[:,|·]))*",
    rf"{_NETWORK}( {_NETWORK}){{2,}}|{_NETWORK}( ?[|·•] ?{_NETWORK})+|copier le lien|copy link",
    # Cookie buttons, legal links, cookie banners that speak for the site.
    r"(tout |je )?(accepter?|refuser?)( (tout|tous|les|et fermer|cookies))*|(accept|reject|allow"
    r"|decline)( (all|and close|cookies))+|continuer sans accepter|continue without accepting",
    r"(parametre[rz]|gerer|manage)( (les|mes|my|your|cookies?|preferences|consentement|choix))+",
    r"mentions legales|politique de (confidentialite|cookies)|(privacy|cookies?) (policy|settings)"
    rf"|terms of (use|service)|conditions generales d'utilisation|{_RIGHTS}",
    r"(nous utilisons|(ce|notre) site (web |internet )?utilise|we( and our partners)? use|(this"
    r"|our) (web)?site uses) (des |les )?cookies( (et|and) [\w ]*(similaires|similar) ?\w*)?( (to"
    r"|pour|afin de?)(?=.* (votre|vos|you|your|notre|our|audience|traffic)\b[^,]*$) [^.:;\d]+)?",
    r"(by (continuing|clicking|using)\b.{0,80}\byou (agree|accept|consent)"
    r"|en (poursuivant|continuant)\b.{0,80}\bvous acceptez)\b[^.:;\d]{0,40}\bcookies?",
    # Photo credits, which end with who made the picture, and copyright lines.
    rf"credits?( d'| de la | de l'| ){_PICTURE}( en vedette| a la une)? ?[:©/-]+ ?{_NAMES}",
    rf"(featured |cover |header )?{_PICTURE} (credits? ?[:/-]|courtesy of) ?{_NAMES}",
    rf"(photo|image|picture|video) by {_NAME}{_BY}{_AGENCY}",
    rf"(credits?|{_PICTURE})( d'illustration)? ?[:©(/-]+ ?({_NAMES}{_BY})?{_AGENCY}"
    rf"(( via |/){_NAME})?|ap photo( ?/ ?{_NAMES})?|{_PICTURE} ?:? ?© ?{_NAMES}",
    rf"(copyright )?© ?((19|20)\d\d ?)?-? ?({_NAMES})?(,? (19|20)\d\d)?([ ,-]+{_RIGHTS})?",
    rf"copyright (19|20)\d\d (?!.*\b(act|directive|law|re\w+|rules?)\b){_NAMES}",
    # Links to other articles.
    r"((a )?lire|voir|vous aimerez) (aussi|egalement)|lire (la suite|plus)|sur le meme (sujet"
    r"|theme)|read (more|also|next|on)|see also|continue reading|you (may|might) also like",
    r"articles? (lie|similaire|connexe|recommande|associe)s?|related (articles?|posts?|stories)",
    rf"(tags?|mots[- ]cles|keywords|filed under|classe sous) ?: ?#?{_WORD}( {_WORD})?"
    rf"( ?[,;|·#/•] ?#?{_WORD}( {_WORD}){{0,3}})*",
    r"(temps de lecture|reading time) ?:? ?\d+ ?(min\w*|mn|m)?|\d+ ?min(ute)?s? (read|de lecture)",
)
# Links with the title of the other article, which has no full stop and cites no provision.
_LINK = (
    r"((a )?lire (aussi|egalement) ?[:»>-]|(a )?(voir|decouvrir) (aussi|egalement) ?[:»>]"
    r"|(read (more|also|next)|see also|also read|related (article|story|post)s?) ?[:»>|])"
    r"(?!.*\b(articles?|annexe?s?|recitals?|considerants?|directive|reglement|regulation)"
    r" (\(\w+\) )?[\divx]+\b).*[^.]"
)


def _any(*forms: str) -> re.Pattern[str]:
    return re.compile("|".join(f"({form})" for form in forms), re.IGNORECASE)


_COMMENT_RE, _FIELD_RE = _any(*_COMMENT_FORM), _any(*_NOTICE, _FIELD)
_FORMS_RE, _CALLS_RE, _LINK_RE = _any(*_FORMS), _any(*_CALLS), _any(_LINK)
_STATEMENT_RE = _any(_STATEMENT)
_TRIM = re.compile(r"^[^\w\"«©@]+|[\W_]+$")  # no quotation is a form
_SENTENCE_END = re.compile(r"(?<=\w\w\w[.!?])\s+(?=\w)")
_SEPARATOR = re.compile(r"(?:[*_=~#•·–—-]\s?){3,}")


def is_boilerplate(line: str) -> bool:
    """Whether a line is boilerplate by what it says alone (rules 1 and 2)."""
    return is_form(line, lines.plain(line))


def is_form(line: str, plain: str) -> bool:
    """As `is_boilerplate`, of a line whose `plain` text is known."""
    if _SEPARATOR.fullmatch(line):
        return True
    if len(line) > _MAX_LINE:
        return False
    plain = _lowered(plain)
    return bool(_LINK_RE.fullmatch(plain.strip("#*_>•|[( "))) or all(
        _FORMS_RE.fullmatch(part) or (_CALLS_RE.fullmatch(part) and not _STATEMENT_RE.search(part))
        for part in _sentences(plain)
    )


def tail_start(page: Sequence[Line]) -> int:
    """Index of the line from which all is the tail of the page (rule 3)."""
    total = sum(len(line.text) for line in page)
    size, start = 0, len(page)
    for index in range(len(page) - 1, -1, -1):
        line = page[index]
        size += len(line.text)
        if size > _MAX_TAIL or len(line.text) > _MAX_TAIL_LINE:
            break
        if size * 2 <= total and _COMMENT_RE.fullmatch(_TRIM.sub("", _lowered(line.plain))):
            after = [_lowered(line.plain) for line in page[index + 1 : index + 1 + _FORM_LINES]]
            if any(_FIELD_RE.fullmatch(part) for line in after for part in _sentences(line)):
                start = index
    return start


def _lowered(plain: str) -> str:
    return plain.lower() if plain.isupper() else plain  # such capitals make no names


def _sentences(plain: str) -> list[str]:
    return [_TRIM.sub("", part) for part in _SENTENCE_END.split(plain)]
