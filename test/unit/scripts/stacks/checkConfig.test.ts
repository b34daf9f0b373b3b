import { expect } from "chai";
import { readStackConfig } from "../../../../programs/environments";
import { checkConfig } from "../../../../scripts/stacks/checkConfig";
import { keepEnvironment } from "../../../support/environment";

describe("the config of an environment", () => {
  let restore: () => void;
  beforeEach(() => {
    restore = keepEnvironment();
    delete process.env.AWS_REGION;
  });
  afterEach(() => restore());

  for (const stack of ["dev", "prod", "local", "learnerlab"]) {
    it(`${stack} is in order as committed`, () => {
      expect(() => checkConfig(stack, readStackConfig(stack))).to.not.throw();
    });
  }

  it("is told of all its mistakes at once, over all projects", () => {
    const config = {
      "aws:region": "us-moon-1",
      "aws:allowedAccountIds": "[123456789012]",
      "networking:nat": "gatway",
      "database:multiAz": "perhaps",
      "database:instanceclass": "db.t4g.micro",
      "ingest:timeout": "901",
      "auht:deletionProtection": "true",
    };
    expect(() => checkConfig("dev", config))
      .to.throw()
      .with.property("message")
      .that.includes("Pulumi.dev.yaml:");
    let message = "";
    try {
      checkConfig("dev", config);
    } catch (error) {
      ({ message } = error as Error);
    }
    for (const said of [
      "aws:region: is not a region of AWS, such as eu-central-1 (it is us-moon-1)",
      "aws:allowedAccountIds[0]: must be an account's twelve digits, in quotes",
      "networking:nat: Invalid option",
      "database:multiAz: Invalid input: expected boolean",
      "database:instanceclass is not known; the keys are databaseName, engineVersion, allowMajorVersionUpgrade, instanceClass",
      "ingest:timeout: Too big",
      "auht:deletionProtection belongs to no project: the projects are groundwork, networking",
    ]) {
      expect(message).to.include(said);
    }
    expect(message.match(/^ {2}- /gm)).to.have.length(7);
  });

  it("is refused without a region, unless the environment names one", () => {
    expect(() => checkConfig("dev", {})).to.throw("aws:region is missing");
    process.env.AWS_REGION = "eu-west-1";
    expect(() => checkConfig("dev", {})).to.not.throw();
  });

  it("names no region that functions have no authority for, though the provider be told not to check it", () => {
    const config = { "aws:region": "us-moon-1", "aws:skipRegionValidation": "true" };
    expect(() => checkConfig("dev", config)).to.throw("authority");
  });
});

describe("an environment that is called like production", () => {
  const region = { "aws:region": "eu-west-1" };
  for (const name of ["prod", "production", "prod-eu", "eu-prod", "prod2", "shop-production"]) {
    it(`${name} has to say whether it is`, () => {
      expect(() => checkConfig(name, region)).to.throw(
        `${name} is called like production: say whether it is`,
      );
      for (const production of ["true", "false"]) {
        expect(() => checkConfig(name, { ...region, "groundwork:production": production })).to.not.throw();
      }
    });
  }
  for (const name of ["dev", "products", "pre-prod", "non-prod", "preprod", "reprod-1", "staging"]) {
    it(`isn't ${name}`, () => expect(() => checkConfig(name, region)).to.not.throw());
  }
});

describe("the name of an environment", () => {
  const refused: [name: string, says: string][] = [
    ["Staging", "small letters"],
    ["2024", "begins with a letter"],
    ["my_team", "single hyphens"],
    ["a--b", "single hyphens"],
    ["team-", "single hyphens"],
    ["aws-test", "Cognito refuses aws"],
    ["sg-team", "begin with sg-"],
    ["a".repeat(41), "40 at most"],
  ];
  for (const [name, says] of refused) {
    it(`${name} is refused before AWS does`, () => {
      expect(() => checkConfig(name, { "aws:region": "eu-west-1" })).to.throw(says);
    });
  }

  it("may be of letters, digits and hyphens", () => {
    expect(() => checkConfig("team-2-eu", { "aws:region": "eu-west-1" })).to.not.throw();
  });
});
