type Properties = Readonly<Record<string, unknown>>;

/** Of the resource types that AWS protects: why it would refuse to delete this one. */
const refusals: Readonly<Record<string, (properties: Properties) => string | undefined>> = {
  "aws:rds/instance:Instance": ({ deletionProtection, skipFinalSnapshot, finalSnapshotIdentifier }) => {
    if (deletionProtection === true) {
      return "InvalidParameterCombination: Cannot delete protected DB Instance, please disable deletion protection and try again.";
    }
    return skipFinalSnapshot !== true && typeof finalSnapshotIdentifier !== "string"
      ? "InvalidParameterCombination: FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
      : undefined;
  },
  "aws:cognito/userPool:UserPool": ({ deletionProtection }) =>
    deletionProtection === "ACTIVE"
      ? "InvalidParameterException: The user pool cannot be deleted because deletion protection is activated."
      : undefined,
};

/** Why AWS would refuse to delete a resource that is in this state; undefined where it wouldn't. */
export function refusalToDelete(type: string, properties: Properties): string | undefined {
  return refusals[type]?.(properties);
}
