import * as pulumi from "@pulumi/pulumi";
import { answerOf, attributesOf } from "../../local/attributes";
import type { Scope } from "../../local/attributes/table";

type Properties = Record<string, unknown>;

/**
 * A provider for the real Pulumi engine that makes nothing: what AWS would compute comes from the table that
 * the environment on this machine uses too. It keeps its inputs in its outputs, to compare the next ones with.
 */
export class TableProvider implements pulumi.provider.Provider {
  readonly version = "0.0.0";

  check(_urn: string, _olds: Properties, news: Properties): Promise<pulumi.provider.CheckResult> {
    return Promise.resolve({ inputs: news });
  }

  diff(_id: string, _urn: string, olds: Properties, news: Properties): Promise<pulumi.provider.DiffResult> {
    const before = olds.__inputs as Record<string, string>;
    const after = comparable(news);
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return Promise.resolve({ changes: [...keys].some((key) => before[key] !== after[key]) });
  }

  create(urn: string, inputs: Properties): Promise<pulumi.provider.CreateResult> {
    const { id, ...outputs } = attributesOf({ ...identify(urn), inputs, scope: scopeOf(urn) });
    return Promise.resolve({ id, outs: { ...inputs, ...outputs, __inputs: comparable(inputs) } });
  }

  async update(
    _id: string,
    urn: string,
    _olds: Properties,
    news: Properties,
  ): Promise<pulumi.provider.UpdateResult> {
    return { outs: (await this.create(urn, news)).outs as Properties };
  }

  delete(): Promise<void> {
    return Promise.resolve();
  }

  invoke(token: string, inputs: Properties): Promise<pulumi.provider.InvokeResult> {
    return Promise.resolve({ outputs: answerOf(token, scopeOf(""), inputs) });
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
      const { id: _id, ...outputs } = attributesOf({ type, name, inputs: known, scope: scopeOf("") });
      return outputs;
    });
    return new Promise((resolve) =>
      state.apply((outputs) => resolve({ urn: component.urn, state: outputs })),
    );
  }
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
function identify(urn: string): { type: string; name: string } {
  const parts = urn.split("::");
  return { type: parts[2]?.split("$").at(-1) ?? "", name: parts[3] ?? "" };
}

function scopeOf(urn: string): Scope {
  return {
    region: process.env.AWS_REGION ?? "us-east-1",
    account: "123456789012",
    stack: /^urn:pulumi:([^:]+)::/.exec(urn)?.[1] ?? "",
  };
}
