from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euaiqa.datamodels import Document, Language, Source, Span
from euaiqa.documents import (
    MAX_BYTES,
    as_document,
    boilerplate,
    files,
    formats,
    front_matter,
    read_corpus,
    read_document,
    read_source,
    source_of,
)
from euaiqa.errors import DocumentError, SettingsError
from fakes_formats import pdf_of

HALF = re.compile(r"[\ud800-\udfff]")
SEEDS = Path(__file__).parent.parent / "seeds"

BOILERPLATE = [
    # comment forms
    "Laisser un commentaire",
    "Laissez une réponse",
    "Poster un commentaire »",
    "Annuler la réponse",
    "Cliquez pour commenter",
    "Aucun commentaire",
    "3 commentaires",
    "Commentaires (12)",
    "Leave a Reply",
    "Leave a comment",
    "Cancel reply",
    "Post a Comment",
    "No comments",
    "12 Comments",
    "Join the conversation",
    "Votre adresse e-mail ne sera pas publiée. Les champs obligatoires sont indiqués avec *",
    "Votre adresse de messagerie ne sera pas publiée.",
    "Your email address will not be published. Required fields are marked *",
    "Enregistrer mon nom, mon e-mail et mon site dans le navigateur pour mon prochain commentaire.",
    "Save my name, email, and website in this browser for the next time I comment.",
    "This site uses Akismet to reduce spam. Learn how your comment data is processed.",
    # newsletters and calls to action
    "Newsletter",
    "La newsletter IA du futur",
    "Our weekly newsletter",
    "Abonnez-vous à notre newsletter pour ne rien manquer de l’actualité européenne.",
    "Inscrivez-vous gratuitement à notre lettre d’information",
    "Recevez chaque matin les dernières nouvelles dans votre boîte mail",
    "Suivez-nous sur LinkedIn",
    "Suivez l’actualité de l’IA sur notre chaîne WhatsApp",
    "Subscribe to our newsletter",
    "Sign up for our free weekly briefing",
    "Get the latest news delivered to your inbox",
    "Follow us on X",
    "Stay up to date with EU policy",
    "Restez informés grâce à notre infolettre",
    "Restez à la pointe de l'information avec TECHNEWS.FR !",
    # captions, advertisements
    "YouTube video",
    "Vidéo YouTube",
    "Advertisement",
    "Publicité",
    "Contenu sponsorisé",
    "Crédit d’image en vedette: Jeanne Dupont / Unsplash",
    "Crédit photo : AFP",
    "Crédits photo : Ludovic Marin / AFP",
    "Photo : Getty Images",
    "Photo by John Doe on Unsplash",
    "Featured image credit: European Commission",
    "Image courtesy of the European Parliament",
    "Image © Reuters",
    "© Shutterstock",
    # share bars
    "Partager",
    "Partager cet article",
    "Partager sur Facebook",
    "Share this article",
    "Share on Twitter",
    "Facebook Twitter LinkedIn WhatsApp",
    "Facebook | X | LinkedIn",
    "Copier le lien",
    "Tweet",
    # cookies
    "Nous utilisons des cookies pour améliorer votre expérience.",
    "Ce site utilise des cookies afin de mesurer son audience.",
    "En poursuivant votre navigation, vous acceptez l’utilisation de cookies.",
    "We use cookies to give you the best experience on our website.",
    "This website uses cookies.",
    "By continuing to browse, you agree to our use of cookies.",
    "Tout accepter",
    "Accept all cookies",
    "Continuer sans accepter",
    "Manage preferences",
    # other articles
    "Lire aussi",
    "À lire aussi : L’Europe et ses usines d’IA",
    "Lire aussi > Stargate, le projet américain",
    "Voir aussi : nos dossiers",
    "Sur le même sujet",
    "Articles similaires",
    "Read more",
    "Read more: What is the AI Act?",
    "Related articles",
    "You may also like",
    "See also: the AI continent action plan",
    "Vous aimerez aussi",
    "Tags : IA, Europe, investissement",
    # legal
    "© 2025 Le Média. Tous droits réservés.",
    "Copyright 2025 The Company",
    "Copyright © 2024 News Ltd",
    "All rights reserved.",
    "Tous droits réservés",
    "Mentions légales",
    "Privacy Policy",
    "Temps de lecture : 4 minutes",
    "5 min read",
    "***",
    "----------",
    "**Leave a comment**",
    "## Laisser un commentaire",
    # the same families, in other words
    "Abonnez-vous gratuitement à notre newsletter hebdomadaire",
    "Inscrivez-vous à notre newsletter et recevez le meilleur de la tech",
    "Abonnez-vous !",
    "Entrez votre adresse e-mail",
    "Suivez-nous sur Facebook, X et LinkedIn",
    "Suivez Le Monde sur WhatsApp",
    "Follow Euractiv on LinkedIn",
    "Retrouvez toute l'actualité de la tech sur notre page Facebook",
    "Rejoins nos 100 000 passionnés et experts et reçois en avant-première les tendances 🔥",
    "Join our 50,000 subscribers",
    "Receive our weekly newsletter every Friday",
    "Ne manquez rien de l'actualité européenne",
    "Restez informés. Abonnez-vous à notre newsletter !",
    "Photo: John Thys/AFP via Getty Images",
    "(Photo by John Thys / AFP)",
    "Photo: REUTERS/Yves Herman",
    "Photo\u00a0: Ludovic Marin\u202f/\u202fAFP",
    "Cre\u0301dit photo : Adobe Stock",
    "Image : DR",
    "PHOTO : AFP",
    "© European Union, 2025",
    "© 2024 Euractiv Media. All rights reserved.",
    "Copyright © 2025 Le Monde. Tous droits réservés.",
    "Follow us: Facebook | X",
    "We and our partners use cookies to personalise your experience.",
    "En continuant à naviguer sur ce site, vous acceptez l'utilisation des cookies.",
    "LIRE AUSSI : Mistral lève 600 millions",
    "À lire aussi : Nvidia va construire 12 usines en Europe",
    "Related article: EU fines Meta",
    "Tags: AI Act, European Commission, InvestAI",
]
KEPT = [
    "La newsletter de la Commission annonce 20 milliards d’euros pour les gigafactories.",
    "La Commission a publié sa newsletter hier.",
    "Newsletters écrites par des machines : le nouveau risque pour la presse européenne en 2025",
    "Les cookies resteront soumis au consentement, précise le règlement ePrivacy.",
    "Cookies: the Commission wants fewer banners",
    "We use AI to read X-rays, the hospital says.",
    "Un commentaire de la présidente a surpris les marchés.",
    "Le porte-parole n’a pas souhaité laisser de commentaire.",
    "The minister declined to comment.",
    "Comments by the Commissioner were welcomed in Paris.",
    "Les États membres devront partager leurs données sur la santé.",
    "Partager la puissance de calcul entre les États membres est un enjeu majeur.",
    "Share of AI companies in the EU: 13.5 %",
    "Sharing data across borders is the point of the regulation.",
    "Crédits : 20 milliards d’euros seront ouverts en 2026.",
    "Crédits d’impôt : la France double la mise",
    "Credits worth 2 billion euros will be opened.",
    "Image generation models fall under Article 50.",
    "Photo-realistic deep fakes must be labelled.",
    "Images et données génomiques serviront à former les modèles.",
    "Vidéo surveillance : ce que dit l’AI Act",
    "Publicité ciblée et IA : ce que dit le règlement",
    "Copyright and general-purpose AI",
    "Copyright rules apply to training data since 2019.",
    "Tous les droits fondamentaux sont réservés aux personnes physiques.",
    "Suivez l’argent : qui paie les gigafactories ?",
    "Restez prudents, dit la CNIL.",
    "Rejoindre InvestAI coûtera cher aux États membres.",
    "Join the AI Pact, the Commission tells companies.",
    "Get ready for the AI Act",
    "Recevoir une aide de l’État reste possible.",
    "Lire les données de santé demandera une autorisation.",
    "Read the text of the Regulation carefully, lawyers say.",
    "Related obligations apply to importers.",
    "See Article 5 of the Regulation.",
    "X, formerly Twitter, is under investigation.",
    "Facebook et Twitter devront se conformer au règlement.",
    "Accepter les risques n’est pas une option.",
    "Accept no substitute: the EU wants its own chips.",
    "Réagir vite : tel est le mot d’ordre de Bruxelles",
    "Print media fear for their income.",
    "Enregistrer les systèmes à haut risque dans la base de l’Union est obligatoire.",
    "Save energy with AI: the plan of the Commission",
    "Votre adresse IP est une donnée personnelle.",
    "Catégorie : haut risque",
    "(c) all providers shall register;",
    "(c) tous les fournisseurs;",
    "(c) 2025 budget",
    "Get free access to the EU supercomputers: how start-ups can apply",
    "Follow the money: what the EU spends on X-rays and scans",
    "Join forces, France tells Germany in its weekly note",
    "Restez attentifs aux échéances du règlement",
    "Rejoignez la chaîne de valeur européenne, dit le ministre",
    "L’UE restera à la pointe de l’IA.",
    "1. L’objectif du présent règlement",
    ";",
    # sentences and headings that begin like a line of a family
    "Découvrez comment l'Europe veut rester à la pointe de l'IA.",
    "Suivez le débat sur X entre Breton et Musk : l'Europe menace d'une amende.",
    "Follow the money on X and Facebook: Meta will pay 200 million euros under the DMA.",
    "Restez vigilants : selon l'actualité récente, 27 pays sont concernés.",
    "Get ready: the latest updates to the AI Act change 12 duties.",
    "Vidéo : Adobe lance son modèle et lève 100 millions d'euros.",
    "Photo : l'agence EPA publie 20 recommandations pour l'IA.",
    "Copyright 2025 rules bring fines.",
    "Related - the AI Act also covers 27 states.",
    "Suivez les règles ou payez : la CNIL inflige 150 millions d'euros à Google pour ses cookies.",
    "Recevez moins de spams : la directive oblige 27 États à filtrer votre boîte mail.",
    "Abonnez-vous ou payez : le modèle de Meta sur Facebook est contraire au DMA.",
    "Abonnez-vous, disaient les journaux ; ChatGPT leur a pris la moitié de leurs abonnés.",
    "Subscribe or consent: the Commission fines Meta over its free subscription model.",
    "Subscribers to the newsletter received 12 000 fake alerts.",
    "Stay tuned to the market: EU watchdogs get 40 more inspectors and free access to data.",
    "Join the dots: the latest news on chips shows a gap of 20 billion euros.",
    "Get the latest models on X and you get the latest risks, ENISA warns.",
    "Receive, store, delete: what the law says about news on Facebook",
    "Discover how X trains Grok on Facebook posts.",
    "Follow the rules, the Commission tells X and TikTok on Facebook",
    "Ne manquez pas l'échéance : le 2 août 2026, les obligations s'appliquent aux abonnés.",
    "Don't miss the deadline of 2 August: free models are covered too.",
    "Activez l'authentification à deux facteurs, recommande l'ENISA dans une actualité du 3 mars.",
    "Rejoignez l'Europe, dit Mistral aux chercheurs américains sur LinkedIn",
    "Sign up to the Code of Practice, the Commission urges free model makers.",
    "Retrouvez la souveraineté : le plan de la France passe par la lettre d'information de Bercy.",
    "Never miss a risk: the free tool of the JRC scans 300 models",
    "Nous utilisons l'IA sans cookies, affirme le site de la mairie de Lyon.",
    "We use fewer cookies than in 2019, the publishers say.",
    "By using cookies without consent, Google broke the law in 27 countries.",
    "En poursuivant Google pour ses cookies, la CNIL fait jurisprudence.",
    "This website uses dark patterns, the court said, and its cookies are illegal.",
    "Notre site utilise 12 cookies, a reconnu la Commission devant le Tribunal.",
    "La newsletter de la Commission change de nom",
    "Newsletter platforms must label AI text",
    "The newsletter Politico reports a deal",
    "La newsletter européenne disparaît",
    "Photo : Getty attaque Stability AI devant la justice britannique.",
    "Image : Midjourney attaqué par Disney et Universal",
    "Photo by AI: the agencies Reuters and AFP refuse synthetic images",
    "Vidéos : TikTok et YouTube devront étiqueter les contenus générés, selon Reuters.",
    "Images: Adobe wants 100 million euros from the EU.",
    "Photo © : le droit d'auteur à l'épreuve de l'IA",
    "Image by image, the model learns to see, Adobe says.",
    "Illustrations by artists were used without consent.",
    "Photo credits must name the model under the new code.",
    "Crédit d'image : l'Europe finance 12 studios",
    "Crédits photo : les agences réclament 30 millions à OpenAI",
    "© ou pas © : la Cour tranche sur les œuvres de l'IA",
    "Copyright 2019 directive: two exceptions for text and data mining",
    "Copyright 2024 in review: 5 cases that matter",
    "Copyright directive: what changes for AI",
    "Tags: the Commission wants labels on AI images",
    "Mots-clés : la CNIL demande de filtrer 20 termes",
    "Keywords: AI cannot understand context without them",
    "Related: the DMA fines of Apple and Meta reach 700 million euros.",
    "See also: Article 5 of the Regulation, which bans eight practices.",
    "Read more, write more: the Commission's plan for schools",
    "Read also between the lines: Brussels is worried.",
    "Voir aussi loin que 2030 : le pari de la Commission",
    "Lire aussi les annexes est nécessaire, rappelle l'avocate.",
    "Partager sur Facebook des images truquées sera puni de 2 ans de prison.",
    "Share on X of AI content has doubled since 2023.",
    "Share data or pay, says Brussels.",
    "Votre adresse e-mail ne sera pas publiée par le registre : Paris promet 30 garde-fous.",
    "Save my name, said the artist, but delete my works.",
    "Enregistrer mon nom dans un registre des 27 pays ? La question divise.",
    "Publicité : 60 % des annonces seront créées par IA en 2027.",
    "Advertising by AI grows",
    "More stories are written by machines",
    "More from less: the EU wants efficient chips",
    "Comments are open until 12 May on the draft code.",
    "Laissez un commentaire au Bureau de l'IA avant le 12 mai, demande la Commission.",
    "Leave a comment on the draft code, the AI Office asks 1,000 firms.",
    "Accept cookies or pay: Europe's watchdogs say no",
    "Gérer mes données : le portail européen ouvre",
    "Manage your AI risk in three steps, says the JRC",
    "Restez à la pointe de l'IA : la France investit 109 milliards avec Brookfield.",
    "Restez informés de vos droits : le règlement oblige à prévenir le salarié.",
    "Stay up to date with the AI Act: the first duties apply.",
    "Suivez l'actualité de Mistral sur notre continent : 600 millions levés.",
    "Facebook, Instagram et WhatsApp partagent vos données avec Meta AI.",
    "Facebook, Instagram, TikTok, X",
    "Abonnez-vous à notre newsletter. La Commission investit 20 milliards d'euros.",
    "© AFP. La présidente a annoncé 50 milliards d'euros.",
    "Inscrivez-vous au registre de l'Union avant de vendre un podcast gratuit.",
    "Follow us on X, the fake accounts said; 12 000 users did.",
    "« Suivez-nous sur X », demandait le faux compte de la Commission.",
    "Join our alliance, von der Leyen tells free nations.",
    "Follow our values on Facebook, MEPs urge Meta.",
    "Get our data off Facebook",
    "Follow Germany on AI chips, MEPs urge",
    "Follow Meta on Threads and you share your data, noyb warns",
    "Restez anonymes sur X",
    "Découvrez votre score sur LinkedIn",
    "Inscrivez-vous sur la base de données de l'Union",
    "Subscribe to our principles to sell in Europe",
    "S'abonner à ChatGPT coûte 23 euros par mois.",
    "Get spam out of your inbox with the new EU filter",
    "Recevez dans votre boîte mail un faux courrier de la CNIL : l'arnaque se répand.",
    "Our newsletter revealed the plan",
    "We use cookies to know your tastes, publishers concede",
    "Nous utilisons des cookies pour financer vos journaux, plaide le Geste",
    "En continuant à utiliser des cookies, Google s'expose à 50 millions d'euros d'amende.",
    "Photo : Emmanuel Macron et Ursula von der Leyen à Paris",
    "Photo: AFP signs with Mistral",
    "PHOTO : L'AGENCE EPA PUBLIE SES RECOMMANDATIONS",
    "Pictures by AI",
    "Video by Adobe Wins Award",
    "© 2025 marks a turning point for authors.",
    "Copyright 2025 Directive",
    "See also: Recital 12",
    "Voir aussi : la directive 2019/790",
    "Tags : la Commission veut étiqueter les images",
    "More from Europe",
    "Commentaires 2025",
]


def fake_language(text: str) -> Language:
    return "fr" if " le " in f" {text.lower()} " else "en"


def read(folder: Path, content: str | bytes, name: str = "a.txt") -> Document:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_document(path, folder, fake_language)


@pytest.mark.parametrize("line", BOILERPLATE)
def test_is_boilerplate_page_furniture_true(line: str) -> None:
    assert boilerplate.is_boilerplate(line)


@pytest.mark.parametrize("line", KEPT)
def test_is_boilerplate_policy_text_false(line: str) -> None:
    assert not boilerplate.is_boilerplate(line)


def test_find_seed_with_comment_form_marks_tail_and_caption() -> None:
    text = (SEEDS / "001_91791e06d27aa20c.txt").read_text(encoding="utf-8")
    found = [text[span.start : span.end] for span in boilerplate.find(text)]
    assert found[0] == "YouTube video"
    assert len(found) == 2
    assert found[1].startswith("Restez à la pointe")
    assert found[1].endswith("🔥")


def test_find_comment_form_at_the_top_keeps_the_article() -> None:
    text = "Un titre\nLaisser un commentaire\nLe premier fait.\nLe second fait.\nLe troisième."
    found = boilerplate.find(text)
    assert [text[span.start : span.end] for span in found] == ["Laisser un commentaire"]


def test_find_long_line_after_comment_form_keeps_it() -> None:
    article = "The Commission announced InvestAI and its twenty billion euros. " * 5
    text = f"{article}\nLeave a comment\n{article}\n"
    found = boilerplate.find(text)
    assert [text[span.start : span.end] for span in found] == ["Leave a comment"]


def test_find_short_lines_after_comment_form_marks_them_all() -> None:
    article = "The Commission announced InvestAI and its twenty billion euros. " * 5
    text = f"{article}\n\nLeave a Reply\n\nName\n\nEmail\n\nWebsite\n\nNice article, thanks!\n"
    (span,) = boilerplate.find(text)
    assert text[span.start : span.end].startswith("Leave a Reply")
    assert text[span.end :].strip() == ""


def test_find_comment_link_without_form_keeps_what_follows() -> None:
    article = "The Commission announced InvestAI and its twenty billion euros. " * 5
    text = f"{article}\n\nLeave a comment\n\nMeta paid 200 million.\n\nApple paid 500 million.\n"
    (span,) = boilerplate.find(text)
    assert text[span.start : span.end] == "Leave a comment"


def test_find_sentence_after_boilerplate_on_the_line_keeps_the_line() -> None:
    text = "© AFP. The Commission announced twenty billion euros."
    assert boilerplate.find(text) == ()


@given(st.text(alphabet=st.sampled_from("ab .*-\nNewslterLaicomntf©:"), max_size=200))
def test_find_any_text_gives_ordered_disjoint_ranges(text: str) -> None:
    at = -1
    for span in boilerplate.find(text):
        assert at < span.start < span.end <= len(text)
        assert not text[span.start].isspace()
        assert not text[span.end - 1].isspace()
        at = span.end


def test_read_document_plain_text_keeps_it_exactly(tmp_path: Path) -> None:
    content = "Un titre\n\nLe\u00a0prix\u202f: 5 e\u0301. <s> <|im_start|> 🔥  \n"
    document = read(tmp_path, content, "sub/é a.txt")
    assert document.text == content
    assert document.id == "sub/é a.txt"
    assert document.title == "Un titre"
    assert document.published is None
    assert document.sha256 == hashlib.sha256(content.encode()).hexdigest()


def test_read_document_bom_and_any_newlines_are_normalised(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbfOne\r\nTwo\rThree\nFour\r\n\r\n\xef\xbb\xbfFive"
    document = read(tmp_path, data)
    assert document.text == "One\nTwo\nThree\nFour\n\n\ufeffFive"
    assert document.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_read_document_utf_16_is_told_by_its_mark(tmp_path: Path, encoding: str) -> None:
    text = "L’été 🇪🇺\n\nUn texte."
    data = (text if encoding == "utf-16" else f"\ufeff{text}").encode(encoding)
    assert read(tmp_path, data).text == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n\t\xc2\xa0\n", "empty"),
        (b"abc\0def", "binary data"),
        ("Été".encode("latin-1"), "not UTF-8 text (at byte 0)"),
        (b"\xff\xfeabc", "binary data"),
        ("Été".encode("utf-32"), "binary data"),
        (b"\xff\xd8\xff\0\x10JFIF", "binary data"),
        (b"Newsletter\n", "nothing but boilerplate"),
        (b"a" * (MAX_BYTES + 1), "larger than 10 MB"),
    ],
)
def test_read_document_broken_file_raises_with_reason(
    tmp_path: Path, data: bytes, reason: str
) -> None:
    with pytest.raises(DocumentError) as caught:
        read(tmp_path, data)
    assert reason in caught.value.reason
    assert caught.value.document == "a.txt"
    assert str(tmp_path) not in str(caught.value)


def test_read_corpus_mixed_folder_reads_the_readable_in_order(tmp_path: Path) -> None:
    for name in ["b.txt", "a/z.md", "a/B.TXT", ".hidden.txt", ".git/x.txt", "c.jpg", "c"]:
        read(tmp_path, "A title\n\nThe text of the article.", name)
    for name, data in [("bad.txt", b"\xff\xfe\x00"), ("a/empty.md", b"\n")]:
        (tmp_path / name).write_bytes(data)
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    corpus = read_corpus(tmp_path, fake_language)
    assert [document.id for document in corpus.documents] == ["a/B.TXT", "a/z.md", "b.txt"]
    assert [(problem.document, problem.reason) for problem in corpus.problems] == [
        ("a/empty.md", "empty"),
        ("bad.txt", "binary data, not UTF-8 text"),
        ("pipe.txt", "not a regular file"),
    ]


def test_read_corpus_links_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    outside.mkdir()
    (outside / "secret.txt").write_text("A secret\n\nThe secret text.")
    read(inside, "A title\n\nThe text of the article.", "real.txt")
    (inside / "link.txt").symlink_to(outside / "secret.txt")
    (inside / "near.txt").symlink_to("real.txt")
    (inside / "dangling.txt").symlink_to("nowhere.txt")
    (inside / "loop.txt").symlink_to("loop.txt")
    (inside / "linked").symlink_to(outside)
    corpus = read_corpus(inside, fake_language)
    assert [document.id for document in corpus.documents] == ["near.txt", "real.txt"]
    assert [problem.document for problem in corpus.problems] == [
        "dangling.txt",
        "link.txt",
        "linked",
        "loop.txt",
    ]


def test_read_corpus_folder_behind_a_link_is_read(tmp_path: Path) -> None:
    read(tmp_path / "real", "A title\n\nThe text of the article.")
    (tmp_path / "link").symlink_to("real")
    assert [d.id for d in read_corpus(tmp_path / "link", fake_language).documents] == ["a.txt"]


def test_read_corpus_name_that_is_not_utf8_becomes_a_problem(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text("A title\n\nThe text.")
    (problem,) = read_corpus(tmp_path, fake_language).problems
    assert problem.document == "caf?.txt"
    assert "name is not UTF-8" in problem.reason


@pytest.mark.parametrize("name", [b"caf%c.txt", b"caf%c/a.txt"])
def test_read_corpus_name_that_is_not_utf8_never_hides_one_that_is(
    tmp_path: Path, name: bytes
) -> None:
    for number, sign in enumerate((b"\xe9", b"?", b"\xe8")):
        path = tmp_path / os.fsdecode(name % sign)
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"Article {number}\n\nThe text.")
    corpus = read_corpus(tmp_path, fake_language)
    good = (name % b"?").decode()
    assert [(document.id, document.title) for document in corpus.documents] == [(good, "Article 1")]
    assert [problem.document for problem in corpus.problems] == [
        good.replace("?", "\\xe8"), good.replace("?", "\\xe9"),
    ]  # fmt: skip
    assert {problem.reason for problem in corpus.problems} == {"the file's name is not UTF-8"}


@pytest.mark.parametrize("kind", ["missing", "file"])
def test_read_corpus_no_folder_raises_with_hint(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "articles"
    if kind == "file":
        folder.write_text("x")
    with pytest.raises(SettingsError) as caught:
        read_corpus(folder, fake_language)
    assert "EUAIQA_SEEDS" in caught.value.hint


def test_read_corpus_empty_folder_gives_nothing(tmp_path: Path) -> None:
    corpus = read_corpus(tmp_path, fake_language)
    assert corpus.documents == ()
    assert corpus.problems == ()


def test_read_corpus_seeds_gives_their_titles_and_no_date() -> None:
    first, second = read_corpus(SEEDS, fake_language).documents[:2]
    assert first.title == "L’UE recherche des investissements privés pour les gigafactories AI"
    assert second.title == "L’UE va investir 200 milliards de dollars dans l’IA : voici pourquoi"
    assert first.published is second.published is None


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ('---\ntitle: "A: title"\ndate: 2025-01-02\n---\n\n# Other\n\nText.', "A: title"),
        ("# A *bold* [title](https://x.eu) #\n\nText.", "A bold title"),
        ("Some lead without a stop\n\n# The title\n\nText.", "The title"),
        ("Publié le 11 février 2025\n\nLe titre\n\nLe texte.", "Le titre"),
        ("By Jane Doe\nThe title\n\nThe text.", "The title"),
        ("Share\n\nThe title?\n\nThe text.", "The title?"),
        ("A first paragraph that ends.\nThe title\nA second paragraph.", "The title"),
        ("One sentence only. And another one.", "One sentence only."),
        (
            "The European Commission announced on Tuesday in Paris that it would invest"
            " twenty billion euros in gigafactories. Then more.",
            "The European Commission announced on Tuesday in Paris that it would invest…",
        ),
        (
            "A line of a paragraph that was broken\nin two and goes on. It ends here.",
            "A line of a paragraph that was broken in two and goes on.",
        ),
        ("42\n\n***", "42"),
    ],
)
def test_title_of_article_is_found_or_derived(tmp_path: Path, content: str, title: str) -> None:
    assert read(tmp_path, content).title == title


@pytest.mark.parametrize(
    ("content", "day"),
    [
        ("---\ntitle: T\ndate: 2025-02-11T10:00:00Z\n---\nText.", (2025, 2, 11)),
        ("---\npublished: 'February 11, 2025'\n---\nText.", (2025, 2, 11)),
        ("T\nPublié le 11 février 2025\nText.", (2025, 2, 11)),
        ("T\nPublié le 1er mars 2025 à 10h30 par Jean Dupont\nText.", (2025, 3, 1)),
        ("T\nPublished on Tuesday, February 11th, 2025\nText.", (2025, 2, 11)),
        ("T\nFebruary 11, 2025\nText.", (2025, 2, 11)),
        ("T\n2025-02-11\nText.", (2025, 2, 11)),
        ("T\nBy Jane Doe | 11 Feb. 2025 | 4 min read\nText.", (2025, 2, 11)),
        ("T\nPar Jean Dupont, le 11 août 2025\nText.", (2025, 8, 11)),
        ("T\nLe 11/02/2025\nIl dit le vrai.", (2025, 2, 11)),
        ("BRUSSELS, 11 February 2025 – The Commission announced a plan.", (2025, 2, 11)),
        ("T\nThe text.\n\nPublished: 2025-02-11", (2025, 2, 11)),
        ("T\nPosted 02/25/2025\nText.", (2025, 2, 25)),
        ("T\nPosted 02/03/2025\nText.", None),  # two readings in English
        ("T\nPublié le 31 février 2025\nText.", None),
        ("T\nLe 11 février, la présidente a annoncé InvestAI.", None),
        ("T\nLe 11 février 2025, la présidente a annoncé InvestAI.", None),
        ("T\nOn 11 February 2025 the president spoke.", None),
        ("T\nPublié le 12 juillet 2024 au Journal officiel, le texte est long.", None),
        ("T\nThe law of 13 June 2024", None),
        ("T\nText without a date.", None),
    ],
)
def test_published_of_article_is_what_it_says(
    tmp_path: Path, content: str, day: tuple[int, int, int] | None
) -> None:
    assert read(tmp_path, content).published == (dt.date(*day) if day else None)


def test_front_matter_of_article_is_boilerplate(tmp_path: Path) -> None:
    document = read(tmp_path, "---\ntitle: T\ntags:\n  - a\n---\n\nText.", "a.md")
    (span,) = document.boilerplate
    assert document.text[span.end :].strip() == "Text."
    assert document.text.startswith("---")


@pytest.mark.parametrize(
    "text", ["---\nA line of text.\n---\nMore.", "---\n---\nText", "Text\n---\na: b\n---\n", "---"]
)
def test_front_matter_other_rules_are_text(text: str) -> None:
    assert front_matter.find(text) is None


@given(st.binary(max_size=300))
def test_read_document_any_bytes_is_read_or_refused(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        try:
            document = read(Path(folder), data)
        except DocumentError:
            return
    assert "\r" not in document.text
    assert document.title
    assert all(isinstance(span, Span) for span in document.boilerplate)


def test_read_corpus_formats_that_are_not_read_are_named(tmp_path: Path) -> None:
    for name in ["a.doc", "b.odt", "c.jpg", ".d.rtf", "~$e.docx", "f.css"]:
        (tmp_path / name).write_bytes(b"x")
    corpus = read_corpus(tmp_path, fake_language)
    assert [(p.document, p.reason, p.remedy) for p in corpus.problems] == [
        ("a.doc", "this format is not read", "save it as .docx or .pdf"),
        ("b.odt", "this format is not read", "save it as .docx or .pdf"),
    ]


def test_read_corpus_what_is_missing_of_a_file_is_a_problem_and_the_rest_is_read(
    tmp_path: Path,
) -> None:
    text = b"BT /F1 10 Tf 60 700 Td (Some text.) Tj ET"
    (tmp_path / "a.pdf").write_bytes(pdf_of([(text, b""), (b"1 1 9 9 re f", b"")]))
    corpus = read_corpus(tmp_path, fake_language)
    assert [document.text for document in corpus.documents] == ["Some text.\n"]
    (problem,) = corpus.problems
    assert "page 2 of 2" in problem.reason
    assert "ocrmypdf" in problem.remedy


@pytest.mark.parametrize(
    ("fields", "outlet", "language", "address"),
    [
        (
            'outlet: "Le Monde"\nlang: fr-FR\nurl: https://a.eu/x',
            "Le Monde",
            "fr",
            "https://a.eu/x",
        ),
        ("publisher: 'L''Écho'\nlanguage: English\nsource: Reuters", "L'Écho", "en", ""),
        ("title: T\nlanguage: de\nurl: javascript:alert(1)", "", "en", ""),
        ("title: T\nurl: https://u:p@a.eu/x", "", "en", ""),
    ],
)
def test_front_matter_gives_outlet_language_and_address(
    tmp_path: Path, fields: str, outlet: str, language: str, address: str
) -> None:
    document = read(tmp_path, f"---\n{fields}\n---\nText.", "a.md")
    assert (document.outlet, document.address) == (outlet, address)
    assert document.language == (language if language == "fr" else fake_language("Text."))


@pytest.mark.parametrize(
    "front", ['title: "\\ud800 Vega"', 'outlet: "\\udc00x"', 'url: "https://a.example/\\ud800"']
)
def test_front_matter_half_a_character_never_gets_out(tmp_path: Path, front: str) -> None:
    document = read(tmp_path, f"---\n{front}\n---\n\nVega\n\nLe programme Vega.")
    assert document.text.startswith("---\n" + front)
    assert not HALF.search(f"{document.title}{document.outlet}{document.address}")
    assert "Vega" in document.title


def test_source_of_half_a_character_of_any_reader_never_gets_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    half = "é\ud800"
    found = formats.Found(half, title=half, outlet=half, address=half)
    monkeypatch.setattr(formats, "read", lambda *_: found)
    source = source_of(b"x", f"{half}.html")
    told = (source.text, source.title, source.outlet, source.address)
    assert told == ("é\ufffd",) * 4
    assert source.id == "é\ufffd.html"


def test_read_source_file_that_changes_is_read_again_then_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Half of")
    changes = iter(["Half of the text", "Half of the text."])
    fstat, calls = os.fstat, []

    def changing(handle: int) -> os.stat_result:
        calls.append(handle)
        if len(calls) % 2 == 0 and (more := next(changes, None)):
            path.write_text(more)
        return fstat(handle)

    monkeypatch.setattr(os, "fstat", changing)
    monkeypatch.setattr(files, "_PAUSE", 0)
    assert read_source(path, tmp_path).text == "Half of the text."
    changes = iter("abcdef")
    with pytest.raises(DocumentError) as caught:
        read_source(path, tmp_path)
    assert caught.value.reason == "it was changed while it was read"
    assert "euaiqa index" in caught.value.hint


def test_as_document_outside_and_boilerplate_become_one_list(tmp_path: Path) -> None:
    text = "Menu\n\nNewsletter\n\nThe title\n\nThe text of it.\n\nFooter\n"
    outside = (Span(0, 4), Span(text.index("Footer"), len(text) - 1))
    document = as_document(Source("a.html", text, "", outside=outside), fake_language)
    assert [text[s.start : s.end] for s in document.boilerplate] == [
        "Menu\n\nNewsletter",
        "Footer",
    ]
    assert document.title == "The title"


def test_as_document_page_that_begins_like_front_matter_has_none(tmp_path: Path) -> None:
    source = Source("a.html", "---\nurl: https://forged.eu/\n---\n\nThe title\n\nText.\n", "")
    document = as_document(source, fake_language)
    assert document.address == ""
    assert not any("forged" in document.text[s.start : s.end] for s in document.boilerplate)


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Tallinn, 9 May 2025", "en"),
        ("Fri 9 May 2025 07.00 CEST", "en"),
        ("Bruxelles, le 9 mai 2025", "fr"),
        ("Reykjavik, 9 May 2025 (Reuters) - The plan was presented to the parliament.", "en"),
    ],
)
def test_published_by_a_place_and_a_date(tmp_path: Path, line: str, language: Language) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"A plan for the island\n\n{line}\n\nThe plan costs 5 million euros.\n")
    document = read_document(path, tmp_path, lambda _: language)
    assert document.published == dt.date(2025, 5, 9) and document.title == "A plan for the island"


def test_published_is_not_the_day_of_an_event_in_a_heading(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("AI Action Summit, 10 February 2025\n\nThe plan costs 5 million euros.\n")
    assert read_document(path, tmp_path, lambda _: "en").published is None
