import { generate } from "selfsigned";

/** A certificate and its private key, both PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

/**
 * Makes a certificate for `localhost` and 127.0.0.1 that is its own authority, so that a client that verifies
 * needs this one PEM and no exception. Valid from yesterday, for clocks that are a little off, for a year.
 */
export async function makeCertificate(): Promise<Certificate> {
  const day = 24 * 60 * 60 * 1000;
  const pems = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(Date.now() - day),
    notAfterDate: new Date(Date.now() + 365 * day),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  return { cert: pems.cert, key: pems.private };
}
