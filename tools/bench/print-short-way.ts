// What of a log takes the short way of healthy events, as JSON: node tools/run-ts.mjs tools/bench/print-short-way.ts LOG [DOMAINS]
import { shortWay } from "./short-way.ts";

const [log, domains] = process.argv.slice(2);
console.log(JSON.stringify(await shortWay(log, undefined, domains)));
