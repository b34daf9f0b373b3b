import { adminOperations } from "./adminOperations";
import { groupOperations } from "./groupOperations";
import { mfaOperations } from "./mfaOperations";
import type { Operation } from "./operation";
import { poolOperations } from "./poolOperations";
import { signInOperations } from "./signInOperations";
import { userOperations } from "./userOperations";

/** The operations of Cognito's API that are served on this machine, each with its input's rules. */
export const operations: Readonly<Record<string, Operation>> = {
  ...poolOperations,
  ...adminOperations,
  ...groupOperations,
  ...mfaOperations,
  ...signInOperations,
  ...userOperations,
};
