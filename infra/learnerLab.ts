/** What AWS Academy's Learner Lab gives in place of the roles that it forbids to make, and where it is open. */
export const lab = {
  role: "LabRole",
  instanceProfile: "LabInstanceProfile",
  keyPair: "vockey",
  regions: ["us-east-1", "us-west-2"] as readonly string[],
} as const;
