import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { answerOf, attributesOf } from "../../programs/attributes";
import type { Scope } from "../../programs/attributes/table";
import { Cloud } from "./cloud";
import { refusalToDelete } from "./protection";
import { apiGatewayRole, readBack } from "./readBack";
import { replacingInputs } from "./replacing";

type Properties = Record<string, unknown>;

/** A resource as this provider keeps it in the state, beside its inputs and what AWS would compute. */
interface Kept extends Properties {
  /** To compare the next inputs with. */
  readonly __inputs: Record<string, string>;
  /** Another one for each resource made, so that a replaced resource has another id, as it has on AWS. */
  readonly __made: string;
}

/** A resource type whose creation fails, as when AWS has a bad day. */
export const failingType = "GROUNDWORK_ENGINE_FAILING_TYPE";
/** A resource type that AWS takes half a minute to make, and is there from the first moment on. */
export const slowType = "GROUNDWORK_ENGINE_SLOW_TYPE";

/**
 * A provider for the real Pulumi engine that makes nothing but a file in the engine's cloud: what AWS would compute
 * comes from the table that the environment on this machine uses too, what makes AWS replace a resource from replacing.ts,
 * what it reads back otherwise from readBack.ts.
 */
export class TableProvider implements pulumi.provider.Provider {
  readonly version = "0.0.0";
  private readonly cloud = Cloud.ofThisProcess();

  check(_urn: string, _olds: Properties, news: Properties): Promise<pulumi.provider.CheckResult> {
    return Promise.resolve({ inputs: news });
  }

  diff(_id: string, urn: string, olds: Properties, news: Properties): Promise<pulumi.provider.DiffResult> {
    const before = (olds as Kept).__inputs;
    const after = comparable(news);
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    const changed = [...keys].filter((key) => before[key] !== after[key]);
    // An executor, so that what it throws rejects.
    return new Promise((resolve) => {
      const replaces = changed.length === 0 ? [] : replacingInputs(identify(urn).type, changed);
      resolve({ changes: changed.length > 0, replaces });
    });
  }

  async create(urn: string, inputs: Properties): Promise<pulumi.provider.CreateResult> {
    const { type, name } = identify(urn);
    if (type === process.env[failingType]) {
      throw new Error(`InternalFailure: ${type} ${name} could not be made`);
    }
    const { id, outs } = make(urn, inputs, randomUUID());
    this.cloud.put({ urn, id, properties: outs });
    if (type === process.env[slowType]) await sleep(30_000);
    return { id, outs };
  }

  /** What AWS keeps of it: as it was written, but for what readBack.ts says. */
  read(id: string, urn: string): Promise<pulumi.provider.ReadResult> {
    const found = this.cloud.get(urn, id);
    if (!found) return Promise.resolve({ id: "", props: {} });
    const { __inputs, ...written } = found.properties as Kept;
    // An executor, so that what it throws rejects.
    return new Promise((resolve) => {
      const properties: Properties = { ...written, ...readBack(identify(urn).type, written) };
      const inputs = Object.fromEntries(Object.keys(__inputs).map((key) => [key, properties[key]]));
      resolve({ id, props: { ...properties, __inputs: comparable(inputs) }, inputs });
    });
  }

  update(id: string, urn: string, olds: Properties, news: Properties): Promise<pulumi.provider.UpdateResult> {
    const { outs } = make(urn, news, (olds as Kept).__made);
    this.cloud.put({ urn, id, properties: outs });
    return Promise.resolve({ outs });
  }

  delete(id: string, urn: string, properties: Properties): Promise<void> {
    const refusal = refusalToDelete(identify(urn).type, properties);
    if (refusal !== undefined) return Promise.reject(new Error(refusal));
    this.cloud.remove(urn, id);
    return Promise.resolve();
  }

  invoke(token: string, inputs: Properties): Promise<pulumi.provider.InvokeResult> {
    return Promise.resolve({ outputs: apiGatewayRole(token) ?? answerOf(token, scopeOf(""), inputs) });
  }

  /** A remote component, such as `awsx.ec2.Vpc`. */
  construct(
    name: string,
    type: string,
    inputs: pulumi.Inputs,
    options: pulumi.ComponentResourceOptions,
  ): Promise<pulumi.provider.ConstructResult> {
    const component = new pulumi.ComponentResource(type, name, {}, options);
    const state = pulumi.output(inputs).apply((known: Properties) => {
      const scope = scopeOf(pulumi.getStack());
      const { id: _id, ...outputs } = attributesOf({ type, name, inputs: known, scope });
      return outputs;
    });
    return new Promise((resolve) =>
      state.apply((outputs) => resolve({ urn: component.urn, state: outputs })),
    );
  }
}

function make(urn: string, inputs: Properties, made: string): { id: string; outs: Kept } {
  const { stack, type, name } = identify(urn);
  const { id, ...outputs } = attributesOf({ type, name, inputs, scope: scopeOf(`${stack}/${made}`) });
  return { id, outs: { ...inputs, ...outputs, __inputs: comparable(inputs), __made: made } };
}

/**
 * Inputs as text, key by key. An archive arrives as the engine holds it: with the hash of its content, and at
 * times without the content.
 */
function comparable(inputs: Properties): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => [key, hashOf(value) ?? JSON.stringify(value, sortedKeys)]),
  );
}

function hashOf(value: unknown): string | undefined {
  return (value as { hash?: string } | null)?.hash;
}

/** The engine hands over the keys of an object in any order. */
function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `urn:pulumi:dev::networking::parent$type::name` */
function identify(urn: string): { stack: string; type: string; name: string } {
  const [stack = "", , types = "", name = ""] = urn.replace(/^urn:pulumi:/, "").split("::");
  return { stack, type: types.split("$").at(-1) ?? "", name };
}

/** @param stack from which, with the region, ids follow */
function scopeOf(stack: string): Scope {
  return { region: process.env.AWS_REGION ?? "us-east-1", account: "123456789012", stack };
}
