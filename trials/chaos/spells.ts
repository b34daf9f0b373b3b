import { randomBytes } from "node:crypto";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { IngestResult } from "../../functions/ingest/handler";
import type { InvocationEnd, InvocationStart } from "../../local/lambda/service";
import type { Files } from "./files";
import type { ChaosTarget } from "./target";

/** What lasts for a while. */
interface Spell {
  /** Whether it has met a load: asked over and over. */
  readonly struck: () => boolean | Promise<boolean>;
  readonly end: () => unknown;
  /** What comes of it at last, when all is loaded and nothing breaks any more. */
  readonly aftermath?: () => Promise<unknown>;
}

/** @param files of the trial, to which it may add */
type Begin = (target: ChaosTarget, draw: () => number, files: Files) => Spell | Promise<Spell>;

/** What breaks for seconds, one of them in each trial. */
export const spells = {
  "disk full": async ({ sql }) => {
    // A sequence keeps what a transaction that fails has counted.
    await sql("CREATE SEQUENCE IF NOT EXISTS chaos_full; GRANT USAGE ON chaos_full TO PUBLIC");
    await sql(`CREATE OR REPLACE FUNCTION chaos_full() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM nextval('chaos_full'); RAISE disk_full; END $$`);
    await sql("CREATE OR REPLACE TRIGGER chaos_full AFTER INSERT ON records EXECUTE FUNCTION chaos_full()");
    return {
      struck: async () => (await sql("SELECT FROM chaos_full WHERE is_called")).length > 0,
      end: async () => {
        await sql("DROP TRIGGER IF EXISTS chaos_full ON records");
        await sql("DROP SEQUENCE IF EXISTS chaos_full");
      },
    };
  },
  // Another server has the address, with what was committed; who was connected hears nothing more.
  failover: async (target) => {
    const { road } = target;
    const met = mark();
    road.hang(met.set);
    road.refuse(met.set);
    await target.restart("immediate");
    return { struck: met.isSet, end: () => road.allow() };
  },
  "connections hang": ({ road }) => {
    const met = mark();
    road.hang(met.set);
    return { struck: met.isSet, end: () => road.allow() };
  },
  "server refuses": ({ road }) => {
    const met = mark();
    road.refuse(met.set);
    return { struck: met.isSet, end: () => road.allow() };
  },
  "slow S3": ({ environment: { services } }, draw) => {
    const { s3 } = services;
    const { fault } = s3;
    const met = mark();
    s3.fault = (request) => {
      const other = fault?.(request);
      if (other !== undefined || request.method !== "GET" || request.key === "") return other;
      met.set();
      return { pauseMs: 1 + draw() * 400 };
    };
    return { struck: met.isSet, end: () => (s3.fault = fault) };
  },
  // Below the 15 minutes from which on AWS refuses what is signed.
  "wrong clock": async (target, draw) => {
    const minutes = (draw() < 0.5 ? -1 : 1) * (1 + draw() * 12);
    const setRight = await setClocks(target, minutes);
    return { struck: hearNext(target, gotOn), end: setRight };
  },
  // All that come from now on, S3's own among them; what they ask for is done by then, or undone.
  "late events": async (target, _, files) => {
    const { lambda, functionName: ingest } = target;
    const { fault } = lambda;
    const late: unknown[] = [];
    lambda.fault = (request) => {
      if (request.functionName !== ingest) return fault?.(request);
      late.push(JSON.parse(request.payload));
      return "lost";
    };
    const [replaced, undone] = [await files.upload(), await files.upload()];
    return {
      struck: () => late.length > 0,
      end: () => (lambda.fault = fault),
      aftermath: async () => {
        await files.replace(replaced);
        await files.undo(undone);
        await lambda.idle();
        const setRight = await setClocks(target, 60);
        for (const event of late) {
          const { functionError, payload } = await lambda.invoke(ingest, event);
          if (functionError) throw new Error(`An event an hour late: ${payload}`);
        }
        await lambda.idle();
        await setRight();
      },
    };
  },
  // The migration first, as it deploys.
  deployment: async (target) => {
    const { lambda, functionName, sql } = target;
    await sql("ALTER TABLE records ADD COLUMN IF NOT EXISTS chaos text DEFAULT 'new'");
    await lambda.updateFunction(functionName, {});
    return {
      struck: hearNext(target, gotOn),
      end: () => sql("ALTER TABLE records DROP COLUMN IF EXISTS chaos"),
    };
  },
  "password rotated": async (target, draw) => {
    const { environment, lambda, functionName, sql } = target;
    const { outputs, services } = environment;
    const arn = outputs.database.ingestSecretArn;
    const username = "ingest";
    const password = randomBytes(18).toString("base64url");
    const inSecret = (): unknown => services.secrets.put(arn, JSON.stringify({ username, password }));
    const inDatabase = (): unknown => sql(`ALTER ROLE ${username} PASSWORD '${password}'`);
    // Between the two nobody gets in who doesn't know the old password from before.
    const [first, then] = draw() < 0.5 ? [inSecret, inDatabase] : [inDatabase, inSecret];
    await first();
    await lambda.updateFunction(functionName, {});
    const isRefused = ({ outcome }: InvocationEnd): boolean =>
      !outcome.ok && outcome.error.errorMessage.includes("password authentication failed");
    return { struck: hearNext(target, isRefused), end: then };
  },
} satisfies Record<string, Begin>;

export type SpellName = keyof typeof spells;
export const spellNames = Object.keys(spells) as SpellName[];

/**
 * Begins a spell in the middle of a load, as soon as a job is begun or has its first checkpoint, and then has one more
 * file come, so that it meets a load for certain. Ends it a while after it did.
 *
 * @returns the spell; undefined where it met nothing before the signal
 */
export async function castSpell(
  name: SpellName,
  target: ChaosTarget,
  files: Files,
  draw: () => number,
  signal: AbortSignal,
): Promise<Spell | undefined> {
  const pause = (ms: number): Promise<unknown> => sleep(ms, undefined, { signal }).catch(() => undefined);
  const until = async (isSo: Spell["struck"]): Promise<boolean> => {
    for (;;) {
      if (await isSo()) return true;
      if (signal.aborted) return false;
      await pause(20);
    }
  };
  const from = draw() < 0.5 ? 0 : 1;
  const begun = "SELECT FROM ingest_jobs WHERE byte_offset >= $1 LIMIT 1";
  if (!(await until(async () => (await target.sql(begun, [from])).length > 0))) return undefined;
  const begin: Begin = spells[name];
  const spell = await begin(target, draw, files);
  try {
    await files.upload();
    const met = await until(spell.struck);
    await pause(300 + draw() * 2700);
    return met ? spell : undefined;
  } finally {
    await spell.end();
  }
}

function mark(): { set: () => void; isSet: () => boolean } {
  let is = false;
  return { set: () => void (is = true), isSet: () => is };
}

/** Whether one of the loads' invocations that start from now on has ended so. */
function hearNext(
  { lambda: { events }, functionName }: ChaosTarget,
  isSo: (end: InvocationEnd) => boolean,
): () => boolean {
  const met = mark();
  const started = new Set<string>();
  const onStart = (start: InvocationStart): void => {
    if (start.functionName === functionName) started.add(start.requestId);
  };
  const onEnd = (end: InvocationEnd): void => {
    if (!started.has(end.requestId) || !isSo(end)) return;
    met.set();
    events.off("start", onStart).off("end", onEnd);
  };
  events.on("start", onStart).on("end", onEnd);
  return met.isSet;
}

/** Whether an invocation loaded something. */
function gotOn({ outcome }: InvocationEnd): boolean {
  if (!outcome.ok) return false;
  const { status, reason } = JSON.parse(outcome.payload) as IngestResult;
  return (status === "done" || status === "continued") && reason === undefined;
}

/** What loads is wrong about the time from now on; answers with what sets it right. */
async function setClocks(
  { lambda, functionName }: ChaosTarget,
  minutes: number,
): Promise<() => Promise<void>> {
  const { environment } = lambda.spec(functionName);
  await lambda.updateFunction(functionName, {
    environment: {
      ...environment,
      NODE_OPTIONS: `--require "${path.join(__dirname, "wrongClock.js")}"`,
      CHAOS_CLOCK_MS: String(Math.round(minutes * 60_000)),
    },
  });
  return () => lambda.updateFunction(functionName, { environment });
}
