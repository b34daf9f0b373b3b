import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { GroundworkError } from "../../infra/error";

/** A shape of a model: what botocore knows of one kind of value. */
export interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly key?: { readonly shape: string };
  readonly value?: { readonly shape: string };
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

interface Model {
  readonly operations: Readonly<Record<string, { readonly input?: { readonly shape: string } }>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** The models of AWS's services in a wheel of botocore. */
export class Models {
  readonly version: string;
  /** When it was packed, as 2026-01-31. */
  readonly date: string;
  private readonly content: Buffer;
  private readonly read = new Map<string, Model>();

  constructor(wheel: string) {
    this.version = /botocore-(\d+\.\d+\.\d+)-/.exec(wheel)?.[1] ?? "";
    if (this.version === "")
      throw new GroundworkError(`${wheel} is no wheel of botocore: pip download botocore`);
    this.content = readFileSync(wheel);
    // The date of its first file: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.4.6
    const packed = this.content.readUInt16LE(12);
    const parts = [1980 + (packed >> 9), (packed >> 5) & 15, packed & 31];
    this.date = parts.map((part) => String(part).padStart(2, "0")).join("-");
  }

  /** A service's shape by name. */
  shape(service: string, name: string): Shape {
    const shape = this.model(service).shapes[name];
    if (!shape) throw new GroundworkError(`${service} has no shape ${name}`);
    return shape;
  }

  /** What a call takes. */
  input(service: string, operation: string): Shape {
    const input = this.model(service).operations[operation]?.input;
    if (!input) throw new GroundworkError(`${service} has no call ${operation}, or it takes nothing`);
    return this.shape(service, input.shape);
  }

  private model(service: string): Model {
    const before = this.read.get(service);
    if (before) return before;
    const isOurs = new RegExp(`^botocore/data/${service}/[^/]+/service-2\\.json\\.gz$`);
    const versions = Object.entries(unzipSync(this.content, { filter: ({ name }) => isOurs.test(name) }));
    const [, newest] = versions.sort().at(-1) ?? [];
    if (!newest) throw new GroundworkError(`botocore ${this.version} has no model of ${service}`);
    const model = JSON.parse(gunzipSync(newest).toString()) as Model;
    this.read.set(service, model);
    return model;
  }
}
