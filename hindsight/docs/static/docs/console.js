// Sends one request at a time. The API key is read from its field for each request, and kept nowhere else.
const key = document.querySelector("#key");
const choice = document.querySelector("#call");
const status = document.querySelector("#status");
const SECONDS = 30;

function show(section, texts) {
  for (const [css, text] of Object.entries(texts)) section.querySelector(css).textContent = text;
  section.hidden = false;
}

function requestOf(form) {
  const values = [...form.querySelectorAll("[data-place]")].filter((field) => field.value !== "");
  const given = (place) => values.filter((field) => field.dataset.place === place).map((field) => [field.name, field.value]);
  let path = form.dataset.path;
  for (const [name, value] of given("path")) path = path.replace(`{${name}}`, encodeURIComponent(value));
  const query = new URLSearchParams(given("query")).toString();
  const headers = given("header");
  const body = form.elements.body?.value;
  if (body !== undefined) headers.push(["Content-Type", "application/json"]);
  return {method: form.dataset.method, url: `${location.origin}${path}${query && `?${query}`}`, headers, body};
}

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

// The key is shown as a variable of the shell.
function curl({method, url, headers, body}) {
  const lines = [`curl -i -X ${method} ${quoted(url)}`, '-H "Authorization: Bearer $HINDSIGHT_API_KEY"'];
  lines.push(...headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`));
  if (body !== undefined) lines.push(`--data-raw ${quoted(body)}`);
  return lines.join(" \\\n  ");
}

function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function answerTo({method, url, headers, body}) {
  const started = performance.now();
  const response = await fetch(url, {
    method,
    body,
    headers: [...headers, ["Authorization", `Bearer ${key.value.trim()}`]],
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
    signal: AbortSignal.timeout(SECONDS * 1000),
  });
  const text = await response.text();
  return {
    ".line": `${response.status} ${response.statusText} in ${Math.round(performance.now() - started)} ms`,
    ".headers": [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n"),
    ".body": readable(text) || "(empty)",
  };
}

async function send(form) {
  const button = form.querySelector("button");
  const request = requestOf(form);
  show(document.querySelector("#request"), {code: curl(request)});
  document.querySelector("#response").hidden = true;
  button.disabled = true;
  status.textContent = "Sending";
  try {
    const answer = await answerTo(request);
    show(document.querySelector("#response"), answer);
    status.textContent = `Response: ${answer[".line"]}`;
  } catch (error) {
    const problem = `No response: ${error.message}`;
    show(document.querySelector("#response"), {".line": problem, ".headers": "", ".body": ""});
    status.textContent = problem;
  } finally {
    button.disabled = false;
  }
}

for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}

const choose = () => {
  for (const form of document.querySelectorAll("form")) form.hidden = form.dataset.call !== choice.value;
};
choice.addEventListener("change", choose);
choose(); // a reload may keep the choice

addEventListener("pagehide", () => (key.value = ""));
