// Uses openapi-fetch with the types that openapi-typescript generates. Prints what it got as JSON.
import createClient from "openapi-fetch";
import type { paths } from "./schema";

const [baseUrl, key] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${key}` } });

async function main() {
  const types = await client.GET("/api/v1/interview-types");
  const created = await client.POST("/api/v1/interviews", {
    params: { header: { "Idempotency-Key": "openapi-fetch" } },
    body: { contact_email: "jane.smith@example.com", interview_type_id: types.data!.data[0].id },
  });
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
  const missing = await client.GET("/api/v1/interviews/{id}", { params: { path: { id: path.id + 1 } } });
  console.log(
    JSON.stringify({
      interview_request_id: path.id,
      notes,
      listed: page.data!.data.map((row) => row.interview_request_id),
      read: [read!.status, read!.objective, read!.transcript],
      refused: refused.error!.error.details?.map((detail) => detail.field),
      missing: missing.error!.error.code,
    }),
  );
}

void main();
