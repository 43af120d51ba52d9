// Uses the client that openapi-generator generates for `typescript-fetch`. Prints what it got as JSON.
import { Configuration, ErrorResponse, InterviewTypesApi, InterviewsApi, ResponseError } from "./hindsight_client";

const [basePath, accessToken] = process.argv.slice(2);
const configuration = new Configuration({ basePath, accessToken });
const interviews = new InterviewsApi(configuration);

async function errorOf(call: Promise<unknown>): Promise<ErrorResponse["error"]> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ResponseError) return ((await error.response.json()) as ErrorResponse).error;
  }
  throw new Error("The call did not fail with a response.");
}

async function main() {
  const types = await new InterviewTypesApi(configuration).listInterviewTypes();
  const { interviewRequestId: id } = await interviews.createInterviewRequest({
    idempotencyKey: "typescript-fetch",
    createInterviewRequest: { contactEmail: "jane.smith@example.com", interviewTypeId: types.data[0].id },
  });
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
  const missing = await errorOf(interviews.getInterviewRequest({ id: id + 1 }));
  console.log(
    JSON.stringify({
      interview_request_id: id,
      notes,
      listed: page.data.map((row) => row.interviewRequestId),
      read: [read.status, read.objective, read.transcript],
      refused: refused.details?.map((detail) => detail.field),
      missing: missing.code,
    }),
  );
}

void main();
