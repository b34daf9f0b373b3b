import * as pulumi from "@pulumi/pulumi";
import type * as z from "zod";
import { GroundworkError } from "./error";
import { holdGuardRails } from "./guardRails";
import { confineRoles } from "./roleConfinement";
import { type ProjectConfig, type SharedConfig, type Values, checkProjectConfig } from "./projectConfig";

/**
 * How every program begins: reads its config, all of it at once, and holds what the program makes from then on
 * against the rules of policy/.
 *
 * @throws GroundworkError with everything that `checkProjectConfig` finds wrong
 */
export function readConfig<S extends z.ZodRawShape>(project: ProjectConfig<S>): Values<S> & SharedConfig {
  const stack = pulumi.getStack();
  const checked = checkProjectConfig(project, stack, pulumi.runtime.allConfig());
  if (checked.problems) throw GroundworkError.all(`Pulumi.${stack}.yaml`, checked.problems);
  confineRoles(checked.config.permissionsBoundaryArn);
  holdGuardRails(checked.config);
  return checked.config;
}
