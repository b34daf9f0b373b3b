"use strict";
// Loaded before a function's code: what that asks for the time is wrong by CHAOS_CLOCK_MS.
const wrongBy = Number(process.env.CHAOS_CLOCK_MS);
const { now } = Date;
Date.now = () => now() + wrongBy;
globalThis.Date = new Proxy(Date, {
  construct: (date, values, target) =>
    Reflect.construct(date, values.length > 0 ? values : [Date.now()], target),
});
