import { expect } from "chai";
import { readEvent } from "../../../../functions/ingest/event";

const record = (key: string, eventName = "ObjectCreated:Put") => ({
  eventSource: "aws:s3",
  eventName,
  s3: { bucket: { name: "b" }, object: { key, size: 3, eTag: "abc", versionId: "v1", sequencer: "00" } },
});

describe("The ingest function's event", () => {
  const events: [string, unknown, unknown][] = [
    [
      "a notification",
      { Records: [record("in/a.csv")] },
      [{ bucket: "b", key: "in/a.csv", versionId: "v1", etag: "abc", size: 3 }],
    ],
    [
      "an encoded key, with + for a space",
      { Records: [record("in/a+b%2Bc%20%C3%A4.csv")] },
      [{ bucket: "b", key: "in/a b+c ä.csv", versionId: "v1", etag: "abc", size: 3 }],
    ],
    [
      "several records",
      {
        Records: [
          record("a"),
          record("b", "s3:ObjectCreated:CompleteMultipartUpload"),
          record("c", "ObjectRemoved:Delete"),
        ],
      },
      [
        { bucket: "b", key: "a", versionId: "v1", etag: "abc", size: 3 },
        { bucket: "b", key: "b", versionId: "v1", etag: "abc", size: 3 },
      ],
    ],
    ["a bucket and a key as they are", { bucket: "b", key: "a+b%20" }, [{ bucket: "b", key: "a+b%20" }]],
    [
      "a hand-over of a function that found no connection",
      { bucket: "b", key: "k", size: 0, waits: 3 },
      [{ bucket: "b", key: "k", size: 0, waits: 3 }],
    ],
    [
      "a start by the sweeper",
      { bucket: "b", key: "k", size: 0, swept: true },
      [{ bucket: "b", key: "k", size: 0, swept: true }],
    ],
    [
      "a hand-over",
      { bucket: "b", key: "k", etag: '"e"', versionId: "v", offset: 7 },
      [{ bucket: "b", key: "k", etag: "e", versionId: "v", offset: 7 }],
    ],
    ["an offset that is none", { bucket: "b", key: "k", offset: -1.5 }, [{ bucket: "b", key: "k" }]],
    ["S3's test event", { Service: "Amazon S3", Event: "s3:TestEvent" }, []],
    ["a deletion", { Records: [record("a", "ObjectRemoved:Delete")] }, []],
  ];
  for (const [title, event, sources] of events) {
    it(`reads ${title}`, () => expect(readEvent(event)).to.deep.equal({ sources }));
  }

  it("leaves out what a notification tells of under a prefix, and nothing that is asked for by name", () => {
    const mine = { bucket: "b", key: "in/glue/a", versionId: "v1", etag: "abc", size: 3 };
    const other = { bucket: "b", key: "glue/a b", versionId: "v1", etag: "abc", size: 3 };
    const both = { Records: [record("glue/a+b"), record("in/glue/a")] };
    expect(readEvent(both, "glue/")).to.deep.equal({ sources: [mine], skipped: [other] });
    expect(readEvent(both)).to.deep.equal({ sources: [other, mine] });
    const asked = { bucket: "b", key: "glue/a" };
    expect(readEvent(asked, "glue/")).to.deep.equal({ sources: [asked] });
  });

  for (const event of [
    undefined,
    null,
    "x",
    {},
    { bucket: "b" },
    { bucket: "", key: "k" },
    { bucket: 1, key: 2 },
  ]) {
    it(`finds no file in ${JSON.stringify(event)}`, () => {
      expect(() => readEvent(event))
        .to.throw("the event has no bucket and key")
        .with.property("giveUp");
    });
  }

  it("says so when a notification's record is no file", () => {
    expect(() => readEvent({ Records: [record("a"), { eventName: "ObjectCreated:Put" }] })).to.throw(
      /a record of the notification has no bucket and key/,
    );
  });
});
