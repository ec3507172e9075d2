"""The pages in English."""

from euaiqa.app.wording.catalogue import Advice, Wording

EN = Wording(
    skip="Skip to the question",
    articles="Articles",
    articles_intro="Answers come from these articles and from nothing else.",
    all_articles="All the articles",
    language_name="English",
    welcome="Ask about European AI policy",
    promise="Every sentence of an answer leads to the exact words that prove it. "
    "When the articles do not say, you are told so. Nothing leaves this machine.",
    read_articles="What has been read",
    label="Your question",
    placeholder="How much will the EU invest in AI?",
    follow_up="Ask something else",
    answer_in="Answer",
    auto="in the question’s language",
    in_french="in French",
    in_english="in English",
    french="French",
    english="English",
    ask="Ask",
    stop="Stop",
    clear="New conversation",
    keys="Shift + Enter for a new line",
    you_asked="You asked",
    searching="Looking through the articles…",
    waiting="Other readers are being answered first. Your place: {place}",
    reading="Passages found. Writing…",
    checking="Checking each sentence against its source…",
    ready="Answer ready.",
    answered="Every sentence is proven by a quote",
    partial="Part of the question is not covered by the articles",
    refused="The articles do not say",
    stopped="Stopped. What is shown had been checked.",
    understood_as="Understood as:",
    provisional="not checked yet",
    extract="word for word",
    sources="Quotes",
    source="Open quote {marker} in the article",
    gloss="Machine translation",
    near="The nearest passages",
    near_note="These do not answer the question. They are what comes closest in the articles.",
    read="Passages found",
    disagree="The articles disagree",
    open_article="Read in the article",
    new_tab="(opens in a new tab)",
    beside="(opens beside the answer)",
    pane="Source",
    pane_text="The article",
    place="Quote {at} of {all}",
    previous="Previous quote",
    next="Next quote",
    close="Close the source",
    undated="undated",
    loading="The articles and the models are being loaded. You can ask in a moment.",
    seconds="{seconds} s",
    again="Ask again",
    back="Back to the question",
    quote_here="The quote is marked below.",
    no_articles="There are no articles yet. Put some in the folder and build the index.",
    errors={
        "network": Advice(
            "No answer from the server",
            "Check that euaiqa is still running, then ask again.",
        ),
        "queue-full": Advice(
            "Others are being answered",
            "Too many questions are waiting already. Ask again in a moment.",
        ),
        "not-ready": Advice("Still loading", "Ask again in a few seconds."),
        "unavailable": Advice(
            "Questions cannot be answered",
            "Something is missing on the server; the line below says what to do.",
        ),
        "invalid": Advice(
            "The question cannot be taken",
            "Write between 1 and 1,000 characters, then ask again.",
        ),
        "too-large": Advice(
            "The conversation is too long", "Start a new conversation and ask again."
        ),
        "not-found": Advice(
            "There is nothing here",
            "The article may have been removed. The list shows those that there are.",
        ),
        "foreign-origin": Advice(
            "Refused", "The question came from another site. Ask it from this page."
        ),
        "wrong-host": Advice("Refused", "Open this page as http://localhost."),
        "method-not-allowed": Advice("Refused", "Go back to the question and ask from there."),
        "internal": Advice(
            "Something failed", "Ask again. If it fails again, the server’s log says why."
        ),
    },
)
