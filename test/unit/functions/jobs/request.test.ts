import { expect } from "chai";
import { readRequest } from "../../../../functions/jobs/request";

describe("An event of the jobs function", () => {
  const bad: { event: unknown; says: string }[] = [
    { event: null, says: '"action" must be sweep' },
    { event: "sweep", says: '"action" must be sweep' },
    { event: { action: "delete" }, says: '"action" must be sweep' },
    {
      event: { action: "sweep", stalledAfterSeconds: -1 },
      says: '"stalledAfterSeconds" must be a whole number from 0',
    },
    { event: { action: "sweep", stalledAfterSeconds: 1.5 }, says: '"stalledAfterSeconds" must be' },
    { event: { action: "status", key: "a" }, says: 'must have a text "bucket"' },
    { event: { action: "resume", bucket: "b", key: "" }, says: 'must have a text "key"' },
    { event: { action: "undo", bucket: "b", key: "a", etag: 7 }, says: 'must have a text "etag"' },
    { event: { action: "list" }, says: 'must have a text "bucket"' },
    { event: { action: "list", bucket: "b", limit: 0 }, says: '"limit" must be a whole number from 1' },
    { event: { action: "statuses", files: [] }, says: 'must have a text "bucket"' },
    { event: { action: "statuses", bucket: "b", files: "a" }, says: '"files" must be at most 1000 objects' },
    { event: { action: "statuses", bucket: "b", files: [null] }, says: '"files" must be at most' },
    { event: { action: "statuses", bucket: "b", files: [{ key: "a", etag: 7 }] }, says: '"files" must be' },
    { event: { action: "statuses", bucket: "b", files: [{ key: 7, etag: "e" }] }, says: '"files" must be' },
    { event: { action: "rejects" }, says: 'must have a text "job"' },
    { event: { action: "rejects", job: "1 OR 1=1" }, says: '"job" must be the number of a job' },
    { event: { action: "rejects", job: "1234567890123456789" }, says: '"job" must be the number of a job' },
    { event: { action: "rejects", job: "1", after: -2 }, says: '"after" must be a whole number from -1' },
  ];
  for (const { event, says } of bad)
    it(`is refused as ${JSON.stringify(event)}`, () => {
      expect(() => readRequest(event)).to.throw(says);
    });

  it("asks for a thousand files at once, and for none more", () => {
    const files = Array.from({ length: 1000 }, (_, i) => ({ key: `${i}`, etag: "e" }));
    const event = { action: "statuses", bucket: "b", files };
    expect(readRequest(event)).to.deep.equal(event);
    expect(() => readRequest({ ...event, files: [...files, files[0]] })).to.throw("at most 1000");
  });
});
