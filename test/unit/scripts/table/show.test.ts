import { expect } from "chai";
import { showTable } from "../../../../scripts/table/show";

describe("table show", () => {
  it("has a line for each setting, and of a column the format that is its own", () => {
    let text = "";
    showTable("records", { write: (part) => (text += part) });
    expect(text)
      .to.match(/^files\.pattern +"\*\*"$/m)
      .and.to.match(/^format\.delimiter +","$/m);
    expect(text).to.match(/^amount +amount +numeric\(15,2\) +yes +2 +nulls \["NULL","\\\\N","nan","NaN"\]$/m);
    expect(text).to.include('CREATE TABLE "records"');
  });
});
