import * as pulumi from "@pulumi/pulumi";

/**
 * The base of every component: each taggable resource below it carries `Project`, `Environment` and `Stack`.
 *
 * A resource transformation rather than the provider's default tags: `aws:defaultTags` is config, which the
 * projects share, and couldn't name the stack.
 */
export abstract class Component extends pulumi.ComponentResource {
  /** For the resources of this component. */
  protected readonly child: pulumi.CustomResourceOptions = { parent: this };

  constructor(type: string, name: string, opts: pulumi.ComponentResourceOptions = {}) {
    super(`groundwork:${type}`, name, {}, pulumi.mergeOptions(opts, { transformations: [addTags] }));
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
