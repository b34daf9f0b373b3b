/**
 * Puts the process's environment back as it was when this was called. Assigning to `process.env` would leave an
 * object there that the system calls behind `os.tmpdir()` don't see.
 */
export function keepEnvironment(): () => void {
  const before = { ...process.env };
  return () => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  };
}
