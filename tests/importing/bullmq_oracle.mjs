// Makes the table of BullMQ's own instants. Runs where its cron-parser is installed, not in the
// tests: node tests/importing/bullmq_oracle.mjs > tests/importing/tables/bullmq.json

import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import process from "node:process";

const load = createRequire(`${process.cwd()}/`);
const { CronExpressionParser } = load("cron-parser");
const version = load("cron-parser/package.json").version;

const EXPRESSIONS = [
  "30 2 * * *",
  "0 0 * * *",
  "30 0 * * *",
  "0 3 * * *",
  "30 1,2 * * *",
  "15 2,14 * * *",
  "30 0,23 * * *",
  "0 0,2,23 * * 0",
  "0 9 * * 1-5",
  "0 0 13 * 5",
  "0 0 */10 * 1",
  "0 4 * * 5#2",
  "0 4 L * *",
  "0 3 * * 5L",
  "0 5 * * 1/3",
  "10 2 5-5 * *",
  "0 * * * *",
  "0 */4 * * *",
  "*/20 1-3 * * *",
  "17 0-22 * * 0",
  "30 15 2 * * *",
  "@weekdays",
  "@weekly",
];
const ZONES = ["Europe/Rome", "America/Santiago", "Africa/Cairo", "UTC"];
const START = Date.UTC(2026, 10, 25);
const END = START + 731 * 86_400_000;

const cases = [];
for (const zone of ZONES) {
  for (const expression of EXPRESSIONS) {
    const coming = CronExpressionParser.parse(expression, { currentDate: new Date(START), tz: zone });
    const times = [];
    for (let at = coming.next().getTime(); at <= END; at = coming.next().getTime()) {
      times.push(at / 1000);
    }
    const digest = createHash("sha256").update(times.join("\n")).digest("hex").slice(0, 16);
    cases.push({ expression, zone, count: times.length, digest });
  }
}
console.log(JSON.stringify({ "cron-parser": version, cases }, null, 1));
