// Uses the client that openapi-generator generates for `typescript-fetch`. Prints what it got as JSON.
import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { Configuration, ErrorResponse, InterviewTypesApi, InterviewsApi, ResponseError } from "./hindsight_client";

const [basePath, accessToken, limitedKey, webhook] = process.argv.slice(2);
const configuration = new Configuration({ basePath, accessToken });
const unknown = new InterviewsApi(new Configuration({ basePath, accessToken: "hsk_unknown" }));
const limited = new InterviewTypesApi(new Configuration({ basePath, accessToken: limitedKey }));
const interviews = new InterviewsApi(configuration);

async function errorOf(call: Promise<unknown>): Promise<ErrorResponse["error"]> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ResponseError) return ((await error.response.json()) as ErrorResponse).error;
  }
  throw new Error("The call did not fail with a response.");
}

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
  const types = await new InterviewTypesApi(configuration).listInterviewTypes();
  const create = (contactEmail: string) =>
    interviews.createInterviewRequest({
      idempotencyKey: "typescript-fetch",
      createInterviewRequest: { contactEmail, interviewTypeId: types.data[0].id },
    });
  const { interviewRequestId: id } = await create("jane.smith@example.com");
  const notes: string[] = [];
  for (const contactContext of [{ title: "CTO" }, "Met at the fair"]) {
    await interviews.updateInterviewRequest({
      id,
      updateInterviewRequest: { contactContext, objective: "Why price mattered" },
    });
    notes.push((await interviews.getInterviewRequest({ id })).contact.notes);
  }
  const page = await interviews.listInterviewRequests({ contactEmail: "jane.smith@example.com" });
  const read = await interviews.getInterviewRequest({ id });
  const refused = await errorOf(
    interviews.updateInterviewRequest({ id, updateInterviewRequest: { contactContext: ["CTO"] } }),
  );
  const update = { id, ifMatch: '"1-1"', updateInterviewRequest: { objective: "Why price mattered" } };
  const errors = [
    await errorOf(unknown.getInterviewRequest({ id })),
    await errorOf(interviews.getInterviewRequest({ id: id + 1 })),
    await errorOf(create("omar.haddad@example.com")),
    await errorOf(interviews.updateInterviewRequest(update)),
    await errorOf(Promise.all([1, 2, 3].map(() => limited.listInterviewTypes()))),
  ];
  const sent: Webhook = JSON.parse(readFileSync(webhook, "utf-8"));
  console.log(
    JSON.stringify({
      interview_request_id: id,
      notes,
      listed: page.data.map((row) => row.interviewRequestId),
      read: [read.status, read.objective, read.transcript],
      refused: refused.details?.map((detail) => detail.field),
      errors: errors.map(({ code }) => code),
      genuine: [isGenuine(sent), isGenuine({ ...sent, body: `${sent.body} ` })],
    }),
  );
}

void main();
