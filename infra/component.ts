import * as pulumi from "@pulumi/pulumi";
import { GroundworkError } from "./error";

/**
 * The base of every component: each taggable resource below it carries `Project`, `Environment` and `Stack`, and each
 * resource below it is named after it: so two components of one kind never ask for the same name.
 *
 * A resource transformation rather than the provider's default tags: `aws:defaultTags` is config, which the
 * projects share, and couldn't name the stack.
 */
export abstract class Component extends pulumi.ComponentResource {
  /** For the resources of this component. */
  protected readonly child: pulumi.CustomResourceOptions = { parent: this };

  /** @param type its folder and class, such as `database:Bastion` */
  constructor(type: string, name: string, opts: pulumi.ComponentResourceOptions = {}) {
    const transformations = [addTags, checkName(type, name)];
    super(`groundwork:${type}`, name, {}, pulumi.mergeOptions(opts, { transformations }));
  }

  /** For a resource of this component that earlier versions deployed under another name: it is kept, not replaced. */
  protected once(name: string): pulumi.CustomResourceOptions {
    return { ...this.child, aliases: [{ name }] };
  }
}

/** The tags that every resource of this stack carries. */
export function stackTags(): Record<string, string> {
  return { Project: "groundwork", Environment: pulumi.getStack(), Stack: pulumi.getProject() };
}

/** Resources that take tags are known by `tagsAll`, which the AWS provider computes for each of them. */
function addTags({ props, opts }: pulumi.ResourceTransformationArgs): pulumi.ResourceTransformationResult {
  const inputs = props as Record<string, unknown>;
  if (!("tagsAll" in inputs)) return { props: inputs, opts };
  const own = pulumi.output(inputs.tags as pulumi.Input<Record<string, string> | undefined>);
  return { props: { ...inputs, tags: own.apply((tags) => ({ ...stackTags(), ...tags })) }, opts };
}

/** A component's first resource has its name, the others begin with it. */
function checkName(component: string, own: string): pulumi.ResourceTransformation {
  return ({ type, name }) => {
    if (name === own || name.startsWith(`${own}-`)) return undefined;
    throw new GroundworkError(`Component ${component} ${own} makes ${type} ${name}: name it ${own}-${name}`);
  };
}
