import { createHash } from "node:crypto";
import { GroundworkError } from "../../infra/error";

/** A resource as a program asks for it. */
export interface ResourceRequest {
  readonly type: string;
  /** Its logical name. */
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Where it is made: ids and ARNs follow from it. */
  readonly scope: Scope;
}

export interface Scope {
  readonly region: string;
  readonly account: string;
  readonly stack: string;
}

/** What AWS computes for a resource, beside its inputs. */
export type Attributes = Readonly<Record<string, unknown>> & { readonly id: string };

/** One entry a resource type. */
export type AttributeTable = Readonly<Record<string, (resource: ResourceRequest) => Attributes>>;

/** An input that the resource can't do without here. */
export function input(resource: ResourceRequest, key: string): string {
  const value = resource.inputs[key];
  if (typeof value !== "string" || value === "") {
    throw new GroundworkError(
      `${resource.type} ${resource.name} has no ${key}: set it in the program, or change what programs/attributes/ expects`,
    );
  }
  return value;
}

/** The resource's physical name: the one it was given, or, as Pulumi does it, its own with a suffix. */
export function named(resource: ResourceRequest, key = "name"): string {
  return resource.inputs[key] === undefined
    ? `${resource.name}-${digest(resource).slice(0, 7)}`
    : input(resource, key);
}

/** An id such as `vpc-0a1b2c3d4e5f67890`; always the same for the same resource of the same stack. */
export function hexId(resource: ResourceRequest, prefix: string): string {
  return `${prefix}-${digest(resource).slice(0, 17)}`;
}

export function arn(resource: ResourceRequest, service: string, path: string): string {
  const { region, account } = resource.scope;
  return `arn:aws:${service}:${region}:${account}:${path}`;
}

/** Of what IAM names: `/` unless it was given another one. */
export function pathOf({ inputs }: ResourceRequest): string {
  return (inputs.path as string | undefined) ?? "/";
}

export function digest(resource: ResourceRequest): string {
  const { stack, region } = resource.scope;
  return createHash("sha256").update([stack, region, resource.type, resource.name].join("|")).digest("hex");
}
