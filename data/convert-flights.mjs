// Converts flights-20k.json of the vega-datasets package (an array of objects) to one compact JSON object per line.
//   npm pack vega-datasets@2.11.0 && tar xzf vega-datasets-2.11.0.tgz package/data/flights-20k.json
//   node convert-flights.mjs package/data/flights-20k.json | gzip -9 -n > flights.ndjson.gz
import { readFileSync } from "node:fs";

for (const flight of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  process.stdout.write(JSON.stringify(flight) + "\n");
}
