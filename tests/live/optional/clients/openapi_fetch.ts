// Uses openapi-fetch with the types that openapi-typescript generates. Prints what it got as JSON.
import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { paths } from "./schema";

const [baseUrl, key, limitedKey, webhook] = process.argv.slice(2);
const clientOf = (token: string) =>
  createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });
const [client, unknown, limited] = [key, "hsk_unknown", limitedKey].map(clientOf);

interface Webhook {
  secret: string;
  id: string;
  timestamp: string;
  signature: string;
  body: string;
}

function isGenuine({ secret, id, timestamp, signature, body }: Webhook): boolean {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const digest = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  const [expected, given] = [Buffer.from(`v1,${digest}`), Buffer.from(signature)];
  return expected.length === given.length && timingSafeEqual(expected, given);
}

async function main() {
  const types = await client.GET("/api/v1/interview-types");
  const create = (contact_email: string) =>
    client.POST("/api/v1/interviews", {
      params: { header: { "Idempotency-Key": "openapi-fetch" } },
      body: { contact_email, interview_type_id: types.data!.data[0].id },
    });
  const created = await create("jane.smith@example.com");
  const path = { id: created.data!.interview_request_id };
  const notes: string[] = [];
  for (const contact_context of [{ title: "CTO" }, "Met at the fair"]) {
    await client.PATCH("/api/v1/interviews/{id}", {
      params: { path },
      body: { contact_context, objective: "Why price mattered" },
    });
    notes.push((await client.GET("/api/v1/interviews/{id}", { params: { path } })).data!.contact.notes);
  }
  const page = await client.GET("/api/v1/interviews", {
    params: { query: { contact_email: "jane.smith@example.com" } },
  });
  const { data: read } = await client.GET("/api/v1/interviews/{id}", { params: { path } });
  const refused = await client.PATCH("/api/v1/interviews/{id}", {
    params: { path },
    // @ts-expect-error An array is neither a string nor an object of named values.
    body: { contact_context: ["CTO"] },
  });
  const over = await Promise.all([1, 2, 3].map(() => limited.GET("/api/v1/interview-types")));
  const failures = [
    await unknown.GET("/api/v1/interviews/{id}", { params: { path } }),
    await client.GET("/api/v1/interviews/{id}", { params: { path: { id: path.id + 1 } } }),
    await create("omar.haddad@example.com"),
    await client.PATCH("/api/v1/interviews/{id}", {
      params: { path, header: { "If-Match": '"1-1"' } },
      body: { objective: "Why price mattered" },
    }),
    over.find(({ error }) => error)!,
  ];
  const sent: Webhook = JSON.parse(readFileSync(webhook, "utf-8"));
  console.log(
    JSON.stringify({
      interview_request_id: path.id,
      notes,
      listed: page.data!.data.map((row) => row.interview_request_id),
      read: [read!.status, read!.objective, read!.transcript],
      refused: refused.error!.error.details?.map((detail) => detail.field),
      errors: failures.map(({ error }) => error!.error.code),
      genuine: [isGenuine(sent), isGenuine({ ...sent, body: `${sent.body} ` })],
    }),
  );
}

void main();
