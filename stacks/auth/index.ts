import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { readConfig, requireRegion } from "../../infra/config";
import { checkLearnerLab } from "../../infra/learnerLab";
import { UserPool } from "../../infra/userPool";

const config = readConfig({
  /** Whether the pool, and with it every user, can't be deleted. Default true. */
  deletionProtection: z.boolean().default(true),
});
checkLearnerLab(requireRegion(), []);

const pool = new UserPool("pool", config);

export const userPoolId = pool.userPoolId;
export const userPoolClientId = pool.clientId;
export const issuer = pulumi.interpolate`https://cognito-idp.${requireRegion()}.amazonaws.com/${pool.userPoolId}`;
