// The words of the page in the reader's language, as the server's catalogue has them.

export const words = JSON.parse(document.getElementById("ask").dataset.words);

// "en-GB" writes the day first, as the server does.
const locale = document.documentElement.lang === "fr" ? "fr" : "en-GB";
const dates = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" });
const moments = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const tenths = new Intl.NumberFormat(locale, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const plurals = new Intl.PluralRules(locale);

/** A string whose `{name}` are filled in. */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The form of a string that `n` of something take. */
export function counted([one, many], n) {
  return filled(plurals.select(n) === "one" ? one : many, { n });
}

/** A day in words; null where there is none. */
export function date(day) {
  if (!day) return words.undated;
  // French writes the first of a month as an ordinal, which the CLDR does not.
  return dates.format(new Date(day)).replace(/^1(?= )/, locale === "fr" ? "1er" : "1");
}

/** A moment of this reader's day, in ms since 1970. */
export function moment(ms) {
  return moments.format(new Date(ms));
}

/** Milliseconds as seconds, rounded up to a tenth. */
export function seconds(milliseconds) {
  return filled(words.seconds, { seconds: tenths.format(Math.ceil(milliseconds / 100) / 10) });
}

export function languageName(language) {
  return language === "fr" ? words.french : words.english;
}
