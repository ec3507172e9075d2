"""The pages in French, with no-break spaces where French typography wants them."""

from euaiqa.app.wording.catalogue import Advice, Wording

NB = "\u00a0"
"""No-break space, before a colon and inside guillemets."""
NNB = "\u202f"
"""Narrow no-break space, before a question mark, an exclamation mark and a semicolon."""

FR = Wording(
    skip="Aller à la question",
    articles="Articles",
    articles_intro="Les réponses viennent de ces articles et de rien d’autre.",
    all_articles="Tous les articles",
    language_name="Français",
    welcome="Interrogez la politique européenne de l’IA",
    promise="Chaque phrase d’une réponse mène aux mots exacts qui la prouvent. "
    "Quand les articles ne disent rien, on vous le dit. Rien ne quitte cette machine.",
    read_articles="Ce qui a été lu",
    label="Votre question",
    placeholder=f"Combien l’UE va-t-elle investir dans l’IA{NNB}?",
    follow_up="Posez une autre question",
    answer_in="Réponse",
    auto="langue de la question",
    in_french="en français",
    in_english="en anglais",
    french="français",
    english="anglais",
    ask="Demander",
    stop="Arrêter",
    clear="Nouvelle conversation",
    keys="Maj + Entrée pour aller à la ligne",
    you_asked="Vous avez demandé",
    searching="Recherche dans les articles…",
    waiting=f"D’autres lecteurs passent avant vous. Votre place{NB}: {{place}}",
    reading="Passages trouvés. Rédaction…",
    checking="Vérification de chaque phrase…",
    ready="La réponse est prête.",
    answered="Chaque phrase est prouvée par une citation",
    partial="Une partie de la question n’est pas traitée dans les articles",
    refused="Les articles ne le disent pas",
    stopped="Arrêté. Ce qui est affiché avait été vérifié.",
    understood_as=f"Compris comme{NB}:",
    provisional="pas encore vérifié",
    extract="mot pour mot",
    sources="Citations",
    source="Ouvrir la citation {marker} dans l’article",
    gloss="Traduction automatique",
    near="Les passages les plus proches",
    near_note="Ils ne répondent pas à la question. C’est ce qui s’en approche le plus.",
    read="Passages trouvés",
    disagree="Les articles ne sont pas d’accord",
    open_article="Lire dans l’article",
    new_tab="(s’ouvre dans un nouvel onglet)",
    beside="(s’ouvre à côté de la réponse)",
    pane="Source",
    pane_text="L’article",
    place="Citation {at} sur {all}",
    previous="Citation précédente",
    next="Citation suivante",
    close="Fermer la source",
    undated="sans date",
    loading="Chargement des articles et des modèles. Vous pourrez demander dans un instant.",
    seconds=f"{{seconds}}{NB}s",
    again="Redemander",
    back="Revenir à la question",
    quote_here="La citation est surlignée ci-dessous.",
    no_articles="Il n’y a pas encore d’articles. Ajoutez-en au dossier et construisez l’index.",
    errors={
        "network": Advice(
            "Le serveur ne répond pas",
            "Vérifiez qu’euaiqa tourne encore, puis redemandez.",
        ),
        "queue-full": Advice(
            "D’autres lecteurs attendent",
            "Trop de questions sont déjà en attente. Redemandez dans un instant.",
        ),
        "not-ready": Advice("Chargement en cours", "Redemandez dans quelques secondes."),
        "unavailable": Advice(
            "Impossible de répondre",
            "Il manque quelque chose sur le serveur. La ligne suivante dit quoi faire.",
        ),
        "invalid": Advice(
            "La question n’est pas recevable",
            f"Écrivez entre 1 et 1{NNB}000 caractères, puis redemandez.",
        ),
        "too-large": Advice(
            "La conversation est trop longue",
            "Commencez une nouvelle conversation, puis redemandez.",
        ),
        "not-found": Advice(
            "Il n’y a rien ici",
            "L’article a peut-être été retiré. La liste montre ceux qui existent.",
        ),
        "foreign-origin": Advice(
            "Refusé", "La question vient d’un autre site. Posez-la depuis cette page."
        ),
        "wrong-host": Advice("Refusé", "Ouvrez cette page par http://localhost."),
        "method-not-allowed": Advice("Refusé", "Revenez à la question et demandez de là."),
        "internal": Advice(
            "Quelque chose a échoué",
            "Redemandez. Si cela se reproduit, le journal du serveur dit pourquoi.",
        ),
    },
)
