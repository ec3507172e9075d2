// The operator's page: how far a job is, as it goes. What it changed the server draws.

const LOOK = 1000; // ms between looks while a job goes on
const LOOK_IDLE = 5000; // and while none does: another operator or the folder may begin one
const FOCUS = "euaiqa-focus";

const [job, progress, state, step] = ["job", "progress", "state", "step"].map((id) =>
  document.getElementById(id),
);
const bar = progress.querySelector("progress");
const words = JSON.parse(job.dataset.words);
const number = new Intl.NumberFormat(document.documentElement.lang === "fr" ? "fr" : "en-GB");
const active = (name) => name === "waiting" || name === "running";

const drawn = { job: Number(job.dataset.job), state: job.dataset.state }; // by the server

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function left(seconds) {
  if (seconds === null) return "";
  const minutes = seconds >= 90;
  const n = number.format(Math.ceil(minutes ? seconds / 60 : seconds));
  return filled(minutes ? words.minutes : words.seconds, { n });
}

function draw(told) {
  progress.hidden = false;
  // It is read out, so it is only touched where it changes.
  if (state.textContent !== words[told.state]) state.textContent = words[told.state];
  if (told.total) {
    bar.max = told.total;
    bar.value = told.done;
  } else {
    bar.removeAttribute("value");
  }
  const counts = { n: number.format(told.done ?? 0), all: number.format(told.total ?? 0) };
  const parts = [words.steps[told.step] ?? told.step, told.total && filled(words.of, counts)];
  step.textContent = [...parts, left(told.left)].filter(Boolean).join(" · ");
}

function reload() {
  sessionStorage.setItem(FOCUS, document.activeElement?.id ?? "");
  location.reload();
}

async function look() {
  let wait = active(drawn.state) ? LOOK : LOOK_IDLE;
  try {
    if (!document.hidden) {
      const response = await fetch("/admin/reindex", { headers: { Accept: "application/json" } });
      if (!response.ok) {
        progress.hidden = false;
        state.textContent = words.again;
        return;
      }
      const told = await response.json();
      const over = !active(told.state);
      if (over && (active(drawn.state) || (told.job ?? 0) !== drawn.job)) return reload();
      if (active(told.state)) {
        draw(told);
        drawn.state = told.state;
        wait = LOOK;
      }
    }
  } catch {
    // Told where a job goes on; else the page is as good as it was.
    if (active(drawn.state)) step.textContent = words.away;
  }
  setTimeout(look, wait);
}

const focused = sessionStorage.getItem(FOCUS);
sessionStorage.removeItem(FOCUS);
if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
setTimeout(look, active(drawn.state) ? 0 : LOOK_IDLE);
