// The status of a step stands above its buttons, and stays in view if a keyboard covers half of the screen.

const MARGIN = 12; // CSS pixels

// The status is in the page before its text, so that screen readers announce the text.
const addStatuses = () => {
  for (const buttons of document.querySelectorAll("form[method=post] .buttons, .asks .buttons")) {
    const status = document.createElement("p");
    status.className = "status";
    status.setAttribute("role", "status");
    buttons.before(status);
  }
};

// The visual viewport is the part of the page that no keyboard covers.
const bringIntoView = (elements) => {
  const boxes = elements.map((element) => element.getBoundingClientRect());
  const top = Math.min(...boxes.map((box) => box.top)) - MARGIN - visualViewport.offsetTop;
  const bottom = Math.max(...boxes.map((box) => box.bottom)) + MARGIN - visualViewport.offsetTop;
  if (top < 0) scrollBy(0, top);
  else if (bottom > visualViewport.height) scrollBy(0, Math.min(top, bottom - visualViewport.height));
};

let inView = [];
visualViewport.addEventListener("resize", () => bringIntoView(inView.filter((element) => element.isConnected)));

const keepInView = (...elements) => {
  inView = elements;
  bringIntoView(elements);
};

// Steps that are links have the status of the form's last buttons.
const statusOf = (button) => (button.closest(".buttons") ?? [...button.form.querySelectorAll(".buttons")].at(-1)).previousElementSibling;

const setStatus = (button, text, thinking = false) => {
  const status = statusOf(button);
  status.textContent = text;
  status.classList.toggle("thinking", thinking);
  status.classList.toggle("failed", !thinking);
  keepInView(status, button);
};
