import { randomBytes } from "node:crypto";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChaosTarget } from "./target";

/** Begins what lasts for a while, and says so when it meets something; answers with what ends it. */
type Spell = (target: ChaosTarget, draw: () => number, strike: () => void) => Promise<() => unknown>;

/** What breaks for seconds, one of them in each trial. */
const spells = {
  "disk full": async ({ sql }, _, strike) => {
    // A sequence keeps what a transaction that fails has counted.
    await sql("CREATE SEQUENCE IF NOT EXISTS chaos_full; GRANT USAGE ON chaos_full TO PUBLIC");
    await sql(`CREATE OR REPLACE FUNCTION chaos_full() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM nextval('chaos_full'); RAISE disk_full; END $$`);
    await sql("CREATE OR REPLACE TRIGGER chaos_full AFTER INSERT ON records EXECUTE FUNCTION chaos_full()");
    return async () => {
      await sql("DROP TRIGGER IF EXISTS chaos_full ON records");
      const [counted] = await sql<{ is_called: boolean }>("SELECT is_called FROM chaos_full");
      if (counted?.is_called === true) strike();
      await sql("DROP SEQUENCE IF EXISTS chaos_full");
    };
  },
  // Another server has the address, with what was committed; who was connected hears nothing more.
  failover: async (target, _, strike) => {
    const { road } = target;
    if (road.hang() > 0) strike();
    road.refuse(strike);
    await target.restart("immediate");
    return () => road.allow();
  },
  "connections hang": ({ road }, _, strike) => {
    if (road.hang() > 0) strike();
    return Promise.resolve(() => road.allow());
  },
  "server refuses": ({ road }, _, strike) => {
    road.refuse(strike);
    return Promise.resolve(() => road.allow());
  },
  "slow S3": ({ environment: { services } }, draw, strike) => {
    const { s3 } = services;
    const { fault } = s3;
    s3.fault = (request) => {
      const other = fault?.(request);
      if (other !== undefined || request.method !== "GET") return other;
      strike();
      return { pauseMs: draw() * 400 };
    };
    return Promise.resolve(() => (s3.fault = fault));
  },
  // Below the 15 minutes from which on AWS refuses what is signed.
  "wrong clock": async ({ lambda, functionName }, draw, strike) => {
    const { environment } = lambda.spec(functionName);
    const minutes = (draw() < 0.5 ? -1 : 1) * (1 + draw() * 12);
    await lambda.updateFunction(functionName, {
      environment: {
        ...environment,
        NODE_OPTIONS: `--require "${path.join(__dirname, "wrongClock.js")}"`,
        CHAOS_CLOCK_MS: String(Math.round(minutes * 60_000)),
      },
    });
    return () => {
      if (lambda.processes(functionName).pids.length > 0) strike();
      return lambda.updateFunction(functionName, { environment });
    };
  },
  "late events": ({ lambda, functionName: ingest }, _, strike) => {
    const { fault } = lambda;
    const late: unknown[] = [];
    lambda.fault = (request) => {
      if (request.functionName !== ingest) return fault?.(request);
      late.push(JSON.parse(request.payload));
      strike();
      return "lost";
    };
    return Promise.resolve(async () => {
      lambda.fault = fault;
      for (const event of late) await lambda.invoke(ingest, event, "Event");
    });
  },
  // The migration first, as it deploys.
  deployment: async ({ lambda, functionName, sql }, _, strike) => {
    await sql("ALTER TABLE records ADD COLUMN IF NOT EXISTS chaos text DEFAULT 'new'");
    if (lambda.processes(functionName).pids.length > 0) strike();
    await lambda.updateFunction(functionName, {});
    return () => sql("ALTER TABLE records DROP COLUMN IF EXISTS chaos");
  },
  "password rotated": async ({ environment, sql }, draw, strike) => {
    const { outputs, services } = environment;
    const arn = outputs.database.ingestSecretArn;
    const username = "ingest";
    const password = randomBytes(18).toString("base64url");
    const inSecret = (): unknown => services.secrets.put(arn, JSON.stringify({ username, password }));
    const inDatabase = (): unknown => sql(`ALTER ROLE ${username} PASSWORD '${password}'`);
    // Between the two nobody gets in.
    const [first, then] = draw() < 0.5 ? [inSecret, inDatabase] : [inDatabase, inSecret];
    strike();
    await first();
    return then;
  },
} satisfies Record<string, Spell>;

type SpellName = keyof typeof spells;
export const spellNames = Object.keys(spells) as SpellName[];

/** Casts the spell whose turn it is, in the middle of a load, and ends it after a while; `struck` hears of one that met something. */
export async function castSpell(
  target: ChaosTarget,
  seed: number,
  draw: () => number,
  struck: (name: SpellName) => void,
  signal: AbortSignal,
): Promise<void> {
  const name = spellNames[seed % spellNames.length]!;
  const pause = (ms: number): Promise<unknown> => sleep(ms, undefined, { signal }).catch(() => undefined);
  await pause(300 + draw() * 1000);
  if (signal.aborted) return;
  const spell: Spell = spells[name];
  let met = false;
  const end = await spell(target, draw, () => (met = true));
  await pause(500 + draw() * 3500);
  await end();
  if (met) struck(name);
}
