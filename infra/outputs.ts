import type * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { deployFirst } from "./deployFirst";
import { GroundworkError } from "./error";

const text = z.string();
const texts = z.array(z.string());
/** Of each function of the stack, by a short name. */
const logGroups = z.record(z.string(), z.string());

/** What each stack exports. Others rely on these names: they may be added to, not changed. */
const outputSchemas = {
  networking: z.object({
    vpcId: text,
    vpcCidrBlock: text,
    publicSubnetIds: texts,
    privateSubnetIds: texts,
    availabilityZones: texts,
    natMode: text,
  }),
  database: z.object({
    /** Its host. */
    endpoint: text,
    port: z.number(),
    databaseName: text,
    /** Of the master user. */
    secretArn: text,
    /** Of the role that the ingest function signs in as. */
    ingestSecretArn: text,
    /** Of the role that the functions behind the API's routes sign in as. */
    readerSecretArn: text,
    securityGroupId: text,
    /** Without a bastion, this and the next two are "none". */
    bastionMode: z.enum(["ssm", "ssh", "none"]),
    bastionHost: text,
    bastionInstanceId: text,
    tunnelCommand: text,
    logGroups,
  }),
  auth: z.object({
    userPoolId: text,
    userPoolClientId: text,
    issuer: text,
    hostedUiUrl: text,
    hostedUiClientId: text,
    loginCallbackUrls: texts,
    apiUrl: text,
    /** Of the API: `GET /records`. */
    routes: texts,
    logGroups,
  }),
  ingest: z.object({
    bucketName: text,
    functionName: text,
    deadLetterQueueUrl: text,
    jobsFunctionName: text,
    /** "none" without the Glue road. */
    glueJobName: text,
    dashboardUrl: text,
    logGroups,
  }),
  groundwork: z.object({
    apiUrl: text,
    bucketName: text,
    tunnelCommand: text,
    loadCommand: text,
    dashboardUrl: text,
  }),
};

/** The projects, each with a stack an environment. */
export type Project = keyof typeof outputSchemas;

/** The outputs of a project's stack. */
export type Outputs<P extends Project> = z.output<(typeof outputSchemas)[P]>;

/** The outputs of a whole environment. */
export type EnvironmentOutputs = { readonly [P in Project]: Outputs<P> };

/** Checks the outputs of a whole environment: those of every project have to be there. */
export const environmentOutputs = z.object(outputSchemas);

/** What a project's program exports: all its stack's outputs, and no others. */
export type Exports<P extends Project> = { readonly [K in keyof Outputs<P>]: pulumi.Input<Outputs<P>[K]> };

/**
 * One output of a deployed stack.
 *
 * @param stackName of the environment, for the sentence that says how to deploy it
 * @throws GroundworkError where the stack was deployed before it had this output, or has it in another form
 */
export function checkedOutput<P extends Project, K extends keyof Outputs<P> & string>(
  project: P,
  stackName: string,
  name: K,
  value: unknown,
): Outputs<P>[K] {
  // TypeScript can't follow a schema by project and by name at once.
  const { shape } = outputSchemas[project] as unknown as { shape: Record<K, z.ZodType<Outputs<P>[K]>> };
  const parsed = shape[name].safeParse(value);
  if (parsed.success) return parsed.data;
  throw new GroundworkError(
    value === undefined
      ? `Stack ${project} has no output ${name}: ${deployFirst(project, stackName)}`
      : `Output ${name} of stack ${project} is not what is expected of it: ${deployFirst(project, stackName)}`,
  );
}
