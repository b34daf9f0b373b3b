import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { JobsAnswers, JobsRequest } from "../../functions/jobs/request";
import { GroundworkError } from "../../infra/error";

/** Calls the function that looks after the ingest jobs: no way into the private network is needed for that. */
export class JobsClient {
  private readonly lambda = new LambdaClient({});

  constructor(
    private readonly functionName: string,
    private readonly stack: string,
  ) {}

  /** @throws GroundworkError with the function's own words when it fails */
  async ask<A extends JobsRequest["action"]>(
    request: Extract<JobsRequest, { action: A }>,
  ): Promise<JobsAnswers[A]> {
    const answer = await this.lambda.send(
      new InvokeCommand({ FunctionName: this.functionName, Payload: JSON.stringify(request) }),
    );
    const payload = answer.Payload?.transformToString() ?? "";
    if (answer.FunctionError === undefined) return JSON.parse(payload) as JobsAnswers[A];
    const { errorMessage } = JSON.parse(payload) as { errorMessage?: string };
    throw new GroundworkError(
      `The function ${this.functionName} failed: ${errorMessage ?? payload}. npm run logs -- --function ingest-jobs --stack ${this.stack} says more`,
    );
  }

  close(): void {
    this.lambda.destroy();
  }
}
