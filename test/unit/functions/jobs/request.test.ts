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
    ...[
      undefined,
      {},
      [null],
      ["a"],
      [{ key: "k" }],
      [{ etag: "e" }],
      [{ key: 1, etag: "e" }],
      [{ key: "k", etag: 1 }],
    ]
      .concat([Array(1001).fill({ key: "k", etag: "e" })])
      .map((files) => ({
        event: { action: "statuses", bucket: "b", files },
        says: '"files" must be at most 1000 objects',
      })),
    { event: { action: "rows" }, says: 'must have a text "table"' },
    { event: { action: "rows", table: "a", after: "(0,1" }, says: '"after" must be the place of a row' },
    { event: { action: "list", bucket: "b", table: "" }, says: 'must have a text "table"' },
  ];
  for (const { event, says } of bad)
    it(`is refused as ${JSON.stringify(event).slice(0, 100)}`, () => {
      expect(() => readRequest(event)).to.throw(says);
    });

  const files = Array(1000).fill({ key: "k", etag: "e" });
  const file = { bucket: "b", key: "k" };
  const taken: { event: object; as?: object }[] = [
    { event: { action: "sweep" }, as: { action: "sweep", stalledAfterSeconds: 300 } },
    { event: { action: "sweep", stalledAfterSeconds: 0 } },
    ...["status", "resume", "undo"].flatMap((action) => [
      { event: { action, ...file } },
      { event: { action, ...file, etag: "e" } },
    ]),
    { event: { action: "statuses", bucket: "b", files } },
    { event: { action: "list", bucket: "b" }, as: { action: "list", bucket: "b", limit: 50 } },
    { event: { action: "list", bucket: "b", limit: 1 } },
    { event: { action: "list", bucket: "b", limit: 1001 }, as: { action: "list", bucket: "b", limit: 1000 } },
    { event: { action: "rejects", job: "1" }, as: { action: "rejects", job: "1", after: -1 } },
    { event: { action: "rejects", job: "123456789012345678", after: 7 } },
  ];
  for (const { event, as = event } of taken)
    it(`is read as ${JSON.stringify(as).slice(0, 100)}`, () => {
      expect(readRequest({ ...event, more: "of another version" })).to.deep.equal(as);
    });
});
