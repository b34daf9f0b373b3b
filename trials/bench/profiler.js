// Preloaded into a function's process: records where its CPU time goes from its start on, and writes the profile to
// the file that PROFILE_FILE names when it gets SIGUSR2. Like bootstrap.js it may require nothing but Node itself.
"use strict";
const fs = require("node:fs");
const { Session } = require("node:inspector");

const session = new Session();
session.connect();
session.post("Profiler.enable");
session.post("Profiler.setSamplingInterval", { interval: 500 });
session.post("Profiler.start");
process.once("SIGUSR2", () => {
  session.post("Profiler.stop", (error, { profile }) => {
    if (error) throw error;
    // Whole or not at all: its reader looks for the name.
    fs.writeFileSync(`${process.env.PROFILE_FILE}.part`, JSON.stringify(profile));
    fs.renameSync(`${process.env.PROFILE_FILE}.part`, process.env.PROFILE_FILE);
  });
});
