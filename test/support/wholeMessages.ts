import { config } from "chai";

// chai cuts each value to 40 characters, so that what a command said instead of the expected would never be known.
config.truncateThreshold = 0;
