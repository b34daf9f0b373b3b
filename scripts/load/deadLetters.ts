import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { readEvent } from "../../functions/ingest/event";

/** An event that the function gave up on, as Lambda's destination writes it. */
export interface DeadLetter {
  readonly bucket: string;
  /** "" for an event that names no file. */
  readonly key: string;
  readonly etag: string | undefined;
  /** When the function gave up, milliseconds of the epoch. */
  readonly at: number;
  /** The function's own error. */
  readonly reason: string;
  /** To delete it with. */
  readonly receipt: string;
}

/** Seconds for which letters are hidden at the most while all are read: those of a long queue would come again before the last. */
const hidden = 60;

/** The queue of what the function gave up on. */
export class DeadLetters {
  private readonly sqs = new SQSClient({});

  constructor(private readonly QueueUrl: string) {}

  /** All that can be read now; letters stay in the queue. */
  async read(): Promise<DeadLetter[]> {
    const letters = new Map<string, DeadLetter>();
    /** By message. */
    const receipts = new Map<string, string>();
    for (;;) {
      const { Messages = [] } = await this.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: this.QueueUrl,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: hidden,
          WaitTimeSeconds: 1,
        }),
      );
      const before = receipts.size;
      for (const { Body = "", MessageId = "", ReceiptHandle = "" } of Messages) {
        receipts.set(MessageId, ReceiptHandle);
        for (const letter of readLetter(Body, ReceiptHandle)) {
          letters.set(`${MessageId} ${letter.key}`, letter);
        }
      }
      // The first ones again, or none any more.
      if (receipts.size === before) break;
    }
    const read = [...receipts.values()];
    for (let at = 0; at < read.length; at += 10) await this.show(read.slice(at, at + 10));
    return [...letters.values()];
  }

  /** Lets others read them again. */
  private async show(receipts: readonly string[]): Promise<void> {
    const Entries = receipts.map((ReceiptHandle, index) => {
      return { Id: String(index), ReceiptHandle, VisibilityTimeout: 0 };
    });
    await this.sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.QueueUrl, Entries }));
  }

  async remove({ receipt }: DeadLetter): Promise<void> {
    await this.sqs.send(new DeleteMessageCommand({ QueueUrl: this.QueueUrl, ReceiptHandle: receipt }));
  }

  close(): void {
    this.sqs.destroy();
  }
}

/** Why the function gave up on a version of a file since a time; undefined where it didn't. */
export function reasonFor(
  { key, etag }: { readonly key: string; readonly etag?: string },
  letters: readonly Pick<DeadLetter, "key" | "etag" | "at" | "reason">[],
  since: number,
): string | undefined {
  return letters.find(
    (letter) =>
      letter.key === key &&
      letter.at >= since &&
      (etag === undefined || letter.etag === undefined || letter.etag === etag),
  )?.reason;
}

/**
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 * A letter that names no file, or that Lambda has not written, has an empty key.
 */
function readLetter(body: string, receipt: string): DeadLetter[] {
  const noFile = { bucket: "", key: "", etag: undefined };
  let common = { at: NaN, reason: `the letter can't be read: ${body.slice(0, 200)}`, receipt };
  try {
    const { timestamp, requestPayload, responsePayload, requestContext } = JSON.parse(body) as {
      timestamp: string;
      requestPayload?: unknown;
      responsePayload?: { errorMessage?: string } | null;
      requestContext?: { condition?: string };
    };
    const reason = responsePayload?.errorMessage ?? requestContext?.condition ?? "no reason was given";
    common = { at: Date.parse(timestamp), reason, receipt };
    const { sources } = readEvent(requestPayload);
    const files = sources.map(({ bucket, key, etag }) => ({ bucket, key, etag }));
    return (files.length > 0 ? files : [noFile]).map((file) => ({ ...file, ...common }));
  } catch {
    // Anybody may write to a queue: what one letter is, whatever it is, doesn't hide the others.
    return [{ ...noFile, ...common }];
  }
}
