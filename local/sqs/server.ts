import { createHash, randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { z } from "zod";
import type { Session } from "../session";
import { AwsError } from "../http";
import { listenJson, operation } from "../jsonService";

interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, unknown>> | undefined;
  readonly sent: number;
  receipt: string;
  receives: number;
  /** Milliseconds since 1970: until then nobody else receives it. */
  hiddenUntil: number;
}

interface Queue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  messages: Message[];
}

const byUrl = z.object({ QueueUrl: z.string() });
const sendSchema = byUrl.extend({
  MessageBody: z.string().min(1),
  MessageAttributes: z.record(z.string(), z.unknown()).optional(),
});
const receiveSchema = byUrl.extend({
  MaxNumberOfMessages: z.number().min(1).max(10).default(1),
  VisibilityTimeout: z.number().min(0).default(30),
  WaitTimeSeconds: z.number().min(0).max(20).default(0),
});
const deleteSchema = byUrl.extend({ ReceiptHandle: z.string() });
const visibilitySchema = byUrl.extend({
  Entries: z.array(
    z.object({ Id: z.string(), ReceiptHandle: z.string(), VisibilityTimeout: z.number().min(0) }),
  ),
});
const attributesSchema = byUrl.extend({ AttributeNames: z.array(z.string()).default([]) });
const nameSchema = z.object({ QueueName: z.string() });

/** The part of SQS that dead letters need: standard queues, held in memory. */
export class LocalQueues {
  /** The service's endpoint; "" until it listens. */
  url = "";
  private readonly queues = new Map<string, Queue>();
  private readonly arrivals = new EventEmitter().setMaxListeners(0);

  constructor(
    private readonly region: string,
    private readonly account: string,
  ) {}

  /**
   * Creates a queue; one that exists already is kept as it is.
   * @returns its URL, which clients send as `QueueUrl`
   */
  createQueue(name: string): string {
    const url = `${this.url}/${this.account}/${name}`;
    if (!this.queues.has(name)) {
      const arn = `arn:aws:sqs:${this.region}:${this.account}:${name}`;
      this.queues.set(name, { name, url, arn, messages: [] });
    }
    return url;
  }

  /**
   * Puts a message into a queue.
   * @param attributes SQS message attributes, by name
   * @returns the message's id
   */
  send(name: string, body: string, attributes?: Readonly<Record<string, unknown>>): string {
    const id = randomUUID();
    const message = { id, body, attributes, sent: Date.now(), receipt: "", receives: 0, hiddenUntil: 0 };
    this.find(name).messages.push(message);
    this.arrivals.emit(name);
    return id;
  }

  /** The bodies of all messages that were sent and not deleted, received or not, oldest first. */
  peek(name: string): string[] {
    return this.find(name).messages.map(({ body }) => body);
  }

  /** The API's operations, by the names that clients send. */
  operations() {
    return {
      SendMessage: operation(sendSchema, (input) => this.sendMessage(input)),
      ReceiveMessage: operation(receiveSchema, (input) => this.receiveMessages(input)),
      DeleteMessage: operation(deleteSchema, (input) => this.deleteMessage(input)),
      ChangeMessageVisibilityBatch: operation(visibilitySchema, (input) => this.changeVisibility(input)),
      GetQueueAttributes: operation(attributesSchema, (input) => this.attributes(input)),
      GetQueueUrl: operation(nameSchema, (input) => ({ QueueUrl: this.find(input.QueueName).url })),
      PurgeQueue: operation(byUrl, (input) => {
        this.findByUrl(input.QueueUrl).messages = [];
      }),
    };
  }

  private find(name: string): Queue {
    const queue = this.queues.get(name);
    if (queue) return queue;
    const message = `The specified queue does not exist: ${name}`;
    throw new AwsError("com.amazonaws.sqs#QueueDoesNotExist", 400, message);
  }

  private findByUrl(url: string): Queue {
    return this.find(url.split("/").pop() ?? "");
  }

  private sendMessage({ QueueUrl, MessageBody, MessageAttributes }: z.infer<typeof sendSchema>) {
    const id = this.send(this.findByUrl(QueueUrl).name, MessageBody, MessageAttributes);
    return { MessageId: id, MD5OfMessageBody: md5(MessageBody) };
  }

  private async receiveMessages(input: z.infer<typeof receiveSchema>) {
    const queue = this.findByUrl(input.QueueUrl);
    if (visible(queue).length === 0 && input.WaitTimeSeconds > 0) {
      const signal = AbortSignal.timeout(input.WaitTimeSeconds * 1000);
      await once(this.arrivals, queue.name, { signal }).catch(() => undefined);
    }
    const messages = visible(queue).slice(0, input.MaxNumberOfMessages);
    return messages.length === 0
      ? {}
      : { Messages: messages.map((m) => receive(m, input.VisibilityTimeout)) };
  }

  private deleteMessage({ QueueUrl, ReceiptHandle }: z.infer<typeof deleteSchema>): void {
    const queue = this.findByUrl(QueueUrl);
    queue.messages = queue.messages.filter((message) => message.receipt !== ReceiptHandle);
  }

  private changeVisibility({ QueueUrl, Entries }: z.infer<typeof visibilitySchema>) {
    const { messages } = this.findByUrl(QueueUrl);
    for (const { ReceiptHandle, VisibilityTimeout } of Entries) {
      const message = messages.find(({ receipt }) => receipt === ReceiptHandle);
      if (message) message.hiddenUntil = Date.now() + VisibilityTimeout * 1000;
    }
    return { Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
  }

  private attributes({ QueueUrl, AttributeNames }: z.infer<typeof attributesSchema>) {
    const queue = this.findByUrl(QueueUrl);
    const waiting = visible(queue).length;
    const all = {
      ApproximateNumberOfMessages: String(waiting),
      ApproximateNumberOfMessagesNotVisible: String(queue.messages.length - waiting),
      QueueArn: queue.arn,
    };
    const wanted = ([name]: [string, string]) =>
      AttributeNames.includes("All") || AttributeNames.includes(name);
    return { Attributes: Object.fromEntries(Object.entries(all).filter(wanted)) };
  }
}

/**
 * Starts an SQS endpoint on this machine.
 * @param region and account: what the queues' ARNs and URLs are made of
 */
export async function startQueues(
  session: Session,
  { region = "us-east-1", account = "123456789012" } = {},
): Promise<LocalQueues> {
  const queues = new LocalQueues(region, account);
  queues.url = await listenJson(session, "sqs", queues.operations());
  return queues;
}

function visible(queue: Queue): Message[] {
  const now = Date.now();
  return queue.messages.filter((message) => message.hiddenUntil <= now);
}

function receive(message: Message, visibilityTimeout: number) {
  message.receipt = randomUUID();
  message.receives++;
  message.hiddenUntil = Date.now() + visibilityTimeout * 1000;
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    Body: message.body,
    MD5OfBody: md5(message.body),
    Attributes: { ApproximateReceiveCount: String(message.receives), SentTimestamp: String(message.sent) },
    MessageAttributes: message.attributes,
  };
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
