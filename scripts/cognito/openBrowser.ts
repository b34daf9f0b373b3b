import open from "open";

/** Opens an address in the user's browser; where there is none, the person has the address on the screen. */
export async function openBrowser(url: string): Promise<void> {
  const failed = (error: Error): void => {
    process.stderr.write(`No browser could be opened (${error.message}): open the address yourself\n`);
  };
  try {
    const browser = await open(url);
    browser.once("error", failed);
  } catch (error) {
    failed(error as Error);
  }
}
