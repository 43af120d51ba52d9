// Says why a passkey was not used, on all pages with passkeys. The button of the login page asks the server for a challenge
// only when it is pressed: each challenge begins a session. webauthn-json.js and webauthn.js are allauth's.
(() => {
  const isAddress = /^[\d.]+$|^\[/.test(location.hostname)
  const here = isAddress
    ? `Browsers accept no passkeys at an IP address such as ${location.hostname}. Open this page by the server's name` +
      (location.hostname === "127.0.0.1" ? ", here localhost." : ".")
    : "Browsers accept passkeys only over HTTPS."
  const isRefusedHere = isAddress || !window.isSecureContext

  function reasonOf(error) {
    if (isRefusedHere) return here
    if (!window.PublicKeyCredential) return "This browser has no passkeys."
    if (error.name === "SecurityError") return `The browser accepts no passkeys at ${location.hostname}.`
    if (error.name === "NotAllowedError") return "No passkey was used: the request was cancelled, or has timed out. Try again."
    return error.message
  }

  function show(error) {
    const place = document.getElementById("passkey-refused")
    place.textContent = reasonOf(error)
    place.hidden = false
    place.scrollIntoView({ block: "nearest" })
  }

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault()
    show(event.detail.exception)
  })

  async function logIn(form) {
    const token = form.elements.csrfmiddlewaretoken.value
    const response = await fetch(form.dataset.challenge, { method: "POST", headers: { "X-CSRFToken": token } })
    const answer = await response.json()
    if (!response.ok) throw new Error(answer.error)
    form.elements.credential.value = JSON.stringify(await webauthnJSON.get(answer.request_options))
    form.submit()
  }

  const form = document.getElementById("passkey-form")
  if (form && form.dataset.challenge) {
    form.addEventListener("submit", (event) => {
      event.preventDefault()
      if (isRefusedHere) show()
      else logIn(form).catch(show)
    })
  }
})()
