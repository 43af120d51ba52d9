// Drafts stay on this device until the server has stored the text. Their names contain a hash of the survey token, because
// the token opens the interview. localStorage throws if the browser blocks storage.

const DRAFT_DAYS = 30;
const ANSWER_ID = /^(text|answer)-(\d+)$/;

const interview = () => document.querySelector("main").dataset.interview;
const textBoxes = (root) => [...root.querySelectorAll("textarea[name]")];

const withStorage = (use) => { try { return use(localStorage); } catch { return undefined; } };
const draftName = (id) => `draft ${interview()} ${id}`;
const readDraft = (id) => withStorage((storage) => JSON.parse(storage.getItem(draftName(id))));
const removeDraft = (id) => withStorage((storage) => storage.removeItem(draftName(id)));

const saveDraft = (box) => {
  if (!box.value && !box.defaultValue) return removeDraft(box.id);
  const draft = JSON.stringify({ text: box.value, version: box.dataset.version, saved: Date.now() });
  withStorage((storage) => storage.setItem(draftName(box.id), draft));
};

// Another tab may have saved a draft of the same question meanwhile.
const removeStoredDrafts = (boxes) => {
  for (const box of boxes) if (readDraft(box.id)?.text === box.value) removeDraft(box.id);
};

const draftIds = () => withStorage((storage) =>
  Object.keys(storage).filter((name) => name.startsWith(draftName(""))).map((name) => name.slice(draftName("").length))) ?? [];

const removeOldDrafts = () => withStorage((storage) => {
  const oldest = Date.now() - DRAFT_DAYS * 24 * 60 * 60 * 1000;
  for (const name of Object.keys(storage)) {
    if (name.startsWith("draft ") && !(JSON.parse(storage.getItem(name)).saved > oldest)) storage.removeItem(name);
  }
});

// The recap sends also what is in closed boxes, so none is closed over a change.
const showChange = (box) => {
  const editor = box.closest("details");
  if (editor && box.value !== box.defaultValue) editor.open = true;
};

// A correction of an answer that was stored anew since is not restored but offered.
const restoreDrafts = () => {
  if (document.querySelector("main").dataset.stage === "completed") draftIds().forEach(removeDraft);
  for (const box of textBoxes(document)) {
    const draft = readDraft(box.id);
    if (draft?.version === box.dataset.version) box.value = draft?.text ?? box.value;
    showChange(box);
  }
};

// The response to an answer may have been lost.
const isStored = async (text, number) => {
  const query = new URLSearchParams({ token: new URLSearchParams(location.search).get("token"), question: number });
  try {
    const page = parsed(await (await fetch(`${location.pathname}?${query}`)).text());
    return page.getElementById(`said-${number}`)?.textContent === text.trim();
  } catch {
    return false;
  }
};

const offerDraft = (id, text) => {
  if ([...document.querySelectorAll(".notice textarea")].some((box) => box.value === text)) return;
  const notice = document.getElementById("kept-draft").content.firstElementChild.cloneNode(true);
  const boxes = textBoxes(document);
  notice.querySelector("textarea").value = text;
  notice.querySelector("[data-draft=add]").hidden = boxes.length !== 1;
  notice.addEventListener("click", ({ target }) => {
    if (!target.dataset.draft) return;
    if (target.dataset.draft === "add") {
      boxes[0].value = [boxes[0].value, text].filter(Boolean).join("\n\n");
      saveDraft(boxes[0]);
      showChange(boxes[0]);
    }
    removeDraft(id);
    notice.remove();
    document.querySelector("textarea[name], h1").focus();
  });
  document.querySelector("main").prepend(notice);
};

// Offers the drafts that belong to no box of this page, or to an answer that has changed. On the page of an earlier
// question, only its own: others may belong to the open question.
const offerDrafts = async () => {
  const main = document.querySelector("main");
  if (!interview() || main.dataset.stage === "declined") return;
  for (const id of draftIds().filter((id) => ANSWER_ID.test(id))) {
    const [draft, box, number] = [readDraft(id), document.getElementById(id), ANSWER_ID.exec(id)[2]];
    const isOfPage = (main.dataset.earlier ?? number) === number;
    if (!isOfPage || !draft?.text.trim() || (box && box.dataset.version === draft.version)) continue;
    if (await isStored(draft.text, number)) removeDraft(id);
    else if (main.isConnected) offerDraft(id, draft.text);
  }
};
