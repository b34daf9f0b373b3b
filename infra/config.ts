import * as pulumi from "@pulumi/pulumi";
import type * as z from "zod";
import { GroundworkError } from "./error";
import { type ProjectConfig, type SharedConfig, type Values, checkProjectConfig } from "./projectConfig";

/**
 * How every program begins: reads its config, all of it at once.
 *
 * @throws GroundworkError with everything that `checkProjectConfig` finds wrong
 */
export function readConfig<S extends z.ZodRawShape>(project: ProjectConfig<S>): Values<S> & SharedConfig {
  const stack = pulumi.getStack();
  const checked = checkProjectConfig(project, stack, pulumi.runtime.allConfig());
  if (checked.problems) throw GroundworkError.all(`Pulumi.${stack}.yaml`, checked.problems);
  return checked.config;
}
