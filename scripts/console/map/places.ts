import type { BoxFacts } from "./facts";

/** What the environment itself knows of its resources: outputs of its stacks. */
export interface Known {
  readonly region: string;
  readonly account: string;
  readonly outputs: Readonly<
    Record<
      "endpoint" | "bastionInstanceId" | "bucketName" | "deadLetterQueueUrl" | "userPoolId" | "apiUrl",
      string
    >
  >;
}

interface Place {
  /** The id by which AWS knows it; the name that the program gives, unless told. */
  readonly id?: (known: Known) => string;
  /** Of that id. */
  readonly arn?: (id: string, known: Known) => string;
  /** Its page in the AWS console, behind the host. */
  readonly page: (id: string, known: Known) => string;
  /** The service whose endpoint stands for it on this machine, or its own address there. */
  readonly here: string | ((known: Known) => string);
}

const places: Readonly<Record<string, Place>> = {
  "aws:rds/instance:Instance": {
    page: (id) => `rds/home#database:id=${id};is-cluster=false`,
    here: ({ outputs }) => outputs.endpoint,
  },
  "aws:ec2/instance:Instance": {
    id: ({ outputs }) => outputs.bastionInstanceId,
    arn: (id, { region, account }) => `arn:aws:ec2:${region}:${account}:instance/${id}`,
    page: (id) => `ec2/home#InstanceDetails:instanceId=${id}`,
    here: "EC2",
  },
  "aws:lambda/function:Function": { page: (id) => `lambda/home#/functions/${id}`, here: "LAMBDA" },
  "aws:s3/bucket:Bucket": {
    id: ({ outputs }) => outputs.bucketName,
    arn: (id) => `arn:aws:s3:::${id}`,
    page: (id) => `s3/buckets/${id}`,
    here: "S3",
  },
  "aws:sqs/queue:Queue": {
    id: ({ outputs }) => outputs.deadLetterQueueUrl.split("/").at(-1) ?? "",
    arn: (id, { region, account }) => `arn:aws:sqs:${region}:${account}:${id}`,
    page: (_, { outputs }) => `sqs/v3/home#/queues/${encodeURIComponent(outputs.deadLetterQueueUrl)}`,
    here: ({ outputs }) => outputs.deadLetterQueueUrl,
  },
  "aws:cognito/userPool:UserPool": {
    id: ({ outputs }) => outputs.userPoolId,
    arn: (id, { region, account }) => `arn:aws:cognito-idp:${region}:${account}:userpool/${id}`,
    page: (id) => `cognito/v2/idp/user-pools/${id}/users`,
    here: "COGNITO_IDENTITY_PROVIDER",
  },
  "aws:apigateway/restApi:RestApi": {
    id: ({ outputs }) => new URL(outputs.apiUrl).hostname.split(".")[0] ?? "",
    arn: (id, { region }) => `arn:aws:apigateway:${region}::/restapis/${id}`,
    page: (id) => `apigateway/main/apis/${id}/resources`,
    here: ({ outputs }) => outputs.apiUrl,
  },
};

/**
 * Where the resource of a box is: its id, ARN, and its page in the AWS console, or on this machine its address.
 *
 * @param environment whose `AWS_ENDPOINT_URL_…` lead to services of this machine
 */
export function placeOf(
  { type, name, arn }: Pick<BoxFacts, "type" | "name" | "arn">,
  known: Known,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly id: string; readonly arn: string; readonly page?: string; readonly address?: string } {
  const place = places[type];
  if (!place) return { id: name, arn };
  const isHere = environment.AWS_ENDPOINT_URL_LAMBDA !== undefined;
  // Of an API here the program's own id stands in no address.
  const id = (isHere && type === "aws:apigateway/restApi:RestApi" ? undefined : place.id?.(known)) ?? name;
  const found = { id, arn: place.arn?.(id, known) ?? arn };
  if (isHere) {
    const { here } = place;
    return {
      ...found,
      address: typeof here === "string" ? (environment[`AWS_ENDPOINT_URL_${here}`] ?? "") : here(known),
    };
  }
  const [path = "", hash] = place.page(id, known).split("#");
  const fragment = hash === undefined ? "" : `#${hash}`;
  return {
    ...found,
    page: `https://${known.region}.console.aws.amazon.com/${path}?region=${known.region}${fragment}`,
  };
}
