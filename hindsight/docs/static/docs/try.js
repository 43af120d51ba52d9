// Swagger UI has dark colors, and its switch for them is not on this page.
const dark = matchMedia("(prefers-color-scheme: dark)");
const followScheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", followScheme);
followScheme();

// Without a list of servers, Swagger UI sends requests to the server of the page. The page may have another host name than
// the description has, and its policy allows no other server. Swagger UI sends the examples of optional headers, too.
async function show(place) {
  const response = await fetch(place.dataset.schema, {headers: {Accept: "application/json"}});
  const {servers, ...spec} = await response.json();
  const calls = Object.values(spec.paths).flatMap((path) => Object.values(path));
  for (const parameter of calls.flatMap((call) => call.parameters)) {
    if (!parameter.required) delete parameter.examples;
  }
  SwaggerUIBundle({domNode: place, spec, tryItOutEnabled: true, validatorUrl: null, persistAuthorization: false});
}

show(document.querySelector("#calls"));

// A browser may keep the page, with the key, for its Back button.
addEventListener("pageshow", ({persisted}) => persisted && location.reload());
