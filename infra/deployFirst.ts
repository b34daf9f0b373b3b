/** What to do about a stack that isn't deployed, or not since it has what is asked of it. */
export function deployFirst(project: string, stack: string): string {
  return `deploy it first with npm run deploy -- --stack ${stack} --only ${project}`;
}
