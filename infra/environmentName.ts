/**
 * The longest name that leaves room for what is put behind it: AWS takes 64 characters for a function and 63 for a
 * database or the hosted UI's domain.
 */
const longest = 40;

/**
 * What is wrong with an environment's name, a sentence each. It stands in front of the names of resources, so that
 * it has to be what the strictest of them takes: RDS, Cognito's domains, security groups.
 */
export function environmentProblems(name: string): string[] {
  const problems: string[] = [];
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    problems.push("it takes small letters, digits and single hyphens between them, and begins with a letter");
  }
  if (name.length > longest) problems.push(`it has ${name.length} characters: ${longest} at most`);
  const taken = ["aws", "amazon", "cognito"].filter((word) => name.includes(word));
  if (taken.length > 0) problems.push(`Cognito refuses ${taken.join(", ")} in the name of a domain`);
  if (name.startsWith("sg-")) problems.push("EC2 refuses names of security groups that begin with sg-");
  return problems.map((problem) => `AWS would refuse the environment's name ${name}: ${problem}`);
}
