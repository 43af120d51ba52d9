// Runs the workflow of docs/hand-offs.md, as far as its nodes need n8n: node n8n.mjs WORKFLOW STATIC_DATA
// Prints the items of the last node. Header Auth has the key of HINDSIGHT_API_KEY.
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const [workflowFile, dataFile] = process.argv.slice(2);
const workflow = JSON.parse(readFileSync(workflowFile, "utf-8"));
const staticData = existsSync(dataFile) ? JSON.parse(readFileSync(dataFile, "utf-8")) : {};

// A text that begins with = is an expression, whose {{ }} are JavaScript.
function evaluated(text, json) {
  if (!text.startsWith("=")) return text;
  return text.slice(1).replace(/\{\{(.*?)\}\}/g, (_, code) => new Function("$json", `return ${code}`)(json));
}

async function requested({ parameters }, { json }) {
  if (parameters.genericAuthType !== "httpHeaderAuth") throw new Error("The node has no credential.");
  const url = new URL(evaluated(parameters.url, json));
  for (const { name, value } of parameters.sendQuery ? parameters.queryParameters.parameters : [])
    url.searchParams.set(name, evaluated(value, json));
  const response = await fetch(url, { headers: { Authorization: `Bearer ${process.env.HINDSIGHT_API_KEY}` } });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return { json: await response.json() };
}

const NODES = {
  "n8n-nodes-base.scheduleTrigger": () => [{ json: {} }],
  "n8n-nodes-base.code": ({ parameters }, items) => {
    const input = { first: () => items[0], last: () => items.at(-1), all: () => items };
    return new Function("$input", "$getWorkflowStaticData", parameters.jsCode)(input, () => staticData);
  },
  "n8n-nodes-base.httpRequest": (node, items) => Promise.all(items.map((item) => requested(node, item))),
  "n8n-nodes-base.splitOut": ({ parameters }, items) =>
    items.flatMap(({ json }) => json[parameters.fieldToSplitOut]).map((json) => ({ json })),
};

const byName = Object.fromEntries(workflow.nodes.map((node) => [node.name, node]));
let node = workflow.nodes.find(({ type }) => type.endsWith("Trigger"));
let items = [{ json: {} }];
while (node && items.length) {
  items = await NODES[node.type](node, items);
  const [next] = workflow.connections[node.name]?.main[0] ?? [];
  node = next && byName[next.node];
}
writeFileSync(dataFile, JSON.stringify(staticData));
console.log(JSON.stringify(items.map(({ json }) => json)));
