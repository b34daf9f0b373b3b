// The page's script: fills the panels, sends forms and files, and says what came of it. What the server answers with is
// HTML whose values were escaped there; the page's policy runs no other script.

const said = document.getElementById("said");

/** How the answer's HTML gets into the page; what has the keyboard keeps it. */
function show(place, text) {
  if (place.shown === text) return;
  const focused = place.contains(document.activeElement) ? document.activeElement : undefined;
  const name = focused?.id || focused?.getAttribute("href");
  place.innerHTML = text;
  place.shown = text;
  if (!name) return;
  (document.getElementById(name) ?? place.querySelector(`[href="${CSS.escape(name)}"]`))?.focus();
}

function tell(text) {
  const paragraph = document.createElement("p");
  paragraph.className = "problem";
  paragraph.textContent = text;
  show(said, paragraph.outerHTML);
}

/** Asks for a panel's content; answers with the milliseconds to the next time, 0 for none. */
async function fill(panel, isWanted) {
  try {
    const response = await fetch(panel.dataset.load);
    const text = await response.text();
    if (!isWanted()) return 0;
    const log = panel.querySelector("pre.log");
    const isAtEnd = !log || log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    const top = log?.scrollTop;
    show(panel, text);
    const newLog = panel.querySelector("pre.log");
    if (newLog) newLog.scrollTop = isAtEnd ? newLog.scrollHeight : top;
    return Number(response.headers.get("x-again")) || (response.ok ? 0 : 5000);
  } catch {
    show(panel, '<p class="problem">The console does not answer: is its command still running?</p>');
    return isWanted() ? 3000 : 0;
  }
}

async function load(panel) {
  clearTimeout(panel.timer);
  const turn = (panel.turn = (panel.turn ?? 0) + 1);
  const again = document.hidden ? 1000 : await fill(panel, () => turn === panel.turn);
  if (again > 0) panel.timer = setTimeout(() => load(panel), again);
}

function loadAll() {
  for (const panel of document.querySelectorAll("[data-load]")) void load(panel);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  event.preventDefault();
  const button = event.submitter;
  const place = document.getElementById(form.dataset.into ?? "said");
  if (button) button.disabled = true;
  form.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
    });
    show(place, await response.text());
    if (response.ok && form.dataset.into === undefined) form.reset();
  } catch {
    tell("The console does not answer: is its command still running?");
  }
  form.removeAttribute("aria-busy");
  if (button) button.disabled = false;
  if (form.dataset.into === undefined) loadAll();
});

document.addEventListener("click", (event) => {
  const { target } = event;
  if (target.matches("[data-reload]")) loadAll();
  if (target.matches("[data-copy]"))
    void navigator.clipboard.writeText(target.dataset.copy).then(() => (target.textContent = "Copied"));
});

const drop = document.getElementById("drop");
const input = drop?.querySelector("input");

/** One file after the other: XMLHttpRequest, because fetch tells nothing of how far an upload is. */
function upload(file) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const bar = drop.querySelector("progress");
    bar.hidden = false;
    bar.max = file.size || 1;
    bar.value = 0;
    request.open("PUT", `/files/upload?name=${encodeURIComponent(file.name)}`);
    request.upload.onprogress = ({ loaded }) => (bar.value = loaded);
    request.onerror = () => tell(`${file.name} was not sent: is the console's command still running?`);
    request.onload = () => show(said, request.responseText);
    request.onloadend = () => {
      bar.hidden = true;
      resolve();
    };
    request.send(file);
  });
}

async function uploadAll(files) {
  for (const file of [...files]) await upload(file);
  input.value = "";
  loadAll();
}

if (drop) {
  input.addEventListener("change", () => void uploadAll(input.files));
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    void uploadAll(event.dataTransfer.files);
  });
}

loadAll();
